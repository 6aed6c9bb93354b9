package media

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/textproto"
	"slices"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

var errNoField = errors.New("a file of the form does not say which Field it is")

// FormWriter writes a multipart body piece by piece. What the content of a file is does not pass it.
type FormWriter struct {
	text   bytes.Buffer
	parts  partWriter
	place  *shape.Field
	headed map[string]textproto.MIMEHeader // header fields of the files of a step, by their members; nil where the shape has none
}

// NewFormWriter returns a writer of a body whose shape has that name, or notation.
func NewFormWriter(shapes *shape.Shapes, name string) *FormWriter {
	w := &FormWriter{place: shapes.Get(name)}
	w.parts.w = multipart.NewWriter(&w.text)
	if o := w.place.Object; o != nil && slices.ContainsFunc(o.Fields, func(f *shape.Field) bool { return headedFileOf(f) != nil }) {
		w.headed = make(map[string]textproto.MIMEHeader)
	}
	return w
}

// headedFileOf is the place of a file with header fields, at a member or at the items of one; nil for other members.
func headedFileOf(member *shape.Field) *shape.Field {
	file := member
	if member.Array != nil {
		file = itemOf(member, 0)
	}
	if content := partContent(file); content == file || !content.Has(shape.KindFile) {
		return nil
	}
	return file
}

// ContentType is the media type with the boundary of the body.
func (w *FormWriter) ContentType(mediaType string) string {
	return mediaType + "; boundary=" + w.parts.w.Boundary()
}

// Fields gives the parts for the members of an object, valid until the next call of a method. Members that are the header fields of a file are
// kept for the files before the next call of Fields or Headers.
func (w *FormWriter) Fields(json []byte) ([]byte, error) {
	w.text.Reset()
	err := w.members(json, w.parts.member)
	return w.text.Bytes(), err
}

// Headers keeps the header fields of files that stand among the members of an object in place of those kept before. json is not called where
// the shape has no such files.
func (w *FormWriter) Headers(json func() []byte) error {
	if w.headed == nil {
		return nil
	}
	return w.members(json(), func(string, *shape.Field) error {
		w.parts.d.Skip()
		return nil
	})
}

// members goes over the members of an object: each is what other makes of it, but for header fields of files.
func (w *FormWriter) members(json []byte, other func(name string, at *shape.Field) error) (err error) {
	clear(w.headed)
	d := &w.parts.d
	d.Reset(json)
	for more := d.Map(); more && err == nil; more = d.NextEntry() {
		name := d.Key()
		at := w.place.Member(name)
		file := headedFileOf(at)
		if file == nil {
			err = other(name, at)
			continue
		}
		w.headed[name], _, err = headerOf(d, file)
	}
	return err
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
	w.parts.fields = w.headed[f.Field]
	w.parts.file(f.Field, f.Name, f.ContentType, f.Header, partContent(at))
	w.parts.fields = nil
	return w.text.Bytes(), nil
}

// End gives what stands behind the last part.
func (w *FormWriter) End() []byte {
	w.text.Reset()
	_ = w.parts.w.Close() // into memory
	return w.text.Bytes()
}
