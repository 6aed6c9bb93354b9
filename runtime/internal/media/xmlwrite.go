package media

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
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
	b   []byte
	err error
}

const xmlHeader = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// appendXML appends a JSON value as a document. The root is called as its layout says, or else like the layout.
func appendXML(b, value []byte, f *field) ([]byte, error) {
	var d jsonwire.Decoder
	d.Reset(value)
	w := xmlWriter{b: append(b, xmlHeader...)}
	root := readTree(&d)
	name := cmp.Or(f.elementName(), "value")
	if root.kind == jsonwire.KindArray {
		w.open(name, f, nil)
		w.items(root, f, cmp.Or(f.item(0).elementName(), "item"))
		w.close(name, f)
	} else {
		w.element(name, root, f)
	}
	return w.b, w.err
}

// element writes one value as an element.
func (w *xmlWriter) element(name string, t *tree, f *field) {
	switch t.kind {
	case jsonwire.KindNull:
		w.open(name, f, &xml.Attr{Name: xml.Name{Local: "nil"}})
	case jsonwire.KindObject:
		w.object(name, t, f)
		return
	case jsonwire.KindArray:
		w.open(name, f, nil)
		w.items(t, f, f.itemName())
	default:
		w.open(name, f, nil)
		w.text(t.text)
	}
	w.close(name, f)
}

// object writes an object: attributes, then elements in their order, then the text.
func (w *xmlWriter) object(name string, t *tree, f *field) {
	w.openTag(name, f)
	w.attributes(t, f)
	w.b = append(w.b, '>')
	w.members(t, f)
	w.close(name, f)
}

func (w *xmlWriter) attributes(t *tree, f *field) {
	for i, key := range t.keys {
		switch m := f.member(key); {
		case m.xmlNode == xmlNone && t.kids[i].kind == jsonwire.KindObject:
			w.attributes(t.kids[i], m)
		case m.xmlNode == xmlAttribute && t.kids[i].kind != jsonwire.KindNull:
			if m.xmlSpace != "" && m.xmlPrefix != "" {
				w.namespace(m)
			}
			w.attribute(qualified(cmp.Or(m.xmlName, key), m), attributeText(t.kids[i]))
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

func (w *xmlWriter) members(t *tree, f *field) {
	for i, key := range t.keys {
		m, kid := f.member(key), t.kids[i]
		name := cmp.Or(m.xmlName, key)
		switch {
		case m.xmlNode == xmlAttribute:
		case m.xmlNode == xmlText:
			w.text(kid.text)
		case m.xmlNode == xmlCDATA:
			w.cdata(kid.text)
		case m.xmlNode == xmlNone && kid.kind == jsonwire.KindObject:
			w.members(kid, m)
		case kid.kind == jsonwire.KindArray && !m.wrapped:
			w.items(kid, m, cmp.Or(m.item(0).xmlName, name))
		default:
			w.element(name, kid, m)
		}
	}
}

func (w *xmlWriter) items(t *tree, f *field, name string) {
	for i, kid := range t.kids {
		at := f.item(i)
		w.element(cmp.Or(at.xmlName, name), kid, at)
	}
}

// open writes a start tag; with isNil that of a null.
func (w *xmlWriter) open(name string, f *field, isNil *xml.Attr) {
	w.openTag(name, f)
	if isNil != nil {
		w.attribute("xmlns:xsi", xsiSpace)
		w.attribute("xsi:nil", "true")
	}
	w.b = append(w.b, '>')
}

// openTag begins a start tag.
func (w *xmlWriter) openTag(name string, f *field) {
	if !validXMLName(name) && w.err == nil {
		w.err = fmt.Errorf("%q is no name for an XML element", name)
	}
	w.b = append(append(w.b, '<'), qualified(name, f)...)
	if f.xmlSpace != "" {
		w.namespace(f)
	}
}

// namespace declares the namespace of a name.
func (w *xmlWriter) namespace(f *field) {
	if f.xmlPrefix == "" {
		w.attribute("xmlns", f.xmlSpace)
	} else {
		w.attribute("xmlns:"+f.xmlPrefix, f.xmlSpace)
	}
}

func (w *xmlWriter) close(name string, f *field) {
	w.b = append(append(append(w.b, "</"...), qualified(name, f)...), '>')
}

func qualified(name string, f *field) string {
	if f.xmlPrefix == "" {
		return name
	}
	return f.xmlPrefix + ":" + name
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
