package client

import (
	"iter"

	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// SendForm sets the body to a multipart one: the fields of the first of parts, and the files of all with their header fields,
// each read while it is sent and not closed. The shape of that name, or with that notation, says how they are written; encode appends the fields as JSON, and is
// nil where there are none. field is that of a file that does not say it. As for the rest see SendItems.
func SendForm[T any](c *Call, contentType string, shapes *shape.Shapes, name, field string, parts iter.Seq2[value.FormPart[T], error], encode func(*T, []byte) []byte) {
	if parts == nil {
		return
	}
	f := &formText{w: media.NewFormWriter(shapes, name), field: field, begun: encode == nil}
	c.pull(f.w.ContentType(contentType), f.w.End, func(yield func(piece, error) bool) {
		for part, err := range parts {
			var fields []byte
			switch {
			case err == nil && !f.begun:
				fields = encode(&part.Fields, nil)
			case err == nil && encode != nil:
				err = f.w.Headers(func() []byte { return encode(&part.Fields, nil) })
			}
			if !yield(f.part(fields, part.File, err)) {
				return
			}
		}
	})
}

// formText makes the text of a form of its parts.
type formText struct {
	w     *media.FormWriter
	field string
	begun bool // the fields are written, or there are none
}

// part gives what is written of the fields, which count in the first part alone, and of the file; it passes an error on.
func (f *formText) part(fields []byte, file *value.FilePart, err error) (piece, error) {
	var p piece
	if err == nil && !f.begun {
		fields, err = f.w.Fields(fields)
		p.text = append(p.text, fields...) // the writer's until it is asked for the next text
	}
	f.begun = true
	if file == nil || err != nil {
		return p, err
	}
	named := *file
	if named.Field == "" {
		named.Field = f.field
	}
	head, err := f.w.File(&named)
	p.text, p.behind = append(p.text, head...), &named
	return p, err
}
