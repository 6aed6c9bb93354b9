// Package tornadotest serves an API in a test, the way it is served for its users.
//
//	func TestGetPet(t *testing.T) {
//		server := tornadotest.Serve(t, newAPI())
//		c := tornadotest.NewClient(server, petapi.NewClient)
//		pet, err := c.GetPet(t.Context(), petapi.GetPetRequest{PetID: 1})
//		...
//	}
//
// [Serve] listens on a free port of the loopback and runs the runtime's own loops. [WithMemory] has the same handlers, middleware and
// filters behind connections in memory, where net/http reads the requests: no socket, and inside of a testing/synctest bubble no
// real time either. There timeouts, heartbeats, [tornado.After] and [tornado.Every] follow the bubble's clock, which
// [testing/synctest] moves on as soon as everything waits: a test of five minutes takes none.
//
// When the test ends the server drains, and the test fails if a handler panicked, a request never ended, a deferred reply was
// forgotten, connections had to be cut, or goroutines stay that the server or its handlers began. What the server logs stands in
// the log of the test.
package tornadotest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"runtime/pprof"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

// DefaultGrace is how long the end of a test waits for what is to end with it, unless WithGrace changes it.
const DefaultGrace = 10 * time.Second

// Option changes how a test serves. Each says what holds without it.
type Option func(*settings)

type settings struct {
	memory, panics bool
	grace          time.Duration
	mayStay        []string
}

// WithMemory serves over connections in memory, by net/http. The default is a socket, by the runtime's loops.
func WithMemory() Option { return func(s *settings) { s.memory = true } }

// WithPanics lets handlers panic: they are logged alone. The default is that a panic fails the test.
func WithPanics() Option { return func(s *settings) { s.panics = true } }

// WithGrace waits d at the end of the test for what is to end with it. It costs a test that passes no time. The default is DefaultGrace.
func WithGrace(d time.Duration) Option { return func(s *settings) { s.grace = d } }

// WithGoroutines lets goroutines stay that have one of the functions on their stacks, a part of the name is enough:
// "database/sql.(*DB).connectionCleaner" for a pool that is closed later. The default is that none may stay which the server or a
// handler has begun.
func WithGoroutines(functions ...string) Option {
	return func(s *settings) { s.mayStay = append(s.mayStay, functions...) }
}

// Server serves until the test ends. Its methods may be called from any goroutine.
type Server struct {
	// URL is the root of the server, without the base path of the API: "http://127.0.0.1:40123".
	URL string

	t        testing.TB
	settings settings
	server   *tornado.Server
	watch    *watch
	client   *http.Client
	label    string // that goroutines of the server have
	end      func() error
	stopping atomic.Bool
	stopped  chan struct{} // closed when it has stopped
}

// Serve serves api until the test ends, see [Server.Stop]. It changes api, which belongs to this test from then on: its requests are
// watched, and what it logs goes to the log of the test, beside a logger that it has itself.
func Serve(t testing.TB, api *tornado.API, opts ...Option) *Server {
	t.Helper()
	s := settingsOf(opts)
	return serve(t, tornado.NewServer(tornado.WithTimeouts(tornado.Timeouts{Drain: s.drain(), HalfClose: halfClose})).Handle(api), s)
}

// ServeServer is Serve for a server with all that it has beside its APIs: pages, mounts, an access log. The server has not served
// before.
func ServeServer(t testing.TB, server *tornado.Server, opts ...Option) *Server {
	t.Helper()
	return serve(t, server, settingsOf(opts))
}

// halfClose is for how long a client that has closed its side may want an answer: the end of a test waits for those that do not.
const halfClose = 20 * time.Millisecond

// drain is how long open connections have: those that are idle take a moment, whatever the grace.
func (s *settings) drain() time.Duration { return max(s.grace, time.Second) }

func settingsOf(opts []Option) settings {
	s := settings{grace: DefaultGrace}
	for _, opt := range opts {
		opt(&s)
	}
	return s
}

func serve(t testing.TB, server *tornado.Server, of settings) *Server {
	t.Helper()
	s := &Server{t: t, server: server, settings: of, label: nextLabel(), stopped: make(chan struct{})}
	s.watch = newWatch(t, s.settings.panics)
	s.watch.join(server)
	if s.settings.memory {
		s.serveMemory()
	} else {
		s.serveSocket()
	}
	t.Cleanup(s.Stop)
	return s
}

// labelKey is the pprof label by which goroutines are known; each server has a value of its own.
const labelKey = "tornadotest"

var labels atomic.Uint64

func nextLabel() string { return strconv.FormatUint(labels.Add(1), 10) }

