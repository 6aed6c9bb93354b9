package client

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/lines"
	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/sse"
)

const eventMedia = "text/event-stream"

// Reconnect says how a client of an event stream comes back when the connection is lost. It does where the method is idempotent, and
// tells the server by Last-Event-ID what it has seen.
type Reconnect struct {
	// Attempts is how often in a row it tries, from one event that came to the next; negative for never. The default is 10.
	Attempts int
	// Delay is how long it waits where the server has not said, at first: from one attempt to the next the time doubles, up to 30
	// seconds, and half of it is random. The default is a second.
	Delay time.Duration
	// AtEnd has it come back, too, when the server has ended the answer in order, as browsers do. Otherwise that is the end. In both
	// cases a status of 204 is.
	AtEnd bool
}

const (
	defaultAttempts = 10
	defaultDelay    = time.Second
	longestReturn   = 30 * time.Second
)

// WithReconnect says how event streams come back. See Reconnect for the default.
func WithReconnect(r Reconnect) Option { return func(c *Client) { c.reconnect = r } }

// body is the rest of an answer that is read part by part.
type body struct {
	io.ReadCloser
	limits *limits
}

// Read reads. Where there is no more, nothing of the call is left, whether it is closed or not.
func (b body) Read(p []byte) (n int, err error) {
	if n, err = b.ReadCloser.Read(p); errors.Is(err, io.EOF) {
		b.limits.end()
	}
	return n, err
}

// Close ends the answer, wherever it stands.
func (b body) Close() error {
	b.limits.end() // a body that goes on is not read to its end
	return b.ReadCloser.Close()
}

// take hands over the body that was not read yet.
func (r *Response) take() io.ReadCloser {
	res := r.rest
	r.rest = nil
	if res == nil || res.Body == nil {
		return http.NoBody
	}
	r.limits.lift()
	return body{res.Body, r.limits}
}

// load reads the body as a whole.
func (r *Response) load() error {
	if r.rest == nil {
		return nil
	}
	res := r.rest
	r.rest = nil
	defer closeBody(res)
	data, err := readBody(res, r.maxBody)
	r.Body = data
	return err
}

// discard closes a body that nobody will read. r may be nil.
func (r *Response) discard() {
	if r != nil && r.rest != nil {
		closeBody(r.rest)
		r.rest = nil
		r.limits.drop()
	}
}

// loaded is load for an answer that was opened. What is wrong is in broken.
func (r *Response) loaded() bool {
	if r.rest != nil {
		if err := r.load(); err != nil {
			r.broken = r.failure(err)
		}
		r.limits.end()
	}
	return r.broken == nil
}

// Reader returns the body, which has one of these media types, to be read to its end or closed; an empty one if it has not.
func (r *Response) Reader(types ...string) io.ReadCloser {
	if !r.declares(types) {
		return http.NoBody
	}
	return r.take()
}

// EventsOf returns the events of an answer. They can be ranged over once; not to do so holds the connection until the context of the
// call ends.
func EventsOf[T any](r *Response, codec *tornado.StreamCodec[T]) tornado.Events[T] {
	if !r.declares([]string{eventMedia}) {
		return func(func(tornado.Event[T], error) bool) {}
	}
	in := r.take()
	return func(yield func(tornado.Event[T], error) bool) {
		s := eventSource[T]{codec: codec, parser: sse.Parser{Limit: int(r.maxBody)}}
		if err := s.read(r, in, yield); err != nil && !errors.Is(err, errStopped) {
			yield(tornado.Event[T]{}, err)
		}
	}
}

