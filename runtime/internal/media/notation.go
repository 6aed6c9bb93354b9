package media

import (
	"encoding/json"
	"strings"
)

// notation reads the text of a layout.
type notation struct {
	set  *Layouts
	text string
	pos  int
}

// whole reads a text that is one layout.
func (p *notation) whole() *field {
	f := p.place()
	if p.pos < len(p.text) {
		p.fail("the end")
	}
	return f
}

// place reads a layout with the marks before it.
func (p *notation) place() *field {
	f := new(field)
	if p.take("(") {
		p.marks(&f.marks)
	}
	p.layout(f)
	return f
}

// layout reads one layout, or several with bars between them.
func (p *notation) layout(f *field) {
	l := p.one(f)
	for p.take("|") {
		l = union(l, p.one(f))
	}
	f.Layout = l
}

// union joins two layouts of which one at most is an object, and one an array.
func union(a, b *Layout) *Layout {
	u := &Layout{kinds: a.kinds | b.kinds, object: a.object, array: a.array}
	if b.object != nil {
		u.object = b.object
	}
	if b.array != nil {
		u.array = b.array
	}
	if a.kinds&b.kinds&kindString == 0 || a.texts != nil && b.texts != nil {
		u.texts = append(append(u.texts, a.texts...), b.texts...)
	}
	return u
}

var words = map[string]kinds{
	"string": kindString, "number": kindNumber, "boolean": kindBoolean, "null": kindNull, "file": kindFile, "any": kindAny,
}

// one reads a layout without bars. A name brings its own marks, where the place has none of that sort.
func (p *notation) one(at *field) *Layout {
	switch {
	case p.take("{"):
		return p.object()
	case p.take("["):
		return p.array()
	case p.peek() == '"':
		return &Layout{kinds: kindString, texts: []string{p.name()}}
	}
	name := p.name()
	if k, ok := words[name]; ok {
		return &Layout{kinds: k}
	}
	f := p.set.named(name)
	at.inherit(&f.marks)
	return f.Layout
}

// inherit takes over what XML says of a named schema, where the place says nothing itself.
func (m *marks) inherit(of *marks) {
	if m.xmlName == "" {
		m.xmlName = of.xmlName
	}
	if m.xmlSpace == "" && m.xmlPrefix == "" {
		m.xmlSpace, m.xmlPrefix = of.xmlSpace, of.xmlPrefix
	}
	m.wrapped = m.wrapped || of.wrapped
	m.xmlNode = max(m.xmlNode, of.xmlNode)
}

func (p *notation) object() *Layout {
	o := &object{byName: make(map[string]*field)}
	for !p.take("}") {
		if p.take("...") {
			p.expect(":")
			o.rest = p.place()
		} else {
			o.add(p.memberField())
		}
		if !p.take(",") && p.peek() != '}' {
			p.fail("a comma or a brace")
		}
	}
	return &Layout{kinds: kindObject, object: o}
}

// memberField reads a member: its name, marks, and layout.
func (p *notation) memberField() *field {
	f := &field{name: p.name(), Layout: &Layout{kinds: kindString}}
	if p.take("(") {
		p.marks(&f.marks)
	}
	if p.take(":") {
		p.layout(f)
	}
	return f
}

func (o *object) add(f *field) {
	o.fields = append(o.fields, f)
	o.byName[f.name] = f
	if f.style != styleFlat || f.object == nil {
		return
	}
	if o.flat == nil {
		o.flat = make(map[string]*field)
	}
	for name := range f.object.byName {
		o.flat[name] = f
	}
}

func (p *notation) array() *Layout {
	l := new(array)
	several := false
	for !p.take("]") {
		if p.take("...") {
			several = true
			if p.peek() != ']' {
				l.items = p.place()
			}
		} else {
			l.prefix = append(l.prefix, p.place())
		}
		if p.take(",") {
			several = true
		} else if p.peek() != ']' {
			p.fail("a comma or a bracket")
		}
	}
	if !several && len(l.prefix) == 1 {
		l.prefix, l.items = nil, l.prefix[0]
	}
	return &Layout{kinds: kindArray, array: l}
}

var styles = map[string]style{
	"json": styleJSON, "comma": styleComma, "space": styleSpace, "pipe": stylePipe, "tab": styleTab, "flat": styleFlat,
}

var xmlNodes = map[string]xmlNode{"attribute": xmlAttribute, "text": xmlText, "cdata": xmlCDATA, "none": xmlNone}

// marks reads what stands in parentheses, behind the opening one.
func (p *notation) marks(m *marks) {
	for !p.take(")") {
		name := p.name()
		if p.take("=") {
			p.mark(m, name, p.name())
			continue
		}
		switch {
		case styles[name] != styleDefault:
			m.style = styles[name]
		case xmlNodes[name] != xmlElement:
			m.xmlNode = xmlNodes[name]
		case name == "wrapped":
			m.wrapped = true
		case name == "required":
			m.required = true
		case name == "reserved":
			m.reserved = true
		default:
			p.fail("a mark")
		}
	}
}

func (p *notation) mark(m *marks, name, value string) {
	switch name {
	case "type":
		if m.types != "" {
			value = m.types + ", " + value
		}
		m.types = value
	case "xml":
		m.xmlName = value
	case "ns":
		m.xmlSpace = value
	case "prefix":
		m.xmlPrefix = value
	default:
		p.fail("a mark")
	}
}

// name reads a word, or a string in quotes.
func (p *notation) name() string {
	start := p.skipSpace()
	if p.peek() == '"' {
		d := json.NewDecoder(strings.NewReader(p.text[start:]))
		var s string
		if d.Decode(&s) != nil {
			p.fail("a string")
		}
		p.pos = start + int(d.InputOffset())
		return s
	}
	for p.pos < len(p.text) && isWord(p.text[p.pos]) {
		p.pos++
	}
	if p.pos == start {
		p.fail("a name")
	}
	return p.text[start:p.pos]
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.' || c == '$'
}

// take consumes a token, if it comes next.
func (p *notation) take(token string) bool {
	if !strings.HasPrefix(p.text[p.skipSpace():], token) {
		return false
	}
	p.pos += len(token)
	return true
}

func (p *notation) expect(token string) {
	if !p.take(token) {
		p.fail(token)
	}
}

// peek returns the next byte that is no space, 0 at the end.
func (p *notation) peek() byte {
	if p.skipSpace(); p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

func (p *notation) skipSpace() int {
	for p.pos < len(p.text) && p.text[p.pos] <= ' ' {
		p.pos++
	}
	return p.pos
}

func (p *notation) fail(want string) {
	panic("media: a layout has no " + want + " at " + p.text[p.pos:])
}
