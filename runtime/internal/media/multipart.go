package media

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/runtime/internal/multipart"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

var (
	errBoundary = errors.New("it has no boundary")
	errPartName = errors.New("a part has no name")
)

// partReader reads the parts of a multipart body (RFC 2046 section 5.1, RFC 7578).
type partReader struct {
	root    *shape.Node
	place   *shape.Field
	charset string // of texts that say none: what a part _charset_ says (RFC 7578 section 4.6)
	count   int
	total   *int    // parts, with those inside of parts
	markup  *markup // of all of them
	limits  Limits
	own     bool // contents are memory of their own, which files may keep
	said    placement
}

// readMultipart reads a multipart body: parts are members by their names, or items in their order where the shape is an array.
func (d *document) readMultipart(body []byte, boundary string, f *shape.Field, limits Limits) error {
	p := partReader{root: new(shape.Node), place: f, total: new(int), markup: limits.markup(), limits: limits}
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
	r := multipart.NewBytesReader(body, boundary)
	r.GiveWay = p.limits.GiveWay
	for {
		ok, err := r.Next()
		if !ok {
			return err
		}
		if err := p.next(); err != nil {
			return err
		}
		if err := p.read(r); err != nil {
			return err
		}
	}
}

// next counts a part.
func (p *partReader) next() error {
	p.count++
	if *p.total++; *p.total > p.limits.Fields {
		return &CountError{p.limits.Fields, "parts"}
	}
	giveWay(p.limits.GiveWay)
	return nil
}

// read enters one part of a body that is held.
func (p *partReader) read(part *multipart.Reader) error {
	data, err := part.Bytes()
	if err == nil {
		data, err = transferCoding(part).decode(data, p.limits.GiveWay)
	}
	if err != nil {
		return err
	}
	return p.keep(part, data)
}

// keep enters the content of a part.
func (p *partReader) keep(part *multipart.Reader, data []byte) error {
	p.said.read(part)
	if p.root.List {
		at := p.place.Item(p.count - 1)
		return p.enter(p.root.Append(), part, data, at)
	}
	if !p.said.HasName {
		return errPartName
	}
	name := p.said.Name
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
	return p.enter(n, part, data, at)
}

// enter enters a part, with its header fields where it has some.
func (p *partReader) enter(n *shape.Node, part *multipart.Reader, data []byte, at *shape.Field) error {
	if !at.Part || at.Object == nil {
		if c := partWithin(part, at); c != codecJSON {
			return p.within(n, c, part, data, at)
		}
		t, err := p.text(part, data, at)
		if err == nil && t.What == shape.PlainText && param.Packed(at.Style) {
			return param.ReadPart(n, at, t.Data)
		}
		n.Add(t)
		return err
	}
	if err := enterHeader(n, part, at); err != nil {
		return err
	}
	t, err := p.text(part, data, partContent(at))
	n.Kid(shape.PartBody).Add(t)
	return err
}

// itemOf returns the place of an item, with the media types of its array where it has none.
func itemOf(array *shape.Field, i int) *shape.Field {
	item := array.Item(i)
	if (array.Types == "" || item.Types != "") && (!array.Part || item.Part) {
		return item
	}
	own := *item
	own.Types = cmp.Or(own.Types, array.Types)
	own.Part = own.Part || array.Part
	return &own
}

// text decides by its media type what a part holds.
func (p *partReader) text(part *multipart.Reader, data []byte, at *shape.Field) (shape.Text, error) {
	contentType := part.Field(typeField)
	mediaType := param.ContentType(contentType)
	t := shape.Text{Data: data}
	t.Fault = typeFault(contentType, mediaType, at)
	if at.Has(shape.KindFile) || at.Has(shape.KindAny) && (p.said.HasFileName || !utf8.Valid(data)) {
		if !p.own {
			t.Data = append([]byte{}, data...)
		}
		t.What, t.File = shape.FileText, &value.File{
			Name: baseName(p.said.FileName), ContentType: typeText(contentType, mediaType), Header: otherFields(part), Data: t.Data,
		}
		return t, nil
	}
	if mediaType != "" {
		switch codecOf(mediaType) {
		case codecXML:
			var d document
			d.GiveWay = p.limits.GiveWay
			err := d.readXML(data, param.ContentTypeParameter(contentType, "charset"), at, p.markup)
			t.Data, t.What = d.JSON, shape.JSONText
			return t, err
		case codecJSON:
			if IsJSON(mediaType) {
				if t.What = shape.JSONText; !shape.IsJSON(data) {
					return t, fmt.Errorf("the part %s is not valid JSON", strconv.Quote(p.said.Name))
				}
				return t, nil
			}
		case codecForm, codecMultipart, codecText:
		}
	}
	charset := param.ContentTypeParameter(contentType, "charset")
	if charset == "" {
		charset = p.charset
	}
	var err error
	t.Data, err = toUTF8(data, charset, p.limits.GiveWay)
	return t, err
}
