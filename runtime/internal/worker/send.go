package worker

import (
	"net"
	"runtime"
	"syscall"
	"time"
)

// TrySend writes what the peer takes of p at once, and never waits. Any
// goroutine, whoever owns c, idle and parked ones too; but one at a time, and not
// beside Write or Send. Of a connection that has a Layer it writes nothing: to
// encrypt is not to be done by halves. The error is net.ErrClosed, or that of
// the socket.
func (c *Conn) TrySend(p []byte) (int, error) {
	if c.layer != nil {
		return 0, nil
	}
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
