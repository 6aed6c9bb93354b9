package ir

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// Shape is a package-level variable that says which JSON the texts of a parameter stand for (tornado.Shape).
type Shape struct {
	Name string // "findPetsFilterShape"
	Text string // "{a: integer, tags: [string]}"
}

// shapeForm is what a place may hold: the scalars of a shape, in their order, an array, an object.
type shapeForm struct {
	scalars map[string]bool
	items   *shapeForm
	object  *shapeObject
}

type shapeObject struct {
	name    string // of the schema, for a part that comes again
	members []shapeMember
	rest    *shapeForm
	others  []string // names that belong to other parameters
}

type shapeMember struct {
	name, style string
	form        *shapeForm
}

// shapeScalars are the words for scalars, in the order in which they are written.
var shapeScalars = []string{"integer", "number", "boolean", "null", "time", "string", "any", "never"}

// shaper makes forms of schemas. What several schemas allow at one place is one form.
type shaper struct {
	b     *builder
	forms map[string]*shapeForm // by the identity of the schemas
}

// form returns what any of the schemas allows; nil stands for anything.
func (s *shaper) form(schemas ...*spec.Schema) *shapeForm {
	var cores []*spec.Schema
	null := false
	for _, schema := range schemas {
		if schema == nil {
			schema = anything
		}
		core, nullable := s.b.settle(schema)
		null = null || nullable
		if !slices.Contains(cores, core) {
			cores = append(cores, core)
		}
	}
	key := strconv.FormatBool(null)
	for _, core := range cores {
		key += " " + strconv.Itoa(s.b.id(core))
	}
	f := s.forms[key]
	if f == nil {
		f = &shapeForm{scalars: map[string]bool{"null": null}}
		s.forms[key] = f
		s.fill(f, cores)
	}
	return f
}

// parts collects the schemas that any of cores may be, those of unions in the place of them.
func (s *shaper) parts(cores []*spec.Schema) (parts []*spec.Schema) {
	for i := 0; i < len(cores); i++ {
		core := cores[i]
		if slices.Contains(parts, core) {
			continue
		}
		parts = append(parts, core)
		for _, m := range append(slices.Clone(core.OneOf), core.AnyOf...) {
			if settled, _ := s.b.settle(m); !slices.Contains(cores, settled) {
				cores = append(cores, settled)
			}
		}
	}
	return parts
}

// fill enters into f what the schemas allow.
func (s *shaper) fill(f *shapeForm, cores []*spec.Schema) {
	var items []*spec.Schema
	var objects []*spec.Schema
	parts := s.parts(slices.Clone(cores))
	typed := slices.ContainsFunc(cores, func(core *spec.Schema) bool { return isUnion(core) && len(core.Types) > 0 })
	for _, part := range parts {
		f.scalars["null"] = f.scalars["null"] || admitsNull(part)
		types := typesOf(part)
		if len(types) == 0 && !part.Never && !isUnion(part) && !typed {
			f.scalars["any"] = true
		}
		for _, name := range types {
			switch name {
			case "array":
				items = append(items, part)
			case "object":
				objects = append(objects, part)
			case "string":
				f.scalars[stringShape(part)] = true
			default:
				f.scalars[name] = true
			}
		}
	}
	if len(items) > 0 {
		f.items = s.form(itemsOf(items)...)
	}
	if len(objects) > 0 {
		f.object = &shapeObject{}
		s.fillObject(f.object, objects, parts)
	}
}

func stringShape(s *spec.Schema) string {
	if s.Format == "date-time" || s.Format == "time" {
		return "time"
	}
	return "string"
}

// itemsOf returns the schemas that an item of any of the arrays may have.
func itemsOf(arrays []*spec.Schema) (items []*spec.Schema) {
	for _, a := range arrays {
		items = append(items, a.PrefixItems...)
		if a.Items != nil || len(a.PrefixItems) == 0 {
			items = append(items, a.Items)
		}
	}
	return items
}

// fillObject enters the members of all of the objects. A discriminator is a member, declared or not.
func (s *shaper) fillObject(o *shapeObject, objects, parts []*spec.Schema) {
	members := make(map[string][]*spec.Schema)
	var names []string
	var rest []*spec.Schema
	closed := true
	declare := func(name string, schema *spec.Schema) {
		if members[name] == nil {
			names = append(names, name)
		}
		members[name] = append(members[name], schema)
	}
	for _, object := range objects {
		for _, p := range object.Properties {
			declare(p.Name, p.Schema)
		}
		for _, p := range object.PatternProperties {
			rest = append(rest, p.Schema)
		}
		additional := object.AdditionalProperties
		if additional == nil || !additional.Never {
			closed = false
			rest = append(rest, additional)
		}
	}
	for _, object := range objects {
		for _, name := range object.Required {
			if members[name] == nil {
				declare(name, nil)
			}
		}
	}
	for _, part := range parts {
		if d := part.Discriminator; d != nil && members[d.PropertyName] == nil {
			declare(d.PropertyName, textSchema)
		}
	}
	o.name = s.b.nameOf(objects[0])
	for _, name := range names {
		o.members = append(o.members, shapeMember{name: name, form: s.form(members[name]...)})
	}
	switch {
	case len(rest) > 0:
		o.rest = s.form(rest...)
	case closed:
		o.rest = &shapeForm{scalars: map[string]bool{"never": true}}
	}
}

