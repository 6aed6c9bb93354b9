// Package pubsub brings messages to all who wait for them: event streams, sockets, and the parked replies of long polls. A message is
// typed, and encoded once for all receivers of a kind.
//
//	room := pubsub.NewTopic[petapi.Message]("room", pubsub.WithHistory(100))
//
//	func (c *chat) Listen(ctx context.Context, req petapi.ListenRequest, out *tornado.EventStream[petapi.Message]) error {
//		out.Keep()
//		return room.SubscribeAfter(out.LastEventID(), out)
//	}
//
//	func (c *chat) Say(ctx context.Context, req petapi.SayRequest) error { return room.Publish(ctx, req.Body) }
//
// A topic lives in the memory of its process. WithBackend carries it between processes: package pubsub/nats, a module of its own, has a
// backend on NATS JetStream.
//
// Whoever publishes writes to the receivers itself, one after the other, and never waits for one: what a slow client does not take
// waits in the queue of its stream or socket, whose policy counts. A receiver whose policy is to block cannot be waited for, and is
// ended when its queue is full.
package pubsub
