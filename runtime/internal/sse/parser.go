package sse

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// ErrTooLong says that an event is over the limit.
var ErrTooLong = errors.New("sse: an event is over the limit")

// keptLength is how long the memory of a line may be, in bytes, that serves the next one, too: it may be long until that comes.
const keptLength = 64 << 10

// Parser reads an event stream that comes in pieces. Its zero value is at the beginning of one.
type Parser struct {
	// Limit is how many bytes the data of one event may have, and a line that is not complete; 0 is no limit.
	Limit int

	line    []byte // the beginning of a line
	begun   bool   // a line was complete: what follows is no byte order mark any more
	afterCR bool   // an LF that follows belongs to the line end

	name    string // of the event that is being read, like the four below
	data    []byte
	hasData bool
	hasID   bool
	hasWait bool // that it says how long to wait

	id, lastID string // as read; as of the last event that was complete
	retry      time.Duration
}

var mark = []byte("\xef\xbb\xbf")

// LastID is the id that a client sends as Last-Event-ID when it comes back, "" for none. It counts once the event that carries it
// is complete.
func (p *Parser) LastID() string { return p.lastID }

// SetLastID sets what LastID is until an event says otherwise.
func (p *Parser) SetLastID(id string) { p.id, p.lastID = id, id }

// Retry is what the stream last said about how long to wait before coming back, 0 where it said nothing.
func (p *Parser) Retry() time.Duration { return p.retry }

// Reset takes p to the beginning of another stream of the same source: LastID and Retry stay. What was read of an event that is
// not complete is dropped, as the standard demands.
func (p *Parser) Reset() {
	*p = Parser{Limit: p.Limit, line: emptied(p.line), id: p.lastID, lastID: p.lastID, retry: p.retry}
}

// Feed reads from b, says how many bytes it took, and returns the event that these complete; nil if all were taken and more is
// needed. The event is the caller's, and its ID is LastID. Bytes that are not UTF-8 are replaced. ErrTooLong is final.
func (p *Parser) Feed(b []byte) (n int, ev *Event, err error) {
	for n < len(b) {
		if p.afterCR {
			p.afterCR = false
			if b[n] == '\n' {
				n++
				continue
			}
		}
		end := bytes.IndexAny(b[n:], "\r\n")
		if end < 0 {
			p.line = append(p.line, b[n:]...)
			return len(b), nil, p.check()
		}
		p.line = append(p.line, b[n:n+end]...)
		n += end + 1
		p.afterCR = b[n-1] == '\r'
		if err := p.check(); err != nil {
			return n, nil, err
		}
		if ev := p.takeLine(); ev != nil {
			return n, ev, nil
		}
	}
	return n, nil, nil
}

func (p *Parser) check() error {
	if p.Limit > 0 && len(p.line)+len(p.data) > p.Limit {
		return ErrTooLong
	}
	return nil
}

// takeLine reads the line that is complete, and returns the event that an empty one ends.
func (p *Parser) takeLine() *Event {
	line := p.line
	p.line = emptied(p.line)
	if !p.begun {
		p.begun = true
		line = bytes.TrimPrefix(line, mark)
	}
	if len(line) == 0 {
		return p.dispatch()
	}
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(name) { // a comment has no name
	case "event":
		p.name = text(value)
	case "data":
		if p.hasData {
			p.data = append(p.data, '\n')
		}
		p.data, p.hasData = append(p.data, value...), true
	case "id":
		if bytes.IndexByte(value, 0) < 0 {
			p.id, p.hasID = text(value), true
		}
	case "retry":
		if d, ok := milliseconds(value); ok {
			p.retry, p.hasWait = d, true
		}
	}
	return nil
}

// dispatch ends an event. One without data is none, but its id counts.
func (p *Parser) dispatch() *Event {
	name, data, hasData := p.name, p.data, p.hasData
	hasID, hasWait := p.hasID, p.hasWait
	p.name, p.data, p.hasData, p.hasID, p.hasWait = "", nil, false, false, false
	p.lastID = p.id
	if !hasData {
		return nil
	}
	if !utf8.Valid(data) {
		data = bytes.ToValidUTF8(data, []byte("\ufffd"))
	}
	if data == nil {
		data = []byte{}
	}
	return &Event{ID: p.lastID, HasID: hasID, Name: name, Data: data, Retry: p.retry, HasRetry: hasWait}
}

// emptied is the memory of a line for the next one, nil where it is long.
func emptied(line []byte) []byte {
	if cap(line) > keptLength {
		return nil
	}
	return line[:0]
}

func text(b []byte) string { return strings.ToValidUTF8(string(b), "\ufffd") }

// milliseconds reads digits, and nothing else.
func milliseconds(b []byte) (time.Duration, bool) {
	const most = math.MaxInt64 / int64(time.Millisecond)
	var n int64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = min(n*10+int64(c-'0'), most/10)
	}
	return time.Duration(n) * time.Millisecond, len(b) > 0
}
