package tlsconn

import (
	"crypto/tls"
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	piece   = 32 << 10 // plain bytes that are sealed before they are sent
	maxOwed = 4 << 10  // bytes that crypto/tls may owe the peer while nothing is written
)

// Raw is a connection as the loops know it, see worker.Raw.
type Raw interface {
	// Read never waits: it returns an error that is a temporary net.Error
	// when nothing is there.
	Read(p []byte) (int, error)
	// ReadWait waits until something is there or the deadline has come.
	ReadWait(p []byte, deadline time.Time) (int, error)
	// Write writes all of p, and fails when the peer takes nothing for timeout.
	Write(p []byte, timeout time.Duration) error
	// TryWrite writes what the peer takes now. It is for who reads.
	TryWrite(p []byte) int
	// TrySend is TryWrite for everybody else; it fails when the connection is
	// closed.
	TrySend(p []byte) (int, error)
	// GiveWay lets others run first, if they have not for a while.
	GiveWay()
	LocalAddr() net.Addr
	RemoteAddr() net.Addr
	// Peer is what tells the peer from others; invalid if it stands for many.
	Peer() netip.Addr
}

// Conn is the server's end of a TLS connection. One goroutine may read while
// another writes; else it belongs to one at a time.
type Conn struct {
	tls    *tls.Conn
	socket socket
}

// Server makes a Conn over raw. Handshake is to follow.
func Server(raw Raw, config *tls.Config) *Conn {
	c := &Conn{socket: socket{raw: raw}}
	c.tls = tls.Server(&c.socket, config)
	return c
}

// Handshake makes the handshake, waiting for the peer until a time at most. It
// computes only while it is through the gate.
func (c *Conn) Handshake(gate *Gate, until time.Time) error {
	s := &c.socket
	err := c.shake(gate, until)
	if err != nil {
		_ = c.try() // the alert that says so
		return err
	}
	s.sending.Lock()
	defer s.sending.Unlock()
	return c.flush(left(until))
}

// left is how much time there is until t, but some.
func left(t time.Time) time.Duration { return max(time.Until(t), time.Millisecond) }

// shake makes it, and gives its place back whatever the application does in it.
func (c *Conn) shake(gate *Gate, until time.Time) error {
	s := &c.socket
	s.place, s.until = gate.begin(s.raw.Peer(), until), until
	defer func() {
		s.place.end()
		s.place, s.until = nil, time.Time{}
	}()
	if err := s.enter(); err != nil {
		return err
	}
	return c.tls.Handshake()
}

// State is that of the connection, after the handshake. Any goroutine.
func (c *Conn) State() tls.ConnectionState { return c.tls.ConnectionState() }

// Read implements worker.Layer.
func (c *Conn) Read(p []byte) (n int, more bool, err error) {
	n, err = c.tls.Read(p)
	if c.socket.owes() {
		if err := c.try(); err != nil {
			return n, false, err
		}
	}
	if n == 0 {
		c.socket.whole = 0 // there was no record that it could open
		return 0, false, err
	}
	// What is wrong shows in the next call. If crypto/tls was given no more
	// than one whole record, and p is not full, then it holds nothing back.
	if err == nil && n < len(p) && c.socket.whole <= 1 {
		c.socket.whole = 0
		return n, false, nil
	}
	return n, true, nil
}

// Write implements worker.Layer: it seals p and sends what that gave, in
// pieces.
func (c *Conn) Write(p []byte, more bool, timeout time.Duration) error {
	s := &c.socket
	s.sending.Lock()
	defer s.sending.Unlock()
	s.behind = true
	for first := true; first || len(p) > 0; first = false {
		n := min(len(p), piece)
		if _, err := c.tls.Write(p[:n]); err != nil {
			return err
		}
		if p = p[n:]; len(p) == 0 && more {
			return nil
		}
		if err := c.flush(timeout); err != nil {
			return err
		}
	}
	return nil
}

// TryWrite implements worker.Layer: it seals p in pieces as long as the peer
// takes them.
func (c *Conn) TryWrite(p []byte) (n int, rest bool, err error) {
	s := &c.socket
	s.sending.Lock()
	defer s.sending.Unlock()
	for n < len(p) {
		s.behind = true
		next := p[n:min(len(p), n+piece)]
		if _, err := c.tls.Write(next); err != nil {
			return n, false, err
		}
		n += len(next)
		if rest, err = c.send(s.raw.TrySend); rest || err != nil {
			return n, rest, err
		}
	}
	return n, false, nil
}

// CloseWrite implements worker.Layer: it sends the close_notify of RFC 8446
// section 6.1.
func (c *Conn) CloseWrite() {
	if c.tls.CloseWrite() == nil {
		_ = c.try()
	}
}

// Adopt makes c an ordinary connection over conn, which is what the descriptor
// below has become: it blocks, and heeds deadlines. Nobody may be using c.
func (c *Conn) Adopt(conn net.Conn) (*tls.Conn, error) {
	s := &c.socket
	s.conn, s.raw = conn, nil
	if out := s.take(); out != nil {
		_, err := conn.Write(out.b)
		out.free()
		return c.tls, err
	}
	return c.tls, nil
}

// flush sends what crypto/tls has written. The caller holds sending.
func (c *Conn) flush(timeout time.Duration) error {
	s := &c.socket
	for out := s.take(); out != nil; out = s.take() {
		if s.failed == nil {
			s.failed = s.raw.Write(out.b, timeout) // then a part of a record was sent, nobody knows which
		}
		out.free()
	}
	s.behind = false
	return s.failed
}

// try sends what crypto/tls has written if the peer takes it now, and nobody
// else sends.
func (c *Conn) try() error {
	s := &c.socket
	if !s.sending.TryLock() {
		return nil // whoever it is sends this, too, now or next time
	}
	defer s.sending.Unlock()
	_, err := c.send(func(p []byte) (int, error) { return s.raw.TryWrite(p), nil })
	return err
}

// send has write take of what crypto/tls has written what the peer takes now,
// and reports whether something is left. The caller holds sending.
func (c *Conn) send(write func(p []byte) (int, error)) (rest bool, err error) {
	s := &c.socket
	out := s.take()
	if out == nil {
		return false, s.failed
	}
	if s.failed == nil {
		var n int
		n, s.failed = write(out.b)
		out.b = append(out.b[:0], out.b[n:]...)
	}
	switch {
	case s.failed != nil, len(out.b) == 0:
		out.free()
		s.behind = false
	case len(out.b) > maxOwed && !s.behind:
		s.failed = errOwed
		out.free()
	default:
		s.putBack(out)
		return true, nil
	}
	return false, s.failed
}

// buffer is what crypto/tls has written and was not sent.
type buffer struct{ b []byte }

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// free gives a buffer back, unless it has grown too large to be kept.
func (b *buffer) free() {
	if cap(b.b) <= 2*piece {
		b.b = b.b[:0]
		buffers.Put(b)
	}
}
