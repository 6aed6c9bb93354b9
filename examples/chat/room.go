package main

import (
	"context"
	"time"

	"github.com/tornadogen/tornadogen/examples/chat/chatapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/pubsub"
)

// patience is how long a long poll waits.
const patience = 30 * time.Second

// room answers the operations. It keeps nothing but the topic: who listens is subscribed to it, whichever way.
type room struct {
	topic *pubsub.Topic[chatapi.Message]
}

var _ chatapi.Handler = (*room)(nil)

func (r *room) publish(ctx context.Context, u chatapi.Utterance) error {
	return r.topic.Publish(ctx, chatapi.Message{Author: u.Author, Text: u.Text, At: time.Now().UTC()})
}

func (r *room) Say(ctx context.Context, req chatapi.SayRequest) error {
	return r.publish(ctx, req.Body)
}

// PollMessages parks the request until there is something to tell.
func (r *room) PollMessages(ctx context.Context, req chatapi.PollMessagesRequest, reply chatapi.PollMessagesReply) {
	after := req.After.Or("")
	reply.After(patience, reply.NoContent)
	err := r.topic.SubscribeAfter(ctx, after, pubsub.Once(func(first *tornado.Message[chatapi.Message]) {
		answer := chatapi.Messages{Messages: []chatapi.Message{first.Data}}
		if after != "" { // there may be more
			if missed, _, err := r.topic.History(ctx, after); err == nil && len(missed) > 1 {
				answer.Messages = nil
				for _, m := range missed {
					answer.Messages = append(answer.Messages, m.Data)
				}
			}
		}
		reply.OK(answer)
	}, reply.OnDone))
	if err != nil {
		reply.Fail(err)
	}
}

// Listen keeps the stream, and returns: what is said reaches it without a goroutine.
func (r *room) Listen(ctx context.Context, req chatapi.ListenRequest, out *tornado.EventStream[chatapi.Message]) error {
	after := out.LastEventID()
	if after == "" {
		after = req.After.Or("")
	}
	if err := out.Open(); err != nil {
		return err
	}
	out.Keep()
	return r.topic.SubscribeAfter(ctx, after, out)
}

// Chat does the same with a socket, and says what comes in.
func (r *room) Chat(ctx context.Context, req chatapi.ChatRequest, ws *tornado.Socket[chatapi.Message, chatapi.Utterance]) error {
	ws.OnMessage = func(u chatapi.Utterance) error { return r.publish(ws.Context(), u) }
	return r.topic.SubscribeAfter(ctx, req.After.Or(""), ws)
}
