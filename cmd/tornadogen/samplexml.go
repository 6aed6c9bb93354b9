package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/spec"
)

const xmlHeader = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// xmlText is a JSON value as a document of XML, by what its schema says (OpenAPI 3.2, XML Object), as a service of the document writes it.
// A text that is XML stands as it is. Members that XML has no names for are left out.
func xmlText(s *spec.Schema, sample string) string {
	var text string
	if json.Unmarshal([]byte(sample), &text) == nil && wellFormed(text) {
		return text
	}
	root := cmp.Or(valueOf(json.NewDecoder(strings.NewReader(sample))), &jsonValue{kind: 's'})
	at := placeOf(s)
	w := xmlSample{}
	w.b.WriteString(xmlHeader)
	items := ""
	if root.kind == '[' {
		items = firstName(at.item(0).name, componentOf(at.itemSchema(0)), "item")
	}
	w.element(firstName(at.name, componentOf(s), "value"), root, at, items)
	return w.b.String()
}

// wellFormed tells whether a text is XML, in whichever encoding it says to be.
func wellFormed(text string) bool {
	d := xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	elements := false
	for {
		token, err := d.Token()
		if err != nil {
			return elements && errors.Is(err, io.EOF)
		}
		if _, ok := token.(xml.StartElement); ok {
			elements = true
		}
	}
}

// firstName is the first of some names that an element may have; the last one is.
func firstName(names ...string) string {
	return names[max(slices.IndexFunc(names, isXMLName), 0)]
}

// componentOf is the name of the component that a schema is, or that it is another word for.
func componentOf(s *spec.Schema) string {
	for range maxSampleDepth {
		if s == nil || s.Name != "" {
			break
		}
		s = soleMember(s)
	}
	if s == nil {
		return ""
	}
	return s.Name
}

// soleMember is the schema that s is another word for, nil for none: a reference with an annotation beside it, say, or one that may be null.
func soleMember(s *spec.Schema) *spec.Schema {
	var all []*spec.Schema
	for _, m := range slices.Concat(s.AllOf, s.OneOf, s.AnyOf) {
		if isNothing := m.Const != nil && m.Const.JSON == "null"; !isNothing {
			all = append(all, m)
		}
	}
	if len(all) != 1 || len(s.Properties) > 0 {
		return nil
	}
	return all[0]
}

// xmlPlace is how values stand in XML at one place.
type xmlPlace struct {
	name, namespace, prefix string         // "": absent
	node                    string         // as in spec.XML; "element" is of an array that has an element of its own
	leaves                  []*spec.Schema // what values of the place may meet
}

// placeOf is the place of what several schemas describe together, the first of which says how it is called.
func placeOf(schemas ...*spec.Schema) *xmlPlace {
	p := &xmlPlace{}
	for _, s := range schemas {
		p.meet(s)
	}
	if len(schemas) == 0 {
		return p
	}
	s := schemas[0]
	for range maxSampleDepth {
		if s == nil {
			break
		}
		if x := s.XML; x != nil {
			if p.namespace == "" && p.prefix == "" {
				p.namespace, p.prefix = x.Namespace, x.Prefix
			}
			p.name, p.node = cmp.Or(p.name, x.Name), cmp.Or(p.node, x.NodeType)
		}
		s = soleMember(s)
	}
	return p
}

// meet adds s and what it is made of.
func (p *xmlPlace) meet(s *spec.Schema) {
	const most = 1000
	if s == nil || len(p.leaves) > most || slices.Contains(p.leaves, s) {
		return
	}
	p.leaves = append(p.leaves, s)
	for _, m := range slices.Concat(s.AllOf, s.OneOf, s.AnyOf) {
		p.meet(m)
	}
}

// member is the place of a member of an object.
func (p *xmlPlace) member(name string) *xmlPlace {
	var declared, others []*spec.Schema
	for _, s := range p.leaves {
		for _, property := range s.Properties {
			if property.Name == name {
				declared = append(declared, property.Schema)
			}
		}
		if s.AdditionalProperties != nil {
			others = append(others, s.AdditionalProperties)
		}
	}
	if len(declared) > 0 {
		return placeOf(declared...)
	}
	return placeOf(others...)
}

// itemSchema is the schema of an item of an array, nil for none.
func (p *xmlPlace) itemSchema(n int) *spec.Schema {
	for _, s := range p.leaves {
		if n < len(s.PrefixItems) {
			return s.PrefixItems[n]
		}
		if s.Items != nil {
			return s.Items
		}
	}
	return nil
}

func (p *xmlPlace) item(n int) *xmlPlace {
	if s := p.itemSchema(n); s != nil {
		return placeOf(s)
	}
	return &xmlPlace{}
}

// jsonValue is a JSON value with its members in order.
type jsonValue struct {
	kind byte   // '{', '[', 's' for a scalar, '0' for null
	text string // of a scalar
	keys []string
	kids []*jsonValue
}

