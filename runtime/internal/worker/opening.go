package worker

import (
	"syscall"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

const (
	// unopened is Conn.linger before Listener.Open was called, halting the same where
	// something has come that is not enough for it, and standing where there is no
	// place for it.
	unopened = -1
	halting  = -3
	standing = -4
	// firstBytes is how much of it is looked at.
	firstBytes = 4 << 10
)

// mayOpen reports whether Listener.Open is to be called for c, which is busy, or
// to be closed. Else it is idle again. loop-only.
func (p *pool) mayOpen(c *Conn) bool {
	if c.listener.Enough == nil && c.linger != standing {
		return true
	}
	for {
		if c.state.Load()&c.ends() != 0 {
			return true
		}
		before := c.state.And(^(readable | causes)) // before the call: an edge that comes meanwhile is not lost
		if before&draining != 0 && c.linger != standing {
			c.hasten(p.engine.opts.DrainGrace)
		}
		if p.lacksNothing(c) {
			c.state.Or(readable)
			return true
		}
		if c.toIdle() {
			return false
		}
	}
}

// ends are the bits with which c, which was not opened, waits no longer. Who stands in
// line waits on when its peer has ended its direction, unless what comes is looked at:
// it is to go on then, as a handshake does.
func (c *Conn) ends() uint32 {
	if c.linger == standing && c.listener.Enough == nil {
		return expired | cut | gone
	}
	return expired | cut | gone | peerClosed
}

// lacksNothing reports whether there is nothing more that c waits for before it is
// opened. loop-only.
func (p *pool) lacksNothing(c *Conn) bool {
	if c.linger == standing {
		return p.engine.openings.has(c.more().opener)
	}
	n, errno := p.sys.Peek(int(c.fd), p.first[:])
	for errno == syscall.EINTR {
		n, errno = p.sys.Peek(int(c.fd), p.first[:])
	}
	first := n > 0 && c.linger == unopened
	if first {
		c.SetTimeout(c.listener.Patience)
	}
	if n == len(p.first) || errno != syscall.EAGAIN && (n == 0 || c.listener.Enough(p.first[:n])) {
		return true
	}
	if first {
		c.linger = halting
	}
	return false
}

// open has the listener make c ready, in a goroutine of its own: it may wait
// for the peer, and meanwhile neither a worker nor a frame is taken, nor the
// loop. The goroutine owns c from then on. If there is no place for one, c stands in
// line, as one that is idle. loop-only.
func (p *pool) open(c *Conn) {
	if !p.mayOpen(c) {
		return
	}
	stands := c.linger == standing
	if s := c.state.Load(); s&(expired|cut) != 0 || stands && s&c.ends() != 0 {
		p.renounce(c)
		return
	}
	one, now, watch := c.more().opener, true, false
	if !stands {
		one, now, watch = p.engine.openings.enter(c)
	}
	if watch {
		p.loop.After(watching, p.watch)
	}
	if now {
		c.linger, c.more().opener = 0, nil
		one.start()
		return
	}
	p.engine.stats.Unopened.Add(1)
	c.linger, c.more().opener = standing, one
	if c.deadline.Load() == 0 {
		c.SetTimeout(c.listener.Patience)
	}
	p.open(c) // it is idle then
}

// watch looks now and then, while any stand in line, who has a place now. loop-only.
func (p *pool) watch() {
	begun, again := p.engine.openings.watch()
	for _, one := range begun {
		one.call()
	}
	if again {
		p.loop.After(watching, p.watch)
	}
}

// renounce closes c, which has waited for too long to be opened, or is to go.
// loop-only.
func (p *pool) renounce(c *Conn) {
	late := c.state.Load()&expired != 0
	switch {
	case late && c.linger == unopened:
		p.engine.stats.Silent.Add(1)
	case late:
		p.engine.stats.Halted.Add(1)
	}
	if c.linger != unopened {
		_, _ = p.sys.Read(int(c.fd), p.first[:]) // the peer would be reset for what is unread
	}
	c.close()
}

// called has c opened, which stood in line. loop-only.
func (c *Conn) called() {
	c.pool.loop.Assert()
	for {
		s := c.state.Load()
		if s&stateMask != stateIdle {
			return // it was closed, and its place has gone on, or something else has had it opened
		}
		loop.Step("called")
		if c.state.CompareAndSwap(s, s&^stateMask|stateBusy) {
			c.pool.ready(c)
			return
		}
	}
}

// unopen gives up the place of c, or its place in line, if it is closed before it
// was opened. Owner only.
func (c *Conn) unopen() {
	if c.linger == standing {
		c.more().opener.leave(false)
		c.more().opener = nil
	}
}

// leave ends o, and has begin who gets its place.
func (o *opener) leave(made bool) {
	if next := o.c.pool.engine.openings.leave(o, made); next != nil {
		next.call()
	}
}

// call has its loop open a connection that stood in line and has a place now. Any
// goroutine.
func (o *opener) call() { o.c.pool.loop.Post(o.c.called) }

// start runs o.
func (o *opener) start() {
	o.c.pool.engine.goroutines.Add(1)
	o.c.apart, o.c.onLoop, o.c.inShed = true, false, false
	loop.Go("open", o.run)
}

func (o *opener) run() {
	c, next := o.c, Close
	p := c.pool
	defer p.engine.goroutines.Done()
	defer func() {
		if v := recover(); v != nil {
			p.stats.Panics.Add(1)
			p.logPanic("Open", c, v)
			next = Close
		}
		o.leave(next == Idle || next == Detached)
		c.opened(next)
	}()
	if c.state.Load()&cut == 0 { // the time to drain may be up before it was its turn
		next = c.listener.Open(c)
	}
}

// opened gives c to the workers, or ends it.
func (c *Conn) opened(next Next) {
	c.apart = false
	c.deadline.Store(0) // it was for the opening
	switch {
	case c.detached:
		c.pool.finish(c)
	case next == Close, next == Detached:
		c.close()
	default:
		if next == Linger {
			c.beginLinger()
		}
		c.state.Or(readable) // what has arrived may be with the layer
		c.pool.offer(c)
	}
}
