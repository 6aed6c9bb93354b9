package media

import (
	"sync"
)

// kinds is a set of what a value may be.
type kinds uint8

const (
	kindString kinds = 1 << iota
	kindNumber
	kindBoolean
	kindNull
	kindArray
	kindObject
	kindFile
	kindAny // nothing is known
)

// Layout is what a schema says of its values as far as other media types than JSON have to know it. It is immutable, and a ring
// where the schema is one.
type Layout struct {
	kinds  kinds
	texts  []string // the only strings that are valid; nil: all
	object *object  // of kindObject
	array  *array   // of kindArray
}

// object is what is known of an object.
type object struct {
	fields []*field // the members that are declared, in the order of the schema
	byName map[string]*field
	rest   *field            // of the others; nil: nothing is known of them
	flat   map[string]*field // names of members of members that stand in a form like the object's own, and whose they are

	once sync.Once
	xml  xmlNames // made by once
}

// array is what is known of an array.
type array struct {
	prefix []*field // the first items
	items  *field   // the others; nil: nothing is known of them
}

// field is a place for a value: a member, an item, or a whole body.
type field struct {
	*Layout
	name string // of the member
	marks
}

// marks are what a place says beyond the schema of its values.
type marks struct {
	style    style
	reserved bool   // reserved characters are not escaped in a form
	types    string // media types of a part: "image/png, image/jpeg"

	xmlName, xmlPrefix, xmlSpace string
	xmlNode                      xmlNode
	wrapped                      bool // the items of an array stand inside of an element
	required                     bool // an array that has no element is empty, not absent
}

// style is how a value is written in a form.
type style uint8

const (
	styleDefault style = iota // items repeat the name, members stand in brackets: a=1&a=2, a[b]=1
	styleJSON                 // one JSON text
	styleComma                // a=1,2
	styleSpace                // a=1%202
	stylePipe                 // a=1|2
	styleTab                  // a=1%092
	styleFlat                 // members of an object stand for themselves: b=1
)

// xmlNode is what a value is in XML (OpenAPI 3.2, XML Object, nodeType).
type xmlNode uint8

const (
	xmlElement xmlNode = iota
	xmlAttribute
	xmlText
	xmlCDATA
	xmlNone // the members of an object stand in the element around it
)

// has reports whether a value may be one of the kinds.
func (l *Layout) has(k kinds) bool { return l.kinds&k != 0 }

// unknown is the place of a value of which nothing is known.
var unknown = &field{Layout: &Layout{kinds: kindAny}}

// member returns the place of a member.
func (l *Layout) member(name string) *field {
	if l.object == nil {
		return unknown
	}
	switch f := l.object.byName[name]; {
	case f != nil:
		return f
	case l.object.rest != nil:
		return l.object.rest
	}
	return unknown
}

// item returns the place of the item at position i.
func (l *Layout) item(i int) *field {
	switch {
	case l.array == nil:
	case i < len(l.array.prefix):
		return l.array.prefix[i]
	case l.array.items != nil:
		return l.array.items
	}
	return unknown
}

// Layouts are the layouts of a package, by name. They are read when they are asked for. It is safe for concurrent use.
type Layouts struct {
	sources map[string]string
	mu      sync.Mutex
	known   map[string]*field // guarded by mu
}

// NewLayouts returns a set of layouts: names and notations in turn. The notation:
//
//	string number boolean null file any   what a value is
//	"draft"                               that string
//	A | B                                 one or the other
//	[A]                                   an array
//	[A, B, ...C]                          an array that begins with an A and a B
//	{name, size: number, ...: any}        an object; a member without a layout is a string; "..." are the ones not declared
//	Pet                                   another layout of the set
//	(marks) A, {tags(marks): A}           how it stands in the text
//
// Marks for forms are json, comma, space, pipe, tab, flat and reserved (see the style of an Encoding Object), those for multipart
// type="image/png", once for each type, and those for XML xml=name, ns="urn:a", prefix=p, attribute, text, cdata, none, wrapped,
// required. A name or a value that is not made of letters, digits and _-.$ is quoted as in JSON.
func NewLayouts(namesAndNotations ...string) *Layouts {
	s := &Layouts{sources: make(map[string]string), known: make(map[string]*field)}
	for i := 0; i+1 < len(namesAndNotations); i += 2 {
		s.sources[namesAndNotations[i]] = namesAndNotations[i+1]
	}
	return s
}

// get returns a layout by its name, or that of a notation. It panics for one that cannot be read: the generator makes none.
func (s *Layouts) get(name string) *field {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.known[name]
	if f != nil {
		return f
	}
	p := notation{set: s, text: name}
	f = p.whole()
	if _, ok := s.sources[name]; ok {
		f.name = name
	}
	s.known[name] = f
	return f
}

// named returns the layout of a name, whose members may still be missing where it is part of itself. The caller holds s.mu.
func (s *Layouts) named(name string) *field {
	if f := s.known[name]; f != nil {
		return f
	}
	source, ok := s.sources[name]
	if !ok {
		panic("media: no layout has the name " + name)
	}
	f := &field{name: name, Layout: &Layout{object: new(object)}}
	s.known[name] = f
	p := notation{set: s, text: source}
	if p.take("(") {
		p.marks(&f.marks)
	}
	if p.peek() == '{' {
		f.kinds = kindObject // what a union of itself with others has to know now
	}
	read := p.whole()
	f.kinds, f.texts, f.array = read.kinds, read.texts, read.array
	if read.object == nil {
		f.object = nil
	} else {
		f.object.fields, f.object.byName, f.object.rest, f.object.flat = read.object.fields, read.object.byName, read.object.rest, read.object.flat
	}
	return f
}
