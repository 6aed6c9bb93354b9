package media

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"strconv"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// ErrPartTooLong says that a part has more bytes than PartsReader.Limit.
var ErrPartTooLong = errors.New("a part is over the limit")

var errPartLength = errors.New("a part is not as long as its Content-Length says")

// keptLength is how much memory for the contents of parts is used again. What is longer is the user's, if it is a file.
const keptLength = 64 << 10

// PartsReader reads a multipart body part by part, each as a value by itself. It may have any number of them, and each of them has the limits of a
// body for what is inside.
//
// A part that says its length, as those of a PartsWriter do, is read as soon as so much of it has come; the end of another is known by what
// follows it (RFC 2046 section 5.1.1).
type PartsReader struct {
	form    *FormReader
	sized   bool // the last part has said its length
	content []byte
	Limit   int // bytes of a part
}

// NewPartsReader returns a reader of a body whose shape, of that name or notation, is a list. contentType is the field as it was sent.
func NewPartsReader(body io.Reader, shapes *shape.Shapes, name string, contentType []byte, limits Limits) (*PartsReader, error) {
	form, err := NewFormReader(body, shapes, name, contentType, limits)
	if err != nil {
		return nil, err
	}
	return &PartsReader{form: form}, nil
}

// Next gives the next part as JSON. Its error is io.EOF behind the last one; errors are final.
func (r *PartsReader) Next() (shape.Document, error) {
	f := r.form
	if r.sized && r.left() > 0 {
		return shape.Document{}, formError(errPartLength)
	}
	*f.parts.total, f.parts.markup.count, f.source.kept = 0, 0, 0
	if err := f.nextPart(); err != nil {
		return shape.Document{}, err
	}
	c := transferCoding(f.reader)
	f.source.keeps = true
	data, err := r.read(c)
	f.source.keeps = false
	if err != nil {
		return shape.Document{}, err
	}
	if c == inBase64 {
		if data, err = c.decode(data, f.parts.limits.GiveWay); err != nil {
			return shape.Document{}, formError(err)
		}
	}
	var n shape.Node
	var d document
	d.GiveWay = f.parts.limits.GiveWay
	at := f.parts.place.Item(f.parts.count - 1)
	f.parts.said.read(f.reader)
	if err := f.parts.enter(&n, f.reader, data, at); err != nil {
		return shape.Document{}, formError(err)
	}
	d.Node(&n, at)
	return d.Document, nil
}

// left drops what is left of the last part, and tells how many bytes that were. What is wrong there the next step finds.
func (r *PartsReader) left() (n int64) {
	var err error
	if last := r.form.last; last != nil {
		n, err = io.Copy(io.Discard, last)
	} else {
		n, err = r.form.reader.Skip()
	}
	if err != nil {
		return 0
	}
	return n
}

// read reads a part. The bytes are valid until the next one is read, unless a file may keep them.
func (r *PartsReader) read(c coding) ([]byte, error) {
	f := r.form
	said := f.reader.Field(lengthField)
	r.sized = len(said) > 0
	limit := r.Limit + 1
	if r.sized {
		n, err := strconv.ParseUint(string(said), 10, 63)
		switch {
		case err != nil:
			return nil, formError(errPartLength)
		case n > uint64(r.Limit):
			return nil, ErrPartTooLong
		}
		limit = int(n)
	}
	var err error
	if f.last = nil; c == quotedPrintable {
		f.last = c.reader(f.reader)
		r.content, err = io.ReadAll(io.LimitReader(f.last, int64(limit)))
	} else {
		r.content, err = f.reader.Append(r.content[:0], limit) // which grows with what comes, not with what is said
	}
	data := r.content
	switch {
	case err != nil:
		return nil, f.fail(err)
	case r.sized && len(data) < limit:
		return nil, formError(errPartLength)
	case len(data) > r.Limit:
		return nil, ErrPartTooLong
	}
	f.parts.own = cap(data) > keptLength
	if f.parts.own {
		r.content = nil
	}
	return data, nil
}

// PartsWriter writes a multipart body part by part, each a value by itself.
type PartsWriter struct {
	boundary string
	place    *shape.Field
	count    int
}

// NewPartsWriter returns a writer of a body whose shape, of that name or notation, is a list.
func NewPartsWriter(shapes *shape.Shapes, name string) *PartsWriter {
	return &PartsWriter{boundary: multipart.NewWriter(io.Discard).Boundary(), place: shapes.Get(name)}
}

// ContentType is the media type with the boundary of the body.
func (w *PartsWriter) ContentType(mediaType string) string {
	return mediaType + "; boundary=" + w.boundary
}

// Part gives the next part, whose value is JSON. The bytes are the caller's.
func (w *PartsWriter) Part(json []byte) ([]byte, error) {
	var b bytes.Buffer
	p := partWriter{w: multipart.NewWriter(&b)}
	if err := p.w.SetBoundary(w.boundary); err != nil {
		return nil, err
	}
	p.d.Reset(json)
	at := w.place.Item(w.count)
	w.count++
	if err := p.part("", at); err != nil {
		return nil, err
	}
	head, content, _ := bytes.Cut(b.Bytes(), []byte("\r\n\r\n"))
	out := append(make([]byte, 0, b.Len()+len(lengthField)+len(": 1234567890\r\n\r\n")), head...)
	out = append(out, "\r\n"+lengthField+": "...)
	out = append(strconv.AppendInt(out, int64(len(content)), 10), "\r\n\r\n"...)
	return append(append(out, content...), "\r\n"...), nil
}

// End gives what stands behind the last part.
func (w *PartsWriter) End() []byte { return []byte("--" + w.boundary + "--\r\n") }
