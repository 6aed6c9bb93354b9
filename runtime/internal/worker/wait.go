package worker

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// ErrWouldBlock is returned by Read when nothing is there. It is a net.Error that
// is Temporary: crypto/tls goes on after it.
var ErrWouldBlock error = wouldBlockError{}

type wouldBlockError struct{}

func (wouldBlockError) Error() string   { return "worker: operation would block" }
func (wouldBlockError) Timeout() bool   { return false }
func (wouldBlockError) Temporary() bool { return true }

// onLoopWait bounds how long a loop that serves waits for one peer.
const onLoopWait = time.Second

// waiter is a goroutine that waits inside Serve or Send.
type waiter struct {
	c     chan struct{} // holds one wake-up
	until atomic.Int64  // on the loop's clock; 0: no limit
	late  bool          // written before the wake-up: until has passed
}

var waiters = sync.Pool{New: func() any { return &waiter{c: make(chan struct{}, 1)} }}

func (w *waiter) wake(late bool) {
	w.late = late
	w.c <- struct{}{}
}

// ReadWait reads as Read does, but waits until something is there or deadline
// has come: then its error is os.ErrDeadlineExceeded. The zero deadline is
// none. The goroutine parks; on a loop that serves it polls, for a second at
// most. Interrupt ends the wait, then the error is ErrInterrupted.
func (c *Conn) ReadWait(p []byte, deadline time.Time) (int, error) {
	until := c.until(deadline)
	for {
		n, err := c.Read(p)
		if !errors.Is(err, ErrWouldBlock) {
			return n, err
		}
		if err := c.wait(waitRead, until); err != nil {
			return 0, err
		}
	}
}

// until is a deadline on the loop's clock; 0 for the zero deadline.
func (c *Conn) until(deadline time.Time) time.Duration {
	if deadline.IsZero() {
		return 0
	}
	return max(c.pool.loop.When(deadline), 1)
}

// WriteLast writes as Write does, before the handler answers Close or Linger,
// and ends the writing direction in the same packet. It does not leave that to
// the close: where the peer has said more by then, a close is a reset, and what
// waited for it would never be sent.
func (c *Conn) WriteLast(p []byte, timeout time.Duration) error {
	if c.layer == nil && !c.detached && !c.outside && !c.isCut() {
		n, _ := c.pool.sys.WriteLast(int(c.fd), p) // what is wrong is so with the next call
		if p = p[n:]; len(p) == 0 {
			_ = c.pool.sys.ShutdownWrite(int(c.fd)) // if it fails, so will reading
			return nil
		}
	}
	return c.Write(p, timeout)
}

// isCut reports whether time is up, and the socket is shut down or about to be:
// nothing more may be said on it.
func (c *Conn) isCut() bool { return c.state.Load()&cut != 0 }

// Writev writes bufs as Write does, and uses them up: their elements are
// changed.
func (c *Conn) Writev(bufs [][]byte, timeout time.Duration) error {
	if c.layer != nil {
		for i, p := range bufs {
			if err := c.writeLayer(p, i+1 < len(bufs), timeout); err != nil {
				return err
			}
		}
		return nil
	}
	if c.detached {
		return net.ErrClosed
	}
	var g progress
	for bufs = skip(bufs, 0); len(bufs) > 0; {
		if c.isCut() {
			return syscall.ECONNRESET
		}
		n, errno := c.pool.sys.Writev(int(c.fd), bufs)
		if bufs = skip(bufs, n); len(bufs) == 0 {
			return nil
		}
		if err := c.written(&g, n, errno, timeout); err != nil {
			return err
		}
	}
	return nil
}

// skip takes the first n bytes, and empty buffers after them, from bufs.
func skip(bufs [][]byte, n int) [][]byte {
	for len(bufs) > 0 && n >= len(bufs[0]) {
		n -= len(bufs[0])
		bufs = bufs[1:]
	}
	if n > 0 {
		bufs[0] = bufs[0][n:]
	}
	return bufs
}

// progress is how far one call of Write has come.
type progress struct {
	since time.Duration // when the peer last took something; 0: not known
	clear bool          // writable was cleared before the last attempt
}

// written is called after an attempt that did not take all. It returns nil when
// another should be made: at once, or after waiting for the edge.
func (c *Conn) written(g *progress, n int, errno syscall.Errno, timeout time.Duration) error {
	switch errno {
	case 0, syscall.EAGAIN:
	case syscall.EINTR:
		return nil
	default:
		return errno
	}
	if n > 0 || g.since == 0 {
		if g.since = c.pool.loop.Now(); !c.outside {
			g.since = c.now()
		}
	}
	if !g.clear {
		// Only an edge that comes after an attempt means that the next will
		// take something. So forget what came before, and try once more.
		c.state.And(^writable)
		g.clear = true
		return nil
	}
	if errno == 0 {
		return nil
	}
	until := time.Duration(0)
	if timeout > 0 {
		until = max(g.since+timeout, 1)
	}
	err := c.wait(waitWrite, until)
	c.state.And(^writable)
	return err
}

// wait parks the goroutine until the edge that flag (waitRead, waitWrite) is
// for, or until a time on the loop's clock (0: none). It may return early.
func (c *Conn) wait(flag uint32, until time.Duration) error {
	outside := flag == waitWrite && c.outside
	switch {
	case outside:
	case c.inShed:
		return ErrWouldBlock
	case flag == waitRead && c.takeInterrupt():
		return ErrInterrupted
	case c.onLoop:
		return c.waitOnLoop(flag, until)
	}
	want, at := readable, &c.more().reader
	if flag == waitWrite {
		want, at = writable, &c.more().writer
	}
	w, _ := waiters.Get().(*waiter)
	defer waiters.Put(w)
	w.until.Store(int64(until))
	at.Store(w)
	for {
		s := c.state.Load()
		if s&want != 0 {
			return nil
		}
		if s&ousted != 0 {
			return ErrOusted
		}
		if s&(gone|cut) != 0 {
			return syscall.ECONNRESET
		}
		if s&stateMask == stateClosed {
			return net.ErrClosed
		}
		if flag == waitRead && s&interrupted != 0 {
			return nil // ReadWait comes back, and finds it
		}
		loop.Step("wait")
		if c.state.CompareAndSwap(s, s&^yielded|flag) {
			break
		}
	}
	if until != 0 {
		c.ensureArmed(until)
	}
	woken := func() bool { return len(w.c) > 0 }
	if outside || c.apart {
		loop.Await("waits", woken)
		<-w.c
	} else {
		c.pool.pause()
		loop.Await("waits", woken)
		<-w.c
		c.pool.unpause()
	}
	if w.late {
		return os.ErrDeadlineExceeded
	}
	if c.apart && c.state.Load()&ousted != 0 {
		return ErrOusted // whatever has come since
	}
	return nil
}

// waitOnLoop waits for the descriptor itself: the loop, which would see the
// edge, is this goroutine.
func (c *Conn) waitOnLoop(flag uint32, until time.Duration) error {
	bits := loop.In
	if flag == waitWrite {
		bits = loop.Out
	}
	end := c.now() + onLoopWait
	if until != 0 {
		end = min(end, until)
	}
	for {
		got, errno := c.pool.sys.Wait(int(c.fd), bits, end-c.now())
		switch {
		case errno == syscall.EINTR:
			continue
		case errno != 0:
			return errno
		case got == 0:
			return os.ErrDeadlineExceeded
		}
		if flag == waitRead {
			c.state.Or(readable)
		}
		return nil
	}
}
