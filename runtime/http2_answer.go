package tornado

import (
	"context"
	"net/http"
	"os"
	"sync"
	"time"
)

// http2Piece is how much of an answer must go in Timeouts.Write: the window of a stream, unless the client asks for another
// (RFC 9113 section 6.9.2).
const http2Piece = 64 << 10

// timely has each write of a handler of HTTP/2 end in Timeouts.Write. net/http has a time for the connection alone, which a client
// meets that takes all but the content: its window stays closed.
func (s *Server) timely(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &http2Answer{ResponseWriter: w, control: http.NewResponseController(w), server: s}
		returned := false
		defer func() { a.finish(returned) }()
		h.ServeHTTP(a, r)
		returned = true
	})
}

// timelyKey is what the contexts of requests have whose answers are timely.
type timelyKey struct{}

// isTimely reports whether the writes of an answer have their time without being given it.
func isTimely(ctx context.Context) bool { return ctx.Value(timelyKey{}) != nil }

// http2Answer is a ResponseWriter whose writes end in Timeouts.Write, or when its owner has said. Then its stream is reset. A deadline of
// net/http would do that to a stream that writes nothing meanwhile, too.
type http2Answer struct {
	http.ResponseWriter
	control *http.ResponseController // immutable; of ResponseWriter
	server  *Server                  // immutable
	timer   *time.Timer              // who writes; nil until then
	owing   bool                     // who writes: something was written, and not flushed

	mu      sync.Mutex
	own     time.Time // guarded by mu; the deadline that SetWriteDeadline has set
	until   time.Time // guarded by mu; when the write ends that is under way
	writing bool      // guarded by mu
	late    bool      // guarded by mu; the stream is reset
	over    bool      // guarded by mu; the handler has returned
}

// begin is the beginning of a write.
func (a *http2Answer) begin() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.late {
		return os.ErrDeadlineExceeded
	}
	a.until, a.writing = a.due(), true
	if left := time.Until(a.until); a.timer == nil {
		a.timer = time.AfterFunc(left, a.lapse)
	} else {
		a.timer.Reset(left)
	}
	return nil
}

// due is when a write has to end that begins now. The caller holds mu.
func (a *http2Answer) due() time.Time {
	until := time.Now().Add(a.server.timeouts.Write)
	if !a.own.IsZero() && a.own.Before(until) {
		return a.own
	}
	return until
}

// end is the end of a write.
func (a *http2Answer) end(err error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.writing = false
	a.timer.Stop()
	if err != nil && a.late {
		return os.ErrDeadlineExceeded
	}
	return err
}

// lapse resets the stream if it writes and the time is up.
func (a *http2Answer) lapse() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over || !a.writing || a.late || time.Now().Before(a.until) {
		return
	}
	if a.until != a.own {
		a.server.bounds.meet(BoundWriteTime)
	}
	a.reset()
}

// reset ends the stream. The caller holds mu.
func (a *http2Answer) reset() {
	a.late = true
	_ = a.control.SetWriteDeadline(time.Unix(1, 0)) // net/http's server for HTTP/2 can
}

// SetWriteDeadline bounds later writes, and the one under way; the zero time restores Timeouts.Write. See http.ResponseController.
func (a *http2Answer) SetWriteDeadline(t time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch a.own = t; {
	case a.over, a.late, t.IsZero():
	case !t.After(time.Now()):
		a.reset()
	case a.writing && t.Before(a.until):
		a.until = t
		a.timer.Reset(time.Until(t))
	}
	return nil
}

// Write writes p in pieces.
func (a *http2Answer) Write(p []byte) (n int, err error) {
	a.owing = true
	for first := true; first || n < len(p); first = false {
		if err := a.begin(); err != nil {
			return n, err
		}
		m, err := a.ResponseWriter.Write(p[n:min(len(p), n+http2Piece)])
		n += m
		if err := a.end(err); err != nil {
			return n, err
		}
	}
	return n, nil
}

// Flush sends what was written. See http.Flusher.
func (a *http2Answer) Flush() { _ = a.FlushError() } // the interface has no room for it

// FlushError is Flush for http.ResponseController.
func (a *http2Answer) FlushError() error {
	a.owing = false
	if err := a.begin(); err != nil {
		return err
	}
	return a.end(a.control.Flush())
}

// settle sends what net/http still holds of an answer whose handler has returned, so that a client that does not take it is counted and logged;
// but where no length is stated net/http does so itself, for it adds the length then: what becomes of that is not counted, nor logged.
func (a *http2Answer) settle() error {
	if a.owing && a.Header().Get("Content-Length") != "" {
		return a.FlushError()
	}
	return nil
}

// finish ends the answer of a handler that has returned, or not.
func (a *http2Answer) finish(returned bool) {
	if returned {
		_ = a.settle() // it counts what fails
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	if returned && a.owing && !a.late {
		_ = a.control.SetWriteDeadline(a.due()) // net/http's server for HTTP/2 can
	}
}

// Unwrap is for http.ResponseController.
func (a *http2Answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
