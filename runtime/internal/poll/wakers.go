//go:build (linux || darwin || freebsd || netbsd || openbsd) && !tornado_net

package poll

import (
	"runtime"
	"sync/atomic"
)

// wakers counts the calls of Wake under way in its lower bits. closedBit is set
// once there may be none any more: what Wake writes to is closed then, and its
// number may be that of another descriptor.
type wakers struct{ n atomic.Int64 }

const closedBit = 1 << 40

// enter reports whether Wake may write. leave follows in any case.
func (w *wakers) enter() bool { return w.n.Add(1) < closedBit }

func (w *wakers) leave() { w.n.Add(-1) }

// close waits for the calls under way. It reports false if it was called before.
func (w *wakers) close() bool {
	if w.n.Add(closedBit) >= 2*closedBit {
		w.n.Add(-closedBit)
		return false
	}
	for w.n.Load() != closedBit {
		runtime.Gosched()
	}
	return true
}
