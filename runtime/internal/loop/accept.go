package loop

import (
	"syscall"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/poll"
)

const (
	acceptBatch  = 16                     // connections taken in a turn, each of which takes some 10 us
	lateBatch    = 1024                   // connections taken in a drain that came during it
	acceptPause  = 100 * time.Millisecond // when descriptors have run out
	moanInterval = 10 * time.Second       // between two log lines about it
)

// Host takes accepted connections.
type Host interface {
	// Admit is asked on the accepting loop before a connection is placed.
	// false: it is closed at once.
	Admit(ln *Listener, peer Addr) bool
	// Accepted gives a connection to the loop that it was placed on, on that
	// loop. The descriptor belongs to the host.
	Accepted(l *Loop, fd int, peer Addr, ln *Listener)
	// Dropped takes back an Admit: the loop that the connection was placed on
	// has ended.
	Dropped(ln *Listener, peer Addr)
}

// Group is the loops among which connections are placed. immutable.
type Group []*Loop

// place chooses the loop for a connection that l has accepted: l itself, unless
// it has more than 25 % more than the one that has the fewest.
func (g Group) place(l *Loop) *Loop {
	least, fewest := l, l.load.Load()
	own := fewest
	for _, other := range g {
		if n := other.load.Load(); n < fewest {
			least, fewest = other, n
		}
	}
	if own > fewest+fewest/4 {
		return least
	}
	return l
}

// Acceptor accepts the connections of a listener on one loop. loop-only.
type Acceptor struct {
	loop  *Loop
	ln    *Listener
	group Group
	host  Host
	token Token
	pause *Timer // nil: not paused
	most  int    // connections taken in the next turn
	more  Guess  // that a second one waits
	left  bool   // Drain was called
}

// Accept registers ln with l. Connections go to host, placed on the loops of
// group.
func (l *Loop) Accept(ln *Listener, group Group, host Host) (*Acceptor, error) {
	l.owner.assert()
	if l.spare < 0 {
		l.refill()
	}
	a := &Acceptor{loop: l, ln: ln, group: group, host: host, most: 1}
	a.token = l.slots.add(a)
	if err := l.poller.AddListener(ln.FD, uint64(a.token)); err != nil {
		l.slots.remove(a.token)
		return nil, err
	}
	return a, nil
}

// Drain takes who waits to be accepted, and then stops and calls done: the
// queue of a listening socket that is closed is reset. It takes a batch a turn,
// so that the loop serves meanwhile. Of those who come meanwhile it takes no more
// than as many as wait now and lateBatch, for they may come without a pause. The
// listener stays open, for other loops may share it.
func (a *Acceptor) Drain(done func()) {
	if a.pause != nil {
		a.pause.Stop()
	} else if err := a.loop.poller.Del(a.ln.FD); err != nil {
		a.loop.log.Error("loop: leaving a listener", "loop", a.loop.id, "address", a.ln.Addr, "error", err)
	}
	a.left = true
	a.drain(2*a.loop.sys.Queued(a.ln.FD)+lateBatch, done)
}

// drain takes a batch of the at most n that wait. It is posted from turn to turn.
func (a *Acceptor) drain(n int, done func()) {
	for range min(n, acceptBatch) {
		if !a.accept() {
			n = 0
			break
		}
		n--
	}
	if n > 0 && a.loop.Post(func() { a.drain(n, done) }) {
		return
	}
	a.loop.Remove(a.token)
	done()
}

