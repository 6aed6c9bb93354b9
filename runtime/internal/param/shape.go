package param

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// kinds are the types of JSON that a text may stand for, as bits.
type kinds uint8

const (
	kindString  kinds = 1 << iota
	kindInteger       // digits, with a minus sign or not
	kindNumber
	kindBoolean
	kindNull
	kindTime  // a string, the offset of which may have lost its plus sign in a query
	kindAny   // whatever the text is: a string, a list or an object of them
	kindNever // what is not allowed: it is read as a string, for its name to be refused
)

// texts are the kinds that take any text as a string.
const texts = kindString | kindTime | kindAny | kindNever

var kindNames = map[string]kinds{
	"string": kindString, "integer": kindInteger, "number": kindNumber, "boolean": kindBoolean, "null": kindNull,
	"time": kindTime, "any": kindAny, "never": kindNever,
}

// Shape says which JSON the texts of a parameter stand for where they are more than one scalar or a list of scalars: that "5" is
// a number at one place and a string at another, and which of several pairs belong together. It checks nothing: what the text
// is read as goes through a decoder of JSON. A Shape is immutable and safe for concurrent use.
//
// It is made from a text. These are its forms, and "|" between them allows several at a place:
//
//	string integer number boolean null   a scalar
//	time                                 a string with an offset from UTC
//	any                                  anything
//	[string]                             an array
//	{id: integer, "odd name": string}    an object with these members; others are skipped
//	{id: integer, *: string}             an object with further members; "never" reads them to have them refused
//	{id: integer, *, -limit}             an object with any further members, but for one that is another parameter
//	{tags(comma): [string]}              how a member of form style is written if not exploded: comma, space, pipe, tab, or json
//	Tree{left: Tree, right: Tree}        a name for a part that comes again, in the same text
type Shape struct {
	once sync.Once
	text string // until once
	form        // after once
}

// form is what a Shape or a part of one allows.
type form struct {
	scalars kinds
	items   *form   // of an array; nil: it cannot be one
	object  *object // nil: it cannot be one
}

// object is what an object allows.
type object struct {
	members []member
	rest    *form    // of members that have no name here; nil: they are skipped
	others  []string // names that do not belong to it
	odd     bool     // a name holds a bracket
}

// member is one member with a name of its own.
type member struct {
	name  string
	style memberStyle
	form  *form
}

// memberStyle says how a member of an exploded form is written.
type memberStyle uint8

const (
	exploded memberStyle = iota // a pair each for items and members
	comma                       // in one text, as the styles form, spaceDelimited and pipeDelimited have it
	space
	pipe
	tab
	asJSON // as JSON text
)

var memberStyles = map[string]memberStyle{"comma": comma, "space": space, "pipe": pipe, "tab": tab, "json": asJSON}

// NewShape returns the shape that a text describes. The text is read when the shape is used for the first time; one that is
// not well formed panics then.
func NewShape(text string) *Shape { return &Shape{text: text} }

// get returns what s allows.
func (s *Shape) get() *form {
	s.once.Do(func() {
		p := shapeParser{rest: s.text, named: make(map[string]*form)}
		s.form = *p.form()
		if p.skip(); p.rest != "" {
			p.fail("the end")
		}
	})
	return &s.form
}

// find returns a member by its name.
func (o *object) find(name string) *member {
	for i := range o.members {
		if o.members[i].name == name {
			return &o.members[i]
		}
	}
	return nil
}

// shapeParser reads the text of a shape.
type shapeParser struct {
	rest  string
	named map[string]*form
}

func (p *shapeParser) fail(want string) {
	panic(fmt.Sprintf("tornado: shape: expected %s before %q", want, p.rest))
}

func (p *shapeParser) skip() { p.rest = strings.TrimLeft(p.rest, " ") }

// take consumes a token if it comes next.
func (p *shapeParser) take(token string) (ok bool) {
	p.skip()
	p.rest, ok = strings.CutPrefix(p.rest, token)
	return ok
}

func (p *shapeParser) need(token string) {
	if !p.take(token) {
		p.fail(token)
	}
}

// word consumes a name, which is quoted where it is more than ASCII letters, digits and underscores.
func (p *shapeParser) word() string {
	p.skip()
	if quoted, err := strconv.QuotedPrefix(p.rest); err == nil {
		p.rest = p.rest[len(quoted):]
		word, _ := strconv.Unquote(quoted) // it is quoted
		return word
	}
	n := strings.IndexFunc(p.rest+" ", func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
	})
	if n == 0 {
		p.fail("a name")
	}
	word := p.rest[:n]
	p.rest = p.rest[n:]
	return word
}

// form consumes alternatives.
func (p *shapeParser) form() *form {
	f := &form{}
	p.alternative(f)
	for p.take("|") {
		p.alternative(f)
	}
	return f
}

func (p *shapeParser) alternative(f *form) {
	if p.take("[") {
		f.items = p.form()
		p.need("]")
		return
	}
	if p.take("{") {
		f.object = p.object(&object{})
		return
	}
	word := p.word()
	if kind, ok := kindNames[word]; ok {
		f.scalars |= kind
		return
	}
	part := p.named[word]
	switch {
	case part != nil:
	case p.take("["):
		part = &form{items: &form{}}
		p.named[word] = part
		*part.items = *p.form()
		p.need("]")
	default:
		p.need("{")
		part = &form{object: &object{}}
		p.named[word] = part
		p.object(part.object)
	}
	f.items, f.object = either(part.items, f.items), either(part.object, f.object)
}

func either[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

// object consumes what follows an opening brace.
func (p *shapeParser) object(o *object) *object {
	for !p.take("}") {
		switch {
		case p.take("*"):
			o.rest = &form{scalars: kindAny}
			if p.take(":") {
				o.rest = p.form()
			}
		case p.take("-"):
			o.others = append(o.others, p.word())
		default:
			m := member{name: p.word()}
			if p.take("(") {
				m.style = memberStyles[p.word()]
				p.need(")")
			}
			p.need(":")
			m.form = p.form()
			o.members = append(o.members, m)
			o.odd = o.odd || strings.ContainsAny(m.name, "[]")
		}
		if !p.take(",") {
			p.need("}")
			break
		}
	}
	return o
}
