// Package lines cuts a stream of JSON texts into its items, and writes such streams: JSON lines (application/jsonl,
// application/x-ndjson), a text a line, and JSON text sequences (application/json-seq, RFC 7464), where a record separator stands
// before each. It performs no I/O and reads no JSON: line ends and separators have no place inside of a JSON text.
package lines

import (
	"bytes"
	"errors"
	"strings"
)

// Format says where an item begins and ends.
type Format uint8

// The formats.
const (
	Lines    Format = iota // each item ends with LF; JSON lines
	Sequence               // each item begins with RS and ends with LF; RFC 7464
)

const separator = 0x1e

// keptLength is how long the memory of an item may be, in bytes, that serves the next one, too.
const keptLength = 64 << 10

// FormatOf is the format of a media type in lower case, whatever its parameters.
func FormatOf(media string) Format {
	media, _, _ = strings.Cut(media, ";")
	if media == "application/json-seq" || strings.HasSuffix(media, "+json-seq") {
		return Sequence
	}
	return Lines
}

// Begin appends what stands before an item.
func (f Format) Begin(b []byte) []byte {
	if f == Sequence {
		return append(b, separator)
	}
	return b
}

// End appends what stands behind the item that begins at from. Line ends inside of it, which can only be space between its tokens,
// become spaces.
func (f Format) End(b []byte, from int) []byte {
	item := b[from:]
	for i := bytes.IndexAny(item, "\r\n"); i >= 0; i = bytes.IndexAny(item, "\r\n") {
		item[i] = ' '
	}
	return append(b, '\n')
}

// Errors of a Splitter.
var (
	ErrTooLong = errors.New("lines: an item is over the limit")
	// ErrNoSeparator says that a sequence does not begin with a record separator.
	ErrNoSeparator = errors.New("lines: bytes before the first record separator")
)

// Splitter cuts a stream that comes in pieces. Its zero value is at the beginning of a stream of Lines.
type Splitter struct {
	Format Format
	// Limit is how many bytes an item may have; 0 is no limit.
	Limit int

	item  []byte
	begun bool // a separator was seen; of a Sequence
}

// Feed reads from b, says how many bytes it took, and returns the item that these complete; nil if all were taken and more is
// needed. The item has no line end, is not empty, and is valid until the next call. Empty lines are skipped. Errors are final.
func (s *Splitter) Feed(b []byte) (n int, item []byte, err error) {
	end := byte('\n')
	if s.Format == Sequence {
		end = separator
	}
	s.begin()
	for n < len(b) {
		i := bytes.IndexByte(b[n:], end)
		if i < 0 {
			s.item = append(s.item, b[n:]...)
			return len(b), nil, s.check()
		}
		s.item = append(s.item, b[n:n+i]...)
		n += i + 1
		if err := s.check(); err != nil {
			return n, nil, err
		}
		if item := s.take(); item != nil {
			return n, item, nil
		}
		s.begin()
	}
	return n, nil, nil
}

// begin drops the memory of an item that was long where another one begins: it may be long until that comes.
func (s *Splitter) begin() {
	if len(s.item) == 0 && cap(s.item) > keptLength {
		s.item = nil
	}
}

// Rest is the last item, once the stream has ended: of Lines the end of the last line may be missing, of a Sequence nothing tells
// its end. It is nil where there is none.
func (s *Splitter) Rest() (item []byte, err error) {
	if s.Format == Sequence && !s.begun && len(trim(s.item)) > 0 {
		return nil, ErrNoSeparator
	}
	return s.take(), nil
}

// take gives the item that is complete, nil where there is nothing in it.
func (s *Splitter) take() []byte {
	item := trim(s.item)
	s.item = s.item[:0]
	s.begun = true
	if len(item) == 0 {
		return nil
	}
	return item
}

func (s *Splitter) check() error {
	switch {
	case s.Limit > 0 && len(s.item) > s.Limit:
		return ErrTooLong
	case s.Format == Sequence && !s.begun && len(trim(s.item)) > 0:
		return ErrNoSeparator
	}
	return nil
}

// trim takes the white space of JSON from both ends.
func trim(b []byte) []byte { return bytes.Trim(b, " \t\r\n") }
