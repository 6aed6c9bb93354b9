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
	// kept is the part of the places, one in so many, that is for peers that have none.
	kept = 8
	// grace is how long a peer that has one place may let Listener.Open wait before
	// that makes room for a peer that has none: a round trip, and more.
	grace = 500 * time.Millisecond
	// watching is how often it is looked whether one has to make room, while any
	// stand in line. One does each time: clients that come again at once are not to
	// keep a server busy with beginning for them.
	watching = 5 * time.Millisecond
)

// openings are the calls of Listener.Open under way. When there are as many as
// there may be, who comes stands in line, and one that waits for its peer is ended
// where that peer has more of them than who is first. Any goroutine.
type openings struct {
	most int // immutable

	mu      sync.Mutex
	n       int                // guarded by mu; places that are taken
	leaving int                // guarded by mu; of these by who was ousted
	begun   linked.List        // guarded by mu; of *opener, in the order in which they have begun; not those that are ousted
	line    fair.Line[*opener] // guarded by mu; of what peers have places
	watched bool               // guarded by mu; watch is to be called
}

// opener is one of them, or what stands in line to be one. But for c all of it is
// guarded by openings.mu.
type opener struct {
	c     *Conn
	peer  *fair.Peer[*opener]
	state openerState
	place fair.Place      // while opensLater
	at    *linked.Element // while opensNow: among the begun
	since time.Duration   // when it has begun, on the loop's clock
}

// openerState is where an opener is.
type openerState uint8

const (
	opensLater  openerState = iota // it stands in line -> opensNow, opensNever
	opensNow                       // it has a place -> opensOusted, opensNever
	opensOusted                    // it has a place, and is to end -> opensNever
	opensNever                     // it is over
)

// count is how many places are taken.
func (o *openings) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.n
}

// enter gives c, which its loop owns, a place, or has it stand in line; watch tells
// that openings.watch is to be called in a while then.
func (o *openings) enter(c *Conn) (one *opener, now, watch bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	one = &opener{c: c, peer: o.line.Peer(peerOf(c.listener, c.peerAddr()))}
	if o.n < o.mostFor(one) {
		o.begin(one)
		return one, true, false
	}
	one.place = o.line.Wait(one.peer, one)
	watch, o.watched = !o.watched, true
	return one, false, watch
}

// watch has one make room, if one has to. It reports whether to call it again.
func (o *openings) watch() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	first, ok := o.line.First()
	if ok && o.n-o.leaving-1 < o.mostFor(first) && o.leaving < o.line.Len() {
		o.makeRoom(first)
	}
	o.watched = ok
	return ok
}

// makeRoom ends the oldest that waits for its peer to whose place the first in line
// has more right. The caller holds mu.
func (o *openings) makeRoom(first *opener) {
	for at := o.begun.Front(); at != nil; at = at.Next() {
		one, _ := at.Value.(*opener)
		if one.c.pool.loop.Now()-one.since >= one.spared(first) && one.c.oust() {
			o.begun.Remove(at)
			o.line.Give(one.peer)
			one.state = opensOusted
			o.leaving++
			return
		}
	}
}

// spared is how long one has its place for what it waits for, before the first in
// line has more right to it: not at all if even then its peer has more of them, half
// the time that there is if its peer has as many as the other one has, and all of it
// if it has fewer. The caller holds mu.
func (o *opener) spared(first *opener) time.Duration {
	patience := o.c.listener.Patience
	switch more := o.peer.Has() - first.peer.Has(); {
	case more > 1:
		return 0
	case more < 0:
		return patience
	case first.peer.Has() == 0:
		return min(grace, patience/2)
	}
	return patience / 2
}

// mostFor is how many places may be taken when one begins. The caller holds mu.
func (o *openings) mostFor(one *opener) int {
	if one.peer.Has() > 0 {
		return o.most - o.most/kept
	}
	return o.most
}

// begin gives one a place. The caller holds mu.
func (o *openings) begin(one *opener) {
	o.n++
	o.line.Take(one.peer)
	one.state, one.since, one.at = opensNow, one.c.pool.loop.Now(), o.begun.PushBack(one)
}

// has reports whether one that stood in line has a place.
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
	switch state {
	case opensLater:
		o.line.Leave(was.peer, was.place)
		return nil
	case opensNow:
		o.begun.Remove(was.at)
		o.line.Give(was.peer)
	case opensOusted:
		o.leaving--
	}
	o.n--
	if first, ok := o.line.First(); !ok || o.n >= o.mostFor(first) {
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
