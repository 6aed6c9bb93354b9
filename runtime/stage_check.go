//go:build loopcheck

package tornado

import (
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// mutex is a sync.Mutex that a simulation sees wait.
type mutex struct {
	sync.Mutex
	held bool // guarded by itself; the simulation, which runs one goroutine at a time, looks without
}

func (m *mutex) Lock() {
	loop.Await("locks", func() bool { return !m.held })
	m.Mutex.Lock()
	m.held = true
}

func (m *mutex) Unlock() {
	m.held = false
	m.Mutex.Unlock()
}

// simulatedClock is that of the simulation under way, nil for none. A test sets it before any goroutine runs.
var simulatedClock func() time.Time

// sinceEpoch is what deferred answers, sockets and streams know as the time.
func sinceEpoch() time.Duration {
	if simulatedClock != nil {
		return simulatedClock().Sub(epoch)
	}
	return time.Since(epoch)
}
