package pubsub

import (
	"context"
	"fmt"
	"sync"
)

// feed is what a topic receives of its backend: something as long as there is somebody to receive it for.
type feed struct {
	mu   sync.Mutex
	stop func() // guarded by mu; nil while nothing is received
}

// release stops the feed if nobody needs it any more.
func (f *feed) release(unused func() bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stop != nil && unused() {
		f.stop()
		f.stop = nil
	}
}

// receive sees to it that the messages of the backend come in.
func (t *Topic[T]) receive(ctx context.Context) error {
	if t.backend == nil {
		return nil
	}
	t.feed.mu.Lock()
	defer t.feed.mu.Unlock()
	if t.feed.stop != nil {
		return nil
	}
	stop, err := t.backend.Receive(ctx, t.name, t.received)
	if err != nil {
		return fmt.Errorf("pubsub: %s: %w", t.name, err)
	}
	t.feed.stop = stop
	return nil
}

// received takes a message of the backend, which calls it with one after the other.
func (t *Topic[T]) received(number uint64, text []byte) {
	data, err := decode[T](text)
	if err != nil {
		t.undecoded(err)
		return
	}
	_ = t.enter(number, data) // a topic that was closed has nobody to tell; it cannot be busy, since only this fills it
}
