package ratelimit

import (
	"context"
	"sync"
	"time"
)

// DefaultKeys is how many keys a Memory holds unless NewMemory is told otherwise.
const DefaultKeys = 100_000

// Memory counts in memory, by the generic cell rate algorithm: a time for each key, and nothing to be done between requests. A key that
// has all of its limit again costs nothing in the long run; where there are too many others, some of them are forgotten.
type Memory struct {
	max int
	now func() time.Time

	mu    sync.Mutex
	due   map[string]time.Time // guarded by mu; when the requests of a key so far would have been due, one after the other
	sweep int                  // guarded by mu; the number of keys at which old ones are looked for
}

// NewMemory makes a store of at most keys keys; 0 is DefaultKeys.
func NewMemory(keys int) *Memory {
	if keys <= 0 {
		keys = DefaultKeys
	}
	return &Memory{max: keys, now: time.Now, due: make(map[string]time.Time), sweep: min(keys, 1024)}
}

// Take implements Store.
func (m *Memory) Take(_ context.Context, key string, l Limit) (Decision, error) {
	every, room := l.every(), l.every()*time.Duration(l.burst())
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	due, known := m.due[key]
	if due.Before(now) {
		due = now
	}
	next := due.Add(every)
	if ahead := next.Sub(now); ahead > room {
		return Decision{RetryIn: ahead - room}, nil
	}
	if !known {
		m.makeRoom(now)
	}
	m.due[key] = next
	left := room - next.Sub(now)
	d := Decision{Allowed: true, Remaining: int(left / every)}
	if d.Remaining == 0 {
		d.RetryIn = every - left
	}
	return d, nil
}

// makeRoom drops keys that have all of their limit again, and others if that is not enough. The caller holds mu.
func (m *Memory) makeRoom(now time.Time) {
	if len(m.due) < m.sweep {
		return
	}
	for key, due := range m.due {
		if !due.After(now) {
			delete(m.due, key)
		}
	}
	for key := range m.due { // in no order, and an eighth, so that the next keys need not look for room again
		if len(m.due) < m.max-m.max/8 {
			break
		}
		delete(m.due, key)
	}
	m.sweep = min(m.max, max(1024, 2*len(m.due)))
}
