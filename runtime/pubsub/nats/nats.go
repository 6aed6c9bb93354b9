// Package nats carries the topics of package pubsub between processes, over NATS JetStream.
//
//	nc, err := natsgo.Connect("nats://queue:4222")
//	backend, err := nats.New(ctx, nc, nats.WithMaxAge(time.Hour))
//	room := pubsub.NewTopic[petapi.Message]("room", pubsub.WithBackend(backend))
//
// All topics share one stream, whose subjects begin with its name; a message is kept until it is too old or there are too many. So
// nothing is lost while a server, or the network between, is away for a while: a process goes on behind the last message it has got,
// and so does a client with the ID of its last one, at whichever server it comes back.
//
// Publishing fails while the stream cannot be reached. Where the node has lost it, whoever needs it next makes it again. Its numbers then
// begin above all that there were: who was receiving gets what is new, and who comes back is told of a gap. They begin at the time of day in
// microseconds, so that is not so where the clock was set back, or where NATS is older than 2.10, which counts from 1.
//
// A message whose Publish has failed may be delivered all the same, once: the answer of the stream may be what was lost, and the
// connection keeps what it could not send and sends it when it is back. Who publishes again after an error may so be heard twice.
package nats

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// What applies unless an option says otherwise.
const (
	DefaultStream   = "TORNADO"
	DefaultMaxAge   = time.Hour
	DefaultMaxBytes = 256 << 20
)

// Option changes a Backend.
type Option func(*jetstream.StreamConfig)

// WithStream names the stream; it is made if it does not exist. The default is DefaultStream.
func WithStream(name string) Option { return func(c *jetstream.StreamConfig) { c.Name = name } }

// WithMaxAge sets how long a message is kept. The default is DefaultMaxAge.
func WithMaxAge(d time.Duration) Option { return func(c *jetstream.StreamConfig) { c.MaxAge = d } }

// WithMaxBytes sets how many bytes of messages are kept, of all topics together. The default is DefaultMaxBytes.
func WithMaxBytes(n int64) Option { return func(c *jetstream.StreamConfig) { c.MaxBytes = n } }

// WithReplicas sets on how many servers of a cluster a message is kept. The default is 1.
func WithReplicas(n int) Option { return func(c *jetstream.StreamConfig) { c.Replicas = n } }

// WithStorage sets where messages are kept. The default is jetstream.FileStorage.
func WithStorage(s jetstream.StorageType) Option {
	return func(c *jetstream.StreamConfig) { c.Storage = s }
}

// Backend implements pubsub.Backend. Its methods are safe from any goroutine.
type Backend struct {
	js     jetstream.JetStream
	stream jetstream.Stream // immutable; also once it was made again
	config jetstream.StreamConfig
	making chan struct{} // holds one while a goroutine makes the stream again
}

// New makes or updates the stream. The connection stays the caller's, who closes it after the topics. Its options decide how long it
// tries to come back; natsgo.MaxReconnects(-1) never gives up.
func New(ctx context.Context, nc *natsgo.Conn, opts ...Option) (*Backend, error) {
	config := jetstream.StreamConfig{
		Name: DefaultStream, MaxAge: DefaultMaxAge, MaxBytes: DefaultMaxBytes, Storage: jetstream.FileStorage, Discard: jetstream.DiscardOld,
	}
	for _, o := range opts {
		o(&config)
	}
	config.Subjects = []string{config.Name + ".>"}
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("nats: %w", err)
	}
	stream, err := makeStream(ctx, js, config)
	if err != nil {
		return nil, fmt.Errorf("nats: stream %s: %w", config.Name, err)
	}
	return &Backend{js: js, stream: stream, config: config, making: make(chan struct{}, 1)}, nil
}