// begin runs serve on a goroutine whose label all goroutines inherit that are begun there.
func (s *Server) begin(serve func(ctx context.Context) error) (ended chan error) {
	ended = make(chan error, 1)
	go pprof.Do(context.Background(), pprof.Labels(labelKey, s.label), func(ctx context.Context) { ended <- serve(ctx) })
	return ended
}

// serveSocket serves on the loops.
func (s *Server) serveSocket() {
	s.t.Helper()
	listener, err := tornado.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.URL = "http://" + listener.Addr().String()
	s.client = newHTTPClient((&net.Dialer{}).DialContext)
	ended := s.begin(func(ctx context.Context) error { return s.server.Serve(ctx, listener) })
	s.end = func() error { return <-ended }
	select {
	case <-s.server.Bound():
	case err := <-ended:
		s.t.Fatalf("the server does not begin: %v", err)
	}
}

// serveMemory serves by net/http over a listener in memory.
func (s *Server) serveMemory() {
	listener := newListener()
	s.URL = "http://" + listener.Addr().String()
	s.client = newHTTPClient(listener.dial)
	std := &http.Server{Handler: s.server.HTTPHandler(), ErrorLog: s.watch.errorLog()} //nolint:gosec // its clients are those of the test
	ended := s.begin(func(ctx context.Context) error {
		std.BaseContext = func(net.Listener) context.Context { return ctx }
		return std.Serve(listener)
	})
	s.end = func() error {
		ctx, cancel := context.WithTimeout(context.Background(), s.settings.drain())
		defer cancel()
		err := std.Shutdown(ctx)
		if err == nil && !listener.wait(ctx) || errors.Is(err, context.DeadlineExceeded) {
			err = tornado.ErrCut
		}
		_ = std.Close() // what is left is reported
		listener.cut()
		if served := <-ended; err == nil && !errors.Is(served, http.ErrServerClosed) {
			err = served
		}
		return err
	}
}

type dial func(ctx context.Context, network, addr string) (net.Conn, error)

// newHTTPClient makes a client with connections of its own. It follows no redirects: they are answers.
func newHTTPClient(dial dial) *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 100},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// HTTPClient reaches the server at URL, over memory alone where that is served. It follows no redirects. Its connections end with the
// test.
func (s *Server) HTTPClient() *http.Client { return s.client }

// Server is what is served: for Shutdown and Draining.
func (s *Server) Server() *tornado.Server { return s.server }

// Stop ends the server as the end of the test does, for what is to be seen after it. It drains, and then reports what did not end: see
// the package. A test that has failed already is told of nothing more. Calls after the first wait until it
// is over.
func (s *Server) Stop() {
	s.t.Helper()
	if s.stopping.Swap(true) {
		<-s.stopped // a lock would do, but for a bubble, whose clock stands still while one waits at it
		return
	}
	defer close(s.stopped)
	s.stopOnce()
}

func (s *Server) stopOnce() {
	s.t.Helper()
	defer s.watch.finish()
	s.closeIdle()
	forgotten := s.watch.await(s.settings.grace, func(r *request) bool { return r.deferred() })
	s.server.Shutdown()
	err := s.end()
	s.closeIdle()
	switch {
	case s.t.Failed():
		return
	case len(forgotten) > 0:
		s.t.Errorf("deferred replies that nobody has completed, though the test is over:%s", list(forgotten))
	case errors.Is(err, tornado.ErrCut):
		s.t.Errorf("connections had to be cut: these requests never ended:%s", list(s.watch.await(0, anyRequest)))
	case err != nil:
		s.t.Errorf("the server ended with %v", err)
	default:
		if open := s.watch.await(s.settings.grace, anyRequest); len(open) > 0 {
			s.t.Errorf("requests that never ended:%s", list(open))
			return
		}
		if left := s.leaked(); left != "" {
			s.t.Errorf("goroutines that the server or its handlers began, and that have not ended with it:\n%s\n"+
				"end them, or let them stay by tornadotest.WithGoroutines", left)
		}
	}
}

// closeIdle closes the connections that clients of this process keep: a drain would wait for them.
func (s *Server) closeIdle() {
	s.client.CloseIdleConnections()
	if !s.settings.memory { // which nobody else reaches
		http.DefaultClient.CloseIdleConnections()
	}
}

// NewClient makes a typed client by the function of a generated package: NewClient(server, petapi.NewClient). It calls the first API of
// the server, also where an operation has a server of its own. Options come after those that lead there.
func NewClient[C any](s *Server, construct func(baseURL string, opts ...client.Option) (*C, error), opts ...client.Option) *C {
	s.t.Helper()
	base := s.URL
	if apis := s.server.APIs(); len(apis) > 0 {
		base += apis[0].BasePath()
	}
	c, err := construct(base, append([]client.Option{client.WithHTTPClient(s.client), client.WithOneServer()}, opts...)...)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}
