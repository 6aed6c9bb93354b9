package media

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime/multipart"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// ErrPartTooLong says that a part has more bytes than PartsReader.Limit.
var ErrPartTooLong = errors.New("a part is over the limit")

var errPartLength = errors.New("a part is not as long as its Content-Length says")

const lengthField = "Content-Length"

// PartsReader reads a multipart body part by part, each as a value by itself. It may have any number of them, and each of them has the limits of a
// body for what is inside.
//
// A part that says its length, as those of a PartsWriter do, is read as soon as so much of it has come; the end of another is known by what
// follows it (RFC 2046 section 5.1.1).
type PartsReader struct {
	form  *FormReader
	sized bool // the last part has said its length
	Limit int  // bytes of a part
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
	if f.last != nil && r.sized {
		if n, err := io.Copy(io.Discard, f.last); err == nil && n > 0 {
			return shape.Document{}, formError(errPartLength)
		}
	}
	*f.parts.total = 0
	part, err := f.nextPart()
	if err != nil {
		return shape.Document{}, err
	}
	f.last = part
	data, err := r.content(part)
	if err != nil {
		return shape.Document{}, err
	}
	if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
		if data, err = io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(data))); err != nil {
			return shape.Document{}, formError(err)
		}
	}
	var n shape.Node
	var d document
	at := f.parts.place.Item(f.parts.count - 1)
	if err := f.parts.enter(&n, part, data, parseDisposition(part.Header.Get("Content-Disposition")), at); err != nil {
		return shape.Document{}, formError(err)
	}
	d.Node(&n, at)
	return d.Document, nil
}

// content reads a part.
func (r *PartsReader) content(part *multipart.Part) ([]byte, error) {
	said := part.Header.Get(lengthField)
	if r.sized = said != ""; !r.sized {
		data, err := io.ReadAll(io.LimitReader(part, int64(r.Limit)+1))
		switch {
		case err != nil:
			return nil, r.form.fail(err)
		case len(data) > r.Limit:
			return nil, ErrPartTooLong
		}
		return data, nil
	}
	n, err := strconv.ParseUint(said, 10, 63)
	switch {
	case err != nil:
		return nil, formError(errPartLength)
	case n > uint64(r.Limit):
		return nil, ErrPartTooLong
	}
	var data bytes.Buffer // which grows with what comes, not with what is said
	switch _, err := io.CopyN(&data, part, int64(n)); {
	case errors.Is(err, io.EOF):
		return nil, formError(errPartLength)
	case err != nil:
		return nil, r.form.fail(err)
	}
	return data.Bytes(), nil
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