// Events returns what the server sends of events to a call, whose answer has that status; fail makes the error of another answer.
// Each time that it is ranged over, the call is sent.
func Events[T any](call *Call, status int, codec *tornado.StreamCodec[T], fail func(*Response) error) tornado.Events[T] {
	return func(yield func(tornado.Event[T], error) bool) {
		s := eventSource[T]{codec: codec, parser: sse.Parser{Limit: int(call.client.maxBody)}}
		s.parser.SetLastID(call.header.Get("Last-Event-ID"))
		defer call.setHeader("Last-Event-ID", s.parser.LastID())
		if err := s.run(call, status, fail, yield); err != nil && !errors.Is(err, errStopped) {
			yield(tornado.Event[T]{}, err)
		}
	}
}

var (
	// errStopped says that who ranges over a stream wants no more.
	errStopped = errors.New("stopped")
	// errLost says that an answer is not complete.
	errLost = errors.New("the connection was lost")
)

// eventSource reads one event stream, over several answers where the connection is lost.
type eventSource[T any] struct {
	codec  *tornado.StreamCodec[T]
	parser sse.Parser
	came   bool // an event came since the last attempt
}

// run sends the call, and again as Reconnect says. nil is the end of the stream.
func (s *eventSource[T]) run(call *Call, status int, fail func(*Response) error, yield func(tornado.Event[T], error) bool) error {
	again := call.client.reconnect
	if again.Attempts == 0 {
		again.Attempts = defaultAttempts
	}
	if !isIdempotent(call.op.Method) {
		again.Attempts = -1
	}
	for attempt := 0; ; {
		res, err := call.Open()
		switch {
		case err != nil && attempt == 0:
			return err
		case err != nil:
		case res.StatusCode == http.StatusNoContent && attempt > 0:
			res.discard()
			return nil
		case res.StatusCode != status || res.ContentType() != eventMedia:
			return fail(res)
		default:
			err = s.read(res, res.take(), yield)
			if err == nil && !again.AtEnd || err != nil && !errors.Is(err, errLost) {
				return err
			}
		}
		if s.came {
			attempt, s.came = 0, false
		}
		if attempt++; attempt > again.Attempts || call.ctx.Err() != nil || !pause(call.ctx, s.delay(again.Delay, attempt)) {
			return call.error("", attempt, cause(call.ctx, lost(call.ctx, err)))
		}
		s.parser.Reset()
		call.setHeader("Last-Event-ID", s.parser.LastID())
	}
}

// lost is why a stream is given up.
func lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err == nil {
		return errLost
	}
	return err
}

// delay is how long to wait before an attempt.
func (s *eventSource[T]) delay(first time.Duration, attempt int) time.Duration {
	if d := s.parser.Retry(); d > 0 {
		first = d
	}
	if first <= 0 {
		first = defaultDelay
	}
	d := min(first<<min(attempt-1, 10), max(longestReturn, first))
	return d - rand.N(d/2+1)
}

// pause waits, and reports false if ctx has ended before.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// read yields the events of one answer, and closes it. nil is its end in order, errLost another.
func (s *eventSource[T]) read(r *Response, in io.ReadCloser, yield func(tornado.Event[T], error) bool) error {
	defer in.Close() //nolint:errcheck // what is missing is told by reading
	return eachPart(r, in, func(part []byte) error {
		for len(part) > 0 {
			n, ev, err := s.parser.Feed(part)
			part = part[n:]
			if err != nil {
				return &InvalidResponse{Operation: r.op, StatusCode: r.StatusCode, Malformed: err.Error()}
			}
			if ev == nil {
				continue
			}
			s.came = true
			event := tornado.Event[T]{ID: ev.ID, Name: ev.Name, Retry: ev.Retry}
			if event.Data, err = eventItem(r, s.codec, ev); err != nil {
				return err
			}
			if !yield(event, nil) {
				return errStopped
			}
		}
		return nil
	})
}

// readBuffer is how much of a stream is read at once, in bytes.
const readBuffer = 16 << 10