// valueOf reads a value, nil for what is none.
func valueOf(d *json.Decoder) *jsonValue {
	d.UseNumber()
	token, err := d.Token()
	if err != nil {
		return nil
	}
	v := &jsonValue{kind: 's'}
	switch of := token.(type) {
	case nil:
		v.kind = '0'
	case string:
		v.text = of
	case json.Number:
		v.text = of.String()
	case bool:
		v.text = map[bool]string{true: "true", false: "false"}[of]
	case json.Delim:
		v.kind = byte(of)
		for d.More() {
			if v.kind == '{' {
				key, _ := d.Token() // what is wrong with it, the value behind it has, too
				name, _ := key.(string)
				v.keys = append(v.keys, name)
			}
			kid := valueOf(d)
			if kid == nil {
				return nil
			}
			v.kids = append(v.kids, kid)
		}
		if _, err := d.Token(); err != nil {
			return nil
		}
	}
	return v
}

// joined is a value as one text: the items of a list are separated by spaces.
func (v *jsonValue) joined() string {
	texts := []string{v.text}
	if len(v.kids) > 0 {
		texts = texts[:0]
	}
	for _, kid := range v.kids {
		texts = append(texts, kid.text)
	}
	return strings.Join(texts, " ")
}

// xmlSample is a document in the making.
type xmlSample struct {
	b        bytes.Buffer
	declared []string // prefixes that the start tag in hand has declared
}

// element writes a value as an element; items is what those of a list are called, "" for what the place says.
func (w *xmlSample) element(name string, v *jsonValue, at *xmlPlace, items string) {
	if !isXMLName(name) {
		return
	}
	w.openTag(name, at)
	switch v.kind {
	case '0':
		w.declare("xsi", "http://www.w3.org/2001/XMLSchema-instance")
		w.attribute("xsi:nil", "true")
		w.b.WriteByte('>')
	case '{':
		w.attributes(v, at)
		w.b.WriteByte('>')
		w.members(v, at)
	case '[':
		w.b.WriteByte('>')
		w.items(v, at, cmp.Or(items, at.item(0).name, name))
	default:
		w.b.WriteByte('>')
		w.text(v.text)
	}
	w.closeTag(name, at)
}

// attributes writes those members of an object that are attributes of its element.
func (w *xmlSample) attributes(v *jsonValue, at *xmlPlace) {
	for i, key := range v.keys {
		switch m, kid := at.member(key), v.kids[i]; {
		case m.node == "none" && kid.kind == '{':
			w.attributes(kid, m)
		case m.node == "attribute" && kid.kind != '0':
			if m.prefix != "" {
				w.declare(m.prefix, m.namespace)
			}
			if name := cmp.Or(m.name, key); isXMLName(name) {
				w.attribute(m.qualified(name), kid.joined())
			}
		}
	}
}

// members writes what else an object has.
func (w *xmlSample) members(v *jsonValue, at *xmlPlace) {
	for i, key := range v.keys {
		m, kid := at.member(key), v.kids[i]
		name := cmp.Or(m.name, key)
		switch {
		case m.node == "attribute":
		case m.node == "text":
			w.text(kid.text)
		case m.node == "cdata":
			w.b.WriteString("<![CDATA[" + strings.ReplaceAll(kid.text, "]]>", "]]]]><![CDATA[>") + "]]>")
		case m.node == "none" && kid.kind == '{':
			w.members(kid, m)
		case kid.kind == '[' && m.node != "element":
			w.items(kid, m, cmp.Or(m.item(0).name, name))
		default:
			w.element(name, kid, m, "")
		}
	}
}

func (w *xmlSample) items(v *jsonValue, at *xmlPlace, name string) {
	for i, kid := range v.kids {
		of := at.item(i)
		w.element(cmp.Or(of.name, name), kid, of, "")
	}
}

// openTag begins a start tag.
func (w *xmlSample) openTag(name string, at *xmlPlace) {
	w.b.WriteString("<" + at.qualified(name))
	w.declared = w.declared[:0]
	w.declare(at.prefix, at.namespace)
}

// declare declares the namespace of a prefix, "" for that of names without one, once in a start tag.
func (w *xmlSample) declare(prefix, namespace string) {
	switch {
	case namespace == "" || slices.Contains(w.declared, prefix):
		return
	case prefix == "":
		w.attribute("xmlns", namespace)
	default:
		w.attribute("xmlns:"+prefix, namespace)
	}
	w.declared = append(w.declared, prefix)
}

func (w *xmlSample) closeTag(name string, at *xmlPlace) {
	w.b.WriteString("</" + at.qualified(name) + ">")
}

func (p *xmlPlace) qualified(name string) string {
	if p.prefix == "" {
		return name
	}
	return p.prefix + ":" + name
}

func (w *xmlSample) attribute(name, value string) {
	w.b.WriteString(" " + name + `="`)
	w.text(value)
	w.b.WriteByte('"')
}

func (w *xmlSample) text(text string) {
	_ = xml.EscapeText(&w.b, []byte(text)) // a buffer takes everything
}

// isXMLName tells whether a name may be that of an element or an attribute, as a service sees it.
func isXMLName(name string) bool {
	for i, c := range name {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= utf8.RuneSelf && c != utf8.RuneError
		if !letter && (i == 0 || c != '-' && c != '.' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}
