package loop

import "time"

// Timer is a function that a loop runs later. Its methods are loop-only.
type Timer struct {
	loop  *Loop
	token Token // 0: fired or stopped
	fn    func()
	every time.Duration // 0: once
}

// After runs fn on l once, when d has passed: to the millisecond at best.
func (l *Loop) After(d time.Duration, fn func()) *Timer { return l.start(d, 0, fn) }

// Every runs fn on l each time that d, at least a millisecond, has passed. A
// loop that comes too late does not catch up.
func (l *Loop) Every(d time.Duration, fn func()) *Timer {
	d = max(d, tick)
	return l.start(d, d, fn)
}

func (l *Loop) start(d, every time.Duration, fn func()) *Timer {
	l.owner.assert()
	t := &Timer{loop: l, fn: fn, every: every}
	t.token = l.slots.add(t)
	l.wheel.arm(t.token.slot(), l.poller.Now()+d)
	return t
}

// Stop keeps fn from running (again). It reports whether it would have run.
func (t *Timer) Stop() bool {
	if t.token == 0 {
		return false
	}
	t.loop.Remove(t.token)
	t.token = 0
	return true
}

// Ready implements Source: a timer has no descriptor.
func (t *Timer) Ready(Bits) {}

// Expire implements Source.
func (t *Timer) Expire() {
	if t.every == 0 {
		t.Stop()
	} else {
		t.loop.Arm(t.token, t.loop.clock+t.every)
	}
	t.loop.protect(t.fn)
}
