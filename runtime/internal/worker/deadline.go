package worker

import (
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// A deadline further away than fine is looked at in steps of coarse, so that
// thousands of connections wake their loop four times a second at most.
const (
	fine   = time.Second
	coarse = 256 * time.Millisecond
)

// lookAt is when the wheel looks at a connection whose deadline is d.
func lookAt(d, now time.Duration) time.Duration {
	if d-now < fine {
		return d
	}
	up := d + coarse - 1
	return up - up%coarse
}

// Expire implements loop.Source: the wheel looks at c.
func (c *Conn) Expire() { c.tend() }

// tend serves c or wakes who waits inside Serve if their time has passed, and
// arms the wheel for what is left. loop-only.
func (c *Conn) tend() {
	c.pool.loop.Assert()
	// Before anything is looked at: who makes a deadline visible later finds
	// this, and posts.
	c.armed.Store(0)
	loop.Step("tend")
	now := c.pool.loop.Heard()
	next := time.Duration(0)
	for done := false; !done; {
		s := c.state.Load()
		switch s & stateMask {
		case stateIdle, stateParked:
			d := time.Duration(c.deadline.Load())
			if d != 0 && d <= now {
				loop.Step("expire")
				if !c.state.CompareAndSwap(s, s&^stateMask|stateBusy|expired) {
					continue
				}
				c.deadline.Store(0)
				c.pool.ready(c)
				break
			}
			next = d
		case stateClosed:
			return
		}
		done = true
	}
	next = sooner(next, c.tendWaiter(waitRead, now))
	next = sooner(next, c.tendWaiter(waitWrite, now))
	if next != 0 {
		at := lookAt(next, now)
		c.armed.Store(int64(at))
		c.pool.loop.Arm(c.token, at)
	}
}

// tendWaiter wakes who waits for flag if its time has passed, and else returns
// until when it waits; 0 if it is not known or does not matter. loop-only.
func (c *Conn) tendWaiter(flag uint32, now time.Duration) time.Duration {
	for {
		s := c.state.Load()
		if s&flag == 0 {
			return 0
		}
		at := &c.more().reader
		if flag == waitWrite {
			at = &c.more().writer
		}
		until := time.Duration(at.Load().until.Load())
		if until == 0 || until > now {
			return until
		}
		loop.Step("tendWaiter")
		if c.state.CompareAndSwap(s, s&^flag) {
			// One wait may have ended and another begun since: look again at
			// who it is now. Woken early, it waits again.
			w := at.Load()
			until := time.Duration(w.until.Load())
			w.wake(until != 0 && until <= now)
			return 0
		}
	}
}

func sooner(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
