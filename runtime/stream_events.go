package tornado

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/lines"
	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/queue"
	"github.com/tornadogen/tornadogen/runtime/internal/sse"
)

const eventMedia = "text/event-stream"

// Event is one event of an event stream: its data, and what stands around it (HTML section 9.2).
type Event[T any] struct {
	// ID is where a client that comes back wants to go on, see EventStream.LastEventID; "" leaves the one before in force.
	ID string
	// Name is the type of the event, "" for none: a browser calls it "message".
	Name string
	Data T
	// Retry tells a client how long to wait before it comes back; 0 says nothing. Of an event that was received it is what the stream
	// last said.
	Retry time.Duration
}

// Events is an event stream as a value. A client ranges over what it receives; the answer of a handler is ranged over, and sent.
// Every event comes with a nil error; an error is the last. See Items for a stream of JSON texts.
type Events[T any] = iter.Seq2[Event[T], error]

// limitsOf are the bounds of a stream.
func limitsOf(o *StreamOptions) queue.Limits {
	return queue.Limits{Messages: o.Queue, Bytes: o.Bytes, Policy: o.Slow}
}

// EventStream sends server-sent events whose data is T. See Stream for how it ends. Beside the events, comments are sent when it was
// silent for a while (StreamOptions.Heartbeat); the first of them sends the head of the answer if nothing did.
type EventStream[T any] struct {
	*Stream
	codec  *StreamCodec[T]
	lastID string
}

// LastEventID is the id of the last event that the client has seen, as it says: "" if it comes for the first time.
func (e *EventStream[T]) LastEventID() string { return e.lastID }

// Send sends an event of data alone. The data is encoded before Send returns. Errors: ErrStreamEnded, ErrSlowClient, ErrDraining,
// or that of the connection.
func (e *EventStream[T]) Send(data T) error { return e.SendEvent(Event[T]{Data: data}) }

// SendEvent sends an event. It is an error if ID or Name has a line end, or ID a NUL.
func (e *EventStream[T]) SendEvent(event Event[T]) error {
	buf, _ := frames.Get().(*[]byte)
	defer release(buf)
	b, err := e.codec.AppendEvent((*buf)[:0], &event)
	*buf = b
	if err != nil {
		return err
	}
	return e.transmit(b, sendCopied)
}

// EncodedEvent is an event that was encoded once, to be sent to many clients.
type EncodedEvent []byte

// Encode encodes an event for SendEncoded of any stream of the same operation.
func (e *EventStream[T]) Encode(event Event[T]) (EncodedEvent, error) {
	return e.codec.AppendEvent(nil, &event)
}

// SendEncoded is SendEvent for what Encode has made. The bytes must not be changed any more.
func (e *EventStream[T]) SendEncoded(event EncodedEvent) error { return e.transmit(event, sendKept) }

// SendMessage is Send for a message that goes to many, as an event with its ID: it is encoded once for all streams of the operation.
func (e *EventStream[T]) SendMessage(m *Message[T]) error { return e.sendShared(m, sendKept) }

// Deliver is SendMessage, but does not wait: where the policy is to block, it ends the stream instead.
func (e *EventStream[T]) Deliver(m *Message[T]) error { return e.sendShared(m, sendNow) }

func (e *EventStream[T]) sendShared(m *Message[T], how sendMode) error {
	b, err := formOf(m, e.codec, func() (EncodedEvent, error) { return e.Encode(Event[T]{ID: m.ID, Data: m.Data}) })
	if err != nil {
		return err
	}
	return e.transmit(b, how)
}

// Comment sends a text that clients skip.
func (e *EventStream[T]) Comment(text string) error {
	return e.transmit(sse.AppendComment(nil, text), sendKept)
}

// ItemStream sends JSON texts, each a T: JSON lines, or a JSON text sequence if that is what the client likes better. Of a multipart answer each is
// a part, in the media type of its encoding. See Stream for how it ends.
type ItemStream[T any] struct {
	*Stream
	codec  *StreamCodec[T]
	format lines.Format
	parts  *partStream // of a multipart answer, else nil
}

// Send sends an item. It is encoded before Send returns. The errors are those of EventStream.Send, and of a part those of a value that its media
// type does not carry.
func (i *ItemStream[T]) Send(v T) error {
	if i.parts != nil {
		return i.sendPart(v, sendKept)
	}
	buf, _ := frames.Get().(*[]byte)
	defer release(buf)
	*buf = i.append((*buf)[:0], v)
	return i.transmit(*buf, sendCopied)
}

func (i *ItemStream[T]) append(b []byte, v T) []byte {
	b = i.format.Begin(b)
	from := len(b)
	return i.format.End(i.codec.Append(b, v), from)
}

// itemForm tells the item streams that share the bytes of a message.
type itemForm struct {
	codec  any
	format lines.Format
}

// SendMessage is Send for a message that goes to many: it is encoded once for all streams of the operation and format.
func (i *ItemStream[T]) SendMessage(m *Message[T]) error { return i.sendShared(m, sendKept) }

// Deliver is SendMessage, but does not wait: where the policy is to block, it ends the stream instead.
func (i *ItemStream[T]) Deliver(m *Message[T]) error { return i.sendShared(m, sendNow) }

func (i *ItemStream[T]) sendShared(m *Message[T], how sendMode) error {
	if i.parts != nil {
		return i.sendPart(m.Data, how)
	}
	b, _ := formOf(m, itemForm{i.codec, i.format}, func() ([]byte, error) { return i.append(nil, m.Data), nil })
	return i.transmit(b, how)
}

