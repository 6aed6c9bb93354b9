package tornado

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/loop"
	"github.com/tornadogen/tornadogen/runtime/internal/queue"
	"github.com/tornadogen/tornadogen/runtime/internal/tlsconn"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// service answers the requests of the connections that the loops hand over. It is the worker.Handler of a server.
type service struct {
	server   *Server
	engine   *worker.Engine  // set before the first request
	backlogs []queue.Meter   // likewise; by the loop
	secured  atomic.Int64    // connections with TLS that the loops have
	base     context.Context // parent of the contexts of requests; canceled when connections are cut
	limits   http1.Limits
	timeouts Timeouts
	mounts   *mounts // nil when there are none
	date     dateLine
	gate     *tlsconn.Gate // of the handshakes
	http2    *http2Server  // nil when nobody may speak it

	mu       sync.Mutex
	drainers []drainer // guarded by mu

	watchers sync.Map       // *worker.Conn -> *requestContext: the requests whose handlers asked for Done
	endings  sync.WaitGroup // goroutines that tell of requests which were cut
}

// ends has a goroutine of its own tell that something has ended with its connection; the drain waits for it.
func (s *service) ends(fn func()) {
	s.endings.Add(1)
	loop.Go("ends", func() {
		defer s.endings.Done()
		fn()
	})
}

// run serves on the loops until ctx ends, then drains. stopAdmin ends the administration.
func (s *Server) run(ctx context.Context, listeners []*Listener, stopAdmin func()) error {
	base, cut := context.WithCancelCause(context.WithValue(context.WithoutCancel(ctx), serverKey{}, s))
	defer cut(context.Canceled)
	svc := s.newService(base)
	engine, err := worker.New(s.workerOptions(svc))
	for _, l := range listeners {
		if err == nil {
			svc.equip(l)
			err = engine.AddListener(l.bound)
		} else {
			err = errors.Join(err, l.Close())
		}
	}
	if err != nil {
		if engine != nil {
			err = errors.Join(err, engine.Drain(ctx))
		}
		return err
	}
	svc.servedBy(engine)
	s.service.Store(svc)
	ended := make(chan error, 1)
	go func() { ended <- engine.Run() }()
	defer serving(engine)()
	watched, unwatch := context.WithCancel(base)
	defer unwatch()
	s.beginSlowLog(watched)
	s.restartOnSignal(ctx)
	close(s.bound)
	announced := ctx.Err() == nil // else it is to end, and whoever it would replace serves on
	if announced {
		s.announce(ctx)
	}
	<-ctx.Done()
	s.stop()
	if announced {
		s.recede(stopAdmin)
	}
	if err := svc.drain(engine, cut); err != nil {
		return err
	}
	return <-ended
}

// servedBy says whose loops serve, before they do.
func (s *service) servedBy(engine *worker.Engine) {
	s.engine, s.backlogs = engine, make([]queue.Meter, engine.Loops())
}

// newService makes what answers the requests of s. base is the parent of their contexts.
func (s *Server) newService(base context.Context) *service {
	svc := &service{
		server: s, base: base, timeouts: s.timeouts, date: dateLine{wall: s.wall}, gate: tlsconn.NewGate(runtime.GOMAXPROCS(0)),
		limits: http1.Limits{Target: s.limits.Target, HeaderBytes: s.limits.HeaderBytes, HeaderFields: s.limits.HeaderCount},
	}
	if len(s.mounts.list) > 0 {
		svc.mounts = &s.mounts
	}
	if s.h2c {
		svc.speakHTTP2()
	}
	return svc
}

// equip makes s what serves the connections of l.
func (s *service) equip(l *Listener) {
	l.bound.Tag = s
	l.bound.Shared = func(a netip.Addr) bool { return l.proxies.trusts(a) || s.server.proxies.trusts(a) }
	defer func() {
		if l.proxies != nil {
			l.bound.Open = s.openProxied(l.proxies, l.bound.Open)
		}
	}()
	if l.tls == nil {
		l.bound.Patience = s.timeouts.Header // of a proxy, for who it speaks for
		return
	}
	l.tls.SetLogger(s.server.logger)
	l.bound.Open = s.openTLS(l.tls)
	l.bound.Patience = s.timeouts.Handshake
	if l.proxies == nil {
		l.bound.Enough = tlsconn.Greeted
	}
	s.whenDraining(func(context.Context) { l.tls.End() })
	s.speakHTTP2()
}

