package media

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/multipart"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// ErrFieldsTooLong says that the fields of a form have more bytes than FormReader.Limit.
var ErrFieldsTooLong = errors.New("the fields of a form are over the limit")

// keptAtOnce is the memory for fields that is found at once: many of them are short.
const keptAtOnce = 1 << 10

// FormReader reads a multipart body as it comes: its fields are kept, its files are handed over.
type FormReader struct {
	// Limit is how many bytes the fields may have together.
	Limit int

	source *heldSource
	reader *multipart.Reader
	parts  partReader
	last   io.Reader    // what is left of the last part is to be decoded, not just dropped; nil for most
	headed []headedFile // of each member whose files have header fields, those of the latest
	fresh  bool         // one has come
	fields int          // bytes of the fields
	free   []byte       // memory for the content of further fields
}

// heldSource is a body of which what is kept is held.
type heldSource struct {
	body   io.Reader
	limits Limits
	keeps  bool // what is read is kept
	kept   int  // bytes
}

// Read implements io.Reader. Its error may be ErrUnheld.
func (s *heldSource) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	if !s.keeps {
		return n, err
	}
	if s.kept += n; s.kept > unheld && s.limits.Hold != nil && !s.limits.Hold(2*n) { // it grows by doubling
		return 0, ErrUnheld
	}
	return n, err
}

// headedFile are the header fields of a file.
type headedFile struct {
	field string
	node  shape.Node
	place *shape.Field
}

// NewFormReader returns a reader of a body whose shape has that name, or notation. contentType is the field as it was sent.
func NewFormReader(body io.Reader, shapes *shape.Shapes, name string, contentType []byte, limits Limits) (*FormReader, error) {
	boundary := param.ContentTypeParameter(contentType, "boundary")
	if boundary == "" {
		return nil, formError(errBoundary)
	}
	limits = limits.withDefaults()
	source := &heldSource{body: body, limits: limits}
	return &FormReader{
		source: source, reader: multipart.NewReader(source, boundary),
		parts: partReader{
			root: new(shape.Node), place: shapes.Get(name), total: new(int), markup: limits.markup(), limits: limits, own: true,
		},
	}, nil
}

func formError(err error) error { return fmt.Errorf("the body is not a valid multipart body: %w", err) }

// Next reads on to the next file, and past what is left of the last one. Its error is io.EOF behind the last part. at is the
// place of the file.
func (f *FormReader) Next() (file *value.FilePart, at *shape.Field, err error) {
	for {
		if err := f.nextPart(); err != nil {
			return nil, nil, err
		}
		f.parts.said.read(f.reader)
		field, at := f.fileField(f.parts.said.Name)
		if at == nil {
			if err := f.field(); err != nil {
				return nil, nil, err
			}
			continue
		}
		file = f.file(field)
		if content := partContent(at); content != at {
			if err := f.head(field, at); err != nil {
				return nil, nil, formError(err)
			}
			at = content
		}
		return file, at, nil
	}
}

// file hands the part over, which is a file.
func (f *FormReader) file(field string) *value.FilePart {
	handed := &struct { // one piece of memory
		value.FilePart
		content multipart.Part
	}{content: f.reader.Part()}
	file := &handed.FilePart
	contentType := f.reader.Field(typeField)
	file.Field, file.Name = field, baseName(f.parts.said.FileName)
	file.ContentType, file.Header = typeText(contentType, param.ContentType(contentType)), otherFields(f.reader)
	c := transferCoding(f.reader)
	file.Reader = c.reader(&handed.content)
	if c == quotedPrintable {
		f.last = file.Reader
	}
	return file
}

// head notes the header fields of a file.
func (f *FormReader) head(field string, at *shape.Field) error {
	f.headed = slices.DeleteFunc(f.headed, func(h headedFile) bool { return h.field == field })
	h := headedFile{field: field, place: at}
	err := enterHeader(&h.node, f.reader, at)
	f.headed, f.fresh = append(f.headed, h), true
	return err
}

