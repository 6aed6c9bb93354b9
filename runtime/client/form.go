package client

import (
	"io"
	"iter"

	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// SendForm sets the body to a multipart one: the fields of the first of parts, and the files of all, each read while it is sent
// and not closed. The shape of that name, or with that notation, says how they are written; encode appends the fields as JSON, and is
// nil where there are none. field is that of a file that does not say it. As for the rest see SendItems.
func SendForm[T any](c *Call, contentType string, shapes *shape.Shapes, name, field string, parts iter.Seq2[value.FormPart[T], error], encode func(*T, []byte) []byte) {
	if parts == nil {
		return
	}
	w := media.NewFormWriter(shapes, name)
	c.hasBody, c.contentType = true, w.ContentType(contentType)
	c.source = &source{length: -1, r: &pulled[value.FormPart[T]]{items: parts, form: &formText[T]{w: w, field: field, encode: encode}}}
}

// formText makes the text of a form of its parts.
type formText[T any] struct {
	w      *media.FormWriter
	field  string
	encode func(*T, []byte) []byte
	begun  bool
}

// item gives what is written of a part, and the file that follows; nil for none.
func (f *formText[T]) item(part *value.FormPart[T]) (text []byte, file io.Reader, err error) {
	if !f.begun && f.encode != nil {
		fields, err := f.w.Fields(f.encode(&part.Fields, nil))
		if err != nil {
			return nil, nil, err
		}
		text = append(text, fields...)
	}
	f.begun = true
	if part.File == nil {
		return text, nil, nil
	}
	named := *part.File
	if named.Field == "" {
		named.Field = f.field
	}
	head, err := f.w.File(&named)
	return append(text, head...), &named, err
}

func (f *formText[T]) end() []byte { return f.w.End() }
