package tornado

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// outsideConn is a connection that has left the loops.
type outsideConn struct {
	net.Conn
	server  *http2Server
	rest    []byte // read before; who reads
	release func()
	way     worker.Way
	secure  bool                 // the client speaks TLS with a proxy
	tls     *tls.ConnectionState // what is spoken above it; nil: no TLS
	ended   atomic.Bool          // nothing more comes
	deaf    atomic.Bool          // the client is given up: what it sends is not looked at
	begun   bool                 // guarded by server.mu: net/http has begun to serve it
}

// outsideKey is what the contexts of requests hold that come on such connections: *outsideConn.
type outsideKey struct{}

// outsideOf is the connection of a request, nil where another server has received it.
func outsideOf(r *http.Request) *outsideConn {
	o, _ := r.Context().Value(outsideKey{}).(*outsideConn)
	return o
}

// wayOf is how a request gives way to others; it does nothing where another server has received it.
func wayOf(r *http.Request) worker.Way {
	if o := outsideOf(r); o != nil {
		return o.way
	}
	return worker.Way{}
}

// left reports whether the client has ended the stream of a request, or its connection: the context of the server ends all of them, too.
func (o *outsideConn) left(r *http.Request) bool {
	return r.Context().Err() != nil && o.server.service.base.Err() == nil
}

// Read gives what was read before, then what comes. Who floods the connection has it read without end.
func (o *outsideConn) Read(p []byte) (int, error) {
	if len(o.rest) > 0 {
		n := copy(p, o.rest)
		o.rest = o.rest[n:]
		return n, nil
	}
	for {
		o.way.Give()
		n, err := o.Conn.Read(p)
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			o.ended.Store(true)
		}
		if err != nil || !o.deaf.Load() {
			return n, err
		}
	}
}

// Write gives way as Read does: much is answered.
func (o *outsideConn) Write(p []byte) (int, error) {
	o.way.Give()
	return o.Conn.Write(p)
}

// servedConn is what net/http serves on: an outsideConn, or TLS above it. net/http, to which it is a plain one, reads it frame by frame, of which a
// record may hold a thousand: it gives way before each, and not each record. It follows the frames of both sides, to bound how often a client resets
// streams, which net/http does not.
//
// It embeds no *tls.Conn: net/http would do for one with a method ConnectionState what it does for a *tls.Conn, see arrive.
type servedConn struct {
	net.Conn
	outside  *outsideConn
	received http2Frames // who reads
	resets   resets
	closed   chan struct{} // closed when net/http has closed it
	once     sync.Once     // closes closed

	mu   sync.Mutex
	sent http2Frames // guarded by mu
	owed bool        // guarded by mu; calm is to be sent once no frame is under way
}

// serve returns what net/http serves on: conn is o, or TLS above it.
func (o *outsideConn) serve(conn net.Conn) *servedConn {
	s := &servedConn{Conn: conn, outside: o, closed: make(chan struct{})}
	s.received.left = len(http1.Preface) // before the first frame
	s.resets.since = time.Now()
	return s
}

// below is what is below a connection that net/http serves on.
func below(conn net.Conn) *outsideConn {
	return conn.(*servedConn).outside //nolint:forcetypeassert // Accept returns no others
}

// Read gives way, and is slow where a client goes on resetting streams. Nothing comes any more of one that is given up.
func (s *servedConn) Read(p []byte) (int, error) {
	if s.outside.deaf.Load() {
		_, _ = io.Copy(io.Discard, s.Conn) // what was decrypted before, until the other end has gone or time is up
		return 0, io.EOF
	}
	s.outside.way.Give()
	n, err := s.Conn.Read(p)
	came := 0
	for frame, rest, whole := s.received.next(p[:n]); whole; frame, rest, whole = s.received.next(rest) {
		if frame == frameReset {
			came++
		}
	}
	if came > 0 {
		s.count(came)
	}
	return n, err
}

// count waits for n streams more that were reset, until net/http closes the connection at most, and gives up whose are too many.
func (s *servedConn) count(n int) {
	pause, enough := s.resets.come(n, time.Now())
	if enough {
		defer s.giveUp()
	}
	if pause == 0 {
		return
	}
	s.outside.server.service.server.bounds.meet(BoundResets)
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.closed:
	}
}

// giveUp says calm, and leaves the client a second to read it. net/http hears of nothing but the end.
func (s *servedConn) giveUp() {
	s.outside.deaf.Store(true)
	s.outside.ended.Store(true)                    // it has met a bound, and need not meet another
	_ = s.SetDeadline(time.Now().Add(time.Second)) // before mu: who writes may wait for the client; it fails on a connection that is closed
	s.mu.Lock()
	defer s.mu.Unlock()
	s.owed = true
	s.sayCalm()
}

// sayCalm says it, if that is owed and no frame is under way. The caller holds mu.
func (s *servedConn) sayCalm() {
	if s.owed && s.sent.between() {
		s.owed = false
		_, _ = io.WriteString(s.Conn, calm) // it fails on a connection that is closed
	}
}

// Write looks at what is answered. Once net/http has told the client of an error of the connection it processes nothing any more, but goes on to take
// apart what comes until it closes, a second later, so that the client gets to read that. Others need the processor.
func (s *servedConn) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.Conn.Write(p)
	for frame, rest, whole := s.sent.next(p[:n]); whole; frame, rest, whole = s.sent.next(rest) {
		switch {
		case frame == frameHeaders:
			s.resets.answered()
		case frame == frameGoAway && s.sent.code() != 0:
			s.outside.deaf.Store(true)
		}
	}
	s.sayCalm()
	return n, err
}

// Close ends a pause, too.
func (s *servedConn) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.Conn.Close()
}

// CloseWrite ends the sending direction.
func (s *servedConn) CloseWrite() error { return closeWrite(s.Conn) }

// sends reports whether the client is still sending, though net/http has given it up: it has sent more than it has read the answers of.
func (o *outsideConn) sends() bool {
	if o.ended.Load() {
		return false
	}
	_ = o.Conn.SetReadDeadline(time.Now().Add(time.Millisecond)) // it fails on a connection that is closed
	n, _ := o.Conn.Read(make([]byte, 1))
	return n > 0
}

// CloseWrite ends the sending direction.
func (o *outsideConn) CloseWrite() error { return closeWrite(o.Conn) }

func closeWrite(conn net.Conn) error {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// Close gives the place among the open connections up.
func (o *outsideConn) Close() error {
	h := o.server
	h.mu.Lock()
	given := h.open[o] && !h.draining
	h.mu.Unlock()
	if given && o.sends() { // which costs time: not for all of them at the end of a drain
		h.service.server.bounds.meet(BoundFlood)
	}
	err := o.Conn.Close()
	h.mu.Lock()
	last := h.open[o] && len(h.open) == 1 && h.draining
	delete(h.open, o)
	h.mu.Unlock()
	if last {
		select {
		case h.empty <- struct{}{}:
		default:
		}
	}
	o.release()
	return err
}
