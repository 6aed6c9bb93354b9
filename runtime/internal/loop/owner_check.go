//go:build race || loopcheck

package loop

import (
	"bytes"
	"runtime"
	"strconv"
	"sync/atomic"
)

// owner knows the goroutine that runs a loop, so that under the race detector
// and with the tag loopcheck (that is, in tests) a loop-only method called
// elsewhere panics.
type owner struct{ goroutine atomic.Int64 }

func (o *owner) set() { o.goroutine.Store(goroutine()) }

func (o *owner) assert() {
	if id := o.goroutine.Load(); id != 0 && id != goroutine() {
		panic("loop: a loop-only method was called from another goroutine: use Post")
	}
}

// goroutine is the number of this goroutine, as stacks show it.
func goroutine() int64 {
	var buf [64]byte
	fields := bytes.Fields(buf[:runtime.Stack(buf[:], false)])
	id, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		panic(err)
	}
	return id
}
