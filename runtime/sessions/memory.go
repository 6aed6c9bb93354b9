package sessions

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// DefaultBytes is how much a Memory keeps unless WithBytes says otherwise.
const DefaultBytes = 64 << 20

// Memory keeps sessions in memory. They end with the process, and when there is no more room for them: first those whose last change is
// the longest ago.
type Memory struct {
	max int
	now func() time.Time

	mu    sync.Mutex
	all   map[string]*list.Element // guarded by mu, like all below; of *kept
	age   list.List                // what was changed last is at its end
	bytes int
	sweep int // the number of sessions at which those that have ended are looked for
}

type kept struct {
	key   string
	data  []byte
	until time.Time
}

// overhead is what a session costs beside its data, in bytes, about.
const overhead = 256

// size is what the session costs, in bytes.
func (k *kept) size() int { return overhead + len(k.key) + len(k.data) }

// minSweep is how many sessions are kept before old ones are looked for.
const minSweep = 1024

// MemoryOption changes what NewMemory makes.
type MemoryOption func(*Memory)

// WithBytes bounds what is kept, in bytes. The default, and what is meant by 0 or less, is DefaultBytes.
func WithBytes(n int) MemoryOption {
	return func(m *Memory) {
		if m.max = n; n <= 0 {
			m.max = DefaultBytes
		}
	}
}

// NewMemory makes an empty store.
func NewMemory(opts ...MemoryOption) *Memory {
	m := &Memory{max: DefaultBytes, now: time.Now, all: make(map[string]*list.Element), sweep: minSweep}
	for _, opt := range opts {
		opt(m)
	}
	return m
}

// Load implements Store.
func (m *Memory) Load(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.living(key); s != nil {
		return s.data, nil
	}
	return nil, nil
}

// Create implements Store.
func (m *Memory) Create(_ context.Context, key string, data []byte, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drop(m.all[key])
	m.keep(&kept{key, data, m.now().Add(ttl)})
	return nil
}

// Update implements Store.
func (m *Memory) Update(_ context.Context, key string, data []byte, ttl time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.living(key) == nil {
		return false, nil
	}
	m.drop(m.all[key])
	m.keep(&kept{key, data, m.now().Add(ttl)})
	return true, nil
}

// Delete implements Store.
func (m *Memory) Delete(_ context.Context, key string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	there := m.living(key) != nil
	m.drop(m.all[key])
	return there, nil
}

// living is the session of a key, nil if there is none, or it has ended. The caller holds mu, as for all below.
func (m *Memory) living(key string) *kept {
	at, ok := m.all[key]
	if !ok {
		return nil
	}
	s, _ := at.Value.(*kept)
	if !m.now().Before(s.until) {
		return nil
	}
	return s
}

// keep enters a session, and drops what has ended or has no room.
func (m *Memory) keep(s *kept) {
	m.all[s.key] = m.age.PushBack(s)
	m.bytes += s.size()
	if len(m.all) >= m.sweep {
		m.dropEnded()
		m.sweep = max(minSweep, 2*len(m.all))
	}
	for m.bytes > m.max {
		m.drop(m.age.Front())
	}
}

// dropEnded forgets the sessions that have ended.
func (m *Memory) dropEnded() {
	now := m.now()
	for at := m.age.Front(); at != nil; {
		next := at.Next()
		if s, _ := at.Value.(*kept); !now.Before(s.until) {
			m.drop(at)
		}
		at = next
	}
}

// drop forgets a session; nil is none.
func (m *Memory) drop(at *list.Element) {
	if at == nil {
		return
	}
	s, _ := m.age.Remove(at).(*kept)
	delete(m.all, s.key)
	m.bytes -= s.size()
}
