package multipart

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// An Event is what Parser.Feed has found.
type Event uint8

// The events.
const (
	More    Event = iota // nothing that could be told: more has to be fed
	Header               // the header of a part, whose fields are in Parser.Fields
	Content              // bytes of the content of the part
	PartEnd              // the end of the content
	End                  // the last delimiter; what follows is the epilogue
)

// What a parser waits for.
type state uint8

const (
	statePreamble  state = iota // -> stateHeader, stateEnd: lines before the first delimiter
	stateHeader                 // -> stateStart
	stateStart                  // -> stateContent, stateDelimiter: nothing of the content has come
	stateContent                // -> stateDelimiter
	stateDelimiter              // -> stateHeader, stateEnd: at the dashes of a delimiter
	stateEnd
)

// Bounds of what is between the contents, in bytes. Who sends more has others wait while it is looked at.
const (
	maxLine = 4 << 10              // a line of the preamble, and a delimiter with its padding
	room    = 2*MaxHeader + 16<<10 // all before a content: lines of the preamble, the delimiter, and the header, which may have white space
)

// contentAtOnce is how many bytes of a content are looked at by one call of Feed, beside a delimiter: others may go first between two.
const contentAtOnce = 8 << 10

// ErrLine says that a line between the parts is too long.
var ErrLine = errors.New("a line between the parts is too long")

// A Parser finds the parts of one body. NewParser makes one. One goroutine at a time.
type Parser struct {
	// Fields are those of the header that has come last. They are slices of what was fed.
	Fields []Field

	delimiter []byte // CRLF, two dashes and the boundary; without the CR once the first delimiter has ended with LF alone
	folded    []byte // field lines of the header that had to be joined
	outside   int    // bytes since the last content
	seen      int    // bytes of what is fed next in which no line ends
	line      int    // of those of a header: where the line begins
	state     state
}

// NewParser returns a parser of a body with that boundary, which is not empty.
func NewParser(boundary string) Parser { return Parser{delimiter: []byte("\r\n--" + boundary)} }

// Feed looks at buf, which holds everything that follows what was consumed before; last says that nothing will follow it.
//
// It returns the event that comes next, and how many bytes of buf are consumed by that: those of a Content, or of whatever else there was. With More,
// too, bytes may be consumed; the others must be there unchanged, but perhaps at another address, when Feed is called with more behind them. After End it
// returns End.
//
// The error is io.ErrUnexpectedEOF, ErrHeader, ErrLine, or says what is malformed; errors are final. Feed does not allocate, but for growing Fields
// and for joining lines that are folded. Each byte is looked at twice at most, however they come, but for those that may begin a delimiter.
func (p *Parser) Feed(buf []byte, last bool) (n int, ev Event, err error) {
	for {
		used, ev, err := p.step(buf[n:], last)
		n += used
		if err == nil && ev == More && used == 0 && last {
			err = io.ErrUnexpectedEOF
		}
		if err != nil || ev != More || used == 0 {
			return n, ev, err
		}
	}
}

// step is Feed for one line, a header, or the next bytes of a content.
func (p *Parser) step(buf []byte, last bool) (n int, ev Event, err error) {
	switch p.state {
	case stateStart, stateContent:
		n, ev = p.content(buf, last)
		return n, ev, nil
	case stateEnd:
		return 0, End, nil
	}
	// What is beyond the limit is never looked at, so that the same header is refused, whether it comes alone or with others.
	over := len(buf) > room-p.outside
	if over {
		buf, last = buf[:room-p.outside], false
	}
	if p.state == stateHeader {
		n, ev, err = p.header(buf)
	} else {
		n, ev, err = p.between(buf, last)
	}
	p.outside += n
	switch {
	case ev == Header:
		p.outside = 0
	case over && n == 0 && err == nil:
		err = ErrHeader
	}
	return n, ev, err
}

// between reads a line that is a delimiter, or one before the first of them.
func (p *Parser) between(buf []byte, last bool) (int, Event, error) {
	i := bytes.IndexByte(buf[p.seen:min(len(buf), maxLine)], '\n')
	line := buf[:p.seen+i+1]
	switch {
	case i >= 0:
	case len(buf) >= maxLine:
		return 0, More, ErrLine
	case last && p.kind(buf) == closingLine: // the last line end is the epilogue's
		line = buf
	default:
		p.seen = len(buf)
		return 0, More, nil
	}
	p.seen = 0
	switch kind := p.kind(line); {
	case kind == closingLine:
		p.state = stateEnd
		return len(line), End, nil
	case kind == delimiterLine:
		p.state = stateHeader
	case p.state != statePreamble:
		return 0, More, fmt.Errorf("malformed delimiter line: %q", short(line))
	}
	return len(line), More, nil
}

