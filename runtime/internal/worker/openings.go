package worker

import (
	linked "container/list"
	"errors"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/fair"
)

// ErrOusted ends what a connection waits for in Listener.Open, when there are as many
// of them as there may be and another stands in line that has more right to one.
var ErrOusted = errors.New("worker: it has waited for its peer, and made room for another")

const (
	// kept is the part of the places, one in so many, that is for peers that have none.
	kept = 8
	// grace is how long a peer may let Listener.Open wait before that makes room for a
	// peer that has none: a round trip, and more.
	grace = time.Second
	// watching is how often it is looked whether one has to make room, while any
	// stand in line. One does each time: clients that come again at once are not to
	// keep a server busy with beginning for them.
	watching = 5 * time.Millisecond
	// moving is how long after one that was made no other makes room: clients answer,
	// and places become free by themselves.
	moving = 50 * time.Millisecond
	// usual is how many places there are, if there may be so many, where fewer have been
	// made lately.
	usual = 2000
)

// openings are the calls of Listener.Open under way. When there are as many as
// there may be, who comes stands in line, and one that waits for its peer is ended
// where that peer has more of them than who is first. There may be as many as were made
// in the last five to ten seconds, and usual at least: each costs memory, and where
// peers do not go on there need not be more. Any goroutine.
type openings struct {
	most int // immutable

	mu      sync.Mutex
	n       int                // guarded by mu; places that are taken
	leaving int                // guarded by mu; of these by who was ousted
	begun   linked.List        // guarded by mu; of *opener, in the order in which they have begun; not those that are ousted
	line    fair.Line[*opener] // guarded by mu; of what peers have places
	watched bool               // guarded by mu; watch is to be called
	made    lately             // guarded by mu; how many had what they waited for
}

// opener is one of them, or what stands in line to be one. But for c all of it is
// guarded by openings.mu.
type opener struct {
	c     *Conn
	peer  *fair.Peer[*opener]
	state openerState
	place fair.Place      // while opensLater
	at    *linked.Element // while opensNow: among the begun
	since time.Duration   // when it has come to its state, on its loop's clock
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
	one = &opener{c: c, peer: o.line.Peer(peerOf(c.listener, c.peerAddr())), since: c.pool.loop.Now()}
	if first, any := o.line.First(); o.n < o.mostFor(one) && (!any || o.n >= o.mostFor(first)) {
		o.begin(one)
		return one, true, false
	}
	one.place = o.line.Wait(one.peer, one)
	watch, o.watched = !o.watched, true
	return one, false, watch
}

// watch returns who has got a place that there is now, since more were made lately, and
// has one make room, if one has to. again tells that it is to be called again.
func (o *openings) watch() (begun []*opener, again bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for next := o.next(); next != nil; next = o.next() {
		begun = append(begun, next)
	}
	first, ok := o.line.First()
	o.watched = ok
	if !ok {
		o.line.Turn(false)
		return begun, false
	}
	now, patience := first.c.pool.loop.Now(), first.c.listener.Patience
	if now-first.since > patience-patience/8 {
		o.line.Turn(true) // who has come just now has time for it
	}
	if o.n-o.leaving-1 < o.mostFor(first) && o.leaving < o.line.Len() && now-o.made.last >= moving {
		o.makeRoom(first)
	}
	return begun, true
}

// next gives the first in line a place, if there is one for it, and returns it. The
// caller holds mu.
func (o *openings) next() *opener {
	first, ok := o.line.First()
	if !ok || o.n >= o.mostFor(first) {
		return nil
	}
	_, _ = o.line.Next()
	o.begin(first)
	return first
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
// line has more right to it: not long if its peer has some and that of the first has
// none, half the time that there is if it has as many at least, and all of it if it has
// fewer. The caller holds mu.
func (o *opener) spared(first *opener) time.Duration {
	patience := o.c.listener.Patience
	switch more := o.peer.Has() - first.peer.Has(); {
	case more < 0:
		return patience
	case first.peer.Has() == 0:
		return min(grace, patience/2)
	}
	return patience / 2
}

// mostFor is how many places may be taken when one begins. The caller holds mu.
func (o *openings) mostFor(one *opener) int {
	most := min(o.most, max(usual, o.made.within(one.c.pool.loop.Now())))
	if one.peer.Has() > 0 {
		return most - most/kept
	}
	return most
}

// lately counts what happens in a span and what happened in the one before.
type lately struct {
	last   time.Duration // when something has happened
	begun  time.Duration // this span
	n, was int           // in this one, in the one before
}

// span is half of the time that lately tells of.
const span = 5 * time.Second

// count counts what happens now.
func (l *lately) count(now time.Duration) {
	l.turn(now)
	l.last = now
	l.n++
}

// within is how many times it has happened in the last one to two spans.
func (l *lately) within(now time.Duration) int {
	l.turn(now)
	return l.n + l.was
}

func (l *lately) turn(now time.Duration) {
	switch passed := now - l.begun; {
	case passed >= 2*span:
		*l = lately{last: l.last, begun: now}
	case passed >= span:
		*l = lately{last: l.last, begun: l.begun + span, was: l.n}
	}
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

// leave ends one, and returns who has got its place, if it had one. made tells that it
// had what it waited for.
func (o *openings) leave(was *opener, made bool) (next *opener) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if made {
		o.made.count(was.c.pool.loop.Now())
	}
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
	return o.next()
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
