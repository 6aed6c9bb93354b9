package worker

import (
	"io"
	"net"
	"syscall"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// Ready implements loop.Source. An idle connection on which only writing has
// become possible stays idle: at most Send waits for that, or is about to.
func (c *Conn) Ready(b loop.Bits) {
	c.pool.loop.Assert()
	set := bitsFrom(b)
	first := b&loop.In != 0 && !c.heard
	if first {
		c.heard = true
	}
	for {
		s := c.state.Load()
		loop.Step("Ready")
		switch s & stateMask {
		case stateIdle:
			if set&^writable == 0 {
				if c.note(s, set) {
					return
				}
				continue
			}
			wake := uint32(0)
			if set&writable != 0 {
				wake = s & waitWrite
			}
			if c.state.CompareAndSwap(s, s&^stateMask&^wake|stateBusy|set) {
				if first {
					c.deadline.Store(0) // it was for the first byte
				}
				if wake != 0 {
					c.more().writer.Load().wake(false)
				}
				c.pool.ready(c)
				return
			}
		case stateBusy, stateParked:
			if c.note(s, set) {
				return
			}
		default:
			return
		}
	}
}

// run takes connections and drives each as far as it goes. When a handler ends
// the goroutine, call has dealt with the connection, and another worker comes if
// there is something to do.
func (w *worker) run() {
	p := w.pool
	defer p.engine.goroutines.Done()
	left := false
	defer func() {
		p.dismissed()
		if !left {
			p.note(w)
			p.pause() // it runs no more
		}
	}()
	for c := p.take(w); c != nil; c = p.take(w) {
		p.drive(c, w)
	}
	left = true
}

// take gives a worker the next connection; or has it wait on the stack until
// there is one. It returns nil when the worker shall leave.
func (p *pool) take(w *worker) *Conn {
	loop.Step("take")
	p.mu.Lock()
	for {
		if p.queue.n > 0 && p.running <= p.soft {
			return p.taken(w)
		}
		p.count(w)
		p.running--
		if w.frame != nil {
			p.keep(w.frame)
			w.frame = nil
		}
		if p.stopped {
			p.mu.Unlock()
			return nil
		}
		p.idle = append(p.idle, w)
		left := p.queue.n
		p.mu.Unlock()
		if left > 0 { // more than soft were running
			p.alarm()
		}
		loop.Await("idle", func() bool { return len(w.c) > 0 })
		<-w.c
		p.mu.Lock()
		if w.leave {
			p.mu.Unlock()
			return nil
		}
	}
}

func (q *lanes) pop() *Conn {
	if q.n > 0 {
		q.n--
	}
	switch {
	case q.late.n == 0:
		return q.fresh.pop()
	case q.fresh.n == 0, q.passed >= latest:
		q.passed = 0
		return q.late.pop()
	}
	q.passed++
	return q.fresh.pop()
}

// taken takes the first connection, of which there is one, and unlocks mu.
func (p *pool) taken(w *worker) *Conn {
	p.count(w)
	c := p.queue.pop()
	if p.queue.n == 0 {
		p.queued.Store(0)
	}
	p.takes++
	long := p.takes%takesInARow == 0
	if c != p.marked {
		p.mu.Unlock()
		if long {
			p.giveWay()
		}
		return c
	}
	p.marked = nil
	since := p.markedAt
	p.mu.Unlock()
	p.stats.waited(p.loop.Precise() - since)
	return c
}

// drive serves c until it is no longer w's.
func (p *pool) drive(c *Conn, w *worker) {
	if c.linger == errand {
		p.do(c)
		return
	}
	for round := 1; ; round++ {
		next := p.serve(c, w)
		switch {
		case c.detached:
			p.finish(c)
			return
		case next == Idle && c.toIdle(), next == Park && c.toParked():
			return
		case next == Linger && c.linger == 0:
			c.beginLinger()
		case next == Close || next == Linger || next == Detached:
			c.close()
			return
		}
		if next == Again || round >= maxRounds {
			if p.again(c) {
				p.giveWay()
				return
			}
			p.yield() // the loop may know of others
		}
	}
}

// serve calls Serve or Shed, or does what the handler is not needed for. A panic in a call closes the connection; so does
// runtime.Goexit, which ends the worker, too.
func (p *pool) serve(c *Conn, w *worker) (next Next) {
	s := c.state.Load()
	if s&cut != 0 {
		return Close
	}
	if c.cause = s & causes; c.cause != 0 {
		c.state.And(^causes)
	}
	if c.linger != 0 {
		return c.discard()
	}
	if w.frame == nil {
		w.frame = p.frame()
		w.frame.Lend(&w.lent)
	}
	c.onLoop, c.inShed, c.bulk = w == p.onLoop, w.sheds, false
	returned := false
	defer func() {
		if !returned {
			next = p.failed(c, w, recover())
		}
	}()
	if w.sheds {
		p.engine.opts.Handler.Shed(c, w.frame)
		next = Linger
	} else {
		next = p.engine.opts.Handler.Serve(c, w.frame)
	}
	w.frame.Release()
	c.onLoop = false
	returned = true
	return next
}

// Read reads what is there into p, which must not be empty, and never waits.
// It returns ErrWouldBlock when nothing is there, without a system call if the
// last read was short and the loop has seen nothing since; io.EOF at the end,
// then and ever after; or the error of the socket, a syscall.Errno.
func (c *Conn) Read(p []byte) (int, error) {
	if c.layer != nil {
		return c.readLayer(p)
	}
	return c.read(p)
}

// read is Read below the Layer.
func (c *Conn) read(p []byte) (int, error) {
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
	for {
		// Cleared before the call: an edge that comes meanwhile is not lost.
		before := c.state.And(^readable)
		n, errno := c.pool.sys.Read(int(c.fd), p)
		switch errno {
		case 0:
			if n == 0 {
				c.eof = true
				return 0, io.EOF
			}
			// A short read has emptied the socket, unless the end follows.
			if n == len(p) || before&(peerClosed|gone) != 0 {
				c.state.Or(readable)
			}
			if n == len(p) {
				c.GiveWay()
			}
			return n, nil
		case syscall.EAGAIN:
			return 0, ErrWouldBlock
		case syscall.EINTR:
		default:
			return 0, errno
		}
	}
}

// Write writes all of p, or returns an error: os.ErrDeadlineExceeded when the
// peer has taken nothing for timeout (0: no limit), or that of the socket. It
// parks until the peer takes more; on a loop that serves it polls.
func (c *Conn) Write(p []byte, timeout time.Duration) error {
	if c.layer != nil {
		return c.writeLayer(p, false, timeout)
	}
	return c.write(p, timeout)
}

// write is Write below the Layer.
func (c *Conn) write(p []byte, timeout time.Duration) error {
	if c.detached {
		return net.ErrClosed
	}
	var g progress
	for len(p) > 0 {
		if c.isCut() {
			return syscall.ECONNRESET
		}
		if c.outside && !c.lend() {
			return net.ErrClosed
		}
		n, errno := c.pool.sys.Write(int(c.fd), p)
		if c.outside {
			c.state.And(^lent)
		}
		if n == len(p) {
			return nil
		}
		p = p[n:]
		if err := c.written(&g, n, errno, timeout); err != nil {
			return err
		}
	}
	return nil
}

func (c *Conn) leave(to, unless uint32) bool {
	for {
		s := c.state.Load()
		if s&unless != 0 {
			return false
		}
		loop.Step("leave")
		if c.state.CompareAndSwap(s, s&^stateMask&^yielded|to) {
			break
		}
	}
	loop.Step("left")
	if d := time.Duration(c.deadline.Load()); d != 0 {
		c.ensureArmed(d)
	}
	return true
}

// ensureArmed sees to it that the wheel looks at c when d has come. Mostly it
// does: the deadlines of a connection that is in use come ever later, and the
// wheel, coming early, arms c anew. Any goroutine that has just made d visible
// to the loop.
func (c *Conn) ensureArmed(d time.Duration) {
	a := time.Duration(c.armed.Load())
	loop.Step("ensureArmed")
	if a != 0 && (a <= d || a <= lookAt(d, c.pool.loop.Now())) {
		return
	}
	c.pool.loop.Post(c.tend)
}

func (c *Conn) now() time.Duration {
	if c.onLoop {
		return c.pool.loop.Precise()
	}
	return c.pool.loop.Now()
}