// Ready implements Source. What is left after a batch is reported again: the
// listener is level-triggered. So a batch is small at first, as mostly one
// connection comes at a time, and to ask for another costs a call; it doubles
// while that many are there. Where a second one mostly does not wait, it is
// seldom asked for, but after a turn that took long.
func (a *Acceptor) Ready(Bits) {
	if a.loop.long {
		a.most = acceptBatch
	}
	n, accepted, refused := 0, a.loop.Stats.Accepted.Load(), a.loop.Stats.Refused.Load()
	for n < a.most && a.accept() {
		n++
	}
	if n > 0 {
		a.loop.pace.came(a.loop.clock, n)
	}
	if a.loop.Stats.Accepted.Load()-accepted == acceptBatch && a.loop.Stats.Refused.Load() == refused { // else timers make room
		a.loop.stormed = true
	}
	switch {
	case n < a.most:
		if a.most > 1 {
			a.more.Was(n > 1)
		}
		a.most = 1
	case a.most > 1 || a.more.Due():
		a.most = min(2*a.most, acceptBatch)
	}
}

// Expire implements Source: nothing is ever armed with the token.
func (a *Acceptor) Expire() {}

// accept takes one connection. It returns false when there is none to be had
// now.
func (a *Acceptor) accept() bool {
	l := a.loop
	fd, peer, errno := l.sys.Accept(a.ln.FD)
	switch {
	case errno == 0:
		l.Stats.Accepted.Add(1)
		a.placed(fd, peer)
		return true
	case errno == syscall.EAGAIN:
		return false
	case poll.Exhausted(errno):
		a.exhausted(errno)
		return false
	case poll.Passing(errno):
		return true
	default:
		l.log.Error("loop: accept", "loop", l.id, "address", a.ln.Addr, "error", errno)
		a.rest()
		return false
	}
}

// placed hands an accepted connection to a loop.
func (a *Acceptor) placed(fd int, peer Addr) {
	l := a.loop
	if !a.host.Admit(a.ln, peer) {
		l.refuse(fd)
		return
	}
	to := a.group.place(l)
	to.load.Add(1) // before the next is placed
	if to == l {
		a.host.Accepted(l, fd, peer, a.ln)
		return
	}
	if !to.Post(func() { a.host.Accepted(to, fd, peer, a.ln) }) {
		to.load.Add(-1)
		l.refuse(fd)
		a.host.Dropped(a.ln, peer)
	}
}

// exhausted deals with a lack of descriptors: the spare one lets the client
// whose turn it is be told, by closing; then the listener rests.
func (a *Acceptor) exhausted(errno syscall.Errno) {
	l := a.loop
	l.Stats.Starved.Add(1)
	if l.clock >= l.nextMoan {
		l.nextMoan = l.clock + moanInterval
		l.log.Error("loop: no descriptor for a new connection", "loop", l.id, "address", a.ln.Addr, "error", errno)
	}
	if l.spare >= 0 {
		_ = l.sys.Close(l.spare) // it is gone in any case
		l.spare = -1
		if fd, _, errno := l.sys.Accept(a.ln.FD); errno == 0 {
			l.refuse(fd)
		}
		l.refill()
	}
	a.rest()
}

// refuse closes a connection that nobody takes.
func (l *Loop) refuse(fd int) {
	l.Stats.Refused.Add(1)
	_ = l.sys.Close(fd) // it is gone in any case
}

// refill opens the spare descriptor; it may fail, and is tried again.
func (l *Loop) refill() {
	fd, errno := l.sys.Spare()
	if errno != 0 {
		fd = -1
	}
	l.spare = fd
}

// rest leaves the listener for a while: level-triggered as it is, it would be
// reported again at once.
func (a *Acceptor) rest() {
	if a.pause != nil || a.left {
		return
	}
	if err := a.loop.poller.Del(a.ln.FD); err != nil {
		a.loop.log.Error("loop: leaving a listener", "loop", a.loop.id, "error", err)
	}
	a.pause = a.loop.After(acceptPause, a.resume)
}

func (a *Acceptor) resume() {
	a.pause = nil
	if a.loop.spare < 0 {
		a.loop.refill()
	}
	if err := a.loop.poller.AddListener(a.ln.FD, uint64(a.token)); err != nil {
		a.loop.log.Error("loop: going back to a listener", "loop", a.loop.id, "error", err)
		a.pause = a.loop.After(acceptPause, a.resume)
	}
}
