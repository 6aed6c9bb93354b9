package loop

import (
	"runtime"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/poll"
)

const (
	crowd     = 4 // prods while the loop waits for its turn
	crowdTime = 10 * time.Millisecond
)

// wait lets the goroutines run that the turn has made ready, and then waits as
// Look allows.
func (l *Loop) wait() {
	if l.busy {
		l.yield()
	}
	l.found, l.next = 0, 0
	if l.full == 0 {
		l.asked = l.clock
	}
	var err error
	rest := l.hooks.Look(l.clock, l.idle)
	l.idle = 0
	switch rest {
	case Hurry:
		l.phase.Store(napping)
		l.found, _, err = l.poller.Nap(l.events[:], l.clock, 0)
	case Nap:
		l.phase.Store(napping)
		l.found, l.idle, err = l.poller.Nap(l.events[:], l.clock, nap)
	case Park, Doze:
		l.found, err = l.park(rest)
	}
	if err != nil {
		l.log.Error("loop: waiting for events", "loop", l.id, "error", err)
		time.Sleep(tick) // nothing better is left
	}
	l.touch()
	l.phase.Store(working)
	if l.busy = l.found != 0; l.busy {
		l.Stats.Batches.Add(1)
		l.Stats.Events.Add(uint64(l.found))
	}
}

// yield lets the goroutines run that the turn has made ready. The loop's own turn
// comes behind all others then, however many they are. Where crowd of them have
// said meanwhile that they take long, there are many; for a while the loop does
// not queue behind them, but waits for the next who prods it.
func (l *Loop) yield() {
	if l.clock < l.crowded {
		l.phase.Store(napping)
		l.poller.Yield()
		l.touch()
		return
	}
	Yield("has turned")
	l.phase.Store(yielding)
	runtime.Gosched()
	l.touch()
	if l.passedBy.Load() != 0 && l.passedBy.Swap(0) >= crowd {
		l.crowded = l.clock + crowdTime
	}
}

// park announces that the loop waits, so that Post wakes it, looks whether
// anything came just before, and waits.
func (l *Loop) park(rest Rest) (int, error) {
	l.now.Store(0)
	l.phase.Store(parked)
	Step("is about to park")
	if l.queued.Load() != 0 || rest == Park && l.hooks.Queued() {
		return l.poller.Poll(l.events[:])
	}
	until := poll.Forever
	if next := l.wheel.next(); next != never {
		until = time.Duration(next) * tick
	}
	if at := l.clock + doze; rest == Doze && (until == poll.Forever || until > at) {
		until = at
	}
	l.Stats.Parks.Add(1)
	return l.poller.Park(l.events[:], l.clock, until)
}

// Prod has l run next, if it waits and something has happened: see Poller.Prod.
// Any goroutine, which then lets others run.
func (l *Loop) Prod() {
	switch l.phase.Load() {
	case working:
	case yielding:
		l.passedBy.Add(1)
	default:
		l.poller.Prod()
	}
}
