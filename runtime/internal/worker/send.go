package worker

import (
	"net"
	"runtime"
	"syscall"
	"time"
)

// TrySend writes what the peer takes of p at once, and never waits. Any
// goroutine, whoever owns c, idle and parked ones too; but one at a time, and not
// beside Write or Send. The error is ErrWouldBlock when the peer takes no more:
// Send is to follow with what is left of p, also if that is nothing, since a
// Layer may hold something back. Else it is net.ErrClosed, or that of the socket.
func (c *Conn) TrySend(p []byte) (int, error) {
	if c.layer != nil {
		n, rest, err := c.layer.TryWrite(p)
		if rest && err == nil {
			err = ErrWouldBlock
		}
		return n, err
	}
	n, err := c.trySend(p)
	if n < len(p) && err == nil {
		err = ErrWouldBlock
	}
	return n, err
}

// trySend is TrySend below the Layer; it has no error when the peer takes no
// more.
func (c *Conn) trySend(p []byte) (int, error) {
	if !c.lend() {
		return 0, net.ErrClosed
	}
	n, errno := c.pool.sys.Write(int(c.fd), p)
	c.state.And(^lent)
	switch errno {
	case 0, syscall.EAGAIN, syscall.EINTR:
		return n, nil
	}
	return n, errno
}

// Send is Write from any goroutine that is not the owner of c, under the same
// conditions as TrySend. The goroutine waits as long as the peer takes nothing,
// while the connection goes its way; when that is closed it returns
// net.ErrClosed, or what the socket says of a peer that is gone.
func (c *Conn) Send(p []byte, timeout time.Duration) error {
	c.outside = true
	err := c.Write(p, timeout)
	c.outside = false
	return err
}

// lend keeps c from being closed for as long as a write takes that does not
// wait. It returns false if c is closed.
func (c *Conn) lend() bool {
	for {
		s := c.state.Load()
		switch {
		case s&stateMask == stateClosed:
			return false
		case s&lent != 0: // by TrySend beside a layer that has something to say
			runtime.Gosched()
		case c.state.CompareAndSwap(s, s|lent):
			return true
		}
	}
}
