// Package fair has a line in which peers stand for what is scarce: it goes by who
// has the least of it.
package fair

import (
	"container/heap"
	linked "container/list"
	"net/netip"
)

// Line hands out what is scarce. Each peer has so much of it, and what it wants more
// for stands in line: first what is a peer's that has the least, so that who takes
// and does not give back stands behind who does, and needs as many addresses as it
// wants to stand beside others. Where they have the same, and for one peer, who came
// first is first, or who came last, see Turn. An operation costs the logarithm of the
// peers that wait.
//
// It belongs to one goroutine at a time. The zero value is ready.
type Line[T any] struct {
	peers  map[netip.Addr]*Peer[T] // those that have something, or wait
	heads  heads[T]                // those that wait
	came   uint64                  // how many have stood in line
	length int                     // how many stand in it
}

// Peer is one that takes. It belongs to its Line.
type Peer[T any] struct {
	key     netip.Addr // invalid: it is not among Line.peers
	has     int
	waiting linked.List // of ticket[T], in the order in which they came
	at      int         // its index in Line.heads, if some wait
}

// ticket is what stands in line.
type ticket[T any] struct {
	number uint64
	what   T
}

// Peer is the one of a key, for whom Take or Wait is to follow. A key that is
// invalid stands for many: each time it is another peer.
func (l *Line[T]) Peer(key netip.Addr) *Peer[T] {
	if p := l.peers[key]; p != nil {
		return p
	}
	p := &Peer[T]{key: key}
	if key.IsValid() {
		if l.peers == nil {
			l.peers = map[netip.Addr]*Peer[T]{}
		}
		l.peers[key] = p
	}
	return p
}

// Has is how much the peer has.
func (p *Peer[T]) Has() int { return p.has }

// Take notes that p has one more.
func (l *Line[T]) Take(p *Peer[T]) { l.add(p, 1) }

// Give notes that p has one less.
func (l *Line[T]) Give(p *Peer[T]) { l.add(p, -1) }

func (l *Line[T]) add(p *Peer[T], n int) {
	p.has += n
	if p.waiting.Len() > 0 {
		heap.Fix(&l.heads, p.at)
	}
	l.forget(p)
}

// Place is where something stands in line.
type Place struct{ at *linked.Element }

// Wait has p stand in line with what.
func (l *Line[T]) Wait(p *Peer[T], what T) Place {
	l.came++
	l.length++
	at := p.waiting.PushBack(ticket[T]{l.came, what})
	if p.waiting.Len() == 1 {
		heap.Push(&l.heads, p)
	} else {
		heap.Fix(&l.heads, p.at)
	}
	return Place{at}
}

// Turn has who came last be first from now on, or who came first. The latter is how a
// Line begins, and keeps waiting short for all where nobody waits for long. Where many
// do it gives turns to those whose time is almost up, and then nobody has enough of it.
// It costs as much as there are peers that wait, if that changes.
func (l *Line[T]) Turn(last bool) {
	if l.heads.last != last {
		l.heads.last = last
		heap.Init(&l.heads)
	}
}

// Len is how many stand in line.
func (l *Line[T]) Len() int { return l.length }

// First is who is first in the line; ok is false if nobody stands in it.
func (l *Line[T]) First() (what T, ok bool) {
	if len(l.heads.peers) == 0 {
		return what, false
	}
	return l.heads.first(l.heads.peers[0]).what, true
}

// Next takes who is first out of the line. Its peer is to Take then: it is not
// forgotten, though it may have nothing and wait for nothing.
func (l *Line[T]) Next() (what T, ok bool) {
	what, ok = l.First()
	if ok {
		p := l.heads.peers[0]
		l.remove(p, l.heads.of(p))
	}
	return what, ok
}

// Leave takes what p stands at a place with out of the line.
func (l *Line[T]) Leave(p *Peer[T], place Place) {
	l.remove(p, place.at)
	l.forget(p)
}

func (l *Line[T]) remove(p *Peer[T], at *linked.Element) {
	l.length--
	p.waiting.Remove(at)
	if p.waiting.Len() == 0 {
		heap.Remove(&l.heads, p.at)
	} else {
		heap.Fix(&l.heads, p.at)
	}
}

// forget forgets p if it has nothing and waits for nothing.
func (l *Line[T]) forget(p *Peer[T]) {
	if p.has == 0 && p.waiting.Len() == 0 {
		delete(l.peers, p.key)
	}
}

// Idle reports whether it knows of nobody: no peer with a valid key has anything, and none waits.
func (l *Line[T]) Idle() bool { return len(l.peers) == 0 && len(l.heads.peers) == 0 }

// heads is a heap of those that wait.
type heads[T any] struct {
	peers []*Peer[T]
	last  bool // who came last is first
}

// of is what of those that p waits with is first.
func (h *heads[T]) of(p *Peer[T]) *linked.Element {
	if h.last {
		return p.waiting.Back()
	}
	return p.waiting.Front()
}

func (h *heads[T]) first(p *Peer[T]) ticket[T] {
	t, _ := h.of(p).Value.(ticket[T])
	return t
}

func (h *heads[T]) Len() int { return len(h.peers) }

func (h *heads[T]) Less(i, j int) bool {
	a, b := h.peers[i], h.peers[j]
	if a.has != b.has {
		return a.has < b.has
	}
	return h.first(a).number < h.first(b).number != h.last
}

func (h *heads[T]) Swap(i, j int) {
	h.peers[i], h.peers[j] = h.peers[j], h.peers[i]
	h.peers[i].at, h.peers[j].at = i, j
}

// Push implements heap.Interface.
func (h *heads[T]) Push(p any) {
	one, _ := p.(*Peer[T])
	one.at = len(h.peers)
	h.peers = append(h.peers, one)
}

// Pop implements heap.Interface.
func (h *heads[T]) Pop() any {
	last := len(h.peers) - 1
	p := h.peers[last]
	h.peers[last] = nil
	h.peers = h.peers[:last]
	return p
}
