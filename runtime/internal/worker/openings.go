package worker

import (
	linked "container/list"
	"errors"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/fair"
)

// ErrOusted ends what a connection waits for in Listener.Open, when there are
// Options.MaxOpening of them and another has come that has more right to one.
var ErrOusted = errors.New("worker: it has waited for its peer, and made room for another")

const (
	// oldest is how many of those that have begun first are asked to make room: one
	// that computes cannot, and a loop is not to look at thousands.
	oldest = 64
	// kept is the part of the places, one in so many, that is for peers that have none.
	kept = 8
	// grace is how long a peer that has one place may let Listener.Open wait before
	// that makes room for a peer that has none: a round trip, and more.
	grace = 500 * time.Millisecond
)

// openings are the calls of Listener.Open under way. When there are as many as
// there may be, who comes stands in line, and one that waits for its peer is ended
// where that peer has more of them than who comes. Any goroutine.
type openings struct {
	most int // immutable

	mu    sync.Mutex
	n     int                // guarded by mu; places that are taken
	begun linked.List        // guarded by mu; of *opener, in the order in which they have begun; not those that are ousted
	line  fair.Line[*opener] // guarded by mu; of what peers have places
}

// opener is one of them, or what stands in line to be one. But for c all of it is
// guarded by openings.mu.
type opener struct {
	c     *Conn
	peer  *fair.Peer[*opener]
	state openerState
	at    *linked.Element // of its state: in the line, or among the begun; nil if it is ousted
	since time.Duration   // when it has begun, on the loop's clock
}

// openerState is where an opener is.
type openerState uint8

const (
	opensLater openerState = iota // it stands in line -> opensNow, opensNever
	opensNow                      // it has a place -> opensNever
	opensNever                    // it is over
)

// count is how many places are taken.
func (o *openings) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.n
}

// enter gives c, which its loop owns, a place, or has it stand in line; again is to
// be called soon then, if not 0.
func (o *openings) enter(c *Conn) (one *opener, now bool, soon time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	one = &opener{c: c, peer: o.line.Peer(peerOf(c.listener, c.peerAddr()))}
	if o.roomFor(one) {
		o.begin(one)
		return one, true, 0
	}
	soon = o.makeRoom(one)
	one.at = o.line.Wait(one.peer, one)
	return one, false, soon
}

// again makes room for who is first in the line, where enter found none for another.
func (o *openings) again() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if first, ok := o.line.First(); ok {
		o.makeRoom(first)
	}
}

// makeRoom ends the oldest that waits for its peer, if who comes has more right to
// its place. Else soon is when one will have, if not 0. The caller holds mu.
func (o *openings) makeRoom(comes *opener) (soon time.Duration) {
	at := o.begun.Front()
	for range oldest {
		if at == nil {
			break
		}
		one, _ := at.Value.(*opener)
		spared := o.spared(comes, one)
		if one.c.pool.loop.Now()-one.since >= spared && one.c.oust() {
			o.begun.Remove(at)
			one.at = nil
			return 0
		}
		soon = sooner(soon, spared)
		at = at.Next()
	}
	return soon
}

// spared is how long who has a place has it for what it waits for, before another who
// comes has more right to it: not at all if his peer has more of them even then, half
// the time that there is if it has as many, and all of it if it has fewer.
func (o *openings) spared(comes, has *opener) time.Duration {
	patience := has.c.listener.Patience
	switch more := has.peer.Has() - comes.peer.Has(); {
	case more > 1:
		return 0
	case more < 0:
		return patience
	case comes.peer.Has() == 0:
		return min(grace, patience/2)
	}
	return patience / 2
}

// roomFor reports whether there is a place for one. The caller holds mu.
func (o *openings) roomFor(one *opener) bool {
	if one.peer.Has() > 0 {
		return o.n < o.most-o.most/kept
	}
	return o.n < o.most
}

// begin gives one a place. The caller holds mu.
func (o *openings) begin(one *opener) {
	o.n++
	o.line.Take(one.peer)
	one.state, one.since, one.at = opensNow, one.c.pool.loop.Now(), o.begun.PushBack(one)
}

// has reports whether one has a place.
func (o *openings) has(one *opener) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return one.state == opensNow
}

// leave ends one, and returns who has got its place, if it had one.
func (o *openings) leave(was *opener) (next *opener) {
	o.mu.Lock()
	defer o.mu.Unlock()
	state := was.state
	was.state = opensNever
	if state == opensLater {
		o.line.Leave(was.peer, was.at)
		return nil
	}
	if was.at != nil {
		o.begun.Remove(was.at)
	}
	o.n--
	o.line.Give(was.peer)
	if first, ok := o.line.First(); !ok || !o.roomFor(first) {
		return nil
	}
	next, _ = o.line.Next()
	o.begin(next)
	return next
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
