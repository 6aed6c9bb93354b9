package ir

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// SchemaText is one schema of the set that a package checks values against: what types do not say, in the normal form of the
// runtime.
type SchemaText struct {
	Name string // by which others refer to it: "Pet"
	JSON string // compact
}

// texts writes schemas as JSON Schema 2020-12, in the form that tornado.NewSchemas takes: "$ref" holds a name of the set.
type texts struct {
	b       *builder
	names   map[*spec.Schema]string // of the schemas that are referred to by name
	taken   map[string]bool
	waiting []*spec.Schema        // named and not yet written
	shared  map[*spec.Schema]bool // that have no name of their own and need one
	met     map[*spec.Schema]int
	open    map[*spec.Schema]bool

	set      map[string]*SchemaText
	refers   map[string][]string // the names that a text of the set refers to
	referred []string            // by the text that is being written
}

func newTexts(b *builder) *texts {
	return &texts{
		b: b, names: map[*spec.Schema]string{}, taken: map[string]bool{}, shared: map[*spec.Schema]bool{}, met: map[*spec.Schema]int{},
		open: map[*spec.Schema]bool{},
		set:  map[string]*SchemaText{}, refers: map[string][]string{},
	}
}

// name takes a name of the set.
func (w *texts) name(wanted string) string {
	name := wanted
	for i := 2; w.taken[name]; i++ {
		name = wanted + strconv.Itoa(i)
	}
	w.taken[name] = true
	return name
}

// entry returns the name of a schema of the document in the set.
func (w *texts) entry(s *spec.Schema) string {
	if name := w.names[s]; name != "" {
		w.referred = append(w.referred, name)
		return name
	}
	wanted := s.Name
	if wanted == "" {
		wanted = w.b.nameOf(s)
	}
	w.names[s] = w.name(wanted)
	w.waiting = append(w.waiting, s)
	w.referred = append(w.referred, w.names[s])
	return w.names[s]
}

// complete returns the texts that checks name and all that these refer to, by name.
func (w *texts) complete(checks []*Check) []*SchemaText {
	for len(w.waiting) > 0 {
		s := w.waiting[0]
		w.waiting = w.waiting[1:]
		w.look(s)
		w.enter(w.names[s], w.whole(s))
	}
	var out []*SchemaText
	seen := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		out = append(out, w.set[name])
		for _, other := range w.refers[name] {
			add(other)
		}
	}
	for _, c := range checks {
		add(c.Of)
	}
	return out
}

// enter adds a text that was just written to the set.
func (w *texts) enter(name, json string) {
	w.set[name] = &SchemaText{Name: name, JSON: json}
	w.refers[name] = w.referred
	w.referred = nil
}

// maxCopies is how often a schema without a name is written out.
const maxCopies = 8

// look finds the schemas below s that hold themselves, or that many places hold, though they have no name.
func (w *texts) look(s *spec.Schema) {
	for sub := range subSchemas(s) {
		if sub.Ref != "" {
			continue
		}
		switch w.met[sub]++; {
		case w.open[sub] || w.met[sub] > maxCopies:
			w.shared[sub] = true
		case w.met[sub] == 1:
			w.open[sub] = true
			w.look(sub)
			delete(w.open, sub)
		}
	}
}

// use writes s where another schema holds it: as a reference if it has a name.
func (w *texts) use(s *spec.Schema) string {
	switch {
	case s == nil || s.Always && !constrains(s):
		return "true"
	case s.Ref != "" || w.shared[s]:
		return `{"$ref":` + quote(w.entry(s)) + `}`
	}
	return w.whole(s)
}

// keywords collects the keywords of one schema.
type keywords struct{ members []string }

func (o *keywords) add(keyword, json string) {
	o.members = append(o.members, quote(keyword)+":"+json)
}

func (o *keywords) count(keyword string, n *int64) {
	if n != nil {
		o.add(keyword, strconv.FormatInt(*n, 10))
	}
}

func (o *keywords) literal(keyword string, l *spec.Literal) {
	if l != nil {
		o.add(keyword, compact(l.JSON))
	}
}

