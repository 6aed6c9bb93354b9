package worker

import (
	"errors"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// ErrInterrupted is returned by ReadWait after Interrupt.
var ErrInterrupted = errors.New("worker: wait interrupted")

// Interrupt ends the ReadWait that is under way, or else the next one that has
// to wait: it returns ErrInterrupted. So who calls ReadWait looks at what the
// interrupt was for, and calls again if that is over. A loop that serves is not
// woken from its poll. Any goroutine, at any time: it touches nothing but the
// state word.
func (c *Conn) Interrupt() {
	for {
		s := c.state.Load()
		loop.Step("Interrupt")
		if c.state.CompareAndSwap(s, s&^waitRead|interrupted) {
			if s&waitRead != 0 {
				c.more().reader.Load().wake(false)
			}
			return
		}
	}
}

// takeInterrupt reports whether there was an Interrupt, and forgets it.
func (c *Conn) takeInterrupt() bool {
	return c.state.Load()&interrupted != 0 && c.state.And(^interrupted)&interrupted != 0
}
