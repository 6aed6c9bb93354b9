package media

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

const (
	xsiSpace    = "http://www.w3.org/2001/XMLSchema-instance"
	maxElements = 256 // that are open at once
	mostAtOnce  = 64  // elements that memory is found for at once
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

// xmlMember is a member, and the member of type shape.XMLNone that it belongs to, nil for none.
type xmlMember struct {
	of    *shape.Field
	field *shape.Field
}

// names returns what the members of an object are called.
func names(o *shape.Object) *xmlNames {
	return o.Derived(func() any { //nolint:forcetypeassert // that is what it returns
		x := &xmlNames{elements: make(map[string]xmlMember), attributes: make(map[string]xmlMember)}
		x.enter(o, nil)
		return x
	}).(*xmlNames)
}

func (x *xmlNames) enter(o *shape.Object, of *shape.Field) {
	for _, f := range o.Fields {
		m := xmlMember{of: of, field: f}
		switch {
		case f.XML.Node == shape.XMLAttribute:
			x.attributes[elementName(f)] = m
		case f.XML.Node == shape.XMLText || f.XML.Node == shape.XMLCDATA:
			x.text = &m
		case f.XML.Node == shape.XMLNone && f.Object != nil && of == nil && f.Array == nil:
			x.enter(f.Object, f)
		case f.Array != nil && !f.XML.Wrapped:
			x.elements[itemName(f)] = m
		default:
			x.elements[elementName(f)] = m
		}
	}
}

// elementName is what the element or the attribute of a value is called.
func elementName(f *shape.Field) string { return cmp.Or(f.XML.Name, f.Name) }

// itemName is what the elements of the items of an array are called (OpenAPI 3.1 section 4.8.26).
func itemName(f *shape.Field) string { return cmp.Or(f.Item(0).XML.Name, elementName(f)) }

// element is one element of a document.
type element struct {
	name  string
	space string // its prefix
	attrs []xml.Attr
	first *element // of those in it
	last  *element
	next  *element // in what it is in
	text  []byte
}

func (e *element) add(kid *element) {
	if e.last == nil {
		e.first = kid
	} else {
		e.last.next = kid
	}
	e.last = kid
}

// kids are the elements in e.
func (e *element) kids(yield func(kid *element) bool) {
	for kid := e.first; kid != nil && yield(kid); kid = kid.next {
	}
}

// readXML reads a document. Entities beyond those of XML itself are unknown, and a document type is refused.
func (d *document) readXML(body []byte, charset string, f *shape.Field, m *markup) error {
	source := newXMLSource(body, m)
	if charset != "" {
		if err := source.recode(charset); err != nil {
			return err
		}
	}
	r := xml.NewDecoder(source)
	r.CharsetReader = func(label string, input io.Reader) (io.Reader, error) {
		if charset != "" {
			return input, nil // what the field says goes before what the document says (RFC 7303 section 3)
		}
		return input, source.recode(label)
	}
	root, err := parseXML(r, source)
	if err != nil {
		var other *CharsetError
		if errors.As(err, &other) {
			return other
		}
		return err
	}
	var n shape.Node
	x := xmlEntry{giveWay: m.giveWay}
	x.element(&n, root, f)
	d.Node(&n, f)
	return nil
}

// parseXML reads the elements of a document, from its source.
func parseXML(r *xml.Decoder, source *xmlSource) (*element, error) {
	var root *element
	var open []*element
	var free []element
	atOnce := 2
	for first := true; ; first = false {
		token, err := r.RawToken()
		if first && err == nil {
			if err = source.foresee(); err == io.EOF { //nolint:errorlint // it returns it as it is
				err = nil
			}
		}
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
			if len(free) == 0 {
				atOnce = min(2*atOnce, mostAtOnce)
				free = make([]element, atOnce)
			}
			e := &free[0]
			free = free[1:]
			e.name, e.space, e.attrs = t.Name.Local, t.Name.Space, t.Attr
			switch {
			case len(open) > 0:
				open[len(open)-1].add(e)
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

var errEnd = errors.New("it ends too early")

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

// xmlEntry enters elements into nodes.
type xmlEntry struct {
	giveWay func()
	count   int // of elements and attributes
}

// entered counts an element or an attribute, and gives way.
func (x *xmlEntry) entered() {
	const stretch = 64 // 30 to 60 µs
	if x.count++; x.count%stretch == 0 {
		giveWay(x.giveWay)
	}
}

// element enters the value of an element into n.
func (x *xmlEntry) element(n *shape.Node, e *element, f *shape.Field) {
	x.entered()
	switch {
	case e.isNil():
		n.Add(shape.Text{What: shape.NullText})
	case f.Array != nil && f.Object == nil:
		n.List = true
		for kid := range e.kids {
			x.item(n, kid, f)
		}
	case f.Object != nil, e.first != nil, f.Has(shape.KindAny) && e.hasAttributes():
		x.members(n, e, f)
	default:
		n.Add(shape.Text{Data: scalarXML(e.text, f)})
	}
}

func (e *element) hasAttributes() bool {
	return slices.ContainsFunc(e.attrs, func(a xml.Attr) bool { return !isMeta(a) })
}

// scalarXML returns the text of an element, without white space around what is no string.
func scalarXML(s []byte, f *shape.Field) []byte {
	if !f.Has(shape.KindString | shape.KindAny) {
		s = bytes.TrimSpace(s)
	}
	return s
}

// item adds an element to an array, of which f is the place.
func (x *xmlEntry) item(n *shape.Node, e *element, f *shape.Field) {
	n.List = true
	item := n.Append()
	x.element(item, e, f.Item(n.Kids()-1))
}

// members enters the attributes, the elements and the text of an element.
func (x *xmlEntry) members(n *shape.Node, e *element, f *shape.Field) {
	var called xmlNames
	if f.Object != nil {
		called = *names(f.Object)
	}
	for _, a := range e.attrs {
		if x.entered(); isMeta(a) {
			continue
		}
		m, ok := called.attributes[a.Name.Local]
		if !ok {
			m.field = otherMember(f, a.Name.Local)
		}
		memberNode(n, m, a.Name.Local).Add(shape.Text{Data: scalarXML([]byte(a.Value), m.field)})
	}
	for kid := range e.kids {
		m, ok := called.elements[kid.name]
		if !ok {
			m.field = otherMember(f, kid.name)
		}
		x.member(memberNode(n, m, kid.name), kid, m.field)
	}
	if called.text != nil {
		memberNode(n, *called.text, "").Add(shape.Text{Data: scalarXML(e.text, called.text.field)})
	}
	if f.Object == nil {
		return
	}
	for _, m := range f.Object.Fields { // an array of no elements
		if m.XML.Required && m.Array != nil && !m.XML.Wrapped {
			n.Kid(m.Name).List = true
		}
	}
}

// otherMember is the place of a member that XML calls by a name that none is called by.
func otherMember(f *shape.Field, name string) *shape.Field {
	if f.Declared(name) == nil {
		return f.Member(name)
	}
	return shape.Unknown
}

// memberNode returns the node of a member, which is called name where its field has no name.
func memberNode(n *shape.Node, m xmlMember, name string) *shape.Node {
	if m.of != nil {
		n = n.Kid(m.of.Name)
	}
	return n.Kid(cmp.Or(m.field.Name, name))
}

// member adds an element to the member that it is called like.
func (x *xmlEntry) member(n *shape.Node, e *element, f *shape.Field) {
	switch {
	case f.Array != nil && f.XML.Wrapped && !e.isNil():
		n.List = true
		for kid := range e.kids {
			x.item(n, kid, f)
		}
	case f.Array != nil && !f.XML.Wrapped:
		x.item(n, e, f)
	case f.Has(shape.KindAny) && !n.Empty(): // several elements of a name are a list
		if !n.List {
			n.Nest()
		}
		x.item(n, e, f)
	case n.Kids() > 0: // twice, which is refused
		n.Add(shape.Text{Data: e.text})
	default:
		x.element(n, e, f)
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
