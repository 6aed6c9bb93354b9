package media

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// ErrFieldsTooLong says that the fields of a form have more bytes than FormReader.Limit.
var ErrFieldsTooLong = errors.New("the fields of a form are over the limit")

// headerRoom is what may be read to find the header of the next part: more than a header may have, and what is read ahead.
const headerRoom = 2*maxPartHeader + 16<<10

// FormReader reads a multipart body as it comes: its fields are kept, its files are handed over.
type FormReader struct {
	// Limit is how many bytes the fields may have together.
	Limit int

	source *formSource
	reader *multipart.Reader
	parts  partReader
	limits Limits
	last   *multipart.Part // a file that was handed over
	headed []headedFile    // of each member whose files have header fields, those of the latest
	fresh  bool            // one has come
	fields int             // bytes of the fields
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
	if limits.Fields <= 0 {
		limits.Fields = defaultFields
	}
	end := []byte("--" + boundary + "--")
	source := &formSource{body: body, end: end, tail: make([]byte, 0, 2*len(end))}
	return &FormReader{
		source: source, reader: multipart.NewReader(source, boundary), limits: limits,
		parts: partReader{root: new(shape.Node), place: shapes.Get(name), total: new(int), limits: limits},
	}, nil
}

func formError(err error) error { return fmt.Errorf("the body is not a valid multipart body: %w", err) }

// Next reads on to the next file, and past what is left of the last one. Its error is io.EOF behind the last part. at is the
// place of the file.
func (f *FormReader) Next() (file *value.FilePart, at *shape.Field, err error) {
	for {
		part, err := f.nextPart()
		if err != nil {
			return nil, nil, err
		}
		disposition := parseDisposition(part.Header.Get("Content-Disposition"))
		field, at := f.fileField(disposition["name"])
		if at == nil {
			if err := f.field(part); err != nil {
				return nil, nil, err
			}
			continue
		}
		f.last = part
		file = &value.FilePart{
			Field: field, Name: baseName(disposition["filename"]), ContentType: part.Header.Get("Content-Type"), Reader: decoded(part),
		}
		if content := partContent(at); content != at {
			if err := f.head(field, part, at); err != nil {
				return nil, nil, formError(err)
			}
			at = content
		}
		file.Header = otherFields(part.Header)
		return file, at, nil
	}
}

// head notes the header fields of a file.
func (f *FormReader) head(field string, part *multipart.Part, at *shape.Field) error {
	f.headed = slices.DeleteFunc(f.headed, func(h headedFile) bool { return h.field == field })
	h := headedFile{field: field, place: at}
	err := enterHeader(&h.node, part.Header, at)
	f.headed, f.fresh = append(f.headed, h), true
	return err
}

// Headed reports, once, that a file with header fields has come, of which Fields tells.
func (f *FormReader) Headed() bool {
	fresh := f.fresh
	f.fresh = false
	return fresh
}

// nextPart finds the header of the next part.
func (f *FormReader) nextPart() (*multipart.Part, error) {
	f.source.room = 1 << 62
	if f.last != nil { // so that the header alone is read below
		if _, err := io.Copy(io.Discard, f.last); err != nil {
			return nil, f.fail(err)
		}
		f.last = nil
	}
	f.source.room = headerRoom
	part, err := f.reader.NextPart()
	f.source.room = 1 << 62
	switch {
	case err == io.EOF && !f.source.ended:
		return nil, formError(errEnd) // inside of a header, which the reader takes for the end
	case err == io.EOF:
		return nil, io.EOF
	case err != nil:
		return nil, f.fail(err)
	}
	if err := f.parts.next(); err != nil {
		return nil, formError(err)
	}
	if err := checkPartHeader(part.Header); err != nil {
		return nil, formError(err)
	}
	return part, nil
}

// Explain says what a read of a file has failed with.
func (f *FormReader) Explain(err error) error { return f.fail(err) }

// fail gives what the body itself failed with, or what is wrong with its syntax.
func (f *FormReader) fail(err error) error {
	switch {
	case f.source.err != nil:
		return f.source.err
	case f.source.room <= 0:
		return formError(errPartHeader)
	}
	return formError(errors.New(strings.TrimPrefix(err.Error(), "multipart: ")))
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
func (f *FormReader) field(part *multipart.Part) error {
	data, err := io.ReadAll(io.LimitReader(part, int64(f.Limit-f.fields)+1))
	if err != nil {
		return f.fail(err)
	}
	if f.fields += len(data); f.fields > f.Limit {
		return ErrFieldsTooLong
	}
	if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
		if data, err = io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(data))); err != nil {
			return formError(err)
		}
	}
	if err := f.parts.keep(part, data); err != nil {
		return formError(err)
	}
	return nil
}

// Fields gives the fields that have come, and the header fields of files as members of theirs.
func (f *FormReader) Fields() shape.Document {
	var d document
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
	return typeFault(file.ContentType, at)
}

// decoded undoes the transfer encoding of a part.
func decoded(part *multipart.Part) io.Reader {
	if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
		return base64.NewDecoder(base64.StdEncoding, part)
	}
	return part
}

// formSource is the body of a form on its way to the reader of parts.
type formSource struct {
	body  io.Reader
	end   []byte // the last boundary
	tail  []byte // the last bytes that were read, fewer than end has, with room for as many
	ended bool   // end has come
	room  int    // bytes that may be read
	err   error  // of body, but io.EOF
}

// Read implements io.Reader.
func (s *formSource) Read(p []byte) (int, error) {
	if s.room <= 0 {
		return 0, errPartHeader
	}
	n, err := s.body.Read(p)
	s.room -= n
	if err != nil && err != io.EOF {
		s.err = err
	}
	if s.ended || n == 0 {
		return n, err
	}
	seam := append(s.tail, p[:min(n, len(s.end)-1)]...)
	s.ended = bytes.Contains(seam, s.end) || bytes.Contains(p[:n], s.end)
	if n >= len(s.end)-1 {
		seam = p[:n]
	}
	s.tail = append(s.tail[:0], seam[max(0, len(seam)-len(s.end)+1):]...)
	return n, err
}
