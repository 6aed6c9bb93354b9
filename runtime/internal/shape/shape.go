// Package shape knows what the texts of a parameter, a form, a part or an XML document stand for: that "5" is a number at one
// place and a string at another, and which of several texts belong together. It checks nothing: what texts are read as is JSON,
// which goes through a decoder. It performs no I/O.
//
// A [Shapes] is a set of notations, which the generator makes of schemas; a [Field] is one of them, read. Who reads a text enters
// what it finds into a tree of [Node], and a [Document] writes that as JSON by its Field.
package shape

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Kinds is a set of what a value may be.
type Kinds uint16

// The kinds of values.
const (
	KindString Kinds = 1 << iota
	KindInteger
	KindNumber
	KindBoolean
	KindNull
	KindArray
	KindObject
	KindFile
	KindTime  // a string, whose offset from UTC may have lost its plus sign in a query or a form
	KindAny   // nothing is known: a text is a string
	KindNever // what is not allowed: it is read as a string, for its name to be refused
)

// texts are the kinds that take any text as a string.
const texts = KindString | KindTime | KindAny | KindNever

// Shape is what a schema says of its values. It is immutable, and a ring where the schema is one.
type Shape struct {
	Kinds  Kinds
	Texts  []string // the only strings that are valid; nil: all
	Object *Object  // of KindObject
	Array  *Array   // of KindArray
}

// Object is what is known of an object.
type Object struct {
	Fields []*Field // the members that are declared, in the order of the schema
	byName map[string]*Field
	rest   *Field            // of the others; nil: in a form they belong to somebody else
	others []string          // names that belong to somebody else anyhow
	flat   map[string]*Field // names of members of members that stand in a form like the object's own, and whose they are
	odd    bool              // a name holds a bracket

	once    sync.Once
	derived any // made by once
}

// Array is what is known of an array.
type Array struct {
	prefix []*Field // the first items
	items  *Field   // the others; nil: nothing is known of them
}

// Field is a place for a value: a member, an item, or a whole.
type Field struct {
	*Shape
	Name string // of the member, or of the shape in its set
	Marks
}

// Marks are what a place says beyond the schema of its values.
type Marks struct {
	Style    Style
	Reserved bool   // reserved characters are not escaped in a form
	Types    string // media types of a part: "image/png, image/jpeg"
	Part     bool   // an object whose member PartBody is the content of a part, and the others are its header fields; or an array of them
	XML      XML
}

// PartBody is the member that is the content of a part with header fields.
const PartBody = "$body"

// Style is how a value is written in a form, or in a part of one that is multipart, where the default is JSON for an object.
type Style uint8

// The styles of members of a form.
const (
	StyleDefault Style = iota // items repeat the name, members stand in brackets: a=1&a=2, a[b]=1
	StyleJSON                 // one JSON text
	StyleComma                // a=1,2
	StyleSpace                // a=1%202
	StylePipe                 // a=1|2
	StyleTab                  // a=1%092
	StyleFlat                 // members of an object stand for themselves: b=1
	StyleDeep                 // of a part: members stand in brackets, as they do in a form anyhow
)

// XML is how a value stands in XML (OpenAPI 3.2, XML Object).
type XML struct {
	Name, Prefix, Space string
	Node                XMLNode
	Wrapped             bool // the items of an array stand inside of an element
	Required            bool // an array that has no element is empty, not absent
}

// XMLNode is what a value is in XML.
type XMLNode uint8

// The types of nodes.
const (
	XMLElement XMLNode = iota
	XMLAttribute
	XMLText
	XMLCDATA
	XMLNone // the members of an object stand in the element around it
)

// Has reports whether a value may be one of the kinds.
func (s *Shape) Has(k Kinds) bool { return s.Kinds&k != 0 }

// Unknown is the place of a value of which nothing is known.
var Unknown = &Field{Shape: &Shape{Kinds: KindAny}}

// Declared returns the place of a member that is declared, nil for others.
func (s *Shape) Declared(name string) *Field {
	if s.Object == nil {
		return nil
	}
	return s.Object.byName[name]
}

// Member returns the place of a member.
func (s *Shape) Member(name string) *Field {
	if f := s.Declared(name); f != nil {
		return f
	}
	if s.Object != nil && s.Object.rest != nil {
		return s.Object.rest
	}
	return Unknown
}

// Item returns the place of the item at position i.
func (s *Shape) Item(i int) *Field {
	switch {
	case s.Array == nil:
	case i < len(s.Array.prefix):
		return s.Array.prefix[i]
	case s.Array.items != nil:
		return s.Array.items
	}
	return Unknown
}

