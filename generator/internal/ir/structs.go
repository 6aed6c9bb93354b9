package ir

import (
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// maxSeen is the number of members that a tornado.Seen keeps apart.
const maxSeen = 64

func (b *builder) fillStruct(t *Type, s *spec.Schema) {
	st := &Struct{Keys: b.scope.Take(naming.Unexported(t.Name) + "Keys")}
	t.Struct = st
	t.Rule = b.objectRule(s)
	scope := naming.NewScope(structMethods...)
	b.fillExtra(st, s, scope)
	required, seen := make(map[string]bool), make(map[string]bool)
	for _, name := range s.Required {
		required[name] = true
	}
	for _, p := range s.Properties {
		if !seen[p.Name] {
			seen[p.Name] = true
			st.Fields = append(st.Fields, b.field(p, required[p.Name], scope))
		}
	}
	for _, name := range s.Required {
		if seen[name] {
			continue
		}
		seen[name] = true
		if f := b.undeclaredField(name, s, scope); f != nil {
			st.Fields = append(st.Fields, f)
		}
	}
	for _, f := range st.Fields {
		b.uses = append(b.uses, &f.Use)
		st.Defaults = st.Defaults || f.Default != nil
		if f.Required {
			st.Required = append(st.Required, f.JSON)
		}
		if f.ReadOnly {
			st.ReadOnly = append(st.ReadOnly, f.JSON)
		}
		if f.WriteOnly {
			st.WriteOnly = append(st.WriteOnly, f.JSON)
		}
	}
	st.OwnJSON = st.Extra != nil || slices.ContainsFunc(st.Fields, func(f *Field) bool { return f.Tag == "-" })
	st.Wide = len(st.Fields) > maxSeen
}

// fillExtra decides what happens to members that are not declared. The field is named first, so that it is Extra always.
func (b *builder) fillExtra(st *Struct, s *spec.Schema, scope *naming.Scope) {
	additional := s.AdditionalProperties
	switch {
	case additional == nil && len(s.PatternProperties) == 0:
		return
	case additional != nil && additional.Never && len(s.PatternProperties) == 0:
		st.Unknown = UnknownRefused
		return
	}
	st.Unknown = UnknownKept
	elem := b.element(b.extraSchema(s))
	name := scope.Take("Extra")
	st.Extra = &Extra{
		Name: name, Doc: name + " are the members that have no field of their own, by name.", Elem: elem, Go: mapOf(elem.Go),
	}
}

// A field stands on one line with its type and its tag: what is free of it is shared by the name of the field, the name of its
// type and the name in the document.
const (
	freeOfLine = 120
	maxField   = 40
	minName    = 16
)

// memberName is the name of the field for a member with this name in the document.
func memberName(name, json string) string {
	return naming.ClipTo(naming.Exported(name), min(max(freeOfLine-maxField-len(json), minName), maxField))
}

// memberHint is the name of a type that stands in place in a member with this name in the document.
func memberHint(owner, name, json string) string {
	length := freeOfLine - len(json) - len(memberName(name, json))
	return naming.ClipTo(owner+naming.Part(name), max(length, 2*minName))
}

// maxLine is how long the line of a field may be, with the tab before it and room for the pointer that breaks a ring.
const maxLine = 160 - 2

// fitFields shortens the names of fields whose lines are too long once their types are known. A name that the document gives in Go stays.
func (b *builder) fitFields() {
	for _, t := range b.pkg.Types {
		if t.Struct == nil || t.AliasOf != nil {
			continue
		}
		for _, f := range t.Struct.Fields {
			over := len(f.Name) + len(f.complete().String()) + len(f.Tag) + len("  `json:\"\"`") - maxLine
			if over <= 0 || extension(f.Source.Extensions, "x-go-name") != "" || f.Source.Schema != nil && extension(f.Source.Schema.Extensions, "x-go-name") != "" {
				continue
			}
			scope := naming.NewScope(structMethods...)
			for _, other := range t.Struct.Fields {
				if other != f {
					scope.Take(other.Name)
				}
			}
			if t.Struct.Extra != nil {
				scope.Take(t.Struct.Extra.Name)
			}
			f.Name = scope.Take(naming.ClipTo(f.Name, max(len(f.Name)-over, minName/2)))
			if f.Source.Schema != nil {
				f.Doc = fieldDoc(f.Name, f.Source)
			}
		}
	}
}

func (b *builder) field(p *spec.Property, required bool, scope *naming.Scope) *Field {
	goName := nameOr(p.Extensions, p.Name)
	if p.Schema.Name == "" {
		goName = nameOr(p.Schema.Extensions, goName)
	}
	f := &Field{Source: p, Name: scope.Take(memberName(goName, p.Name)), JSON: p.Name, Required: required}
	f.Use = b.use(p.Schema, !required)
	core, _ := b.settle(p.Schema)
	f.ReadOnly = core.ReadOnly || says(p.Schema, func(s *spec.Schema) bool { return s.ReadOnly })
	f.WriteOnly = !f.ReadOnly && (core.WriteOnly || says(p.Schema, func(s *spec.Schema) bool { return s.WriteOnly }))
	f.Deprecated = p.Deprecated || p.Schema.Deprecated
	f.Tag = jsonTag(p.Name, required)
	f.Doc = fieldDoc(f.Name, p)
	if !required {
		f.Default = b.defaultOf(p.Schema, f.Type)
	}
	return f
}

// says whether s, or a schema that it takes in by allOf, has an annotation: it is lost where s comes down to another schema.
func says(s *spec.Schema, has func(*spec.Schema) bool) bool {
	seen := map[*spec.Schema]bool{s: true}
	for queue := []*spec.Schema{s}; len(queue) > 0; queue = queue[1:] {
		if has(queue[0]) {
			return true
		}
		for _, m := range queue[0].AllOf {
			if !seen[m] {
				seen[m] = true
				queue = append(queue, m)
			}
		}
	}
	return false
}

// fieldDoc is the comment of a field: what stands beside a reference, or in the schema itself where it stands in place. The
// comment of a named type is not repeated.
func fieldDoc(name string, p *spec.Property) string {
	description, extensions := p.Description, p.Extensions
	deprecated := p.Deprecated || p.Schema.Deprecated
	if p.Schema.Name == "" {
		if description == "" {
			description = p.Schema.Description
		}
		if extensions == nil {
			extensions = p.Schema.Extensions
		}
	}
	return deprecate(describe(name, description), deprecated, extensions)
}

// undeclaredField is a member that is required and not declared: it may be anything that additionalProperties allows.
func (b *builder) undeclaredField(name string, s *spec.Schema, scope *naming.Scope) *Field {
	loc := b.keywordLoc(s, "required", func(part *spec.Schema) bool { return slices.Contains(part.Required, name) })
	if s.AdditionalProperties != nil && s.AdditionalProperties.Never && len(s.PatternProperties) == 0 {
		b.warn(loc, classContradiction, "the property "+quote(name)+" is required, but it is not declared and additionalProperties is "+
			"false: it is not demanded", "declare it, or take it out of required")
		return nil
	}
	b.warn(loc, classUndeclared, "the property "+quote(name)+" is required, but it is not declared: it is kept as raw JSON", remedyUndeclared(name, s))
	f := &Field{
		Source: &spec.Property{Loc: loc, Name: name}, Name: scope.Take(naming.Exported(name)), JSON: name, Required: true,
		Tag: jsonTag(name, true),
	}
	f.Use = b.use(b.extraSchema(s), false)
	return f
}

// remedyUndeclared says what to do about a required member that is not declared.
func remedyUndeclared(name string, s *spec.Schema) string {
	var optional []string
	for _, p := range s.Properties {
		if !slices.Contains(s.Required, p.Name) {
			optional = append(optional, p.Name)
		}
	}
	if near := spec.Nearest(name, optional); near != "" {
		return "did you mean " + quote(near) + "?"
	}
	return "declare it, or take it out of required"
}

// jsonTag returns the tag of encoding/json, which takes no name with a comma, a quote or a backslash.
func jsonTag(name string, required bool) string {
	switch {
	case name == "" || strings.ContainsAny(name, ",\"\\'`") || strings.ContainsFunc(name, isControl):
		return "-"
	case name == "-" && required:
		return "-,"
	case required:
		return name
	}
	return name + ",omitzero"
}

func isControl(r rune) bool { return r < ' ' || r == '\u007f' || r == '\ufffd' }

// planMembers decides how a struct is encoded: what is written always, and with which key.
func planMembers(t *Type) {
	for _, way := range t.Forms() {
		t.Struct.Append[way] = members(t.Struct.Fields, way)
	}
}

func members(fields []*Field, way Way) []*Member {
	var out []*Member
	always := false // something was written for certain
	for _, f := range fields {
		if f.omitted(way) {
			continue
		}
		m := &Member{Field: f, Key: quote(f.JSON) + ":", Way: way}
		switch f.Presence {
		case Plain, Null:
			m.Always = true
		case NilAbsent, Optional, OptNull:
		}
		switch {
		case always:
			m.Joined, m.Key = true, ","+m.Key
		case m.Always && len(out) == 0:
			m.Joined, m.Key = true, "{"+m.Key
		}
		always = always || m.Always
		out = append(out, m)
	}
	return out
}
