// Package kept keeps things whose memory is dear to find again, as windows of decoders and buffers of long bodies.
package kept

import (
	"sync"
	"time"
)

// longest is how long a thing is kept whatever collections there are, until it is a sync.Pool's.
const longest = 10 * time.Second

// Pool is a sync.Pool whose things also outlive collections, a few of them for a while. Where clients have Go's collector work again and again, it takes
// from a sync.Pool what is used ten times a second, and a megabyte that is made anew is one of pages that the system has to find in one go. Its methods
// are for any goroutine.
type Pool[T any] struct {
	New  func() T // immutable
	Most int      // immutable; how many things outlive collections

	pool sync.Pool // of T

	mu   sync.Mutex
	list []T // guarded by mu; nil while nothing is kept
}

// Get gives a thing that is nobody else's.
func (p *Pool[T]) Get() T {
	if thing, ok := p.latest(); ok {
		return thing
	}
	if thing, ok := p.pool.Get().(T); ok {
		return thing
	}
	return p.New()
}

// latest gives what was put last.
func (p *Pool[T]) latest() (thing T, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.list); n > 0 {
		thing, ok = p.list[n-1], true
		clear(p.list[n-1:])
		p.list = p.list[:n-1]
	}
	return thing, ok
}

// Put takes back what Get gave. Nobody may use it any more.
func (p *Pool[T]) Put(thing T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.list) == p.Most {
		p.pool.Put(thing)
		return
	}
	if p.list == nil {
		p.list = make([]T, 0, p.Most)
		time.AfterFunc(longest, p.letGo)
	}
	p.list = append(p.list, thing)
}

// letGo leaves the things to collections.
func (p *Pool[T]) letGo() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, thing := range p.list {
		p.pool.Put(thing)
	}
	p.list = nil
}