// below returns the place of what stands in brackets: a member, or an item.
func (s *Shape) below(name string) *Field {
	if f := s.Declared(name); f != nil || s.Array == nil {
		return s.Member(name)
	}
	at, ok := position(name)
	if s.Object != nil && name != "" && !ok {
		return s.Member(name)
	}
	return s.Item(at)
}

// Derived returns what derive makes of o, which is called once. One package may use it.
func (o *Object) Derived(derive func() any) any {
	o.once.Do(func() { o.derived = derive() })
	return o.derived
}

// Shapes are the shapes of a package, by name. They are read when they are asked for. It is safe for concurrent use.
type Shapes struct {
	sources map[string]string
	// known is a map[string]*Field: those that are whole, by name or notation. A new one takes its place for each. It is no
	// sync.Map, which is generic: the packages that use a Shapes would compile that again.
	known atomic.Value

	mu    sync.Mutex
	named map[string]*Field // guarded by mu: those of which reading has begun
}

// NewShapes returns a set of shapes: names and notations in turn. The notation:
//
//	string integer number boolean null    what a value is
//	time file any never                   see [Kinds]
//	"draft"                               that string
//	A | B                                 one or the other
//	[A]                                   an array
//	[A, B, ...C]                          an array that begins with an A and a B
//	{name, size: number, *: A}            an object; a member without a shape is a string; "*" are the ones not declared, of any
//	                                      shape unless it says which
//	{name, -limit, -*}                    an object beside others in a form or a query: "limit" is not a member of it, nor
//	                                      is any that is not declared
//	Pet                                   another shape of the set
//	(marks) A, {tags(marks): A}           how it stands in the text
//
// Marks for forms are json, comma, space, pipe, tab, flat and reserved (see the style of an Encoding Object), those for multipart the same, deep,
// type="image/png", once for each type, and part for an object of the header fields of a part, whose content is its member $body. In such an object
// flat marks a field whose object is exploded, and json one that is JSON. Those for XML are xml=name, ns="urn:a", prefix=p, attribute, text, cdata, none, wrapped,
// required. A name or a value that is not made of letters, digits and _-.$, or begins with a hyphen or dots, is quoted as in JSON.
func NewShapes(namesAndNotations ...string) *Shapes {
	s := &Shapes{sources: make(map[string]string), named: make(map[string]*Field)}
	for i := 0; i+1 < len(namesAndNotations); i += 2 {
		s.sources[namesAndNotations[i]] = namesAndNotations[i+1]
	}
	return s
}

// Get returns a shape by its name, or that of a notation. It panics for one that cannot be read: the generator makes none.
func (s *Shapes) Get(name string) *Field {
	if f := s.whole()[name]; f != nil {
		return f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := notation{set: s, text: name}
	f := p.whole()
	if _, ok := s.sources[name]; ok {
		f.Name = name
	}
	known := make(map[string]*Field, len(s.whole())+1)
	maps.Copy(known, s.whole())
	known[name] = f
	s.known.Store(known)
	return f
}

func (s *Shapes) whole() map[string]*Field {
	known, _ := s.known.Load().(map[string]*Field)
	return known
}

// part returns the shape of a name, whose members may still be missing where it is part of itself. The caller holds s.mu.
func (s *Shapes) part(name string) *Field {
	if f := s.named[name]; f != nil {
		return f
	}
	source, ok := s.sources[name]
	if !ok {
		panic("shape: none has the name " + name)
	}
	f := &Field{Name: name, Shape: new(Shape)}
	s.named[name] = f
	p := notation{set: s, text: source}
	if p.take("(") {
		p.marks(&f.Marks)
	}
	switch p.peek() { // what a union of itself with others has to know now
	case '{':
		f.Kinds, f.Object = KindObject, new(Object)
	case '[':
		f.Kinds, f.Array = KindArray, new(Array)
	}
	read := p.whole()
	f.Kinds, f.Texts = read.Kinds, read.Texts
	if f.Object == nil || read.Object == nil {
		f.Object = read.Object
	} else {
		o := read.Object
		f.Object.Fields, f.Object.byName, f.Object.rest, f.Object.others, f.Object.flat, f.Object.odd = o.Fields, o.byName, o.rest, o.others, o.flat, o.odd
	}
	if f.Array == nil || read.Array == nil {
		f.Array = read.Array
	} else {
		*f.Array = *read.Array
	}
	return f
}
