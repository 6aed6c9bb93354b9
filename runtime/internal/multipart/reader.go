package multipart

import (
	"io"
	"strings"
)

// A Reader goes through the parts of a body. One goroutine at a time.
type Reader struct {
	// GiveWay, if not nil, is called within a content each 8 KiB that were looked at, for 20 to 80 µs. A source gives way by itself.
	GiveWay func()

	parser Parser
	source io.Reader // nil where the body is held
	buf    []byte    // of which buf[at:] is not consumed; all of a body that is held
	at     int
	rest   []byte // bytes of the content that were found, and not read
	header []byte // the fields of the part, of a body that comes
	broken error  // what source has failed with
	failed error  // final
	parts  int    // that have begun
	looked int    // bytes of the content since others went first
	open   bool   // the content of the latest has not come to its end
	over   bool   // nothing follows buf
}

// bufferSize is how much is read at once. A header that is longer makes the buffer grow.
const bufferSize = 4 << 10

// NewReader returns a reader of a body that comes, with a boundary that is not empty.
func NewReader(source io.Reader, boundary string) *Reader {
	return &Reader{parser: NewParser(boundary), source: source, buf: make([]byte, 0, bufferSize)}
}

// NewBytesReader returns a reader of a body that is held, with a boundary that is not empty. The fields and contents of its parts are slices
// of the body.
func NewBytesReader(body []byte, boundary string) *Reader {
	return &Reader{parser: NewParser(boundary), buf: body, over: true}
}

// Next goes on to the next part, and past what is left of the last one. It is not ok behind the last part, and with an error: that of the source, or
// one of Parser.Feed. Errors are final.
func (r *Reader) Next() (ok bool, err error) {
	if _, err := r.Skip(); err != nil {
		return false, err
	}
	if ev, _, err := r.step(); err != nil || ev == End {
		return false, err
	}
	r.parts++
	r.looked = 0
	r.open = true
	if r.source != nil {
		r.keepHeader()
	}
	return true, nil
}

// keepHeader takes the fields out of the buffer, which is used for the content.
func (r *Reader) keepHeader() {
	r.header = r.header[:0]
	for i, f := range r.parser.Fields {
		start := len(r.header)
		r.header = append(append(r.header, f.Name...), f.Value...)
		middle := start + len(f.Name)
		r.parser.Fields[i] = Field{r.header[start:middle:middle], r.header[middle:len(r.header):len(r.header)]}
	}
}

// Fields are the header fields of the part, valid until Next is called; those of a body that is held stay, but for lines that were folded.
func (r *Reader) Fields() []Field { return r.parser.Fields }

// Field is the value of the first field of that name; nil where there is none.
func (r *Reader) Field(name string) []byte {
	for _, f := range r.parser.Fields {
		if f.Is(name) {
			return f.Value
		}
	}
	return nil
}

// Is reports whether the field has that name. The case of letters does not count.
func (f Field) Is(name string) bool {
	return string(f.Name) == name || len(f.Name) == len(name) && strings.EqualFold(string(f.Name), name) // a name is ASCII
}

// Read gives the next bytes of the content of the part. It implements io.Reader. Before the first part there is no content.
func (r *Reader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		switch ok, err := r.more(); {
		case err != nil:
			return 0, err
		case !ok:
			return 0, io.EOF
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// Append appends limit bytes of what is left of the content, or all of it if there are fewer.
func (r *Reader) Append(b []byte, limit int) ([]byte, error) {
	for limit > 0 {
		if len(r.rest) == 0 {
			if ok, err := r.more(); !ok {
				return b, err
			}
		}
		n := min(limit, len(r.rest))
		b = append(b, r.rest[:n]...)
		r.rest = r.rest[n:]
		limit -= n
	}
	return b, nil
}

// Bytes gives what is left of the content, in a body that is held: a slice of it, which is not nil.
func (r *Reader) Bytes() ([]byte, error) {
	start := r.at - len(r.rest)
	n, err := r.Skip()
	if err != nil {
		return nil, err
	}
	end := start + int(n)
	return r.buf[start:end:end], nil
}

// Skip drops what is left of the content, and tells how many bytes that were.
func (r *Reader) Skip() (n int64, err error) {
	for {
		n += int64(len(r.rest))
		r.rest = nil
		if ok, err := r.more(); !ok {
			return n, err
		}
	}
}

// SourceError is what the source has failed with, nil where it has not: a body that has ended is no failure.
func (r *Reader) SourceError() error { return r.broken }

// more finds further bytes of the content. It is not ok at the end of that, and with an error.
func (r *Reader) more() (ok bool, err error) {
	if !r.open {
		return false, r.failed
	}
	ev, found, err := r.step()
	if r.open = err == nil && ev == Content; r.open {
		r.rest = found
		if r.looked += len(found); r.looked >= contentAtOnce && r.GiveWay != nil {
			r.looked = 0
			r.GiveWay()
		}
	}
	return r.open, err
}

// step goes on to the next event, and gives its bytes, which are valid until the next step.
func (r *Reader) step() (Event, []byte, error) {
	for r.failed == nil {
		n, ev, err := r.parser.Feed(r.buf[r.at:], r.over)
		found := r.buf[r.at : r.at+n]
		r.at += n
		switch {
		case err != nil:
			r.failed = err
		case ev != More:
			return ev, found, nil
		case r.broken != nil:
			r.failed = r.broken
		default:
			r.fill()
		}
	}
	return More, nil, r.failed
}

// fill reads once, whatever comes.
func (r *Reader) fill() {
	if r.at > 0 {
		r.buf = r.buf[:copy(r.buf, r.buf[r.at:])]
		r.at = 0
	}
	if len(r.buf) == cap(r.buf) {
		r.buf = append(make([]byte, 0, 2*cap(r.buf)), r.buf...)
	}
	const tries = 100 // an io.Reader may give nothing
	for range tries {
		n, err := r.source.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		switch {
		case err == io.EOF:
			r.over = true
			return
		case n > 0 || err != nil:
			r.broken = err
			return
		}
	}
	r.broken = io.ErrNoProgress
}

// Part is the content of one part, for who may hold it longer than until the next one: then it is at its end.
type Part struct {
	reader *Reader
	number int
}

// Part is the content of the part.
func (r *Reader) Part() Part { return Part{r, r.parts} }

// Read implements io.Reader.
func (p *Part) Read(b []byte) (int, error) {
	if p.reader == nil || p.number != p.reader.parts {
		return 0, io.EOF
	}
	return p.reader.Read(b)
}
