package tornado

import "github.com/tornadogen/tornadogen/runtime/internal/loop"

// step stands where another goroutine may come in between, see package loop.
func step(at string) { loop.Step(at) }

// await waits until c is closed.
func await(at string, c <-chan struct{}) {
	loop.Await(at, func() bool {
		select {
		case <-c:
			return true
		default:
			return false
		}
	})
	<-c
}
