package tornado

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

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
	o.way.Give()
	n, err := o.Conn.Read(p)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		o.ended.Store(true)
	}
	return n, err
}

// Write gives way as Read does: much is answered.
func (o *outsideConn) Write(p []byte) (int, error) {
	o.way.Give()
	return o.Conn.Write(p)
}

// securedConn is TLS above an outsideConn. net/http, to which it is a plain one, reads it frame by frame, of which a record may hold a
// thousand: it gives way before each, and not each record.
//
// It embeds no *tls.Conn: net/http would do for one with a method ConnectionState what it does for a *tls.Conn, see arrive.
type securedConn struct {
	net.Conn
	outside *outsideConn
}

// below is what net/http serves on, or what is below it.
func below(conn net.Conn) *outsideConn {
	if s, ok := conn.(*securedConn); ok {
		return s.outside
	}
	o, _ := conn.(*outsideConn) // there are no others
	return o
}

// Read gives way.
func (s *securedConn) Read(p []byte) (int, error) {
	s.outside.way.Give()
	return s.Conn.Read(p)
}

// CloseWrite ends the sending direction.
func (s *securedConn) CloseWrite() error { return closeWrite(s.Conn) }

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