// Headed reports, once, that a file with header fields has come, of which Fields tells.
func (f *FormReader) Headed() bool {
	fresh := f.fresh
	f.fresh = false
	return fresh
}

// nextPart finds the header of the next part. Its error is io.EOF behind the last one.
func (f *FormReader) nextPart() error {
	if f.last != nil { // what cannot be decoded is refused, whether somebody reads it or not
		if _, err := io.Copy(io.Discard, f.last); err != nil {
			return f.fail(err)
		}
		f.last = nil
	}
	switch ok, err := f.reader.Next(); {
	case err != nil:
		return f.fail(err)
	case !ok:
		return io.EOF
	}
	if err := f.parts.next(); err != nil {
		return formError(err)
	}
	return nil
}

// Explain says what a read of a file has failed with.
func (f *FormReader) Explain(err error) error { return f.fail(err) }

// fail gives what the body itself failed with, or what is wrong with its syntax.
func (f *FormReader) fail(err error) error {
	if broken := f.reader.SourceError(); broken != nil {
		return broken
	}
	return formError(err)
}

// fileField returns the member that a part of that name is a file of, and its place; nil for the others.
func (f *FormReader) fileField(name string) (field string, at *shape.Field) {
	place := f.parts.place
	field, at = name, place.Declared(name)
	if bare, position, ok := strings.Cut(name, "["); ok && at == nil && strings.Trim(position, "0123456789") == "]" {
		field, at = bare, place.Declared(bare)
	}
	if at == nil {
		field, at = name, place.Member(name)
	}
	if at.Array != nil && !at.Has(shape.KindFile) {
		at = itemOf(at, 0)
	}
	if !partContent(at).Has(shape.KindFile) {
		return "", nil
	}
	return field, at
}

// field keeps a part that is no file.
func (f *FormReader) field() error {
	c := transferCoding(f.reader)
	f.source.keeps = true
	data, err := f.content(c, f.Limit-f.fields+1)
	f.source.keeps = false
	if err != nil {
		return f.fail(err)
	}
	if f.fields += len(data); f.fields > f.Limit {
		return ErrFieldsTooLong
	}
	if c == inBase64 {
		if data, err = c.decode(data, f.parts.limits.GiveWay); err != nil {
			return formError(err)
		}
	}
	if err := f.parts.keep(f.reader, data); err != nil {
		return formError(err)
	}
	return nil
}

// content reads a field, up to limit bytes. That it is quoted-printable is undone: it takes more bytes than it stands for.
func (f *FormReader) content(c coding, limit int) ([]byte, error) {
	if c == quotedPrintable {
		return io.ReadAll(io.LimitReader(c.reader(f.reader), int64(limit)))
	}
	if cap(f.free) < keptAtOnce/4 {
		f.free = make([]byte, 0, keptAtOnce)
	}
	data, err := f.reader.Append(f.free, limit)
	f.free = data[len(data):]
	return data[:len(data):len(data)], err
}

// Fields gives the fields that have come, and the header fields of files as members of theirs.
func (f *FormReader) Fields() shape.Document {
	var d document
	d.GiveWay = f.parts.limits.GiveWay
	d.Node(f.parts.root, f.parts.place)
	for i := range f.headed {
		h := &f.headed[i]
		d.JSON = d.JSON[:len(d.JSON)-1]
		if i > 0 || f.parts.root.Kids() > 0 {
			d.JSON = append(d.JSON, ',')
		}
		d.JSON = append(jsonwire.AppendString(d.JSON, h.field), ':')
		d.Node(&h.node, h.place)
		d.JSON = append(d.JSON, '}')
	}
	return d.Document
}

// Count is how many parts have come.
func (f *FormReader) Count() int { return f.parts.count }

// TypeFault says what is wrong with the media type of a file, "" for nothing.
func TypeFault(file *value.FilePart, at *shape.Field) shape.Fault {
	if at.Types == "" {
		return shape.Fault{}
	}
	contentType := []byte(file.ContentType)
	return typeFault(contentType, param.ContentType(contentType), at)
}
