//go:build tornado_net || !(linux || darwin || freebsd || netbsd || openbsd)

package poll

import (
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

const (
	readAhead   = 32 << 10        // bytes that are read before they are asked for, at most
	readStep    = 4 << 10         // bytes of one read
	writeBehind = 64 << 10        // bytes that wait to be written, at most
	lastWords   = 5 * time.Second // for what waits to be written when a socket is closed
)

// netConn is what all connections of package net that a listener accepts are.
type netConn interface {
	net.Conn
	CloseWrite() error
}

// netSocket is a connection whose calls never wait. From its registration on a
// goroutine reads ahead of it; another writes what write has taken, as long as
// there is any.
type netSocket struct {
	conn netConn

	mu      sync.Mutex
	changed *sync.Cond

	// guarded by mu
	reg      *registration // nil: not registered
	in       []byte        // read, not asked for
	end      error         // why reading has ended; io.EOF, or nil while it goes on
	reading  bool          // the goroutine that reads exists
	released bool          // it is to leave
	out      []byte        // taken, not written
	fault    syscall.Errno // of writing
	writing  bool          // the goroutine that writes exists
	full     bool          // a write found no room
	ended    bool          // the writing direction is to end, or has ended, after out
	closed   bool
	closer   *netPoller // closed: where it was registered, nil if nowhere
}

func newNetSocket(conn netConn) *netSocket {
	s := &netSocket{conn: conn}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// register has r hear of s. What s is ready for is an edge.
func (s *netSocket) register(r *registration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reg != nil {
		return syscall.EEXIST
	}
	s.reg = r
	if !s.reading {
		s.reading = true
		go s.readOn()
	}
	s.edge()
	return nil
}

func (s *netSocket) forget() {
	s.mu.Lock()
	s.reg = nil
	s.mu.Unlock()
}

// edge tells all who wait that something has changed. The caller holds mu.
func (s *netSocket) edge() {
	s.changed.Broadcast()
	if s.reg != nil {
		s.reg.poller.edge(s.reg)
	}
}

// bits is what s is ready for, if r is still its registration.
func (s *netSocket) bits(r *registration) Bits {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reg != r || s.closed {
		return 0
	}
	return s.ready()
}

// ready is what s is ready for. The caller holds mu.
func (s *netSocket) ready() Bits {
	var b Bits
	if len(s.in) > 0 || s.end != nil {
		b |= In
	}
	if len(s.out) < writeBehind || s.fault != 0 {
		b |= Out
	}
	if s.end != nil {
		b |= PeerClosed
	}
	if s.fault != 0 || s.end != nil && (s.ended || !errors.Is(s.end, io.EOF)) {
		b |= Hangup
	}
	return b
}

// readOn reads ahead until the end.
func (s *netSocket) readOn() {
	buf := make([]byte, readStep)
	for {
		n, err := s.conn.Read(buf)
		s.mu.Lock()
		if s.end == nil { // else it was shut down
			s.in = append(s.in, buf[:n]...)
			if err != nil && !s.released {
				s.end = err
			}
		}
		if n > 0 || s.end != nil {
			s.edge()
		}
		for len(s.in) >= readAhead && !s.released && !s.closed {
			s.changed.Wait()
		}
		if err != nil || s.released || s.closed {
			s.reading = false
			s.changed.Broadcast()
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
	}
}

func (s *netSocket) read(p []byte, peek bool) (int, syscall.Errno) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.in) > 0:
	case s.end == nil:
		return 0, syscall.EAGAIN
	case errors.Is(s.end, io.EOF):
		return 0, 0
	default:
		return 0, errnoOf(s.end)
	}
	n := copy(p, s.in)
	if peek {
		return n, 0
	}
	if s.in = s.in[n:]; len(s.in) == 0 {
		s.in = nil
	}
	s.changed.Broadcast()
	return n, 0
}

