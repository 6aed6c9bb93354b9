package worker

import (
	linked "container/list"
	"errors"
	"sync"
	"syscall"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// ErrOusted ends what a connection waits for in Listener.Open, when there are
// Options.MaxOpening of them and another has come that may not wait as long.
var ErrOusted = errors.New("worker: it has waited for its peer, and made room for another")

// oldest is how many of those that have begun first are asked to make room: one
// that computes cannot, and a loop is not to look at thousands.
const oldest = 64

// openings are the calls of Listener.Open under way. One that is ousted hands
// its place on when it ends, so there are never more than there may be. Any
// goroutine.
type openings struct {
	most int // immutable

	mu   sync.Mutex
	n    int         // guarded by mu
	list linked.List // guarded by mu; of *opener, in the order in which they have begun; not those that are ousted
}

// opener is one of them.
type opener struct {
	c    *Conn           // immutable
	at   *linked.Element // guarded by openings.mu
	heir *Conn           // guarded by openings.mu; what begins when this one ends; nil unless it is ousted
}

// count is how many there are.
func (o *openings) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.n
}

// enter begins one for c, or has c begin later, where another one is ousted for
// it. now is nil then; ok is false if all compute, and c is to be refused.
func (o *openings) enter(c *Conn) (now *opener, ousts, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.n < o.most {
		o.n++
		return o.begin(c), false, true
	}
	at := o.list.Front()
	for range oldest {
		if at == nil {
			break
		}
		victim, _ := at.Value.(*opener)
		if victim.c.oust() {
			victim.heir = c
			o.list.Remove(at)
			return nil, true, true
		}
		at = at.Next()
	}
	return nil, false, false
}

// leave ends one, and begins the one that has ousted it, if there is such.
func (o *openings) leave(was *opener) (next *opener) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if was.heir != nil {
		return o.begin(was.heir)
	}
	o.list.Remove(was.at)
	o.n--
	return nil
}

// begin notes one. The caller holds mu.
func (o *openings) begin(c *Conn) *opener {
	one := &opener{c: c}
	one.at = o.list.PushBack(one)
	return one
}

// oust ends the wait of c for its peer, for good, and reports whether it has
// waited. It is for calls of Listener.Open under way, from any goroutine: it
// touches nothing but the state word.
func (c *Conn) oust() bool {
	for {
		s := c.state.Load()
		waits := s & (waitRead | waitWrite)
		if waits == 0 || s&stateMask != stateBusy || s&cut != 0 {
			return false
		}
		if c.state.CompareAndSwap(s, s&^waits|cut|ousted) {
			if waits&waitRead != 0 {
				c.more().reader.Load().wake(false)
			}
			if waits&waitWrite != 0 {
				c.more().writer.Load().wake(false)
			}
			return true
		}
	}
}

const (
	// unopened is Conn.linger before Listener.Open was called, and halting the
	// same where something has come that is not enough for it.
	unopened = -1
	halting  = -3
	// firstBytes is how much of it is looked at.
	firstBytes = 4 << 10
)

// mayOpen reports whether Listener.Open is to be called for c, which is busy, or
// to be closed. Else it is idle again. loop-only.
func (p *pool) mayOpen(c *Conn) bool {
	enough := c.listener.Enough
	if enough == nil {
		return true
	}
	for {
		if c.state.Load()&(expired|cut|peerClosed|gone) != 0 {
			return true
		}
		before := c.state.And(^(readable | causes)) // before the call: an edge that comes meanwhile is not lost
		if before&draining != 0 {
			c.hasten(p.engine.opts.DrainGrace)
		}
		n, errno := p.sys.Peek(int(c.fd), p.first[:])
		if errno == syscall.EINTR {
			continue
		}
		first := n > 0 && c.linger == unopened
		if first {
			c.SetTimeout(c.listener.Patience)
		}
		if n == len(p.first) || errno != syscall.EAGAIN && (n == 0 || enough(p.first[:n])) {
			c.state.Or(readable)
			return true
		}
		if first {
			c.linger = halting
		}
		if c.toIdle() {
			return false
		}
	}
}

// open has the listener make c ready, in a goroutine of its own: it may wait
// for the peer, and meanwhile neither a worker nor a frame is taken, nor the
// loop. The goroutine owns c from then on. loop-only.
func (p *pool) open(c *Conn) {
	if !p.mayOpen(c) {
		return
	}
	e := p.engine
	if s := c.state.Load(); s&(expired|cut) != 0 {
		switch {
		case s&expired != 0 && c.linger == halting:
			e.stats.Halted.Add(1)
		case s&expired != 0:
			e.stats.Silent.Add(1)
		}
		if c.linger == halting {
			_, _ = p.sys.Read(int(c.fd), p.first[:]) // the peer would be reset for what is unread
		}
		c.linger = 0
		c.close()
		return
	}
	c.linger = 0
	now, ousts, ok := e.openings.enter(c)
	if ousts || !ok {
		e.stats.Unopened.Add(1) // which of the two it is that is closed
	}
	switch {
	case now != nil:
		now.start()
	case !ok:
		c.close()
	}
}

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
		if heir := p.engine.openings.leave(o); heir != nil {
			heir.start()
		}
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
