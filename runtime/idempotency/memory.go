package idempotency

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// The bounds of a Memory unless NewMemory is told otherwise.
const (
	DefaultKeep  = 24 * time.Hour
	DefaultBytes = 64 << 20
)

// Memory keeps answers in memory, the latest ones.
type Memory struct {
	keep time.Duration
	max  int
	now  func() time.Time

	mu    sync.Mutex
	keys  map[string]*list.Element // guarded by mu, like all below; of *entry
	age   list.List                // the oldest first
	bytes int
}

type entry struct {
	key, request string
	answer       *Answer // nil while it is not there
	since        time.Time
	size         int
}

// NewMemory makes a store that keeps answers for keep (0: DefaultKeep), and of the older ones no more than bytes (0: DefaultBytes).
func NewMemory(keep time.Duration, bytes int) *Memory {
	if keep <= 0 {
		keep = DefaultKeep
	}
	if bytes <= 0 {
		bytes = DefaultBytes
	}
	return &Memory{keep: keep, max: bytes, now: time.Now, keys: make(map[string]*list.Element)}
}

// overhead is what a key costs beside its answer, in bytes, about.
const overhead = 512

// Begin implements Store.
func (m *Memory) Begin(_ context.Context, key, request string) (State, *Answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.expire()
	if at, ok := m.keys[key]; ok {
		e, _ := at.Value.(*entry)
		switch {
		case e.request != request:
			return 0, nil, ErrOtherRequest
		case e.answer == nil:
			return Running, nil, nil
		}
		return Done, e.answer, nil
	}
	m.keys[key] = m.age.PushBack(&entry{key: key, request: request, since: m.now(), size: overhead})
	m.bytes += overhead
	return Fresh, nil, nil
}

// Finish implements Store.
func (m *Memory) Finish(_ context.Context, key string, a *Answer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.keys[key]
	if !ok {
		return nil
	}
	e, _ := at.Value.(*entry)
	e.answer = a
	size := overhead + len(a.Body)
	for name, values := range a.Header {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	m.bytes += size - e.size
	e.size = size
	m.expire()
	return nil
}

// Forget implements Store.
func (m *Memory) Forget(_ context.Context, key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at, ok := m.keys[key]; ok {
		m.drop(at)
	}
}

// expire drops answers that are too old, and the oldest ones while there are too many. Requests that run keep their keys. The caller
// holds mu.
func (m *Memory) expire() {
	limit := m.now().Add(-m.keep)
	for at := m.age.Front(); at != nil; {
		e, _ := at.Value.(*entry)
		next := at.Next()
		if m.bytes <= m.max && e.since.After(limit) {
			return
		}
		if e.answer != nil {
			m.drop(at)
		}
		at = next
	}
}

// drop forgets a key. The caller holds mu.
func (m *Memory) drop(at *list.Element) {
	e, _ := m.age.Remove(at).(*entry)
	delete(m.keys, e.key)
	m.bytes -= e.size
}
