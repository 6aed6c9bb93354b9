package tornado

import "github.com/tornadogen/tornadogen/runtime/internal/loop"

// step stands where another goroutine may come in between, see package loop.
func step(at string) { loop.Step(at) }
