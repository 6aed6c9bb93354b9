package worker

import (
	"runtime"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// The state word of a Conn is one uint32:
//
//	bits 0-1   who owns the connection, see below
//	bit  2-5   what the loop has seen: readable, writable, peerClosed, gone
//	bit  6-9   why it is to be served: resumed, expired, draining, cut
//	bit 10-11  a goroutine waits: waitRead, waitWrite
//	bit 12     held
//	bit 13     interrupted
//	bit 14     lent
//	bit 15     ousted
//	bit 16     yielded
//
// Moves from one owner to the next are single compare-and-swaps. An event on a
// connection that is not idle only sets bits.
const (
	// stateIdle: its loop owns it, nobody touches it.
	// -> stateBusy (the loop: edge, deadline, drain; anyone: Resume),
	// -> stateClosed (the loop: cut)
	stateIdle uint32 = iota
	// stateBusy: one goroutine owns it, or it is in the queue.
	// -> stateIdle, stateParked (the owner, unless bits say that there is more
	// to do), -> stateClosed (the owner: close, Detach)
	stateBusy
	// stateParked: whoever will answer owns it.
	// -> stateBusy (anyone: Resume; the loop: deadline, drain), -> stateClosed
	// (the loop: cut)
	stateParked
	// stateClosed: the descriptor is closed, or belongs to another. Final.
	stateClosed

	stateMask uint32 = 3
)

const (
	readable    uint32 = 1 << (iota + 2) // a read may give bytes or an end; set by the loop, cleared by who reads
	writable                             // an edge was seen; set by the loop, cleared by who writes
	peerClosed                           // the peer has ended its sending direction; sticky
	gone                                 // both directions are gone; sticky
	resumed                              // Resume was called
	expired                              // the deadline has passed
	draining                             // the drain has begun since Serve was last called
	cut                                  // time is up: the owner must close
	waitRead                             // rare.reader is to be woken when readable
	waitWrite                            // rare.writer is to be woken when writable
	held                                 // the loop uses the descriptor or calls Hangup: not to be closed now
	interrupted                          // the next wait for something to read ends at once; see Interrupt
	lent                                 // Send uses the descriptor: not to be closed now
	ousted                               // cut while it waited in Listener.Open, to make room for another
	yielded                              // its owner has let others go first since it last waited for the peer; see Way

	causes = resumed | expired | draining
	// keepsBusy are the bits with which a connection does not go idle.
	keepsBusy = readable | resumed | draining | cut
	// keepsParking are those with which it does not park. Bytes that arrive
	// while it is parked wait.
	keepsParking = resumed | draining | cut
)

// bitsFrom translates what a poller reports. An end of either kind is found by
// reading.
func bitsFrom(b loop.Bits) uint32 { return reported[b%loop.Bits(len(reported))] }

var reported = func() (table [(loop.In | loop.Out | loop.PeerClosed | loop.Hangup) + 1]uint32) {
	for i := range table {
		b := loop.Bits(i)
		if b&loop.In != 0 {
			table[i] |= readable
		}
		if b&loop.Out != 0 {
			table[i] |= writable
		}
		if b&loop.PeerClosed != 0 {
			table[i] |= readable | peerClosed
		}
		if b&loop.Hangup != 0 {
			table[i] |= readable | writable | gone
		}
	}
	return table
}()

// note sets bits on a connection that is not idle, wakes who waits for them,
// and tells the handler of a hangup. With cut it ends both directions of the
// socket first. It fails if the state is s no more. loop-only.
func (c *Conn) note(s, set uint32) bool {
	to := s | set
	wake := uint32(0)
	if set&(readable|cut) != 0 {
		wake |= s & waitRead
	}
	if set&(writable|cut) != 0 {
		wake |= s & waitWrite
	}
	to &^= wake
	hangup := set &^ s & (peerClosed | gone)
	if s&gone != 0 {
		hangup = 0 // there is no more to tell
	}
	if hangup != 0 {
		to |= held
	}
	loop.Step("note")
	if to != s && !c.state.CompareAndSwap(s, to) {
		return false
	}
	loop.Step("noted")
	if hangup != 0 && set&cut != 0 { // before anybody wakes who would still answer on it
		_ = c.pool.sys.Shutdown(int(c.fd)) // it fails if the peer is gone
	}
	if wake&waitRead != 0 {
		c.more().reader.Load().wake(false)
	}
	if wake&waitWrite != 0 {
		c.more().writer.Load().wake(false)
	}
	if hangup != 0 {
		c.hangup(hangup&gone != 0)
	}
	return true
}

// hangup calls Hangup, while held keeps the owner from closing. loop-only.
func (c *Conn) hangup(full bool) {
	defer c.state.And(^held)
	defer c.pool.survive("Hangup", c)
	c.pool.engine.opts.Handler.Hangup(c, full)
}

// toIdle gives c back to its loop. It fails if there is more to do. After
// success the caller must not touch c. Owner only.
func (c *Conn) toIdle() bool { return c.leave(stateIdle, keepsBusy) }

// toParked gives c to whoever will answer. Owner only.
func (c *Conn) toParked() bool { return c.leave(stateParked, keepsParking) }

// Resume has c served once more: now if it is idle or parked, or else after
// the call of Serve that is under way, if that does not close it. It returns
// false if c is closed. Any goroutine.
func (c *Conn) Resume() bool {
	for {
		s := c.state.Load()
		loop.Step("Resume")
		switch s & stateMask {
		case stateIdle, stateParked:
			if c.state.CompareAndSwap(s, s&^stateMask|stateBusy|resumed) {
				c.pool.push(c)
				return true
			}
		case stateBusy:
			if s&resumed != 0 || c.state.CompareAndSwap(s, s|resumed) {
				return true
			}
		default:
			return false
		}
	}
}

// seal moves c to stateClosed. It waits, for no more than a call of Hangup or
// a write that does not wait, until others have let go of the descriptor. Owner
// only.
func (c *Conn) seal() {
	for {
		s := c.state.Load()
		loop.Step("seal")
		if s&(held|lent) == 0 && c.sealed(s) {
			return
		}
		loop.Yield("waits for the loop")
		runtime.Gosched()
	}
}

// sealed moves c from s to stateClosed, and wakes Send. It fails if the state is
// s no more.
func (c *Conn) sealed(s uint32) bool {
	if !c.state.CompareAndSwap(s, s&^stateMask&^waitWrite|stateClosed) {
		return false
	}
	if s&waitWrite != 0 {
		c.more().writer.Load().wake(false)
	}
	return true
}

// close ends c and forgets it. Owner only.
func (c *Conn) close() {
	c.seal()
	c.end()
}

// end closes the descriptor of a sealed connection, and forgets it.
func (c *Conn) end() {
	if c.layer != nil {
		c.layer.CloseWrite()
	}
	_ = c.pool.sys.Close(int(c.fd)) // it is gone in any case
	c.pool.finish(c)
}

// beginDrain tells c that the drain has begun: it is served once more. But one that
// has never sent anything gets a little time. loop-only.
func (c *Conn) beginDrain(grace time.Duration) {
	c.pool.loop.Assert()
	for {
		s := c.state.Load()
		loop.Step("beginDrain")
		switch s & stateMask {
		case stateIdle:
			if !c.heard {
				c.hasten(grace)
				c.tend()
				return
			}
			if c.turnOut(s) {
				return
			}
		case stateParked:
			if c.turnOut(s) {
				return
			}
		case stateBusy:
			if c.state.CompareAndSwap(s, s|draining) {
				return
			}
		default:
			return
		}
	}
}

// hasten has the deadline come in d at the latest. loop-only, of a connection that
// the loop owns.
func (c *Conn) hasten(d time.Duration) {
	by := c.pool.loop.Now() + d
	if at := time.Duration(c.deadline.Load()); at == 0 || at > by {
		c.deadline.Store(int64(by))
	}
}

// turnOut has a connection served because of the drain. It fails if the state
// is s no more. loop-only.
func (c *Conn) turnOut(s uint32) bool {
	if !c.state.CompareAndSwap(s, s&^stateMask|stateBusy|draining) {
		return false
	}
	c.pool.ready(c)
	return true
}

// Cut cuts c soon: it is closed, or if it is busy its socket is shut down, and
// who waits to write gets an error. Any goroutine.
func (c *Conn) Cut() { c.pool.loop.Post(c.sever) }

// sever cuts c: it closes a connection that nobody is at work on; the owner of
// a busy one finds its socket shut down, and closes it. loop-only.
func (c *Conn) sever() {
	c.pool.loop.Assert()
	for {
		s := c.state.Load()
		if s&lent != 0 {
			loop.Yield("waits for a write")
			runtime.Gosched()
			continue
		}
		loop.Step("sever")
		switch s & stateMask {
		case stateIdle:
			if c.sealed(s) {
				c.end()
				return
			}
		case stateParked:
			if s&gone == 0 {
				c.note(s, gone)
				continue
			}
			if c.sealed(s) {
				c.end()
				return
			}
		case stateBusy:
			if s&cut != 0 || c.note(s, readable|writable|gone|cut) {
				return
			}
		default:
			return
		}
	}
}
