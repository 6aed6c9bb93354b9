package tornado

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"
)

// Post runs fn soon, on a worker of a server that serves in this process, as a handler runs: it may block, a panic is logged, and
// the drain of the server waits for it. Where no server serves, or not on loops, fn runs on a goroutine of its own. Any goroutine
// may call it.
func Post(fn func()) {
	if e := schedules.pick(); e == nil || !e.Post(fn) {
		go surviving(fn)
	}
}

// After runs fn once, when d has passed: as Post does, and timed by the loops of a server, where one serves. It is some
// milliseconds late at most. The function may be stopped by Timer.Stop.
func After(d time.Duration, fn func()) *Timer {
	t := &Timer{fn: fn}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.arm(d)
	return t
}

// Every runs fn again and again until ctx ends, each time that d has passed, which is a millisecond at least: as After does. Each
// time is up to a tenth of d early or late, at random, so that many processes do not keep step; they do not drift. fn never runs
// twice at a time: what is due while it runs is left out. It goes on, on a timer of its own, when the server that has timed it
// has ended.
func Every(ctx context.Context, d time.Duration, fn func()) {
	t := &Timer{fn: fn, every: max(d, time.Millisecond), due: time.Now()}
	context.AfterFunc(ctx, func() { t.Stop() })
	t.mu.Lock()
	defer t.mu.Unlock()
	t.armNext()
}

// Timer is a function that runs later. Its methods may be called from any goroutine.
type Timer struct {
	fn    func()        // immutable
	every time.Duration // immutable; 0: once

	mu      sync.Mutex
	due     time.Time // guarded by mu; when a timer of Every is due, without jitter
	round   uint64    // guarded by mu; counts what was armed: an earlier one that fires does nothing
	at      time.Time // guarded by mu; when it fires
	cancel  func()    // guarded by mu; takes it off the clock; nil while it is on none
	stopped bool      // guarded by mu
}

// Stop keeps the function from running, or from running again, and reports whether it would have. It does not wait for one that
// runs.
func (t *Timer) Stop() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	pending := !t.stopped && (t.cancel != nil || t.every != 0)
	t.stopped = true
	t.disarm()
	return pending
}

// disarm takes t off the clock. The caller holds mu.
func (t *Timer) disarm() {
	if t.cancel != nil {
		t.cancel()
		t.cancel = nil
	}
	t.round++
	schedules.forget(t)
}

// arm has t fire when d has passed. The caller holds mu.
func (t *Timer) arm(d time.Duration) {
	t.round++
	round := t.round
	t.at = time.Now().Add(d)
	fire := func() { t.fire(round) }
	if e := schedules.hold(t); e != nil {
		t.cancel = e.After(d, fire)
		return
	}
	own := time.AfterFunc(d, func() { surviving(fire) })
	t.cancel = func() { own.Stop() }
}

// armNext has a timer of Every fire the next time that it is due. The caller holds mu.
func (t *Timer) armNext() {
	now := time.Now()
	t.due = t.due.Add(t.every)
	if late := now.Sub(t.due); late > 0 {
		t.due = t.due.Add(late + (t.every-late%t.every)%t.every)
	}
	jitter := t.every / 10
	t.arm(max(t.due.Sub(now)+rand.N(2*jitter+1)-jitter, 0)) //nolint:gosec // it decides nothing
}

// rearm moves t to another clock, as the one that it was on has ended.
func (t *Timer) rearm() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cancel != nil {
		t.arm(max(time.Until(t.at), 0))
	}
}

// fire runs the function, and arms t again if it is one of Every, whatever becomes of the call.
func (t *Timer) fire(round uint64) {
	t.mu.Lock()
	if round != t.round || t.stopped {
		t.mu.Unlock()
		return
	}
	t.cancel = nil
	schedules.forget(t)
	t.mu.Unlock()
	if t.every != 0 {
		defer func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			if !t.stopped {
				t.armNext()
			}
		}()
	}
	t.fn()
}

// surviving calls fn and logs a panic.
func surviving(fn func()) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("a posted function panicked", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
		}
	}()
	fn()
}

// clock is what times and runs functions: the loops and workers of a server that serves.
type clock interface {
	// Post has fn called by a worker; it returns false when the clock has ended.
	Post(fn func()) bool
	// After has fn called by a worker when d has passed, unless the clock ends before.
	After(d time.Duration, fn func()) (stop func())
}

// schedules knows the clocks of this process.
var schedules = scheduler{timers: make(map[*Timer]clock)}

type scheduler struct {
	mu     sync.Mutex
	clocks []clock          // guarded by mu
	timers map[*Timer]clock // guarded by mu; those that are timed by a clock
}

// pick returns the first clock, nil if there is none.
func (s *scheduler) pick() clock {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.clocks) == 0 {
		return nil
	}
	return s.clocks[0]
}

// hold notes that t is timed by the first clock, and returns that, nil if there is none.
func (s *scheduler) hold(t *Timer) clock {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.clocks) == 0 {
		return nil
	}
	s.timers[t] = s.clocks[0]
	return s.clocks[0]
}

func (s *scheduler) forget(t *Timer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.timers, t)
}
