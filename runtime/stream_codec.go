package tornado

import (
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/sse"
)

// StreamCodec writes and reads the items of a stream, or the data of its events. Generated code fills it in.
type StreamCodec[T any] struct {
	Append func(b []byte, v T) []byte // as JSON
	Decode func(d *Decoder) T
	Text   bool // the JSON is a string, and an event carries its text
	// Fields tells that the items are objects with the fields of the events, and not their data alone; nil for others.
	Fields *EventFields
	// Shapes and Shape tell how the items are written to the parts of a multipart body, and read from them: by the shape of that name, or notation,
	// which is that of a list of them. Shapes is nil where the items are no parts.
	Shapes *Shapes
	Shape  string
}

// EventFields tells how items that are objects with the fields of an event have the data of each. Fields: Data, and Text and JSON, which are the
// names of the events whose data is that.
type EventFields = media.EventFields

// What the data of events is.
const (
	EventEither = media.EventEither // it depends on the event
	EventText   = media.EventText
	EventJSON   = media.EventJSON
)

// AppendEvent appends an event with the empty line that ends it. What an item with Fields says of the event counts before what stands around it.
// Generated clients call it.
func (c *StreamCodec[T]) AppendEvent(b []byte, event *Event[T]) ([]byte, error) {
	buf, _ := frames.Get().(*[]byte)
	defer release(buf)
	*buf = c.Append((*buf)[:0], event.Data)
	out := sse.Event{ID: event.ID, Name: event.Name, Data: *buf, Retry: event.Retry}
	if c.Fields != nil {
		if err := c.Fields.Split(*buf, (*media.Event)(&out)); err != nil {
			return b, err
		}
	} else if c.Text {
		out.Data = textOf(*buf)
	}
	if err := out.Check(); err != nil {
		return b, err
	}
	return sse.AppendEvent(b, &out), nil
}

// textOf is what a JSON string says, and other JSON as it is.
func textOf(text []byte) []byte {
	if len(text) == 0 || text[0] != '"' {
		return text
	}
	var d jsonwire.Decoder
	d.Reset(text)
	return []byte(d.String(nil))
}
