package tornado

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/budget"
	"github.com/tornadogen/tornadogen/runtime/internal/route"
)

// Server runs APIs and net/http handlers on the loops. Build it with NewServer, Handle and Mount, which are not safe for
// concurrent use, then call Serve once. Addr, AdminAddr, Shutdown and Draining are safe from any goroutine.
type Server struct {
	// immutable once Serve has begun
	timeouts     Timeouts
	limits       Limits
	loops        int
	onLoop       bool
	blockingWait bool
	h2c          bool
	logger       *slog.Logger
	accessLog    *slog.Logger
	slow         time.Duration // after which a handler is logged; 0: never
	apis         []*API
	mounts       mounts
	admin        mounts
	adminAddr    string
	checks       []*healthCheck // of readiness

	restartSignals []os.Signal      // immutable once Serve has begun
	proxies        *proxies         // whose header fields are believed, nil for nobody's; immutable once Serve has begun
	wall           func() time.Time // the time of day that answers show: time.Now, but in tests that set the clock; immutable once Serve has begun

	bodies     *budget.Budget           // what requests hold of bodies; set by NewServer
	bounds     bounds                   // that clients have met, but for those of APIs
	crashed    atomic.Uint64            // mounted handlers
	service    atomic.Pointer[service]  // since Serve has begun
	logLost    atomic.Bool              // a line of the access log could not be written
	observed   atomic.Bool              // somebody wants to know how long requests take
	measures   atomic.Pointer[measures] // of requests that no operation has; nil: nobody measures
	replaced   atomic.Bool              // another process serves in the place of this one
	unready    atomic.Bool              // readiness is off
	restarts   sync.WaitGroup           // calls of Restart; Add is guarded by mu, and not called once state is serverEnded
	stop       context.CancelFunc       // ends Serve's context; set by NewServer
	stopped    context.Context          // done once Shutdown was called, or Serve's context has ended
	beginDrain context.CancelFunc       // begins the drain; set by NewServer
	draining   context.Context          // done once the drain has begun

	mu         sync.Mutex
	state      serverState // guarded by mu
	addrs      []net.Addr  // guarded by mu
	adminBound net.Addr    // guarded by mu; where the administration listens
	bound      chan struct{}
}

// livePath and readyPath are where the administration tells how the server is.
const (
	livePath  = "/healthz"
	readyPath = "/readyz"
)

// serverState is how far a server has come.
type serverState uint8

const (
	serverNew     serverState = iota // -> serverServing
	serverServing                    // -> serverEnded
	serverEnded
)

// ErrServed is returned by a second call of Serve.
var ErrServed = errors.New("tornado: a Server serves once only")

// ErrCut is returned by Serve when Timeouts.Drain passed before every request was answered, and is the cause of the contexts
// of those that were not.
var ErrCut = errors.New("tornado: the drain took too long, open connections were cut")

// NewServer makes a server that listens nowhere yet.
func NewServer(opts ...Option) *Server {
	s := &Server{timeouts: Timeouts{}.withDefaults(), logger: slog.Default(), wall: time.Now, bound: make(chan struct{})}
	s.stopped, s.stop = context.WithCancel(context.Background())
	s.draining, s.beginDrain = context.WithCancel(context.Background())
	s.admin.addPage(livePath, s.serveLive)
	s.admin.addPage(readyPath, s.serveReady)
	for _, opt := range opts {
		opt(s)
	}
	s.bodies = newBodies(s.limits.Bodies)
	s.observed.Store(s.accessLog != nil || s.measures.Load() != nil)
	return s
}

// Handle adds an API. With several of them a request goes to the first that has its path.
func (s *Server) Handle(api *API) *Server {
	if api.logger == nil {
		api.logger = s.logger
	}
	s.apis = append(s.apis, api)
	if s.measures.Load() != nil {
		api.Measure()
	}
	return s
}

// Logger is where the server logs.
func (s *Server) Logger() *slog.Logger { return s.logger }

// APIs lists what Handle added.
func (s *Server) APIs() []*API { return s.apis }

// Mount serves prefix and everything below it by a net/http handler, on a worker of the loops: pages, files, a router of
// your own. The longest prefix wins, and mounts come before APIs, but for "/": that has the paths which no API has, whatever the
// method. The handler sees the whole path. Its ResponseWriter is an http.Flusher and works with http.ResponseController (flush,
// deadlines, hijack). A nil handler panics.
func (s *Server) Mount(prefix string, h http.Handler) *Server {
	s.mounts.add(prefix, h)
	return s
}

// Serve serves api on a TCP address until ctx ends, and returns nil once every accepted request was answered, or an error
// when it could not listen or connections had to be cut. It is short for NewServer, Handle, Listen and Server.Serve.
func Serve(ctx context.Context, addr string, api *API, opts ...Option) error {
	listener, err := Listen("tcp", addr)
	if err != nil {
		return err
	}
	return NewServer(opts...).Handle(api).Serve(ctx, listener)
}

// Addr is the address of the first listener, nil until Serve has bound it. It tells the port that ":0" was given.
func (s *Server) Addr() net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.addrs) == 0 {
		return nil
	}
	return s.addrs[0]
}

// AdminAddr is the address of the listener of WithAdmin, nil without one, and until Serve has bound it. It tells the port that ":0" was given.
func (s *Server) AdminAddr() net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.adminBound
}

// Bound is closed when all listeners are bound and connections are accepted.
func (s *Server) Bound() <-chan struct{} { return s.bound }

// apiFor chooses among several APIs for a request: the first that knows its path, else the first.
func (s *Server) apiFor(method, rawPath []byte, params *route.Params) *API {
	for _, api := range s.apis {
		if api.hasPath(method, rawPath, params) {
			return api
		}
	}
	return s.apis[0]
}

