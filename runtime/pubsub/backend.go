package pubsub

import "context"

// Backend carries the messages of topics between processes. Its methods are called from any goroutine.
//
// The messages of a topic have numbers that grow, the same in all processes; a backend that keeps no messages has none and counts
// nothing: all its numbers are 0.
type Backend interface {
	// Publish sends a message to every process that receives the topic, this one included. data belongs to the backend. It returns
	// when the message is safe in the sense of the backend.
	Publish(ctx context.Context, topic string, data []byte) error

	// Receive calls deliver with each message of a topic from now on, one after the other in order, until stop is called. After the
	// connection was lost it goes on behind the last message, as far as the backend has kept what was missed. data is the callee's.
	Receive(ctx context.Context, topic string, deliver func(number uint64, data []byte)) (stop func(), err error)

	// Replay calls deliver, in order, with the messages of a topic behind the one that is named, up to the present. It reports
	// whether some of them are not kept any more.
	Replay(ctx context.Context, topic string, after uint64, deliver func(number uint64, data []byte)) (gap bool, err error)
}
