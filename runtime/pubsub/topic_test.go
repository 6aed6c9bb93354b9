package pubsub

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// inbox is a subscriber that keeps what it gets.
type inbox struct {
	mu     sync.Mutex
	got    []string
	done   []func()
	refuse error
	hook   func(text string) // called with each message, outside of mu
}

func (b *inbox) Deliver(m *tornado.Message[string]) error {
	b.mu.Lock()
	err, hook := b.refuse, b.hook
	if err == nil {
		b.got = append(b.got, m.Data)
	}
	b.mu.Unlock()
	if hook != nil {
		hook(m.Data)
	}
	return err
}

func (b *inbox) SendMessage(m *tornado.Message[string]) error { return b.Deliver(m) }

func (b *inbox) OnDone(fn func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done = append(b.done, fn)
}

func (b *inbox) leave() {
	b.mu.Lock()
	done := b.done
	b.mu.Unlock()
	for _, fn := range done {
		fn()
	}
}

func (b *inbox) all() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.got...)
}

func TestEachSubscriberGetsWhatComesWhileItIsThere(t *testing.T) {
	topic := NewTopic[string]("room")
	first, second := &inbox{}, &inbox{}
	require.NoError(t, topic.Publish(t.Context(), "nobody is there"))
	require.NoError(t, topic.Subscribe(t.Context(), first))
	require.NoError(t, topic.Publish(t.Context(), "a"))
	require.NoError(t, topic.Subscribe(t.Context(), second))
	require.NoError(t, topic.Publish(t.Context(), "b"))
	first.leave()
	require.Equal(t, 1, topic.Subscribers())
	require.NoError(t, topic.Publish(t.Context(), "c"))
	require.Equal(t, []string{"a", "b"}, first.all())
	require.Equal(t, []string{"b", "c"}, second.all())
	topic.Close()
	require.Zero(t, topic.Subscribers())
	require.ErrorIs(t, topic.Publish(t.Context(), "d"), ErrClosed)
	require.ErrorIs(t, topic.Subscribe(t.Context(), first), ErrClosed)
}

// TestOrder has many publish at once: all see the same order, and nothing is lost.
func TestOrder(t *testing.T) {
	const publishers, each = 8, 100
	topic := NewTopic[string]("room")
	boxes := []*inbox{{}, {}, {}}
	for _, b := range boxes {
		require.NoError(t, topic.Subscribe(t.Context(), b))
	}
	var all sync.WaitGroup
	for p := range publishers {
		all.Go(func() {
			for i := range each {
				for errors.Is(topic.Publish(context.Background(), fmt.Sprint(p, i)), ErrBusy) {
				}
			}
		})
	}
	all.Wait()
	require.Eventually(t, func() bool { return len(boxes[2].all()) == publishers*each }, eventually, tick)
	require.Equal(t, boxes[0].all(), boxes[1].all())
	require.Equal(t, boxes[0].all(), boxes[2].all())
	require.ElementsMatch(t, boxes[0].all(), func() (want []string) {
		for p := range publishers {
			for i := range each {
				want = append(want, fmt.Sprint(p, i))
			}
		}
		return want
	}())
}

// TestPublishWhileDelivering publishes from within a subscriber, as who says that another one has left.
func TestPublishWhileDelivering(t *testing.T) {
	topic := NewTopic[string]("room")
	b := &inbox{}
	b.hook = func(text string) {
		if text == "a" {
			require.NoError(t, topic.Publish(context.Background(), "b"))
			require.NoError(t, topic.Publish(context.Background(), "c"))
		}
	}
	require.NoError(t, topic.Subscribe(t.Context(), b))
	require.NoError(t, topic.Publish(t.Context(), "a"))
	require.Eventually(t, func() bool { return len(b.all()) == 3 }, eventually, tick)
	require.Equal(t, []string{"a", "b", "c"}, b.all())
}

