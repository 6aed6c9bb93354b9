package loop

import (
	"runtime"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/poll"
)

// longTurn is the time after which it is taken for likely that more than one client
// waits to be accepted.
const longTurn = 100 * time.Microsecond

// wait lets the goroutines run that the turn has made ready, and then waits as
// Look allows.
func (l *Loop) wait() {
	if l.busy {
		Yield("has turned")
		runtime.Gosched()
		l.touch()
	}
	l.long = l.clock-l.began >= longTurn
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
		if l.found, err = l.collect(rest); l.found != 0 || err != nil {
			break
		}
		l.found, err = l.park(rest)
	}
	if err != nil {
		l.log.Error("loop: waiting for events", "loop", l.id, "error", err)
		time.Sleep(tick) // nothing better is left
	}
	l.touch()
	l.began = l.clock
	l.phase.Store(working)
	if l.busy = l.found != 0; l.busy {
		l.Stats.Batches.Add(1)
		l.Stats.Events.Add(uint64(l.found))
	}
}

// collect looks for events where connections come quickly, and if there are none
// sleeps before it looks again, where that pays. Neither events nor Post end the
// sleep early.
func (l *Loop) collect(rest Rest) (int, error) {
	if rest != Park || !l.pace.quick() || l.clock-l.parked >= unparked {
		return 0, nil
	}
	l.phase.Store(napping)
	Step("collects")
	if l.queued.Load() != 0 || l.hooks.Queued() {
		return 0, nil
	}
	n, err := l.poller.Poll(l.events[:])
	if n == 0 && err == nil && l.pace.sleeps() {
		l.poller.Sleep(collecting)
		l.touch()
		n, err = l.poller.Poll(l.events[:])
	}
	return n, err
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
	n, err := l.poller.Park(l.events[:], l.clock, until)
	l.parked = l.poller.Now()
	return n, err
}

// Prod has l run next, if it waits and something has happened: see Poller.Prod.
// Any goroutine, which then lets others run.
func (l *Loop) Prod() {
	if l.phase.Load() != working {
		l.poller.Prod()
	}
}