// newEvents begins an event stream; nil for HEAD, which has its answer then.
func newEvents[T any](x *exchange, status int, codec *StreamCodec[T]) *EventStream[T] {
	s := x.openStream(status, eventMedia)
	s.beats = DefaultHeartbeat
	if o := x.match.op.Stream; o != nil {
		s.retry = o.Retry
		if o.Heartbeat != 0 {
			s.beats = max(o.Heartbeat, 0)
		}
	}
	if s.answeredHead() {
		return nil
	}
	s.schedule(x.ctx)
	id, _ := x.head.Field("Last-Event-ID")
	return &EventStream[T]{Stream: s, codec: codec, lastID: string(id)}
}

// newItems begins a stream of items; nil for HEAD, which has its answer then.
func newItems[T any](x *exchange, status int, codec *StreamCodec[T], types []string) *ItemStream[T] {
	name := types[0]
	if len(types) > 1 {
		name = types[max(x.reply.accept.best(types), 0)]
		x.reply.Header("Vary", "Accept")
	}
	var parts *partStream
	if codec.Shapes != nil && strings.HasPrefix(name, "multipart/") {
		parts = &partStream{w: media.NewPartsWriter(codec.Shapes, codec.Shape)}
		name = parts.w.ContentType(name)
	}
	s := x.openStream(status, name)
	if parts != nil {
		s.tail = parts.w.End()
	}
	if s.answeredHead() {
		return nil
	}
	return &ItemStream[T]{Stream: s, codec: codec, format: lines.FormatOf(name), parts: parts}
}

// RegisterEvents enters an operation whose handler sends an event stream. Generated code calls it, see Register.
func RegisterEvents[Req, T any](a *API, op *Operation, decode func(*Req, *Input), handle func(context.Context, Req, *EventStream[T]) error, status int, codec *StreamCodec[T]) {
	registerStream(a, op, decode, handle, func(x *exchange) *EventStream[T] { return newEvents(x, status, codec) })
}

// RegisterItems enters an operation whose handler sends a stream of JSON texts. Generated code calls it, see Register.
func RegisterItems[Req, T any](a *API, op *Operation, decode func(*Req, *Input), handle func(context.Context, Req, *ItemStream[T]) error, status int, codec *StreamCodec[T]) {
	registerStream(a, op, decode, handle, func(x *exchange) *ItemStream[T] { return newItems(x, status, codec, op.Produces) })
}

// RegisterBytes enters an operation whose handler sends bytes. Generated code calls it, see Register.
func RegisterBytes[Req any](a *API, op *Operation, decode func(*Req, *Input), handle func(context.Context, Req, *ByteStream) error, status int, media string) {
	registerStream(a, op, decode, handle, func(x *exchange) *ByteStream { return newBytes(x, status, media) })
}

// registerStream enters an operation whose handler sends its answer to what open gives; nil if there is nothing to send.
func registerStream[Req, Out any](a *API, op *Operation, decode func(*Req, *Input), handle func(context.Context, Req, *Out) error, open func(*exchange) *Out) {
	call := func(ctx context.Context, req any) (any, error) {
		out, ok := ctx.Value(outKey{}).(*Out)
		if !ok {
			return nil, errors.New("middleware of " + op.ID + " passed on a context that is not made of its own")
		}
		return nil, handle(ctx, *req.(*Req), out)
	}
	a.add(op, func(x *exchange) {
		in := x.takeRequest().(*Req)
		if decode(in, &x.in); x.accepted() {
			if out := open(x); out != nil {
				var err error
				if x.match.middleware == nil {
					err = handle(x.ctx, *in, out)
				} else {
					x.ctx = context.WithValue(x.ctx, outKey{}, out)
					_, err = x.through(in)
				}
				x.stream.finish(out, err)
			}
		}
		x.keepRequest()
	}, (*Req)(nil), call)
}

// outKey is what the stream goes through middleware by.
type outKey struct{}

// WriteEvents answers with a stream of events. Generated code calls it.
func WriteEvents[T any](w *Reply, status int, events Events[T], codec *StreamCodec[T]) {
	w.beginPull(status, eventMedia, func(x *exchange) error {
		out := newEvents(x, status, codec)
		if out == nil || events == nil {
			return nil
		}
		for event, err := range events {
			if err == nil {
				err = out.SendEvent(event)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// WriteItems answers with a stream of JSON texts, in one of these media types. Generated code calls it.
func WriteItems[T any](w *Reply, status int, items Items[T], codec *StreamCodec[T], types ...string) {
	w.beginPull(status, types[0], func(x *exchange) error {
		out := newItems(x, status, codec, types)
		if out == nil || items == nil {
			return nil
		}
		for item, err := range items {
			if err == nil {
				err = out.Send(item)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Reader answers with the bytes that body gives, and closes it. Generated code calls it.
func (w *Reply) Reader(status int, media string, body io.ReadCloser) {
	w.beginPull(status, media, func(x *exchange) error {
		if body == nil {
			return nil
		}
		defer body.Close() //nolint:errcheck // it was read, and nobody is told
		out := newBytes(x, status, media)
		_, err := out.ReadFrom(body)
		if err == nil {
			err = out.Flush()
		}
		return err
	})
}

// beginPull begins an answer whose body is sent by fn, once the handler has returned.
func (w *Reply) beginPull(status int, media string, fn func(x *exchange) error) {
	w.status, w.media, w.pull = status, media, fn
}
