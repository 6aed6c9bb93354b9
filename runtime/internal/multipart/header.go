package multipart

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Limits of the header of one part.
const (
	MaxFields = 32
	MaxHeader = 16 << 10 // bytes of names and values
)

// ErrHeader says that a header is over MaxFields or MaxHeader, or that it and what stands before it are over 48 KiB.
var ErrHeader = errors.New("the header of a part is too large")

// Field is a header field.
type Field struct {
	Name  []byte // as it was sent
	Value []byte // without white space around it; lines that are folded are joined by a space
}

// header reads a header, once all of it is there.
func (p *Parser) header(buf []byte) (int, Event, error) {
	end := p.headerEnd(buf)
	if end == 0 {
		return 0, More, nil
	}
	if err := p.fields(buf[:end]); err != nil {
		return 0, More, err
	}
	p.state = stateStart
	return end, Header, nil
}

// headerEnd gives the length of a header with the empty line behind it, 0 if that has not come.
func (p *Parser) headerEnd(buf []byte) int {
	for {
		i := bytes.IndexByte(buf[p.seen:], '\n')
		if i < 0 {
			p.seen = len(buf)
			return 0
		}
		line := buf[p.line : p.seen+i]
		p.seen += i + 1
		p.line = p.seen
		if len(line) == 0 || len(line) == 1 && line[0] == '\r' {
			end := p.seen
			p.seen, p.line = 0, 0
			return end
		}
	}
}

// fields reads the field lines of a header, which ends with an empty line.
func (p *Parser) fields(head []byte) error {
	p.Fields, p.folded = p.Fields[:0], p.folded[:0]
	if isBlank(head[0]) {
		line, _ := cutLine(head)
		return fmt.Errorf("malformed MIME header initial line: %q", short(line))
	}
	size := 0
	for {
		line, rest := cutLine(head)
		if len(line) == 0 {
			return nil
		}
		if bytes.IndexByte(line, ':') < 0 { // a name is in one line
			return fmt.Errorf("malformed MIME header: missing colon: %q", short(line))
		}
		line = bytes.Trim(line, " \t")
		if isBlank(rest[0]) {
			line, rest = p.unfold(line, rest)
		}
		head = rest
		name, value, _ := bytes.Cut(line, []byte{':'})
		if !validName(name) || !validValue(value) {
			return fmt.Errorf("malformed MIME header line: %q", short(line))
		}
		value = bytes.TrimLeft(value, " \t")
		p.Fields = append(p.Fields, Field{name, value})
		if size += len(name) + len(value); size > MaxHeader || len(p.Fields) > MaxFields {
			return ErrHeader
		}
	}
}

// unfold joins a line with those that it goes on in, and gives what follows them.
func (p *Parser) unfold(line, rest []byte) (joined, after []byte) {
	start := len(p.folded)
	p.folded = append(p.folded, line...)
	for isBlank(rest[0]) {
		line, rest = cutLine(rest)
		p.folded = append(append(p.folded, ' '), bytes.Trim(line, " \t")...)
	}
	return p.folded[start:], rest
}

// cutLine cuts a line off, with its line end.
func cutLine(text []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(text, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'}), rest
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// validName tells whether a field may have that name: a token (RFC 9110 section 5.6.2), in which spaces stand as others take them.
func validName(name []byte) bool {
	for _, c := range name {
		letter := c | 0x20
		if (letter < 'a' || letter > 'z') && (c < '0' || c > '9') && strings.IndexByte("-_ !#$%&'*+.^`|~", c) < 0 {
			return false
		}
	}
	return len(name) > 0
}

// validValue tells whether a field may have that value: there are no control characters in it.
func validValue(value []byte) bool {
	for _, c := range value {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
