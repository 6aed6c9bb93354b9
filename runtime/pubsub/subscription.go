package pubsub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Subscriber is who gets the messages of a topic: a *tornado.EventStream, a *tornado.ItemStream, a *tornado.Socket, or what Once makes
// of a reply.
type Subscriber[T any] interface {
	// Deliver takes a message and does not wait. An error ends the subscription.
	Deliver(m *tornado.Message[T]) error
	// SendMessage is Deliver, but waits for room where the policy of the subscriber is to block.
	SendMessage(m *tornado.Message[T]) error
	// OnDone has fn called once, when the subscriber has ended, or at once if it has. It may be called on any goroutine.
	OnDone(fn func())
}

// Once makes a subscriber that gets one message: of the parked reply of a long poll. answer gives the answer; onDone is the method of
// the reply.
//
//	room.Subscribe(pubsub.Once(func(m *tornado.Message[petapi.Message]) { reply.OK(m.Data) }, reply.OnDone))
func Once[T any](answer func(m *tornado.Message[T]), onDone func(fn func())) Subscriber[T] {
	return &once[T]{answer: answer, onDone: onDone}
}

type once[T any] struct {
	answer func(m *tornado.Message[T])
	onDone func(fn func())
	given  atomic.Bool
}

var errGiven = errors.New("pubsub: the reply was given")

func (o *once[T]) Deliver(m *tornado.Message[T]) error {
	if o.given.CompareAndSwap(false, true) {
		o.answer(m)
	}
	return errGiven
}

func (o *once[T]) SendMessage(m *tornado.Message[T]) error { return o.Deliver(m) }

func (o *once[T]) OnDone(fn func()) { o.onDone(fn) }

// maxBacklog is how many messages may come by while a subscriber gets those that it has missed.
const maxBacklog = 1024

// subscription is one receiver of a topic.
type subscription[T any] struct {
	topic *Topic[T]     // immutable
	to    Subscriber[T] // immutable
	since uint64        // immutable; messages of a higher order are its own

	over atomic.Bool

	mu       sync.Mutex    // held while the subscriber is called
	catching bool          // guarded by mu; what was missed comes first
	backlog  []numbered[T] // guarded by mu; what has come by meanwhile
	behind   bool          // guarded by mu; more than that has come by
	reached  uint64        // guarded by mu; what has a number up to this was missed, and was sent; 0 from the first that has not
}

// Subscribe delivers the messages of the topic to s from now on, until s has ended or the topic is closed.
func (t *Topic[T]) Subscribe(ctx context.Context, s Subscriber[T]) error {
	_, err := t.join(ctx, s, false)
	return err
}

// SubscribeAfter is Subscribe for a client that comes back: the messages behind the one with the given ID come first, as far as they are
// kept, each once and in order. An ID that is not of this topic stands for its beginning; "" means from now on. It returns when what
// was missed has been sent; ctx bounds that. If more messages come by meanwhile than are held for s, 1024, it returns ErrBusy, and s is not subscribed: the client
// comes back with the ID of the last one that it got.
func (t *Topic[T]) SubscribeAfter(ctx context.Context, id string, s Subscriber[T]) error {
	r, err := t.join(ctx, s, id != "")
	if err != nil || id == "" {
		return err
	}
	missed, _, err := t.missed(ctx, id)
	if err != nil {
		r.end()
		return err
	}
	var reached uint64
	for _, m := range missed {
		if err := s.SendMessage(m.Message); err != nil {
			r.end()
			return nil //nolint:nilerr // the subscriber has ended, and knows
		}
		reached = m.number
	}
	return r.caughtUp(reached)
}

// History returns the messages behind the one with the given ID that are kept, oldest first, and whether others are not kept any more.
// With "" it returns all.
func (t *Topic[T]) History(ctx context.Context, id string) (messages []*tornado.Message[T], gap bool, err error) {
	missed, gap, err := t.missed(ctx, id)
	for _, m := range missed {
		messages = append(messages, m.Message)
	}
	return messages, gap, err
}