// eachPart gives what comes of an answer to take, to the end. nil is an end in order, errLost another.
func eachPart(r *Response, in io.Reader, take func(part []byte) error) error {
	buf := make([]byte, readBuffer)
	for {
		n, err := in.Read(buf)
		if n > 0 {
			if err := take(buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return nil
		default:
			return errors.Join(errLost, r.failure(err))
		}
	}
}

// eventItem reads the data of an event, or all its fields.
func eventItem[T any](r *Response, codec *tornado.StreamCodec[T], ev *sse.Event) (v T, err error) {
	switch {
	case codec.Fields != nil:
		for _, text := range codec.Fields.Items((*media.Event)(ev)) {
			got, failed := item(r, codec, text)
			if failed == nil {
				return got, nil
			}
			err = cmp.Or(err, failed)
		}
		return v, err
	case codec.Text:
		return item(r, codec, jsonwire.AppendString(nil, string(ev.Data)))
	}
	return item(r, codec, ev.Data)
}

// item reads one item of a stream.
func item[T any](r *Response, codec *tornado.StreamCodec[T], text []byte) (v T, err error) {
	r.setDecoder()
	r.decoder.Reset(text)
	v = codec.Decode(&r.decoder)
	return v, r.itemEnd()
}

// itemEnd says what is wrong with an item that was decoded.
func (r *Response) itemEnd() error {
	r.decoder.End()
	if !r.decoder.Failed() {
		return nil
	}
	return r.invalid(r.decoder.SyntaxError(), r.decoder.Violations())
}

// ItemsOf returns the items of an answer, which has one of these media types. They can be ranged over once; not to do so holds the
// connection until the context of the call ends.
func ItemsOf[T any](r *Response, codec *tornado.StreamCodec[T], types ...string) tornado.Items[T] {
	if !r.declares(types) {
		return func(func(T, error) bool) {}
	}
	in := r.take()
	return func(yield func(T, error) bool) { readItems(r, in, codec, yield) }
}

// Items returns what the server sends of items to a call, whose answer has that status; fail makes the error of another answer. Each
// time that it is ranged over, the call is sent.
func Items[T any](call *Call, status int, codec *tornado.StreamCodec[T], fail func(*Response) error) tornado.Items[T] {
	return func(yield func(T, error) bool) {
		var none T
		res, err := call.Open()
		switch {
		case err != nil:
			yield(none, err)
		case res.StatusCode != status || !res.declares(call.op.Produces):
			yield(none, fail(res))
		default:
			readItems(res, res.take(), codec, yield)
		}
	}
}

func readItems[T any](r *Response, in io.ReadCloser, codec *tornado.StreamCodec[T], yield func(T, error) bool) {
	defer in.Close() //nolint:errcheck // what is missing is told by reading
	if codec.Shapes != nil && strings.HasPrefix(r.ContentType(), "multipart/") {
		if err := readParts(r, in, codec, yield); err != nil && !errors.Is(err, errStopped) {
			var none T
			yield(none, err)
		}
		return
	}
	s := lines.Splitter{Format: lines.FormatOf(r.ContentType()), Limit: int(r.maxBody)}
	give := func(text []byte, err error) error {
		if err != nil {
			return &InvalidResponse{Operation: r.op, StatusCode: r.StatusCode, Malformed: err.Error()}
		}
		if text == nil {
			return nil
		}
		v, err := item(r, codec, text)
		if err != nil {
			return err
		}
		if !yield(v, nil) {
			return errStopped
		}
		return nil
	}
	err := eachPart(r, in, func(part []byte) error {
		for len(part) > 0 {
			n, text, err := s.Feed(part)
			part = part[n:]
			if err := give(text, err); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = give(s.Rest())
	}
	if err != nil && !errors.Is(err, errStopped) {
		var none T
		yield(none, err)
	}
}

// setHeader sets a header field of the call; "" takes it out.
func (c *Call) setHeader(name, value string) {
	if c.header == nil {
		c.header = make(http.Header)
	}
	if c.header.Set(name, value); value == "" {
		c.header.Del(name)
	}
}