func (o *keywords) String() string { return "{" + strings.Join(o.members, ",") + "}" }

// list writes items as JSON.
func list(items []string) string { return "[" + strings.Join(items, ",") + "]" }

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = quote(name)
	}
	return list(out)
}

func (w *texts) uses(schemas []*spec.Schema) string {
	out := make([]string, len(schemas))
	for i, s := range schemas {
		out[i] = w.use(s)
	}
	return list(out)
}

func (w *texts) properties(all []*spec.Property, use func(*spec.Schema) string) string {
	var o keywords
	for _, p := range all {
		o.add(p.Name, use(p.Schema))
	}
	return o.String()
}

// whole writes all that s demands.
func (w *texts) whole(s *spec.Schema) string {
	if s.Never {
		return "false"
	}
	var o keywords
	null := s.Nullable && len(s.Types) == 0 && (s.Const == nil || s.Const.JSON != "null") && constrains(s)
	if s.Nullable && w.b.nullByKeyword() {
		null = null || len(s.AllOf) > 0 || isUnion(s)
	}
	if !null {
		w.types(&o, s)
		w.all(&o, s)
		return o.String()
	}
	plain := *s
	plain.Nullable = false
	w.types(&o, &plain)
	w.all(&o, &plain)
	return `{"anyOf":[{"type":"null"},` + o.String() + `]}`
}

func (w *texts) types(o *keywords, s *spec.Schema) {
	types := s.Types
	if s.Nullable && len(types) > 0 {
		types = append(slices.Clone(types), "null")
	}
	switch len(types) {
	case 0:
	case 1:
		o.add("type", quote(types[0]))
	default:
		o.add("type", quoted(types))
	}
}

// all writes all keywords but type.
func (w *texts) all(o *keywords, s *spec.Schema) {
	if s.ReadOnly {
		o.add("readOnly", "true")
	}
	if s.WriteOnly {
		o.add("writeOnly", "true")
	}
	o.literal("const", s.Const)
	if len(s.Enum) > 0 {
		values := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			values[i] = compact(v.JSON)
		}
		o.add("enum", list(values))
	}
	w.numbers(o, s)
	w.strings(o, s)
	w.arrays(o, s)
	w.objects(o, s, w.use)
	w.conditions(o, s)
	w.unions(o, s)
	w.rest(o, s)
}

func (w *texts) numbers(o *keywords, s *spec.Schema) {
	o.literal("minimum", s.Minimum)
	o.literal("maximum", s.Maximum)
	o.literal("exclusiveMinimum", s.ExclusiveMinimum)
	o.literal("exclusiveMaximum", s.ExclusiveMaximum)
	o.literal("multipleOf", s.MultipleOf)
}

func (w *texts) strings(o *keywords, s *spec.Schema) {
	o.count("minLength", s.MinLength)
	o.count("maxLength", s.MaxLength)
	w.pattern(o, s)
	w.format(o, s)
}

func (w *texts) pattern(o *keywords, s *spec.Schema) {
	if s.Pattern != "" && w.b.compiles(s) {
		o.add("pattern", quote(s.Pattern))
	}
}

// numberFormats are the formats of numbers that are asserted.
var numberFormats = []string{"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float", "double"}

func (w *texts) format(o *keywords, s *spec.Schema) {
	if stringKinds[s.Format] != KindJSON || checkedFormats[s.Format] != "" || slices.Contains(numberFormats, s.Format) {
		o.add("format", quote(s.Format))
	}
	if s.ContentEncoding == "base64" {
		o.add("contentEncoding", quote(s.ContentEncoding))
	}
}

func (w *texts) arrays(o *keywords, s *spec.Schema) {
	w.items(o, s, w.use)
	o.count("minItems", s.MinItems)
	o.count("maxItems", s.MaxItems)
	if s.UniqueItems {
		o.add("uniqueItems", "true")
	}
}

