package shape

import (
	"encoding/json"
	"slices"
	"strings"
)

// notation reads the text of a shape.
type notation struct {
	set  *Shapes
	text string
	pos  int
}

// whole reads a text that is one shape.
func (p *notation) whole() *Field {
	f := p.place()
	if p.pos < len(p.text) {
		p.fail("the end")
	}
	return f
}

// place reads a shape with the marks before it.
func (p *notation) place() *Field {
	f := new(Field)
	if p.take("(") {
		p.marks(&f.Marks)
	}
	p.shape(f)
	return f
}

// shape reads one shape, or several with bars between them.
func (p *notation) shape(f *Field) {
	s := p.one(f)
	for p.take("|") {
		s = union(s, p.one(f))
	}
	f.Shape = s
}

// union joins two shapes of which one at most is an object, and one an array.
func union(a, b *Shape) *Shape {
	u := &Shape{Kinds: a.Kinds | b.Kinds, Object: a.Object, Array: a.Array}
	if b.Object != nil {
		u.Object = b.Object
	}
	if b.Array != nil {
		u.Array = b.Array
	}
	if a.Kinds&b.Kinds&KindString == 0 || a.Texts != nil && b.Texts != nil {
		u.Texts = slices.Concat(a.Texts, b.Texts)
	}
	return u
}

var words = map[string]Kinds{
	"string": KindString, "integer": KindInteger, "number": KindNumber, "boolean": KindBoolean, "null": KindNull, "file": KindFile,
	"time": KindTime, "any": KindAny, "never": KindNever,
}

// one reads a shape without bars. A name brings its own marks, where the place has none of that sort.
func (p *notation) one(at *Field) *Shape {
	switch {
	case p.take("{"):
		return p.object()
	case p.take("["):
		return p.array()
	case p.peek() == '"':
		return &Shape{Kinds: KindString, Texts: []string{p.name()}}
	}
	name := p.name()
	if k, ok := words[name]; ok {
		return &Shape{Kinds: k}
	}
	f := p.set.part(name)
	at.inherit(&f.Marks)
	return f.Shape
}

// inherit takes over what XML says of a named schema, where the place says nothing itself.
func (m *Marks) inherit(of *Marks) {
	if m.XML.Name == "" {
		m.XML.Name = of.XML.Name
	}
	if m.XML.Space == "" && m.XML.Prefix == "" {
		m.XML.Space, m.XML.Prefix = of.XML.Space, of.XML.Prefix
	}
	m.XML.Wrapped = m.XML.Wrapped || of.XML.Wrapped
	m.XML.Node = max(m.XML.Node, of.XML.Node)
}

func (p *notation) object() *Shape {
	o := &Object{byName: make(map[string]*Field), rest: Unknown}
	for !p.take("}") {
		switch {
		case p.take("*"):
			if p.take(":") {
				o.rest = p.place()
			}
		case p.take("-*"):
			o.rest = nil
		case p.take("-"):
			o.others = append(o.others, p.name())
		default:
			o.add(p.member())
		}
		if !p.take(",") && p.peek() != '}' {
			p.fail("a comma or a brace")
		}
	}
	return &Shape{Kinds: KindObject, Object: o}
}

// member reads a member: its name, marks, and shape.
func (p *notation) member() *Field {
	f := &Field{Name: p.name(), Shape: &Shape{Kinds: KindString}}
	if p.take("(") {
		p.marks(&f.Marks)
	}
	if p.take(":") {
		p.shape(f)
	}
	return f
}

func (o *Object) add(f *Field) {
	o.Fields = append(o.Fields, f)
	o.byName[f.Name] = f
	o.odd = o.odd || strings.ContainsAny(f.Name, "[]")
	if f.Style != StyleFlat || f.Object == nil {
		return
	}
	if o.flat == nil {
		o.flat = make(map[string]*Field)
	}
	for name := range f.Object.byName {
		o.flat[name] = f
	}
}

func (p *notation) array() *Shape {
	l := new(Array)
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
	return &Shape{Kinds: KindArray, Array: l}
}

var styles = map[string]Style{
	"json": StyleJSON, "comma": StyleComma, "space": StyleSpace, "pipe": StylePipe, "tab": StyleTab, "flat": StyleFlat, "deep": StyleDeep,
}

var xmlNodes = map[string]XMLNode{"attribute": XMLAttribute, "text": XMLText, "cdata": XMLCDATA, "none": XMLNone}

// marks reads what stands in parentheses, behind the opening one.
func (p *notation) marks(m *Marks) {
	for !p.take(")") {
		name := p.name()
		if p.take("=") {
			p.mark(m, name, p.name())
			continue
		}
		switch {
		case styles[name] != StyleDefault:
			m.Style = styles[name]
		case xmlNodes[name] != XMLElement:
			m.XML.Node = xmlNodes[name]
		case name == "wrapped":
			m.XML.Wrapped = true
		case name == "required":
			m.XML.Required = true
		case name == "part":
			m.Part = true
		case name == "reserved":
			m.Reserved = true
		default:
			p.fail("a mark")
		}
	}
}

func (p *notation) mark(m *Marks, name, value string) {
	switch name {
	case "type":
		if m.Types != "" {
			value = m.Types + ", " + value
		}
		m.Types = value
	case "xml":
		m.XML.Name = value
	case "ns":
		m.XML.Space = value
	case "prefix":
		m.XML.Prefix = value
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
	panic("shape: a notation has no " + want + " at " + p.text[p.pos:])
}