// mounted returns the handler that is mounted for a raw path, nil where that is for an API to answer.
func (s *Server) mounted(method, rawPath []byte, params *route.Params) http.Handler {
	m := s.mounts.find(rawPath)
	if m == nil || m.prefix == "" && slices.ContainsFunc(s.apis, func(api *API) bool { return api.hasPath(method, rawPath, params) }) {
		return nil
	}
	return m.handler
}

// hasPath reports whether the API has operations at a raw path, whatever their methods.
func (a *API) hasPath(method, rawPath []byte, params *route.Params) bool {
	_, outcome := a.routes.Match(method, rawPath, params)
	if outcome == route.UnknownMethod { // of all operations: the path was not looked at
		return len(a.routes.Allow(nil, rawPath)) > 0
	}
	return outcome != route.NotFound
}

// Shutdown begins the drain, as the end of Serve's context does: no connection is accepted any more, requests that were
// accepted are answered, and Serve returns. It does not wait, may be called from a handler, and twice.
func (s *Server) Shutdown() { s.stop() }

// Draining reports whether the drain has begun.
func (s *Server) Draining() bool { return s.draining.Err() != nil }

// Serve accepts connections on the listeners, which it closes, until ctx ends or Shutdown is called. Then it drains, in this
// order: readiness turns off, and load balancers get Timeouts.Unready to notice; the listeners close, once all who wait there
// are accepted; every answer from then on says Connection: close, and the channels of [Draining] close; connections that wait
// for a next request stay for Timeouts.DrainIdle; what is still open after Timeouts.Drain is cut. It returns nil when nothing
// was cut.
func (s *Server) Serve(ctx context.Context, listeners ...*Listener) error {
	if err := s.begin(listeners); err != nil {
		return closeAll(listeners, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.stopped, cancel)()
	stopAdmin, err := s.serveAdmin()
	if err == nil {
		err = s.run(ctx, listeners, stopAdmin)
		stopAdmin()
	} else {
		err = closeAll(listeners, err)
	}
	for _, l := range listeners {
		live.remove(l)
	}
	s.mu.Lock()
	s.state = serverEnded
	s.mu.Unlock()
	s.restarts.Wait() // what they have started is not left behind
	return err
}

func closeAll(listeners []*Listener, err error) error {
	for _, l := range listeners {
		err = errors.Join(err, l.Close())
	}
	return err
}

func (s *Server) begin(listeners []*Listener) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(listeners) == 0 && s.state == serverNew {
		return errors.New("tornado: Serve needs a listener; Listen makes one")
	}
	if err := s.beginLocked(); err != nil {
		return err
	}
	for _, l := range listeners {
		s.addrs = append(s.addrs, l.Addr())
	}
	return nil
}

// beginLocked lets nothing be changed any more. The caller holds mu.
func (s *Server) beginLocked() error {
	if s.state != serverNew {
		return ErrServed
	}
	if len(s.apis) == 0 {
		s.Handle(NewAPI(Info{})) // answers 404 beside the mounts
	}
	for _, api := range s.apis {
		if err := api.ready(); err != nil {
			return err
		}
		if api.noSecurity {
			s.logger.Warn("authentication is not written yet: operations that ask for it answer 501; write the methods of the "+
				"authenticator, and take UnimplementedAuthenticator out of it", "api", api.info.Title)
		}
	}
	s.state = serverServing
	return nil
}

// serveAdmin serves the administration's mounts by net/http: it must answer even when the loops do not. stop may be called more
// than once.
func (s *Server) serveAdmin() (stop func(), err error) {
	if s.adminAddr == "" {
		return func() {}, nil
	}
	l, err := listen("tcp", s.adminAddr, 1, nil)
	if err != nil {
		return nil, fmt.Errorf("administration: %w", err)
	}
	accepting, err := l.netListener()
	if err != nil {
		return nil, fmt.Errorf("tornado: administration: %w", errors.Join(err, l.Close()))
	}
	s.mu.Lock()
	s.adminBound = l.Addr()
	s.mu.Unlock()
	base, end := context.WithCancel(context.Background())
	admin := &http.Server{
		Handler: s.guardAdmin(), ReadHeaderTimeout: s.timeouts.Header, IdleTimeout: s.timeouts.Idle,
		BaseContext: func(net.Listener) context.Context { return base },
	}
	admin.RegisterOnShutdown(end) // answers that go on and on end
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := admin.Serve(accepting); !errors.Is(err, http.ErrServerClosed) {
			s.logger.Error("administration ended", "error", err)
		}
	}()
	return sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if admin.Shutdown(ctx) != nil {
			_ = admin.Close() // nobody needs its connections any more
		}
		end()
		<-done
		_ = l.Close() // likewise
	}), nil
}

// guardAdmin is RefuseRebinding for the administration. How healthy the server is may be asked by any name, as proxies that check do.
func (s *Server) guardAdmin() http.Handler {
	guarded := RefuseRebinding(&s.admin)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == livePath || r.URL.Path == readyPath {
			s.admin.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// mountPage serves a page on the public listener, and none without a path.
func (s *Server) mountPage(path string, answer http.HandlerFunc) {
	if path != "" {
		s.mounts.addPage(path, answer)
	}
}

func (s *Server) serveDocument(w http.ResponseWriter, r *http.Request) {
	if len(s.apis) == 0 || len(s.apis[0].info.Document) == 0 {
		http.NotFound(w, r)
		return
	}
	info := s.apis[0].info
	w.Header().Set("Content-Type", info.DocumentType())
	_, _ = w.Write(info.Document) // a client that is gone needs no answer
}
