package media

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// Limits of the header of one part.
const (
	maxPartFields = 32
	maxPartHeader = 16 << 10 // names and values
)

var (
	errBoundary   = errors.New("it has no boundary")
	errPartHeader = errors.New("the header of a part is too large")
	errEnd        = errors.New("it ends too early")
	errPartName   = errors.New("a part has no name")
)

// partReader reads the parts of a multipart body (RFC 2046 section 5.1, RFC 7578).
type partReader struct {
	root    *shape.Node
	place   *shape.Field
	charset string // of texts that say none: what a part _charset_ says (RFC 7578 section 4.6)
	count   int
	total   *int // parts, with those inside of parts
	limits  Limits
}

// readMultipart reads a multipart body: parts are members by their names, or items in their order where the shape is an array.
func (d *document) readMultipart(body []byte, boundary string, f *shape.Field, limits Limits) error {
	p := partReader{root: new(shape.Node), place: f, total: new(int), limits: limits}
	err := p.all(body, boundary)
	if err == nil {
		d.Node(p.root, f)
	}
	return err
}

// all enters the parts of a body.
func (p *partReader) all(body []byte, boundary string) error {
	if boundary == "" {
		return errBoundary
	}
	p.root.List = p.place.Array != nil && p.place.Object == nil
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := r.NextPart()
		if err == io.EOF { // a wrapped one means that the body is cut off
			break
		}
		if err != nil {
			return errors.New(strings.TrimPrefix(err.Error(), "multipart: "))
		}
		if err := p.next(); err != nil {
			return err
		}
		if err := p.read(part); err != nil {
			return err
		}
	}
	if !bytes.Contains(body, []byte("--"+boundary+"--")) {
		return errEnd // inside of a header, which the reader takes for the end
	}
	return nil
}

// next counts a part.
func (p *partReader) next() error {
	p.count++
	if *p.total++; *p.total > p.limits.Fields {
		return &CountError{p.limits.Fields, "parts"}
	}
	if p.limits.GiveWay != nil {
		p.limits.GiveWay()
	}
	return nil
}

// read enters one part.
func (p *partReader) read(part *multipart.Part) error {
	if err := checkPartHeader(part.Header); err != nil {
		return err
	}
	data, err := io.ReadAll(part)
	if err == nil && strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
		data, err = io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(data)))
	}
	if err != nil {
		return err
	}
	return p.keep(part, data)
}

// keep enters the content of a part.
func (p *partReader) keep(part *multipart.Part, data []byte) error {
	disposition := parseDisposition(part.Header.Get("Content-Disposition"))
	if p.root.List {
		at := p.place.Item(p.count - 1)
		return p.enter(p.root.Append(), part, data, disposition, at)
	}
	name, ok := disposition["name"]
	if !ok {
		return errPartName
	}
	if name == "_charset_" && p.place.Declared(name) == nil {
		p.charset = string(data)
		return nil
	}
	if !utf8.ValidString(name) {
		return errNotUTF8
	}
	n, at, err := p.root.Enter(p.place, name, true)
	if err != nil || n == nil {
		return err
	}
	if at.Array != nil && !param.Packed(at.Style) { // of which the part is an item
		at = itemOf(at, max(len(n.Texts), n.Kids()))
		if at.Part || hasParts(at) {
			n = n.Append()
		}
	}
	return p.enter(n, part, data, disposition, at)
}

// enter enters a part, with its header fields where it has some.
func (p *partReader) enter(n *shape.Node, part *multipart.Part, data []byte, disposition map[string]string, at *shape.Field) error {
	if !at.Part || at.Object == nil {
		if c := partWithin(part, at); c != codecJSON {
			return p.within(n, c, part, data, at)
		}
		t, err := p.text(part, data, disposition, at)
		if err == nil && t.What == shape.PlainText && param.Packed(at.Style) {
			return param.ReadPart(n, at, t.Data)
		}
		n.Add(t)
		return err
	}
	if err := enterHeader(n, part.Header, at); err != nil {
		return err
	}
	t, err := p.text(part, data, disposition, partContent(at))
	n.Kid(shape.PartBody).Add(t)
	return err
}

