package tornado

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/sse"
)

// EventsBody gives the events of a body that is an event stream, nil where there is no body. They are read as Items are: of an event that breaks
// the rules of the API there is an error, and the next event follows. What the body ends in before the empty line behind it is no event (HTML
// section 9.2.6). Generated code calls it.
func EventsBody[T any](in *Input, codec *StreamCodec[T]) Events[T] {
	if in.stream == nil {
		return nil
	}
	r := &feedReader{itemReader: newItemReader(in)}
	r.noun, r.parser.Limit = "event", r.splitter.Limit
	return func(yield func(Event[T], error) bool) {
		for {
			ev, err := r.next()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					yield(Event[T]{}, err)
				}
				return
			}
			event := Event[T]{ID: ev.ID, Name: ev.Name, Retry: ev.Retry}
			event.Data, err = readEvent(r.itemReader, codec, ev)
			if err != nil {
				event = Event[T]{}
			}
			if !yield(event, err) {
				return
			}
		}
	}
}

// readEvent reads the data of an event, or all its fields.
func readEvent[T any](r *itemReader, codec *StreamCodec[T], ev *sse.Event) (v T, err error) {
	texts := [][]byte{ev.Data}
	switch {
	case codec.Fields != nil:
		texts = codec.Fields.Items((*media.Event)(ev))
	case codec.Text:
		texts[0] = jsonwire.AppendString(nil, string(ev.Data))
	}
	for _, text := range texts {
		failed := r.decode(func(d *Decoder) { d.Reset(text) }, func(d *Decoder) { v = codec.Decode(d) })
		if failed == nil {
			return v, nil
		}
		err = cmp.Or(err, failed)
	}
	return *new(T), err
}

// feedReader cuts a body into events.
type feedReader struct {
	*itemReader
	parser sse.Parser
}

// next gives the next event. Its errors are final, io.EOF behind the last one.
func (r *feedReader) next() (*sse.Event, error) {
	r.letGo()
	if id := len(r.parser.LastID()); id > itemChunk && !r.body.hold(id) { // it stays until another one comes
		r.ended = r.body.unheld()
		return nil, r.ended
	}
	for {
		n, ev, err := r.parser.Feed(r.unread)
		r.unread = r.unread[n:]
		switch {
		case err != nil:
			r.unread = nil
			r.ended = &BodyError{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("%s has more than %d bytes", r.which(1), r.parser.Limit)}
			return nil, r.ended
		case ev != nil:
			r.count++
			return ev, nil
		case r.ended != nil:
			return nil, r.ended
		}
		if err := r.read(); err != nil {
			r.ended = err
		}
	}
}