// makeStream makes the stream, or updates the one that is there.
func makeStream(ctx context.Context, js jetstream.JetStream, config jetstream.StreamConfig) (jetstream.Stream, error) {
	for {
		there, err := js.Stream(ctx, config.Name)
		switch {
		case err == nil:
			config.FirstSeq = there.CachedInfo().Config.FirstSeq
			stream, err := js.UpdateStream(ctx, config)
			if !errors.Is(err, jetstream.ErrStreamNotFound) { // it has just gone
				return stream, err
			}
		case !errors.Is(err, jetstream.ErrStreamNotFound):
			return nil, err
		}
		// A stream that is made in place of one that was lost must not give its numbers again: who has seen them would be taken for one
		// that has missed nothing. Microseconds go faster than messages.
		config.FirstSeq = uint64(time.Now().UnixMicro())
		stream, err := js.CreateStream(ctx, config)
		if !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // by another process that has just made it
			return stream, err
		}
		select {
		case <-time.After(10 * time.Millisecond): // a cluster tells of it a little later
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// subject is where the messages of a topic go. A topic has any name, a subject has not.
func (b *Backend) subject(topic string) string {
	return b.config.Name + "." + base64.RawURLEncoding.EncodeToString([]byte(topic))
}

// Publish implements pubsub.Backend: it returns when the stream has the message. After an error the stream may have it, or get it yet.
func (b *Backend) Publish(ctx context.Context, topic string, data []byte) error {
	_, err := b.js.Publish(ctx, b.subject(topic), data)
	if b.restored(ctx, err) {
		_, err = b.js.Publish(ctx, b.subject(topic), data)
	}
	return err
}

// restoring is how long making the stream again may take: nobody answers where JetStream is away.
const restoring = 2 * time.Second

// restored makes the stream again if err says that there is none, and reports whether there is one now.
func (b *Backend) restored(ctx context.Context, err error) bool {
	if !errors.Is(err, jetstream.ErrStreamNotFound) && !errors.Is(err, jetstream.ErrNoStreamResponse) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, restoring)
	defer cancel()
	select {
	case b.making <- struct{}{}:
		defer func() { <-b.making }()
	case <-ctx.Done():
		return false
	}
	_, err = b.js.Stream(ctx, b.config.Name) // another may have made it
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		_, err = makeStream(ctx, b.js, b.config)
	}
	return err == nil
}

// info tells how the stream is now.
func (b *Backend) info(ctx context.Context) (*jetstream.StreamInfo, error) {
	info, err := b.stream.Info(ctx)
	if b.restored(ctx, err) {
		return b.stream.Info(ctx)
	}
	return info, err
}

// Receive implements pubsub.Backend.
func (b *Backend) Receive(ctx context.Context, topic string, deliver func(number uint64, data []byte)) (func(), error) {
	// From a number, not from "new": the consumer is made anew after a loss of the connection, and must not skip what came meanwhile.
	info, err := b.info(ctx)
	if err != nil {
		return nil, err
	}
	consumer, err := b.consumer(ctx, topic, info.State.LastSeq+1)
	if err != nil {
		return nil, err
	}
	consuming, err := consumer.Consume(func(m jetstream.Msg) {
		if meta, err := m.Metadata(); err == nil { // every message of a stream has it
			deliver(meta.Sequence.Stream, m.Data())
		}
	})
	if err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() {
		consuming.Stop()
		<-consuming.Closed()
	}), nil
}

// Replay implements pubsub.Backend.
func (b *Backend) Replay(ctx context.Context, topic string, after uint64, deliver func(number uint64, data []byte)) (gap bool, err error) {
	info, err := b.info(ctx)
	if err != nil {
		return false, err
	}
	first := max(info.Config.FirstSeq, 1) // that the stream has given
	switch {
	case after == 0:
		gap = info.State.FirstSeq > first
	case after > info.State.LastSeq: // of a message that the node has lost
		gap, after = true, 0
	default:
		gap = after+1 < info.State.FirstSeq
	}
	if after == info.State.LastSeq || info.State.Msgs == 0 {
		return gap, nil
	}
	consumer, err := b.consumer(ctx, topic, after+1)
	if err != nil {
		return gap, err
	}
	left, err := consumer.Info(ctx)
	if err != nil || left.NumPending == 0 {
		return gap, err
	}
	messages, err := consumer.Messages()
	if err != nil {
		return gap, err
	}
	defer messages.Stop()
	for {
		m, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return gap, errors.Join(err, context.Cause(ctx))
		}
		meta, err := m.Metadata()
		if err != nil {
			return gap, err
		}
		deliver(meta.Sequence.Stream, m.Data())
		if meta.NumPending == 0 {
			return gap, nil
		}
	}
}

// consumer reads the messages of a topic in order, from a number on.
func (b *Backend) consumer(ctx context.Context, topic string, from uint64) (jetstream.Consumer, error) {
	return b.stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{b.subject(topic)}, DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: from,
	})
}