func TestSubscriberThatFailsIsLeftOut(t *testing.T) {
	topic := NewTopic[string]("room")
	failing, panicking, well := &inbox{refuse: errors.New("full")}, &inbox{hook: func(string) { panic("no") }}, &inbox{}
	for _, b := range []*inbox{failing, panicking, well} {
		require.NoError(t, topic.Subscribe(t.Context(), b))
	}
	require.NoError(t, topic.Publish(t.Context(), "a"))
	require.NoError(t, topic.Publish(t.Context(), "b"))
	require.Equal(t, 1, topic.Subscribers())
	require.Empty(t, failing.all())
	require.Equal(t, []string{"a"}, panicking.all())
	require.Equal(t, []string{"a", "b"}, well.all())
}

func TestResume(t *testing.T) {
	topic := NewTopic[string]("room", WithHistory(3))
	ids := map[string]string{}
	require.NoError(t, topic.Subscribe(t.Context(), Once(func(m *tornado.Message[string]) { ids[m.Data] = m.ID }, func(func()) {})))
	for _, text := range []string{"a", "b", "c"} {
		require.NoError(t, topic.Publish(t.Context(), text))
	}
	require.Len(t, ids, 1) // once
	history, gap, err := topic.History(t.Context(), ids["a"])
	require.NoError(t, err)
	require.False(t, gap)
	require.Len(t, history, 2)

	back, stranger, fresh := &inbox{}, &inbox{}, &inbox{}
	require.NoError(t, topic.SubscribeAfter(t.Context(), ids["a"], back))
	require.NoError(t, topic.SubscribeAfter(t.Context(), "of-another-process", stranger))
	require.NoError(t, topic.SubscribeAfter(t.Context(), "", fresh))
	require.NoError(t, topic.Publish(t.Context(), "d"))
	require.Equal(t, []string{"b", "c", "d"}, back.all())
	require.Equal(t, []string{"a", "b", "c", "d"}, stranger.all())
	require.Equal(t, []string{"d"}, fresh.all())

	require.NoError(t, topic.Publish(t.Context(), "e"))
	history, gap, err = topic.History(t.Context(), ids["a"])
	require.NoError(t, err)
	require.True(t, gap) // b is not kept any more
	require.Len(t, history, 3)
}

// latecomer is an inbox to which something happens between the moment it has joined and that at which it is sent what it has missed.
type latecomer struct {
	inbox
	joined func()
}

func (l *latecomer) OnDone(func()) { l.joined() }

// A message that waits for its turn when somebody comes back, and is kept already, is sent once.
func TestResumeWhileMessagesWait(t *testing.T) {
	topic := NewTopic[string]("room", WithHistory(10))
	reached, goOn := make(chan struct{}), make(chan struct{})
	slow := &inbox{hook: func(text string) {
		if text == "1" {
			close(reached)
			<-goOn
		}
	}}
	require.NoError(t, topic.Subscribe(t.Context(), slow))
	var first sync.WaitGroup
	first.Go(func() { require.NoError(t, topic.Publish(context.Background(), "1")) })
	<-reached
	back := &latecomer{joined: func() {
		require.NoError(t, topic.Publish(t.Context(), "2"))
		require.NoError(t, topic.Publish(t.Context(), "3"))
	}}
	require.NoError(t, topic.SubscribeAfter(t.Context(), "the beginning", back))
	close(goOn)
	first.Wait()
	require.Eventually(t, func() bool { return len(slow.all()) == 3 }, eventually, tick)
	require.NoError(t, topic.Publish(t.Context(), "4"))
	require.Eventually(t, func() bool { return len(slow.all()) == 4 }, eventually, tick)
	require.Equal(t, []string{"1", "2", "3", "4"}, back.all())
}

