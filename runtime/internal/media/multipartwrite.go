package media

import (
	"bytes"
	"io"
	"maps"
	"mime/multipart"
	"net/textproto"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// partWriter writes a JSON value as parts.
type partWriter struct {
	w      *multipart.Writer
	d      jsonwire.Decoder
	fields textproto.MIMEHeader // that the next part has beside its own
}

// writeMultipart writes the members of an object, or the items of an array, as parts.
func writeMultipart(json []byte, mediaType string, f *shape.Field) (body []byte, contentType string, err error) {
	var b bytes.Buffer
	p := partWriter{w: multipart.NewWriter(&b)}
	p.d.Reset(json)
	if p.d.Kind() == jsonwire.KindArray {
		i := 0
		for more := p.d.Array(); more && err == nil; more = p.d.NextItem() {
			err = p.part("", f.Item(i))
			i++
		}
	} else {
		for more := p.d.Map(); more && err == nil; more = p.d.NextEntry() {
			name := p.d.Key()
			err = p.member(name, f.Member(name))
		}
	}
	if err == nil {
		err = p.w.Close()
	}
	return b.Bytes(), mediaType + "; boundary=" + p.w.Boundary(), err
}

// member writes what comes next: an array as a part for each item.
func (p *partWriter) member(name string, at *shape.Field) error {
	if composed(p.d.Kind()) && at.Style != shape.StyleDefault && at.Style != shape.StyleJSON {
		return p.styled(name, at)
	}
	if p.d.Kind() != jsonwire.KindArray || at.Style == shape.StyleJSON {
		return p.part(name, at)
	}
	i := 0
	for more := p.d.Array(); more; more = p.d.NextItem() {
		if err := p.part(name, itemOf(at, i)); err != nil {
			return err
		}
		i++
	}
	return nil
}

// part writes what comes next as one part: a file, a scalar as text, anything else as JSON or XML.
func (p *partWriter) part(name string, at *shape.Field) error {
	if at.Part && at.Object != nil {
		return p.headed(name, at)
	}
	types := splitTypes(at.Types)
	mediaType := types[0]
	if strings.Contains(mediaType, "*") {
		mediaType = ""
	}
	h := make(textproto.MIMEHeader)
	disposition := ""
	if name != "" {
		disposition = `form-data; name="` + escapeName(name) + `"`
	}
	var data []byte
	switch kind := p.d.Kind(); {
	case kind == jsonwire.KindString && at.Has(shape.KindFile):
		f, err := value.ParseFile(p.d.String(nil))
		if err != nil {
			return err
		}
		_, err = p.file(name, f.Name, f.ContentType, f.Header, at).Write(f.Data)
		return err
	case composed(kind) && mediaType != "" && codecOf(mediaType) == codecXML:
		var err error
		if data, err = appendXML(nil, p.d.JSON(), at); err != nil {
			return err
		}
	case composed(kind) && mediaType != "" && (codecOf(mediaType) == codecMultipart || codecOf(mediaType) == codecForm):
		var err error
		if data, mediaType, err = encodeWithin(p.d.JSON(), mediaType, at); err != nil {
			return err
		}
	case composed(kind), mediaType != "" && IsJSON(mediaType):
		if mediaType == "" {
			mediaType = "application/json"
		}
		data = p.d.JSON()
	default:
		data = []byte(scalarText(&p.d))
	}
	_, err := p.begin(h, disposition, mediaType).Write(data)
	return err
}

// file begins a part that is a file.
func (p *partWriter) file(field, name, contentType string, header textproto.MIMEHeader, at *shape.Field) io.Writer {
	h := make(textproto.MIMEHeader)
	maps.Copy(h, header)
	mediaType := splitTypes(at.Types)[0]
	if contentType != "" && (contentType != "application/octet-stream" || mediaType == "" || strings.Contains(mediaType, "*")) {
		mediaType = contentType
	}
	if name == "" {
		name = field // without one others take the part for a text
	}
	disposition := "attachment"
	if field != "" {
		disposition = `form-data; name="` + escapeName(field) + `"`
	}
	return p.begin(h, disposition+`; filename="`+escapeName(name)+`"`, mediaType)
}

// begin writes the header of a part, and gives the writer of its content.
func (p *partWriter) begin(h textproto.MIMEHeader, disposition, mediaType string) io.Writer {
	if h == nil {
		h = make(textproto.MIMEHeader)
	}
	maps.Copy(h, p.fields)
	if disposition != "" {
		h.Set("Content-Disposition", disposition)
	}
	if mediaType != "" && !strings.Contains(mediaType, "*") {
		h.Set("Content-Type", mediaType)
	}
	w, _ := p.w.CreatePart(h) // into memory
	return w
}

// escapeName escapes what would end a quoted string or the field (RFC 9110 section 5.6.4).
func escapeName(name string) string { return nameEscaper.Replace(name) }

var nameEscaper = strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, `\"`, `\`, `\\`)

func composed(kind jsonwire.Kind) bool {
	return kind == jsonwire.KindArray || kind == jsonwire.KindObject
}