// missed is what came behind a message.
func (t *Topic[T]) missed(ctx context.Context, id string) (missed []numbered[T], gap bool, err error) {
	number, known := numberOf(t.origin, id)
	if t.backend == nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		missed, gap = t.history.after(number, t.last)
		return missed, gap || id != "" && !known, nil
	}
	var undecoded error
	gap, err = t.backend.Replay(ctx, t.name, number, func(number uint64, text []byte) {
		data, err := decode[T](text)
		if err != nil {
			undecoded = err
			return
		}
		missed = append(missed, numbered[T]{Message: t.message(number, data), number: number})
	})
	if undecoded != nil {
		t.undecoded(undecoded)
	}
	if err != nil {
		return nil, false, fmt.Errorf("pubsub: %s: %w", t.name, err)
	}
	return missed, gap || id != "" && !known, nil
}

func (t *Topic[T]) undecoded(err error) {
	t.logger.Error("pubsub: a message is not of the type of its topic", slog.String("topic", t.name), slog.Any("error", err))
}

// Subscribers is how many there are.
func (t *Topic[T]) Subscribers() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.receivers) - t.ended
}

// Close ends all subscriptions; their streams and sockets go on. It does not close the backend.
func (t *Topic[T]) Close() {
	t.mu.Lock()
	receivers := t.receivers
	t.closed, t.pending = true, nil
	t.mu.Unlock()
	for _, r := range receivers {
		r.end()
	}
}

func (t *Topic[T]) join(ctx context.Context, s Subscriber[T], catching bool) (*subscription[T], error) {
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return nil, ErrClosed
	}
	r := &subscription[T]{topic: t, to: s, since: t.entered, catching: catching}
	t.receivers = append(t.receivers, r)
	t.mu.Unlock()
	if err := t.receive(ctx); err != nil {
		r.end()
		return nil, err
	}
	s.OnDone(r.end)
	return r, nil
}

// take brings m to the subscriber, in its turn.
func (r *subscription[T]) take(m numbered[T]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.over.Load():
	case !r.catching:
		r.deliverNew(m)
	case len(r.backlog) < maxBacklog:
		r.backlog = append(r.backlog, m)
	default:
		r.behind = true
		r.end()
	}
}

// caughtUp goes on with what has come by while the messages up to reached, which were missed, were sent.
func (r *subscription[T]) caughtUp(reached uint64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.behind {
		return ErrBusy
	}
	r.reached = reached
	for _, m := range r.backlog {
		if !r.over.Load() {
			r.deliverNew(m)
		}
	}
	r.catching, r.backlog = false, nil
	return nil
}

// deliverNew delivers m unless it was sent among what was missed: one that is kept may still be pending. Behind the first that was not,
// all are new. The caller holds mu.
func (r *subscription[T]) deliverNew(m numbered[T]) {
	if m.number == 0 || m.number > r.reached {
		r.reached = 0
		r.deliver(m)
	}
}

// deliver calls the subscriber. The caller holds mu.
func (r *subscription[T]) deliver(m numbered[T]) {
	defer func() {
		if v := recover(); v != nil {
			r.topic.logger.Error("pubsub: a subscriber panicked", slog.String("topic", r.topic.name), slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
			r.end()
		}
	}()
	if err := r.to.Deliver(m.Message); err != nil {
		r.end()
	}
}

// end takes the subscription out of its topic. It may be called more than once, and from within Deliver.
func (r *subscription[T]) end() {
	if !r.over.CompareAndSwap(false, true) {
		return
	}
	t := r.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended++
	if t.ended > len(t.receivers)/2 {
		left := make([]*subscription[T], 0, len(t.receivers)-t.ended) // a new one: somebody may range over the old one
		for _, other := range t.receivers {
			if !other.over.Load() {
				left = append(left, other)
			}
		}
		t.ended -= len(t.receivers) - len(left)
		t.receivers = left
	}
	if t.backend != nil && len(t.receivers) == t.ended {
		go t.feed.release(func() bool { return t.Subscribers() == 0 })
	}
}
