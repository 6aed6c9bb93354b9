package sessions

import (
	"context"
	"sync"
	"time"
)

// Memory keeps sessions in memory. They end with the process.
type Memory struct {
	mu    sync.Mutex
	all   map[string]kept // guarded by mu
	sweep int             // guarded by mu; the number of sessions at which old ones are looked for
}

type kept struct {
	data  []byte
	until time.Time
}

// minSweep is how many sessions are kept before old ones are looked for.
const minSweep = 1024

// NewMemory makes an empty store.
func NewMemory() *Memory { return &Memory{all: make(map[string]kept), sweep: minSweep} }

// Load implements Store.
func (m *Memory) Load(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.all[key]
	if !ok || !time.Now().Before(s.until) {
		return nil, nil
	}
	return s.data, nil
}

// Save implements Store.
func (m *Memory) Save(_ context.Context, key string, data []byte, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.all[key] = kept{data, now.Add(ttl)}
	if len(m.all) >= m.sweep {
		for key, s := range m.all {
			if !now.Before(s.until) {
				delete(m.all, key)
			}
		}
		m.sweep = max(minSweep, 2*len(m.all))
	}
	return nil
}

// Delete implements Store.
func (m *Memory) Delete(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, key)
	return nil
}