// speakHTTP2 makes s ready for connections that speak HTTP/2.
func (s *service) speakHTTP2() {
	if s.http2 == nil {
		s.http2 = newHTTP2(s)
		s.whenDraining(s.http2.drain)
	}
}

// workerOptions translates the options of the server.
func (s *Server) workerOptions(h worker.Handler) worker.Options {
	return worker.Options{
		FirstTimeout: s.timeouts.Idle,
		Loops:        s.loops, OnLoop: s.onLoop, BlockingWait: s.blockingWait, Handler: h, Logger: s.logger,
		DrainGrace:     s.timeouts.DrainIdle,
		MaxConnections: s.limits.Connections, MaxPerPeer: s.limits.PerPeer, MaxWorkers: s.limits.Workers, MaxQueue: s.limits.Queue, MaxOpening: s.limits.Handshakes,
	}
}

// NewFrame makes what a worker borrows for a connection.
func (s *service) NewFrame() worker.Frame {
	f := new(frame)
	f.x.host, f.x.wire, f.x.in.x = f, f, &f.x
	f.x.shareOf(s.server.bodies)
	return f
}

// Hangup ends the context of the running request: at once when the peer is gone, after Timeouts.HalfClose when it has only
// closed its side, since it may wait for the answer. The tenant of a parked connection is served, to see it.
func (s *service) Hangup(c *worker.Conn, full bool) {
	defer c.Resume()
	found, ok := s.watchers.Load(c)
	if !ok {
		return
	}
	request := found.(*requestContext)
	if full {
		request.end(ErrClientGone)
		return
	}
	c.Loop().After(s.timeouts.HalfClose, func() {
		if request.life.Load()&lifeEnded == 0 {
			s.server.bounds.meet(BoundHalfClose)
		}
		request.end(ErrClientGone)
	})
}

// lapsed counts a client that was gone, or is taken to be: late, since it has closed its side some time ago.
func (s *service) lapsed(late bool) {
	if late {
		s.server.bounds.meet(BoundHalfClose)
	}
}

// Closed forgets what was kept with the connection: a request that was never finished ends here.
func (s *service) Closed(c *worker.Conn) {
	if c.Layer() != nil {
		s.secured.Add(-1)
	}
	switch kept := c.Data.(type) {
	case *pending:
		if kept.drop() {
			s.watchers.CompareAndDelete(c, kept.request)
		}
		s.overLater(kept.transit, s.left())
	case tenant:
		kept.closed(s, c)
	}
	c.Data = nil
}

// Shed answers 503 to a request for which there is no worker.
func (s *service) Shed(c *worker.Conn, f worker.Frame) {
	fr := f.(*frame)
	fr.attach(s, c)
	fr.x.reply.Header("Retry-After", retryAfter)
	fr.lastAnswer(http.StatusServiceUnavailable, "the server is busy")
}

// loopPeer is a connection of the loops as a request sees it.
type loopPeer worker.Conn

func peerOf(c *worker.Conn) *loopPeer { return (*loopPeer)(c) }

func (p *loopPeer) conn() *worker.Conn { return (*worker.Conn)(p) }

func (p *loopPeer) service() *service { return p.conn().Listener().Tag.(*service) }

// RemoteAddr is the address of the client.
func (p *loopPeer) RemoteAddr() net.Addr { return p.conn().RemoteAddr() }

// LocalAddr is the address that the client connected to.
func (p *loopPeer) LocalAddr() net.Addr { return p.conn().LocalAddr() }

// backlog is where the loop of the connection counts what waits for slow clients.
func (p *loopPeer) backlog() *queue.Meter { return &p.service().backlogs[p.conn().Loop().ID()] }

func (p *loopPeer) waker() waker { return p }

// wake has the connection served: its tenant looks what there is to do.
func (p *loopPeer) wake() { p.conn().Resume() }

func (p *loopPeer) way() way { return p.conn().Way() }

func (p *loopPeer) gone() bool { return p.conn().Gone() }

// watch lets Hangup find the request. A hang-up that came before is not told again, so it is looked for here.
func (p *loopPeer) watch(request *requestContext) {
	s, c := p.service(), p.conn()
	s.watchers.Store(c, request)
	switch {
	case c.Gone():
		go request.end(ErrClientGone) // the caller holds the lock of the request
	case c.HalfClosed():
		c.Loop().Post(func() { s.Hangup(c, false) })
	}
}
