package media

import (
	"cmp"
	"fmt"
	"net/textproto"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/multipart"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// enterHeader enters the header fields of a part.
func enterHeader(n *shape.Node, part *multipart.Reader, at *shape.Field) error {
	for _, f := range at.Object.Fields {
		if text := joined(part, f.Name); text != nil && f.Name != shape.PartBody {
			if err := param.ReadHeader(n.Kid(f.Name), f, text); err != nil {
				return fmt.Errorf("the header field %s of a part is %w", f.Name, err)
			}
		}
	}
	return nil
}

// joined are the values of the fields of a name as one (RFC 9110 section 5.3), nil where there is none. They are the node's, which outlives the part.
func joined(part *multipart.Reader, name string) (text []byte) {
	for _, f := range part.Fields() {
		switch {
		case !f.Is(name):
		case text == nil:
			text = append([]byte{}, f.Value...)
		default:
			text = append(append(text, ", "...), f.Value...)
		}
	}
	return text
}

// partContent is the place of the content of a part with header fields, with the media types of the part.
func partContent(part *shape.Field) *shape.Field {
	if !part.Part || part.Object == nil {
		return part
	}
	own := *part.Member(shape.PartBody)
	own.Types = cmp.Or(own.Types, part.Types)
	return &own
}

// headed writes what comes next as one part with header fields.
func (p *partWriter) headed(name string, at *shape.Field) error {
	fields, content, err := headerOf(&p.d, at)
	if err != nil {
		return err
	}
	inner := partWriter{w: p.w, fields: fields}
	inner.d.Reset(content)
	return inner.part(name, partContent(at))
}

// headerOf gives the header fields of a part, which comes next as an object, and the JSON of its content, nil for none.
func headerOf(d *jsonwire.Decoder, at *shape.Field) (fields textproto.MIMEHeader, content []byte, err error) {
	fields = make(textproto.MIMEHeader)
	for more := d.Map(); more; more = d.NextEntry() {
		field := d.Key()
		json := d.JSON()
		if field == shape.PartBody {
			content = json
			continue
		}
		text, err := param.AppendHeader(nil, at.Member(field), json)
		if err != nil {
			return nil, nil, fmt.Errorf("header field %s: %w", field, err)
		}
		fields.Set(field, string(text))
	}
	return fields, content, nil
}
