package pubsub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Errors of a topic.
var (
	// ErrClosed is returned by a topic that was closed.
	ErrClosed = errors.New("pubsub: the topic is closed")
	// ErrBusy is returned when more messages wait to be delivered than a topic holds, of all or of one that comes back: it is published
	// to faster than the process can write to all receivers.
	ErrBusy = errors.New("pubsub: too many messages wait to be delivered")
)

// maxPending is how many messages may wait while others are delivered.
const maxPending = 1024

// Topic is a feed of messages of one type. All methods are safe from any goroutine.
type Topic[T any] struct {
	name    string       // immutable, like all up to mu
	origin  string       // of the IDs; "" with a backend
	backend Backend      // nil: in memory
	logger  *slog.Logger // never nil
	stamp   func(data *T, id string)

	mu         sync.Mutex
	last       uint64             // guarded by mu; the number of the latest message
	entered    uint64             // guarded by mu; messages that came by so far
	history    history[T]         // guarded by mu; empty with a backend, which keeps it
	pending    []numbered[T]      // guarded by mu; they wait for those before them
	delivering bool               // guarded by mu; somebody delivers, and sees to what is pending
	receivers  []*subscription[T] // guarded by mu; grows at its end alone, and is replaced when it shrinks
	ended      int                // guarded by mu; of receivers
	closed     bool               // guarded by mu

	feed feed // guarded by feed.mu, which is never taken inside of mu
}

// Option changes a topic.
type Option func(*config)

type config struct {
	history int
	backend Backend
	logger  *slog.Logger
	stamp   any // a func(*T, string)
}

// WithHistory keeps the latest n messages in memory, for SubscribeAfter. By default none is kept. A topic with a backend leaves that to
// it.
func WithHistory(n int) Option { return func(c *config) { c.history = max(n, 0) } }

// WithBackend carries the messages of a topic between processes.
func WithBackend(b Backend) Option { return func(c *config) { c.backend = b } }

// WithLogger sets where a topic tells what goes wrong without a caller to tell. The default is slog.Default.
func WithLogger(l *slog.Logger) Option { return func(c *config) { c.logger = l } }

// WithStamp has fn write the ID of each message into it, before anybody gets it, for clients that find no ID beside it: those of sockets
// and long polls. T is the type of the topic, else NewTopic panics.
func WithStamp[T any](fn func(data *T, id string)) Option {
	return func(c *config) { c.stamp = fn }
}

// NewTopic makes a topic. With a backend, topics of one name are one feed: their messages are of one type.
func NewTopic[T any](name string, opts ...Option) *Topic[T] {
	c := config{logger: slog.Default()}
	for _, o := range opts {
		o(&c)
	}
	t := &Topic[T]{name: name, backend: c.backend, logger: c.logger, history: history[T]{limit: c.history}}
	if c.stamp != nil {
		t.stamp = c.stamp.(func(*T, string))
	}
	if c.backend == nil {
		t.origin = strconv.FormatInt(time.Now().UnixNano(), 36)
	}
	return t
}

// Name is the name of the topic.
func (t *Topic[T]) Name() string { return t.name }

// Publish brings data to all receivers. It belongs to the topic: what it holds must not be changed.
//
// In memory the message was handed to every receiver when Publish returns, unless another goroutine delivers at the same time: then
// that one goes on with it. With a backend it returns the error of that, and the message comes back as it comes to other processes.
func (t *Topic[T]) Publish(ctx context.Context, data T) error {
	if t.backend == nil {
		return t.enter(0, data)
	}
	text, err := encode(&data)
	if err != nil {
		return fmt.Errorf("pubsub: %s: %w", t.name, err)
	}
	if err := t.backend.Publish(ctx, t.name, text); err != nil {
		return fmt.Errorf("pubsub: %s: %w", t.name, err)
	}
	return nil
}

// enter takes a message, and delivers it unless somebody else does. number is that of the backend.
func (t *Topic[T]) enter(number uint64, data T) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return ErrClosed
	case len(t.pending) >= maxPending:
		return ErrBusy
	}
	if t.backend == nil {
		number = t.last + 1
	}
	t.last = max(t.last, number)
	t.entered++
	m := numbered[T]{t.message(number, data), number, t.entered}
	t.history.add(m)
	t.pending = append(t.pending, m)
	if t.delivering {
		return nil
	}
	t.delivering = true
	t.deliverNext()
	if len(t.pending) == 0 {
		t.delivering = false
	} else { // what others have published meanwhile is not this caller's to deliver
		go t.deliverPending()
	}
	return nil
}

// message gives data its ID.
func (t *Topic[T]) message(number uint64, data T) *tornado.Message[T] {
	id := messageID(t.origin, number)
	if t.stamp != nil {
		t.stamp(&data, id)
	}
	return &tornado.Message[T]{ID: id, Data: data}
}

// deliverPending delivers until nothing is pending.
func (t *Topic[T]) deliverPending() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.pending) > 0 {
		t.deliverNext()
	}
	t.delivering = false
}

// deliverNext takes the first message that is pending to all who have subscribed before it came. The caller holds mu, which is free
// meanwhile, and has set delivering.
func (t *Topic[T]) deliverNext() {
	m := t.pending[0]
	t.pending[0] = numbered[T]{}
	t.pending = t.pending[1:]
	receivers := t.receivers[:len(t.receivers):len(t.receivers)]
	t.mu.Unlock()
	for _, r := range receivers {
		if r.since < m.order {
			r.take(m)
		}
	}
	t.mu.Lock()
}
