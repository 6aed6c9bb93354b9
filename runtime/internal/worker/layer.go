package worker

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// Layer carries plain bytes over those of a connection, as TLS does. Who reads
// and writes by the methods of Conn need not know whether there is one. It uses
// the connection by Conn.Raw. While one goroutine reads another may write.
type Layer interface {
	// Read reads as Conn.Read does. more reports whether another call may give
	// something although nothing arrives: the layer holds bytes back.
	Read(p []byte) (n int, more bool, err error)
	// Write writes as Conn.Write does; with more, another call follows at once,
	// and it may keep p until then.
	Write(p []byte, more bool, timeout time.Duration) error
	// TryWrite writes what the peer takes of p at once, and never waits. rest
	// reports whether it takes no more: a Write is to follow with what is left
	// of p, also if that is nothing, since the layer may hold something back.
	TryWrite(p []byte) (n int, rest bool, err error)
	// CloseWrite tells the peer that nothing follows, as far as that goes
	// without waiting. It may be called several times, and on the loop.
	CloseWrite()
}

// SetLayer puts l between c and whoever reads and writes it. Owner only; once,
// before the first Serve (see Listener.Open).
func (c *Conn) SetLayer(l Layer) { c.layer = l }

// Layer is what SetLayer was given, or nil. It is known before the first Serve.
// Any goroutine.
func (c *Conn) Layer() Layer { return c.layer }

func (c *Conn) readLayer(p []byte) (int, error) {
	switch {
	case c.eof:
		return 0, io.EOF
	case c.detached:
		return 0, net.ErrClosed
	case len(p) == 0:
		return 0, nil
	case !c.Readable():
		return 0, ErrWouldBlock
	}
	n, more, err := c.layer.Read(p)
	if more {
		c.state.Or(readable)
	}
	if errors.Is(err, io.EOF) {
		c.eof = true // of the layer; below it more may follow
	}
	return n, err
}

func (c *Conn) writeLayer(p []byte, more bool, timeout time.Duration) error {
	if c.detached {
		return net.ErrClosed
	}
	return c.layer.Write(p, more, timeout)
}

// Raw is a connection below its Layer. Its methods are for that one alone.
type Raw Conn

// Raw is c below its Layer.
func (c *Conn) Raw() *Raw { return (*Raw)(c) }

// Read is Conn.Read.
func (r *Raw) Read(p []byte) (int, error) { return (*Conn)(r).read(p) }

// ReadWait is Conn.ReadWait.
func (r *Raw) ReadWait(p []byte, deadline time.Time) (int, error) {
	c := (*Conn)(r)
	until := c.until(deadline)
	for {
		n, err := c.read(p)
		if !errors.Is(err, ErrWouldBlock) {
			return n, err
		}
		if err := c.wait(waitRead, until); err != nil {
			return 0, err
		}
	}
}

// Write is Conn.Write.
func (r *Raw) Write(p []byte, timeout time.Duration) error { return (*Conn)(r).write(p, timeout) }

// TryWrite writes what the peer takes now, and never waits.
func (r *Raw) TryWrite(p []byte) int {
	c := (*Conn)(r)
	if c.detached {
		return 0
	}
	n, _ := c.pool.sys.Write(int(c.fd), p) // what is wrong shows when it is read
	return n
}

// TrySend is TryWrite for who does not own the connection. It writes nothing to
// one that is closed: the error is net.ErrClosed then, or that of the socket.
func (r *Raw) TrySend(p []byte) (int, error) { return (*Conn)(r).trySend(p) }

// LocalAddr is Conn.LocalAddr.
func (r *Raw) LocalAddr() net.Addr { return (*Conn)(r).LocalAddr() }

// RemoteAddr is Conn.RemoteAddr.
func (r *Raw) RemoteAddr() net.Addr { return (*Conn)(r).RemoteAddr() }

// Hold keeps the place of a connection among those that are open beyond
// Detach: Drain waits until the function that it returns was called, and
// MaxConnections and MaxPerPeer count it. That may be called by any goroutine,
// and twice. Owner only.
func (c *Conn) Hold() (release func()) {
	e := c.pool.engine
	e.open.Add(1)
	e.peers.enter(c.listener, c.peerAddr(), true)
	return sync.OnceFunc(func() {
		e.peers.leave(c.listener, c.peerAddr())
		e.leave()
	})
}
