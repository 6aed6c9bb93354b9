package media

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	xsiSpace    = "http://www.w3.org/2001/XMLSchema-instance"
	maxElements = 256 // that are open at once
)

var (
	errDoctype = errors.New("it has a document type")
	errDepth   = errors.New("its elements are nested too deeply")
	errRoot    = errors.New("it has no element, or several")
)

// xmlNames are the members of an object by what they are called in XML.
type xmlNames struct {
	elements   map[string]xmlMember
	attributes map[string]xmlMember
	text       *xmlMember // the member that is the text of the element; nil: none
}

// xmlMember is a member, and the member of type xmlNone that it belongs to, nil for none.
type xmlMember struct {
	of    *field
	field *field
}

// names returns what the members of an object are called.
func (o *object) names() *xmlNames {
	o.once.Do(func() {
		o.xml = xmlNames{elements: make(map[string]xmlMember), attributes: make(map[string]xmlMember)}
		o.xml.enter(o, nil)
	})
	return &o.xml
}

func (x *xmlNames) enter(o *object, of *field) {
	for _, f := range o.fields {
		m := xmlMember{of: of, field: f}
		switch {
		case f.xmlNode == xmlAttribute:
			x.attributes[f.elementName()] = m
		case f.xmlNode == xmlText || f.xmlNode == xmlCDATA:
			x.text = &m
		case f.xmlNode == xmlNone && f.object != nil && of == nil && f.array == nil:
			x.enter(f.object, f)
		case f.array != nil && !f.wrapped:
			x.elements[f.itemName()] = m
		default:
			x.elements[f.elementName()] = m
		}
	}
}

// elementName is what the element or the attribute of a value is called.
func (f *field) elementName() string {
	if f.xmlName != "" {
		return f.xmlName
	}
	return f.name
}

// itemName is what the elements of the items of an array are called (OpenAPI 3.1 section 4.8.26).
func (f *field) itemName() string {
	if name := f.item(0).xmlName; name != "" {
		return name
	}
	return f.elementName()
}

// element is one element of a document.
type element struct {
	name  string
	space string // its prefix
	attrs []xml.Attr
	kids  []*element
	text  []byte
}

// readXML reads a document. Entities beyond those of XML itself are unknown, and a document type is refused.
func (d *Document) readXML(body []byte, charset string, f *field) error {
	if charset != "" {
		var err error
		if body, err = toUTF8(body, charset); err != nil {
			return err
		}
	}
	r := xml.NewDecoder(bytes.NewReader(body))
	r.CharsetReader = func(label string, input io.Reader) (io.Reader, error) {
		if charset != "" {
			return input, nil // what the field says goes before what the document says (RFC 7303 section 3)
		}
		data, err := io.ReadAll(input)
		if err == nil {
			data, err = toUTF8(data, label)
		}
		return bytes.NewReader(data), err
	}
	root, err := parseXML(r)
	if err != nil {
		var other *CharsetError
		if errors.As(err, &other) {
			return other
		}
		return err
	}
	n := new(node)
	n.fromXML(root, f)
	d.node(n, f)
	return nil
}

// parseXML reads the elements of a document.
func parseXML(r *xml.Decoder) (*element, error) {
	var root *element
	var open []*element
	for {
		token, err := r.RawToken()
		if err == io.EOF && len(open) == 0 && root != nil { //nolint:errorlint // RawToken returns it as it is
			return root, nil
		}
		if err != nil {
			return nil, xmlError(err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, errDoctype
		case xml.CharData:
			switch {
			case len(open) > 0:
				e := open[len(open)-1]
				e.text = append(e.text, t...)
			case len(bytes.TrimSpace(t)) > 0 && string(t) != "\ufeff":
				return nil, errRoot
			}
		case xml.StartElement:
			e := &element{name: t.Name.Local, space: t.Name.Space, attrs: append([]xml.Attr(nil), t.Attr...)}
			switch {
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.kids = append(parent.kids, e)
			case root != nil:
				return nil, errRoot
			default:
				root = e
			}
			if open = append(open, e); len(open) > maxElements {
				return nil, errDepth
			}
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1].name != t.Name.Local || open[len(open)-1].space != t.Name.Space {
				return nil, errors.New("element " + strconv.Quote(t.Name.Local) + " ends and is not open")
			}
			open = open[:len(open)-1]
		}
	}
}

// xmlError says what is wrong with the syntax.
func xmlError(err error) error {
	var syntax *xml.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return errors.New("line " + strconv.Itoa(syntax.Line) + ": " + syntax.Msg)
	case errors.Is(err, io.EOF):
		return errEnd
	}
	return err
}

