package media

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"slices"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// tree is a JSON value with its members in order.
type tree struct {
	kind jsonwire.Kind
	text string // of a scalar
	keys []string
	kids []*tree
}

func readTree(d *jsonwire.Decoder) *tree {
	t := &tree{kind: d.Kind()}
	switch t.kind {
	case jsonwire.KindObject:
		for more := d.Map(); more; more = d.NextEntry() {
			t.keys = append(t.keys, d.Key())
			t.kids = append(t.kids, readTree(d))
		}
	case jsonwire.KindArray:
		for more := d.Array(); more; more = d.NextItem() {
			t.kids = append(t.kids, readTree(d))
		}
	default:
		t.text = scalarText(d)
	}
	return t
}

// xmlWriter writes a JSON value as XML.
type xmlWriter struct {
	b        []byte
	err      error
	declared []string // prefixes that the start tag in hand has declared
}

const xmlHeader = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// appendXML appends a JSON value as a document. The root is called as its shape says, or else like the shape.
func appendXML(b, value []byte, f *shape.Field) ([]byte, error) {
	var d jsonwire.Decoder
	d.Reset(value)
	w := xmlWriter{b: append(b, xmlHeader...)}
	root := readTree(&d)
	name := cmp.Or(elementName(f), "value")
	if root.kind == jsonwire.KindArray {
		w.open(name, f, nil)
		w.items(root, f, cmp.Or(elementName(f.Item(0)), "item"))
		w.close(name, f)
	} else {
		w.element(name, root, f)
	}
	return w.b, w.err
}

// element writes one value as an element.
func (w *xmlWriter) element(name string, t *tree, f *shape.Field) {
	switch t.kind {
	case jsonwire.KindNull:
		w.open(name, f, &xml.Attr{Name: xml.Name{Local: "nil"}})
	case jsonwire.KindObject:
		w.object(name, t, f)
		return
	case jsonwire.KindArray:
		w.open(name, f, nil)
		w.items(t, f, itemName(f))
	default:
		w.open(name, f, nil)
		w.text(t.text)
	}
	w.close(name, f)
}

// object writes an object: attributes, then elements in their order, then the text.
func (w *xmlWriter) object(name string, t *tree, f *shape.Field) {
	w.openTag(name, f)
	w.attributes(t, f)
	w.b = append(w.b, '>')
	w.members(t, f)
	w.close(name, f)
}

func (w *xmlWriter) attributes(t *tree, f *shape.Field) {
	for i, key := range t.keys {
		switch m := f.Member(key); {
		case m.XML.Node == shape.XMLNone && t.kids[i].kind == jsonwire.KindObject:
			w.attributes(t.kids[i], m)
		case m.XML.Node == shape.XMLAttribute && t.kids[i].kind != jsonwire.KindNull:
			if m.XML.Prefix != "" {
				w.declare(m.XML.Prefix, m.XML.Space)
			}
			w.attribute(qualified(cmp.Or(m.XML.Name, key), m), attributeText(t.kids[i]))
		}
	}
}

// attributeText is a value in one text: the items of a list are separated by spaces.
func attributeText(t *tree) string {
	text := t.text
	for i, kid := range t.kids {
		if i > 0 {
			text += " "
		}
		text += kid.text
	}
	return text
}

func (w *xmlWriter) members(t *tree, f *shape.Field) {
	for i, key := range t.keys {
		m, kid := f.Member(key), t.kids[i]
		name := cmp.Or(m.XML.Name, key)
		switch {
		case m.XML.Node == shape.XMLAttribute:
		case m.XML.Node == shape.XMLText:
			w.text(kid.text)
		case m.XML.Node == shape.XMLCDATA:
			w.cdata(kid.text)
		case m.XML.Node == shape.XMLNone && kid.kind == jsonwire.KindObject:
			w.members(kid, m)
		case kid.kind == jsonwire.KindArray && !m.XML.Wrapped:
			w.items(kid, m, cmp.Or(m.Item(0).XML.Name, name))
		default:
			w.element(name, kid, m)
		}
	}
}

func (w *xmlWriter) items(t *tree, f *shape.Field, name string) {
	for i, kid := range t.kids {
		at := f.Item(i)
		w.element(cmp.Or(at.XML.Name, name), kid, at)
	}
}

// open writes a start tag; with isNil that of a null.
func (w *xmlWriter) open(name string, f *shape.Field, isNil *xml.Attr) {
	w.openTag(name, f)
	if isNil != nil {
		w.declare("xsi", xsiSpace)
		w.attribute("xsi:nil", "true")
	}
	w.b = append(w.b, '>')
}

// openTag begins a start tag.
func (w *xmlWriter) openTag(name string, f *shape.Field) {
	if !validXMLName(name) && w.err == nil {
		w.err = fmt.Errorf("%q is no name for an XML element", name)
	}
	w.b = append(append(w.b, '<'), qualified(name, f)...)
	w.declared = w.declared[:0]
	w.declare(f.XML.Prefix, f.XML.Space)
}

// declare declares the namespace of a prefix, "" for that of names without one, once in a start tag: an attribute stands but once there
// (XML 1.0 section 3.1, WFC: Unique Att Spec).
func (w *xmlWriter) declare(prefix, space string) {
	if space == "" || slices.Contains(w.declared, prefix) {
		return
	}
	w.declared = append(w.declared, prefix)
	if prefix == "" {
		w.attribute("xmlns", space)
	} else {
		w.attribute("xmlns:"+prefix, space)
	}
}

func (w *xmlWriter) close(name string, f *shape.Field) {
	w.b = append(append(append(w.b, "</"...), qualified(name, f)...), '>')
}

func qualified(name string, f *shape.Field) string {
	if f.XML.Prefix == "" {
		return name
	}
	return f.XML.Prefix + ":" + name
}

func (w *xmlWriter) attribute(name, value string) {
	w.b = append(append(append(w.b, ' '), name...), `="`...)
	w.text(value)
	w.b = append(w.b, '"')
}

// text writes a text; what XML cannot hold becomes U+FFFD.
func (w *xmlWriter) text(s string) {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	w.b = append(w.b, b.Bytes()...)
}

func (w *xmlWriter) cdata(s string) {
	w.b = append(w.b, "<![CDATA["...)
	w.b = append(w.b, bytes.ReplaceAll([]byte(s), []byte("]]>"), []byte("]]]]><![CDATA[>"))...)
	w.b = append(w.b, "]]>"...)
}

// scalarText consumes a value and returns what it is as text: "" for null.
func scalarText(d *jsonwire.Decoder) string {
	switch d.Kind() {
	case jsonwire.KindString:
		return d.String(nil)
	case jsonwire.KindNull:
		d.Skip()
		return ""
	default:
		return string(d.JSON())
	}
}