func (s *netSocket) write(bufs ...[]byte) (int, syscall.Errno) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.fault != 0:
		return 0, s.fault
	case s.ended:
		return 0, syscall.EPIPE
	}
	n := 0
	for _, b := range bufs {
		part := b[:min(len(b), writeBehind-len(s.out))]
		s.out = append(s.out, part...)
		if n += len(part); len(part) < len(b) {
			s.full = true
			break
		}
	}
	if n == 0 && s.full {
		return 0, syscall.EAGAIN
	}
	s.writeLater()
	return n, 0
}

// writeLater has what write has taken written. The caller holds mu.
func (s *netSocket) writeLater() {
	if !s.writing {
		s.writing = true
		go s.writeOn()
	}
}

// writeOn writes what there is, and then ends the writing direction or the
// connection, if it is to end.
func (s *netSocket) writeOn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.out) > 0 && s.fault == 0 {
		out := s.out
		s.mu.Unlock()
		n, err := s.conn.Write(out)
		s.mu.Lock()
		s.out = s.out[min(n, len(s.out)):] // shutdown may have dropped it
		if s.fault == 0 {
			s.fault = errnoOf(err)
		}
		if s.full || s.fault != 0 {
			s.full = false
			s.edge()
		}
	}
	s.out, s.writing = nil, false
	s.changed.Broadcast()
	switch {
	case s.closed:
		_ = s.conn.Close() // it is gone in any case
		if s.closer != nil {
			s.closer.closing.Done()
		}
	case s.ended:
		_ = s.conn.CloseWrite() // if it fails, so will reading
		s.edge()
	}
}

func (s *netSocket) shutdownWrite() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.ended = true
		s.writeLater()
	}
}

// shutdown drops what waits, and ends both directions.
func (s *netSocket) shutdown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.in, s.out, s.end, s.fault, s.ended = nil, nil, io.EOF, syscall.EPIPE, true
	_ = s.conn.SetDeadline(time.Unix(1, 0)) // ends reads and writes under way
	s.writeLater()
	s.edge()
}

// close forgets the connection, which writes what it has taken before it ends.
func (s *netSocket) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if s.reg != nil {
		s.closer = s.reg.poller
		s.closer.closing.Add(1)
	}
	s.closed, s.reg = true, nil
	_ = s.conn.SetDeadline(time.Now().Add(lastWords)) // if it fails, so will what it bounds
	s.changed.Broadcast()
	s.writeLater()
}

// release gives the connection to another, when all that it has taken is
// written, or cannot be.
func (s *netSocket) release() (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.writing {
		s.changed.Wait()
	}
	s.released, s.reg = true, nil
	s.changed.Broadcast()
	err := s.conn.SetReadDeadline(time.Unix(1, 0)) // ends the read under way
	for s.reading {
		s.changed.Wait()
	}
	if err = errors.Join(err, s.conn.SetReadDeadline(time.Time{})); err != nil {
		return nil, errors.Join(err, s.conn.Close())
	}
	if len(s.in) == 0 {
		return s.conn, nil
	}
	return &resumedConn{netConn: s.conn, in: s.in}, nil
}

// wait returns when s is ready for one of bits, with what it is ready for, or
// when d has passed, with nothing.
func (s *netSocket) wait(bits Bits, d time.Duration) Bits {
	late := false
	timer := time.AfterFunc(d, func() {
		s.mu.Lock()
		late = true
		s.mu.Unlock()
		s.changed.Broadcast()
	})
	defer timer.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if got := s.ready(); got&(bits|Hangup) != 0 {
			return got
		}
		if late || d <= 0 {
			return 0
		}
		s.changed.Wait()
	}
}

// resumedConn is a connection of which some was read before.
type resumedConn struct {
	netConn
	in []byte
}

func (c *resumedConn) Read(p []byte) (int, error) {
	if len(c.in) == 0 {
		return c.netConn.Read(p)
	}
	n := copy(p, c.in)
	c.in = c.in[n:]
	return n, nil
}