// isNil reports whether an element is marked as null.
func (e *element) isNil() bool {
	for _, a := range e.attrs {
		if a.Name.Local == "nil" && (a.Name.Space == "xsi" || a.Name.Space == xsiSpace) && strings.TrimSpace(a.Value) == "true" {
			return true
		}
	}
	return false
}

// isMeta reports whether an attribute belongs to XML rather than to the value.
func isMeta(a xml.Attr) bool {
	return a.Name.Space == "xmlns" || a.Name.Local == "xmlns" || a.Name.Space == "xsi" || a.Name.Space == "xml"
}

// fromXML fills n with the value of an element.
func (n *node) fromXML(e *element, f *field) {
	switch {
	case e.isNil():
		n.texts = append(n.texts, text{what: nullText})
	case f.has(kindArray) && !f.has(kindObject):
		n.list = true
		for _, kid := range e.kids {
			n.addItem(kid, f)
		}
	case f.has(kindObject), len(e.kids) > 0, f.has(kindAny) && n.hasAttributes(e):
		n.membersFromXML(e, f)
	default:
		n.texts = append(n.texts, text{data: scalarXML(e.text, f)})
	}
}

func (n *node) hasAttributes(e *element) bool {
	for _, a := range e.attrs {
		if !isMeta(a) {
			return true
		}
	}
	return false
}

// scalarXML returns the text of an element, without white space around what is no string.
func scalarXML(s []byte, f *field) []byte {
	if !f.has(kindString | kindAny) {
		s = bytes.TrimSpace(s)
	}
	return s
}

func (n *node) addItem(e *element, f *field) {
	i := len(n.kids)
	n.list = true
	n.kid(strconv.Itoa(i)).fromXML(e, f.item(i))
}

// membersFromXML fills n with the attributes, the elements and the text of an element.
func (n *node) membersFromXML(e *element, f *field) {
	var names xmlNames
	if f.object != nil {
		names = *f.object.names()
	}
	for _, a := range e.attrs {
		if isMeta(a) {
			continue
		}
		m, ok := names.attributes[a.Name.Local]
		if !ok {
			m.field = f.otherMember(a.Name.Local)
		}
		kid := n.at(m, a.Name.Local)
		kid.texts = append(kid.texts, text{data: scalarXML([]byte(a.Value), m.field)})
	}
	for _, kid := range e.kids {
		m, ok := names.elements[kid.name]
		if !ok {
			m.field = f.otherMember(kid.name)
		}
		n.at(m, kid.name).addElement(kid, m.field)
	}
	if names.text != nil {
		kid := n.at(*names.text, "")
		kid.texts = append(kid.texts, text{data: scalarXML(e.text, names.text.field)})
	}
	if f.object == nil {
		return
	}
	for _, m := range f.object.fields { // an array of no elements
		if m.required && m.array != nil && !m.wrapped && n.find(m.name) < 0 {
			n.kid(m.name).list = true
		}
	}
}

// otherMember is the place of a member that XML calls by a name that none is called by.
func (f *field) otherMember(name string) *field {
	if f.object != nil && f.object.rest != nil && f.object.byName[name] == nil {
		return f.object.rest
	}
	return unknown
}

// at returns the node of a member, which is called name where its field has no name.
func (n *node) at(m xmlMember, name string) *node {
	if m.of != nil {
		n = n.kid(m.of.name)
	}
	if m.field.name != "" {
		name = m.field.name
	}
	return n.kid(name)
}

// addElement adds an element to the member that it is called like.
func (n *node) addElement(e *element, f *field) {
	switch {
	case f.array != nil && f.wrapped && !e.isNil():
		n.list = true
		for _, kid := range e.kids {
			n.addItem(kid, f)
		}
	case f.array != nil && !f.wrapped:
		n.addItem(e, f)
	case f.has(kindAny) && (len(n.texts) > 0 || len(n.kids) > 0): // several elements of a name are a list
		if first := *n; !n.list {
			*n = node{list: true}
			*n.kid("0") = first
		}
		n.addItem(e, f)
	case len(n.kids) > 0: // twice: an array, which the decoder refuses
		n.texts = append(n.texts, text{data: []byte("{}"), what: jsonText})
	default:
		n.fromXML(e, f)
	}
}

// validXMLName says whether a name may be that of an element or an attribute, as far as anybody uses.
func validXMLName(name string) bool {
	for i, c := range name {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= utf8.RuneSelf && c != utf8.RuneError
		if !letter && (i == 0 || c != '-' && c != '.' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}
