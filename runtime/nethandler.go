package tornado

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/route"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// HTTPHandler returns the server as a net/http handler, in the place of Serve: its mounts, its APIs, its access log, its log of slow handlers
// and its timeouts of bodies and writes, behind an http.Server, or a test, that has the connections. Shutdown begins the drain for those who
// ask for it ([Draining]), turns readiness off and ends the log of slow handlers; connections are for who has them to end. It panics where Serve would return an error before it
// begins: a wrong option, or a server that serves already.
func (s *Server) HTTPHandler() http.Handler {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.beginLocked(); err != nil {
		panic(err)
	}
	context.AfterFunc(s.stopped, func() {
		s.unready.Store(true)
		s.beginDrain()
	})
	s.beginSlowLog(s.stopped)
	h := s.netHandler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), serverKey{}, s)))
	})
}

// netHandler is the server as a handler of net/http: its mounts, its APIs, its access log.
func (s *Server) netHandler() http.Handler {
	handlers := make(map[*API]http.Handler, len(s.apis))
	for _, api := range s.apis {
		handlers[api] = api.HTTPHandler()
	}
	serve := func(w http.ResponseWriter, r *http.Request) {
		if r.Body != http.NoBody {
			b := &timedBody{ReadCloser: r.Body, deadlines: http.NewResponseController(w), timeouts: &s.timeouts}
			defer b.leave()
			r.Body = b
		}
		method, path, params := []byte(r.Method), []byte(r.URL.EscapedPath()), new(route.Params)
		if h := s.mounted(method, path, params); h != nil {
			if m := s.measures.Load(); m != nil {
				c := new(call)
				c.enter(&m.lanes[0], nil, r.URL.Path, worker.Goroutine())
				defer c.leave()
			}
			s.countCrash(func() { h.ServeHTTP(w, s.proxies.seen(r)) })
			return
		}
		api := s.apis[0]
		if len(s.apis) > 1 {
			api = s.apiFor(method, path, params)
		}
		handlers[api].ServeHTTP(w, r)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.observed.Load() {
			serve(w, r)
			return
		}
		l := &loggedAnswer{ResponseWriter: w}
		if s.accessLog != nil {
			defer func() {
				l.record(r).log(s, s.proxies.seen(r).RemoteAddr)
			}()
		}
		l.measure(s, r, func() {
			serve(l, r)
			l.settle()
		})
	})
}

// countCrash counts a handler that is mounted, and that panics or ends its goroutine. net/http does the rest.
func (s *Server) countCrash(handle func()) {
	returned := false
	defer func() {
		cause := recover()
		if !returned && cause != http.ErrAbortHandler { //nolint:errorlint // net/http compares the panic value in the same way
			s.crashed.Add(1)
		}
		if cause != nil {
			panic(cause)
		}
	}()
	handle()
	returned = true
}

// timedBody is a request body that is not waited for longer than Timeouts say. Who reads it may do so, or be at it, when its handler has returned, as an
// http.Transport to which it is passed on.
type timedBody struct {
	io.ReadCloser
	timeouts *Timeouts // immutable
	until    time.Time // when all of it must be there; zero: Timeouts.Stream without a byte

	mu        sync.Mutex
	deadlines *http.ResponseController // guarded by mu; nil once the handler has returned: of HTTP/2 it is nobody's then
}

// hold makes all of the body be there in Timeouts.Body, as it is to be held in memory.
func (b *timedBody) hold() { b.until = time.Now().Add(b.timeouts.Body) }

// Read is that of the body; its error is os.ErrDeadlineExceeded when it took too long.
func (b *timedBody) Read(p []byte) (int, error) {
	at := b.until
	if at.IsZero() {
		at = time.Now().Add(b.timeouts.Stream)
	}
	b.expect(at)
	n, err := b.ReadCloser.Read(p)
	if err != nil { // net/http goes on reading, to see whether the client goes
		b.expect(time.Time{})
	}
	return n, err
}

