package media

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// EventData says what the data of events is.
type EventData uint8

// The kinds of data.
const (
	EventEither EventData = iota // it depends on the event: JSON, or the text of a string
	EventText                    // the text of a string, whose JSON is known
	EventJSON                    // JSON
)

// EventFields tells how items that are objects with the fields of an event (OpenAPI 3.2, section Server-Sent Events: event, data, id and retry)
// have the data of each. Generated code holds them.
type EventFields struct {
	Data EventData
	// Text and JSON are the names of the events whose data is that, whatever Data says.
	Text, JSON []string
}

// Event is an event as its stream has it: see sse.Event.
type Event struct {
	ID       string
	HasID    bool
	Name     string
	Data     []byte
	Retry    time.Duration
	HasRetry bool
}

var errNoEvent = errors.New("the item is no object with the fields of an event")

// kindOf is what the data of an event is.
func (f *EventFields) kindOf(name string) EventData {
	switch {
	case slices.Contains(f.Text, name):
		return EventText
	case slices.Contains(f.JSON, name):
		return EventJSON
	}
	return f.Data
}

// Split takes the JSON of an item apart into the event e. What the item does not have stays, but for the data: clients see no event that has none,
// so that it is the empty text.
func (f *EventFields) Split(item []byte, e *Event) error {
	var d jsonwire.Decoder
	d.Reset(item)
	if d.Kind() != jsonwire.KindObject {
		return errNoEvent
	}
	e.Data = []byte{}
	var data string
	for more := d.Map(); more; more = d.NextEntry() {
		switch key := d.Key(); key {
		case "event":
			e.Name = scalarText(&d)
		case "id":
			e.ID, e.HasID = scalarText(&d), true
		case "retry":
			n, err := strconv.ParseInt(scalarText(&d), 10, 64)
			if err == nil {
				e.Retry, e.HasRetry = time.Duration(n)*time.Millisecond, true
			}
		case "data":
			data = string(d.JSON())
		default:
			d.Skip()
		}
	}
	if d.End(); d.Failed() {
		return errNoEvent
	}
	e.Data = []byte(data)
	if data != "" && data[0] == '"' && f.kindOf(e.Name) != EventJSON {
		d.Reset(e.Data)
		e.Data = []byte(d.String(nil))
	}
	return nil
}

// Items are the JSON texts of the item that an event may be, the first of which that is valid counts. Data that should be JSON and is not stands
// alone there, as what is no JSON.
func (f *EventFields) Items(e *Event) [][]byte {
	kind := f.kindOf(e.Name)
	valid := kind != EventText && json.Valid(e.Data)
	switch {
	case len(e.Data) == 0 && kind != EventText:
		return [][]byte{e.item(nil)}
	case kind == EventText, kind == EventEither && !valid:
		return [][]byte{e.item(jsonwire.AppendString(nil, string(e.Data)))}
	case !valid:
		return [][]byte{e.Data}
	case kind == EventJSON:
		return [][]byte{e.item(e.Data)}
	}
	return [][]byte{e.item(e.Data), e.item(jsonwire.AppendString(nil, string(e.Data)))}
}

// item is the JSON of an event with this data; nil for none.
func (e *Event) item(data []byte) []byte {
	b := make([]byte, 0, len(data)+len(e.Name)+len(e.ID)+len(`{"event":"","id":"","retry":1000,"data":}`))
	b = append(b, '{')
	key := func(name string) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), name...), `":`...)
	}
	if e.Name != "" {
		key("event")
		b = jsonwire.AppendString(b, e.Name)
	}
	if e.HasID {
		key("id")
		b = jsonwire.AppendString(b, e.ID)
	}
	if e.HasRetry {
		key("retry")
		b = strconv.AppendInt(b, e.Retry.Milliseconds(), 10)
	}
	if data != nil {
		key("data")
		b = append(b, data...)
	}
	return append(b, '}')
}