// parseDisposition returns the parameters of a Content-Disposition field (RFC 2183), those in RFC 8187's form under their plain names.
func parseDisposition(field string) map[string]string {
	_, parameters, err := mime.ParseMediaType(field)
	if err == nil {
		return parameters
	}
	lenient := make(map[string]string) // some leave out the quotes
	for _, name := range []string{"name", "filename"} {
		if text := param.ContentTypeParameter([]byte(field), name); text != "" {
			lenient[name] = text
		}
	}
	return lenient
}

// itemOf returns the place of an item, with the media types of its array where it has none.
func itemOf(array *shape.Field, i int) *shape.Field {
	own := *array.Item(i)
	own.Types = cmp.Or(own.Types, array.Types)
	own.Part = own.Part || array.Part
	return &own
}

func checkPartHeader(h textproto.MIMEHeader) error {
	fields, size := 0, 0
	for name, values := range h {
		for _, v := range values {
			fields++
			size += len(name) + len(v)
		}
	}
	if fields > maxPartFields || size > maxPartHeader {
		return errPartHeader
	}
	return nil
}

// text decides by its media type what a part holds.
func (p *partReader) text(part *multipart.Part, data []byte, disposition map[string]string, at *shape.Field) (shape.Text, error) {
	contentType := part.Header.Get("Content-Type")
	mediaType := param.ContentType([]byte(contentType))
	name, isFile := disposition["filename"]
	t := shape.Text{Data: data}
	t.Fault = typeFault(contentType, at)
	if at.Has(shape.KindFile) || at.Has(shape.KindAny) && (isFile || !utf8.Valid(data)) {
		t.What, t.File = shape.FileText, &value.File{Name: baseName(name), ContentType: contentType, Header: otherFields(part.Header), Data: data}
		return t, nil
	}
	if mediaType != "" {
		switch codecOf(mediaType) {
		case codecXML:
			var d document
			err := d.readXML(data, param.ContentTypeParameter([]byte(contentType), "charset"), at)
			t.Data, t.What = d.JSON, shape.JSONText
			return t, err
		case codecJSON:
			if IsJSON(mediaType) {
				if t.What = shape.JSONText; !shape.IsJSON(data) {
					return t, fmt.Errorf("the part %s is not valid JSON", strconv.Quote(disposition["name"]))
				}
				return t, nil
			}
		case codecForm, codecMultipart, codecText:
		}
	}
	charset := param.ContentTypeParameter([]byte(contentType), "charset")
	if charset == "" {
		charset = p.charset
	}
	var err error
	t.Data, err = toUTF8(data, charset)
	return t, err
}

// typeFault says what is wrong with the media type of a part: it is none of those of its place.
func typeFault(contentType string, at *shape.Field) shape.Fault {
	if at.Types == "" || contentType == "" || param.MatchesAny(param.ContentType([]byte(contentType)), splitTypes(at.Types)) {
		return shape.Fault{}
	}
	return shape.Fault{Keyword: "contentType", Message: "must be of type " + at.Types}
}

// splitTypes splits the media types of an encoding.
func splitTypes(list string) []string {
	types := strings.Split(list, ",")
	for i := range types {
		types[i] = strings.TrimSpace(types[i])
	}
	return types
}

// baseName takes the folders off a file name (RFC 7578 section 4.2), those of other systems too.
func baseName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if !utf8.ValidString(name) || name == "." || name == ".." {
		return ""
	}
	return name
}

// otherFields are the fields of a part that say nothing of its place, encoding or type; nil for none.
func otherFields(h textproto.MIMEHeader) textproto.MIMEHeader {
	for _, name := range []string{"Content-Disposition", "Content-Type", "Content-Transfer-Encoding", lengthField} {
		h.Del(name)
	}
	if len(h) == 0 {
		return nil
	}
	return h
}

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