type lineKind uint8

const (
	otherLine lineKind = iota
	delimiterLine
	closingLine // the last delimiter
)

// kind tells what a line is. In the first delimiter it finds out how lines end.
func (p *Parser) kind(line []byte) lineKind {
	lineEnd, dashes := p.cutDelimiter()
	rest, ok := bytes.CutPrefix(line, dashes)
	if !ok {
		return otherLine
	}
	kind := delimiterLine
	if len(rest) >= 2 && rest[0] == '-' && rest[1] == '-' {
		kind, rest = closingLine, rest[2:]
	}
	rest = bytes.TrimLeft(rest, " \t") // RFC 2046 section 5.1.1: transport-padding
	switch {
	case bytes.Equal(rest, lineEnd), kind == closingLine && len(rest) == 0:
		return kind
	case kind == delimiterLine && p.state == statePreamble && len(rest) == 1 && rest[0] == '\n':
		p.delimiter = p.delimiter[1:]
		return kind
	}
	return otherLine
}

// cutDelimiter gives the line end of the delimiter, and what follows it.
func (p *Parser) cutDelimiter() (lineEnd, dashes []byte) {
	n := 1
	if p.delimiter[0] == '\r' {
		n = 2
	}
	return p.delimiter[:n], p.delimiter[n:]
}

// content finds bytes of a content, or its end: a delimiter, whose line end is consumed with the end, as it belongs to it.
func (p *Parser) content(buf []byte, last bool) (int, Event) {
	if most := contentAtOnce + len(p.delimiter); len(buf) > most {
		buf, last = buf[:most], false // a delimiter that begins it is there with what follows
	}
	if p.state == stateStart { // a content of nothing needs no line end: that of the header is before the delimiter
		_, dashes := p.cutDelimiter()
		switch follows(buf, dashes, last) {
		case maybe:
			return 0, More
		case yes:
			p.state = stateDelimiter
			return 0, PartEnd
		}
		p.state = stateContent
	}
	for n := 0; ; n += len(p.delimiter) { // past one of a boundary that goes on
		i := bytes.Index(buf[n:], p.delimiter)
		if i < 0 {
			return told(n + p.ends(buf[n:]))
		}
		n += i
		switch follows(buf[n:], p.delimiter, last) {
		case no:
			continue
		case yes:
			if n == 0 {
				p.state = stateDelimiter
				lineEnd, _ := p.cutDelimiter()
				return len(lineEnd), PartEnd
			}
		}
		return told(n)
	}
}

// ends tells how many bytes of buf, which has no delimiter, are content for sure. What may be the beginning of one waits for what follows. It begins
// with the only line end that a delimiter has.
func (p *Parser) ends(buf []byte) int {
	tail := buf[max(0, len(buf)-len(p.delimiter)+1):]
	if i := bytes.LastIndexByte(tail, p.delimiter[0]); i >= 0 && bytes.HasPrefix(p.delimiter, tail[i:]) {
		return len(buf) - len(tail) + i
	}
	return len(buf)
}

// told is a content of n bytes, if there are some.
func told(n int) (int, Event) {
	if n == 0 {
		return 0, More
	}
	return n, Content
}

type answer uint8

const (
	no answer = iota
	maybe
	yes
)

// follows tells whether buf begins with a delimiter: white space follows it, or two dashes, or nothing at all. What else there may be in its line is
// for the line to tell, but a boundary that goes on is another one.
func follows(buf, delimiter []byte, last bool) answer {
	if len(buf) < len(delimiter) && bytes.HasPrefix(delimiter, buf) {
		return maybe
	}
	rest, ok := bytes.CutPrefix(buf, delimiter)
	switch {
	case !ok:
		return no
	case len(rest) == 0, len(rest) == 1 && rest[0] == '-':
		if !last {
			return maybe
		}
		ok = len(rest) == 0
	case rest[0] == '-':
		ok = rest[1] == '-'
	default:
		ok = isBlank(rest[0]) || rest[0] == '\r' || rest[0] == '\n'
	}
	if ok {
		return yes
	}
	return no
}

// short cuts what is told in an error.
func short(line []byte) []byte { return line[:min(len(line), 80)] }