// TestResumeBehindTooMany: whoever comes back while more messages come by than are held for it learns that it gets no more.
func TestResumeBehindTooMany(t *testing.T) {
	for more, want := range map[int]error{0: nil, 1: ErrBusy} {
		topic := NewTopic[string]("room", WithHistory(10))
		back := &latecomer{joined: func() {
			for range maxBacklog + more {
				require.NoError(t, topic.Publish(t.Context(), "m"))
			}
		}}
		require.ErrorIs(t, topic.SubscribeAfter(t.Context(), "the beginning", back), want)
		require.Equal(t, 1-more, topic.Subscribers())
	}
}

// TestResumeWhileOthersPublish lets subscribers come back all the time: none misses a message or gets one twice.
func TestResumeWhileOthersPublish(t *testing.T) {
	const messages = 400
	topic := NewTopic[string]("room", WithHistory(messages))
	var all sync.WaitGroup
	boxes := make([]*inbox, 20)
	all.Go(func() {
		for i := range messages {
			for errors.Is(topic.Publish(context.Background(), fmt.Sprint(i)), ErrBusy) {
			}
		}
	})
	for i := range boxes {
		boxes[i] = &inbox{}
		all.Go(func() { require.NoError(t, topic.SubscribeAfter(context.Background(), "the beginning", boxes[i])) })
	}
	all.Wait()
	for _, b := range boxes {
		require.Eventually(t, func() bool { return len(b.all()) == messages }, eventually, tick)
		for i, text := range b.all() {
			require.Equal(t, fmt.Sprint(i), text)
		}
	}
}

// memoryBackend is what several processes share, in one.
type memoryBackend struct {
	mu        sync.Mutex
	kept      [][]byte
	receivers map[int]func(number uint64, data []byte)
	next      int
}

func (b *memoryBackend) Publish(_ context.Context, _ string, data []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept = append(b.kept, data)
	for _, deliver := range b.receivers {
		deliver(uint64(len(b.kept)), data)
	}
	return nil
}

func (b *memoryBackend) Receive(_ context.Context, _ string, deliver func(uint64, []byte)) (func(), error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := b.next
	b.next++
	if b.receivers == nil {
		b.receivers = map[int]func(uint64, []byte){}
	}
	b.receivers[id] = deliver
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.receivers, id)
	}, nil
}

func (b *memoryBackend) Replay(_ context.Context, _ string, after uint64, deliver func(uint64, []byte)) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := int(after); i < len(b.kept); i++ {
		deliver(uint64(i+1), b.kept[i])
	}
	return false, nil
}

func (b *memoryBackend) listeners() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.receivers)
}

func TestBackend(t *testing.T) {
	backend := &memoryBackend{}
	here, there := NewTopic[string]("room", WithBackend(backend)), NewTopic[string]("room", WithBackend(backend))
	a, b := &inbox{}, &inbox{}
	require.NoError(t, here.Subscribe(t.Context(), a))
	require.NoError(t, there.Subscribe(t.Context(), b))
	require.NoError(t, here.Publish(t.Context(), "x"))
	require.NoError(t, there.Publish(t.Context(), "y"))
	require.NoError(t, backend.Publish(t.Context(), "room", []byte("no JSON"))) // told, and left out
	require.Equal(t, []string{"x", "y"}, a.all())
	require.Equal(t, []string{"x", "y"}, b.all())
	back := &inbox{}
	require.NoError(t, there.SubscribeAfter(t.Context(), "1", back))
	require.Equal(t, []string{"y"}, back.all())
	require.Equal(t, 2, backend.listeners())
	a.leave()
	require.Eventually(t, func() bool { return backend.listeners() == 1 }, eventually, tick)
}

func TestStamp(t *testing.T) {
	topic := NewTopic[string]("room", WithHistory(1), WithStamp(func(text *string, id string) { *text += " " + id }))
	b := &inbox{}
	require.NoError(t, topic.Subscribe(t.Context(), b))
	require.NoError(t, topic.Publish(t.Context(), "a"))
	history, _, err := topic.History(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, []string{"a " + history[0].ID}, b.all())
	require.Panics(t, func() { NewTopic[int]("room", WithStamp(func(*string, string) {})) })
}