// expect has reads end at a time, while the handler runs.
func (b *timedBody) expect(at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.deadlines != nil {
		_ = b.deadlines.SetReadDeadline(at) // both servers of net/http can
	}
}

// leave is called when the handler has returned.
func (b *timedBody) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deadlines = nil
}

// loggedAnswer is a ResponseWriter that notes what the access log tells.
type loggedAnswer struct {
	http.ResponseWriter
	match    *registered // nil where no operation has the request
	attrs    []slog.Attr
	status   int // 0 until the head is written
	bytes    int64
	failed   bool
	cut      bool // this side has cut off its stream
	begun    time.Time
	opened   time.Duration // after which a socket's handler has returned; 0 for all others
	took     time.Duration // once it has ended
	returned bool          // the handler has
}

// measure serves a request, and counts it once: among those of its operation, or those of server that have none, which may be nil.
func (l *loggedAnswer) measure(server *Server, r *http.Request, serve func()) {
	if !l.begun.IsZero() { // whoever has begun does it
		serve()
		return
	}
	l.begun = time.Now()
	defer func() {
		if l.returned && l.status == 0 {
			l.status = http.StatusOK // as net/http answers then
		}
		if l.took = time.Since(l.begun); l.opened > 0 {
			l.took = l.opened
		}
		m, index := (*measures)(nil), 0
		if l.match != nil {
			m, index = l.match.api.measures.Load(), l.match.index
		} else if server != nil {
			m = server.measures.Load()
		}
		if m != nil {
			m.lanes[0].meter(index).count(l.status, l.bytes, l.took, l.ended(r))
		}
	}()
	serve()
	l.returned = true
}

// ended is how the request ended.
func (l *loggedAnswer) ended(r *http.Request) Ending {
	how := endingOf(r, l.returned, l.cut)
	if l.failed && !l.cut && !errors.Is(context.Cause(r.Context()), ErrCut) {
		how = EndedGone
	}
	return how
}

// record is what the access log tells.
func (l *loggedAnswer) record(r *http.Request) *accessRecord {
	a := &accessRecord{
		method: r.Method, target: r.RequestURI, status: l.status, bytes: l.bytes, took: l.took, attrs: l.attrs, ended: l.ended(r),
	}
	if l.match != nil {
		a.operation = l.match.op.ID
	}
	return a
}

// WriteHeader notes the status.
func (l *loggedAnswer) WriteHeader(status int) {
	if l.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		l.status = status
	}
	l.ResponseWriter.WriteHeader(status)
}

// Write notes the size.
func (l *loggedAnswer) Write(p []byte) (int, error) {
	if l.status == 0 {
		l.status = http.StatusOK
	}
	n, err := l.ResponseWriter.Write(p)
	l.bytes += int64(n)
	l.failed = l.failed || err != nil
	return n, err
}

// Flush sends what was written. See http.Flusher.
func (l *loggedAnswer) Flush() { _ = l.FlushError() } // the interface has no room for it

// FlushError is Flush for http.ResponseController.
func (l *loggedAnswer) FlushError() error {
	err := http.NewResponseController(l.ResponseWriter).Flush()
	l.failed = l.failed || err != nil && !errors.Is(err, errors.ErrUnsupported)
	return err
}

// settle sends what is held of an answer of HTTP/2 before the log tells what has become of it.
func (l *loggedAnswer) settle() {
	if a, ok := l.ResponseWriter.(*http2Answer); ok && a.settle() != nil {
		l.failed = true
	}
}

// Hijack takes the connection, if it is one of HTTP/1. See http.Hijacker.
func (l *loggedAnswer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if l.status == 0 {
		l.status = http.StatusSwitchingProtocols
	}
	return http.NewResponseController(l.ResponseWriter).Hijack()
}

// Unwrap is for http.ResponseController.
func (l *loggedAnswer) Unwrap() http.ResponseWriter { return l.ResponseWriter }