func (w *texts) items(o *keywords, s *spec.Schema, use func(*spec.Schema) string) {
	if len(s.PrefixItems) > 0 {
		items := make([]string, len(s.PrefixItems))
		for i, item := range s.PrefixItems {
			items[i] = use(item)
		}
		o.add("prefixItems", list(items))
	}
	if s.Items != nil {
		o.add("items", use(s.Items))
	}
}

// objects writes the keywords of objects; use writes the schemas of the members.
func (w *texts) objects(o *keywords, s *spec.Schema, use func(*spec.Schema) string) {
	w.members(o, s, use)
	if len(s.Required) > 0 {
		o.add("required", quoted(s.Required))
	}
	o.count("minProperties", s.MinProperties)
	o.count("maxProperties", s.MaxProperties)
}

func (w *texts) members(o *keywords, s *spec.Schema, use func(*spec.Schema) string) {
	s = w.b.soundPatterns(s)
	if len(s.Properties) > 0 {
		o.add("properties", w.properties(s.Properties, use))
	}
	if len(s.PatternProperties) > 0 {
		for _, p := range s.PatternProperties {
			w.b.pkg.NeedsECMA = w.b.pkg.NeedsECMA || beyondRE2.MatchString(p.Name)
		}
		o.add("patternProperties", w.properties(s.PatternProperties, use))
	}
	if s.AdditionalProperties != nil {
		o.add("additionalProperties", use(s.AdditionalProperties))
	}
}

// conditions writes the keywords that no type says.
func (w *texts) conditions(o *keywords, s *spec.Schema) {
	w.arrayConditions(o, s)
	w.objectConditions(o, s)
	if s.Not != nil {
		o.add("not", w.use(s.Not))
	}
	if s.If != nil {
		o.add("if", w.use(s.If))
	}
	if s.Then != nil {
		o.add("then", w.use(s.Then))
	}
	if s.Else != nil {
		o.add("else", w.use(s.Else))
	}
}

func (w *texts) arrayConditions(o *keywords, s *spec.Schema) {
	if s.Contains == nil {
		return
	}
	o.add("contains", w.use(s.Contains))
	o.count("minContains", s.MinContains)
	o.count("maxContains", s.MaxContains)
}

func (w *texts) objectConditions(o *keywords, s *spec.Schema) {
	if s.PropertyNames != nil {
		o.add("propertyNames", w.use(s.PropertyNames))
	}
	if len(s.DependentRequired) > 0 {
		var names keywords
		for _, d := range s.DependentRequired {
			names.add(d.Name, quoted(d.Required))
		}
		o.add("dependentRequired", names.String())
	}
	if len(s.DependentSchemas) > 0 {
		o.add("dependentSchemas", w.properties(s.DependentSchemas, w.use))
	}
}

func (w *texts) unions(o *keywords, s *spec.Schema) {
	if all := append(slices.Clone(s.AllOf), s.Further...); len(all) > 0 {
		o.add("allOf", w.uses(all))
	}
	if len(s.AnyOf) > 0 {
		o.add("anyOf", w.uses(s.AnyOf))
	}
	if len(s.OneOf) > 0 {
		o.add("oneOf", w.uses(s.OneOf))
	}
	d := s.Discriminator
	if d == nil || !isUnion(s) {
		return
	}
	var mapping keywords
	for _, v := range d.Mapping {
		if v.Schema != nil && v.Schema.Ref != "" {
			mapping.add(v.Value, quote(w.entry(v.Schema)))
		}
	}
	if len(mapping.members) > 0 {
		o.add("discriminator", `{"propertyName":`+quote(d.PropertyName)+`,"mapping":`+mapping.String()+`}`)
	}
}

// rest writes what is demanded of the parts that no other keyword has looked at.
func (w *texts) rest(o *keywords, s *spec.Schema) {
	if s.UnevaluatedItems != nil {
		o.add("unevaluatedItems", w.use(s.UnevaluatedItems))
	}
	if s.UnevaluatedProperties != nil {
		o.add("unevaluatedProperties", w.use(s.UnevaluatedProperties))
	}
}
