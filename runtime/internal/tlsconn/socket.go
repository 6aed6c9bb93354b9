package tlsconn

import (
	"errors"
	"net"
	"sync"
	"time"
)

// errOwed is the end of a connection whose peer has crypto/tls answer, and does
// not read it.
var errOwed = errors.New("tlsconn: the peer does not read what it asks for")

// recordHeader is how long the header of a record is: a type, a version, and
// the length of what follows (RFC 8446 section 5.1).
const recordHeader = 5

// socket is the network as crypto/tls sees it.
type socket struct {
	raw   Raw       // nil once conn is there
	conn  net.Conn  // what it was adopted by
	place *place    // that of the handshake, while it is under way
	until time.Time // the end of the handshake; zero: Read does not wait

	// How the records lie in what was read, for who reads.
	whole int                // records that crypto/tls may hold
	head  [recordHeader]byte // of the record under way
	got   int                // bytes of head
	left  int                // bytes of its body that are to come

	sending sync.Mutex // held while something is sent
	failed  error      // guarded by sending: nothing can be sent any more
	behind  bool       // guarded by sending: a Write is to send what is left, which so is not owed

	mu  sync.Mutex
	out *buffer // guarded by mu; nil if empty
}

// NetConn is what the connection was adopted by, nil before: who has a *tls.Conn
// finds the socket below it so.
func (s *socket) NetConn() net.Conn { return s.conn }

// Read gives crypto/tls what is there. During the handshake it sends what was
// written, and waits.
func (s *socket) Read(p []byte) (int, error) {
	if s.conn != nil {
		return s.conn.Read(p)
	}
	n, err := s.raw.Read(p)
	if err != nil && s.place != nil && temporary(err) {
		n, err = s.await(p)
	}
	s.follow(p[:n])
	return n, err
}

// await waits for the peer, outside of the gate. Who waits in vain stays there:
// there is nothing more to compute.
func (s *socket) await(p []byte) (int, error) {
	s.place.leave()
	for out := s.take(); out != nil; out = s.take() {
		err := s.raw.Write(out.b, left(s.until))
		out.free()
		if err != nil {
			return 0, err
		}
	}
	n, err := s.raw.ReadWait(p, s.until)
	if err != nil {
		return n, err
	}
	return n, s.enter()
}

// enter enters the gate, and lets others go first where one handshake follows another.
func (s *socket) enter() error {
	if err := s.place.enter(); err != nil {
		return err
	}
	s.raw.GiveWay()
	return nil
}

func temporary(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Temporary() //nolint:staticcheck // crypto/tls asks for it, and Raw means nothing else
}

// follow counts the records that end in p.
func (s *socket) follow(p []byte) {
	for len(p) > 0 {
		if s.got < recordHeader {
			n := copy(s.head[s.got:], p)
			s.got += n
			p = p[n:]
			if s.got < recordHeader {
				return
			}
			s.left = int(s.head[3])<<8 | int(s.head[4])
		}
		n := min(s.left, len(p))
		s.left -= n
		p = p[n:]
		if s.left == 0 {
			s.got = 0
			s.whole++
		}
	}
}

// Write keeps a copy of p.
func (s *socket) Write(p []byte) (int, error) {
	if s.conn != nil {
		return s.conn.Write(p)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out == nil {
		s.out, _ = buffers.Get().(*buffer)
	}
	s.out.b = append(s.out.b, p...)
	return len(p), nil
}

// owes reports whether something was written and not sent.
func (s *socket) owes() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out != nil
}

// take takes what was written and not sent; nil if there is nothing.
func (s *socket) take() *buffer {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.out
	s.out = nil
	return out
}

// putBack undoes take for what could not be sent.
func (s *socket) putBack(out *buffer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out != nil {
		out.b = append(out.b, s.out.b...)
		s.out.free()
	}
	s.out = out
}

// Close closes what has adopted the connection. Before that the loops close it.
func (s *socket) Close() error {
	if s.conn != nil {
		return s.conn.Close()
	}
	return nil
}

// LocalAddr is this end.
func (s *socket) LocalAddr() net.Addr {
	if s.conn != nil {
		return s.conn.LocalAddr()
	}
	return s.raw.LocalAddr()
}

// RemoteAddr is the peer.
func (s *socket) RemoteAddr() net.Addr {
	if s.conn != nil {
		return s.conn.RemoteAddr()
	}
	return s.raw.RemoteAddr()
}

// SetDeadline does nothing before the connection is adopted: nothing waits.
func (s *socket) SetDeadline(t time.Time) error {
	if s.conn != nil {
		return s.conn.SetDeadline(t)
	}
	return nil
}

// SetReadDeadline is like SetDeadline.
func (s *socket) SetReadDeadline(t time.Time) error {
	if s.conn != nil {
		return s.conn.SetReadDeadline(t)
	}
	return nil
}

// SetWriteDeadline is like SetDeadline.
func (s *socket) SetWriteDeadline(t time.Time) error {
	if s.conn != nil {
		return s.conn.SetWriteDeadline(t)
	}
	return nil
}
