package media

import (
	"bytes"
	"errors"
	"mime/multipart"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

var errNoField = errors.New("a file of the form does not say which Field it is")

// FormWriter writes a multipart body piece by piece. What the content of a file is does not pass it.
type FormWriter struct {
	text  bytes.Buffer
	parts partWriter
	place *shape.Field
}

// NewFormWriter returns a writer of a body whose shape has that name, or notation.
func NewFormWriter(shapes *shape.Shapes, name string) *FormWriter {
	w := &FormWriter{place: shapes.Get(name)}
	w.parts.w = multipart.NewWriter(&w.text)
	return w
}

// ContentType is the media type with the boundary of the body.
func (w *FormWriter) ContentType(mediaType string) string {
	return mediaType + "; boundary=" + w.parts.w.Boundary()
}

// Fields gives the parts for the members of an object, valid until the next call of a method.
func (w *FormWriter) Fields(json []byte) ([]byte, error) {
	w.text.Reset()
	d := &w.parts.d
	d.Reset(json)
	for more := d.Map(); more; more = d.NextEntry() {
		name := d.Key()
		if err := w.parts.member(name, w.place.Member(name)); err != nil {
			return nil, err
		}
	}
	return w.text.Bytes(), nil
}

// File gives what stands before the content of a file, valid until the next call of a method.
func (w *FormWriter) File(f *value.FilePart) ([]byte, error) {
	if f.Field == "" {
		return nil, errNoField
	}
	w.text.Reset()
	at := w.place.Member(f.Field)
	if at.Array != nil && !at.Has(shape.KindFile) {
		at = itemOf(at, 0)
	}
	w.parts.file(f.Field, f.Name, f.ContentType, f.Header, at)
	return w.text.Bytes(), nil
}

// End gives what stands behind the last part.
func (w *FormWriter) End() []byte {
	w.text.Reset()
	_ = w.parts.w.Close() // into memory
	return w.text.Bytes()
}