var textSchema = &spec.Schema{Types: []string{"string"}}

// nested says whether a form has parts.
func (f *shapeForm) nested() bool { return f.items != nil || f.object != nil }

// free says whether a form takes anything, and says no more.
func (f *shapeForm) free() bool {
	return f.scalars["any"] && !f.nested() && !slices.ContainsFunc(shapeScalars, func(s string) bool { return s != "any" && f.scalars[s] })
}

// shapeWriter writes forms as the text of a shape. An object that comes again gets a name where it comes first.
type shapeWriter struct {
	strings.Builder
	visits map[*shapeObject]int
	names  map[*shapeObject]string
	lists  map[*shapeForm]string // names of arrays, by the form that has them
	open   map[*shapeForm]bool
	scope  *naming.Scope
}

func shapeText(f *shapeForm) string {
	w := &shapeWriter{
		visits: make(map[*shapeObject]int), names: make(map[*shapeObject]string), lists: make(map[*shapeForm]string),
		open: make(map[*shapeForm]bool), scope: naming.NewScope(shapeScalars...),
	}
	w.count(f)
	w.form(f)
	return w.String()
}

// count counts how often an object is met, and finds the arrays that hold themselves.
func (w *shapeWriter) count(f *shapeForm) {
	if f.items != nil {
		if w.open[f] {
			w.lists[f] = ""
			return
		}
		w.open[f] = true
		w.count(f.items)
		delete(w.open, f)
	}
	if f.object == nil {
		return
	}
	if w.visits[f.object]++; w.visits[f.object] > 1 {
		return
	}
	for _, m := range f.object.members {
		w.count(m.form)
	}
	if f.object.rest != nil {
		w.count(f.object.rest)
	}
}

func (w *shapeWriter) form(f *shapeForm) {
	separator := ""
	put := func(text string) {
		w.WriteString(separator + text)
		separator = "|"
	}
	for _, name := range shapeScalars {
		if f.scalars[name] {
			put(name)
		}
	}
	if f.items != nil {
		w.list(f, put)
	}
	if f.object != nil {
		w.object(f.object, put)
	}
	if separator == "" {
		put("never")
	}
}

func (w *shapeWriter) list(f *shapeForm, put func(string)) {
	name, named := w.lists[f]
	switch {
	case named && name != "":
		put(name)
		return
	case named:
		w.lists[f] = w.scope.Take("List")
		put(w.lists[f] + "[")
	default:
		put("[")
	}
	w.form(f.items)
	w.WriteByte(']')
}

func (w *shapeWriter) object(o *shapeObject, put func(string)) {
	if name := w.names[o]; name != "" {
		put(name)
		return
	}
	if w.visits[o] > 1 {
		name := o.name
		if !isShapeWord(name) {
			name = "Part"
		}
		w.names[o] = w.scope.Take(name)
	}
	put(w.names[o] + "{")
	separator := ""
	for _, m := range o.members {
		w.WriteString(separator + shapeWord(m.name))
		if m.style != "" {
			w.WriteString("(" + m.style + ")")
		}
		w.WriteString(": ")
		w.form(m.form)
		separator = ", "
	}
	if o.rest != nil {
		w.WriteString(separator + "*")
		if !o.rest.free() {
			w.WriteString(": ")
			w.form(o.rest)
		}
		for _, name := range o.others {
			w.WriteString(", -" + shapeWord(name))
		}
	}
	w.WriteByte('}')
}

// shapeWord is a name in the text of a shape.
func shapeWord(name string) string {
	if isShapeWord(name) {
		return name
	}
	return strconv.Quote(name)
}

func isShapeWord(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
	}) < 0
}

// shape returns the variable of a form; forms of the same text share one.
func (b *builder) shape(f *shapeForm, name string) *Shape {
	text := shapeText(f)
	s := b.shapes[text]
	if s == nil {
		s = &Shape{Name: b.scope.Take(naming.Unexported(name) + "Shape"), Text: text}
		b.shapes[text] = s
		b.pkg.Shapes = append(b.pkg.Shapes, s)
	}
	return s
}
