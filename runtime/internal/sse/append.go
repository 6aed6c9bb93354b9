package sse

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Event is one event. Its text fields are UTF-8.
type Event struct {
	// ID is where a client that comes back wants to go on. "" leaves the one before in force, unless HasID is set: then the
	// client forgets it. Of one that was read it says that the event itself has it.
	ID    string
	HasID bool
	// Name is the type of the event; "" is "message".
	Name string
	// Data is the payload, any text. A client sees an event only where it has data, if it is the empty text; nil is none.
	Data []byte
	// Retry is how long a client waits before it comes back, in whole milliseconds; 0 says nothing. HasRetry says of an event that was
	// read that it says so itself.
	Retry    time.Duration
	HasRetry bool
}

// Errors of Check.
var (
	ErrID   = errors.New("sse: the id of an event has no place for line ends and NUL")
	ErrName = errors.New("sse: the name of an event has no place for line ends")
)

// Check reports what of e no client would read as it is meant.
func (e *Event) Check() error {
	switch {
	case strings.ContainsAny(e.ID, "\r\n\x00"):
		return ErrID
	case strings.ContainsAny(e.Name, "\r\n"):
		return ErrName
	}
	return nil
}

// AppendEvent appends e, which Check must have passed, with the empty line that ends it.
func AppendEvent(b []byte, e *Event) []byte {
	if e.Name != "" {
		b = appendField(b, "event", e.Name)
	}
	if e.ID != "" || e.HasID {
		b = appendField(b, "id", e.ID)
	}
	if e.Retry > 0 {
		b = append(b, "retry: "...)
		b = strconv.AppendInt(b, e.Retry.Milliseconds(), 10)
		b = append(b, '\n')
	}
	if e.Data != nil {
		b = AppendData(b, e.Data)
	}
	return append(b, '\n')
}

func appendField(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, ": "...)
	b = append(b, value...)
	return append(b, '\n')
}

// AppendData appends the data field, a line for each line of text. CR LF and CR come out as LF: the format has one line end.
func AppendData(b, text []byte) []byte {
	for {
		b = append(b, "data: "...)
		end := bytes.IndexAny(text, "\r\n")
		if end < 0 {
			b = append(b, text...)
			return append(b, '\n')
		}
		b = append(append(b, text[:end]...), '\n')
		if text[end] == '\r' && end+1 < len(text) && text[end+1] == '\n' {
			end++
		}
		text = text[end+1:]
	}
}

// AppendComment appends text as a comment, which every client skips. The empty comment is the shortest sign of life.
func AppendComment(b []byte, text string) []byte {
	for {
		line, rest, more := cutLine(text)
		b = append(b, ':')
		if line != "" {
			b = append(append(b, ' '), line...)
		}
		b = append(b, '\n')
		if !more {
			return append(b, '\n')
		}
		text = rest
	}
}

// cutLine cuts the first line off a text.
func cutLine(text string) (line, rest string, more bool) {
	end := strings.IndexAny(text, "\r\n")
	if end < 0 {
		return text, "", false
	}
	rest = text[end+1:]
	if text[end] == '\r' {
		rest = strings.TrimPrefix(rest, "\n")
	}
	return text[:end], rest, true
}
