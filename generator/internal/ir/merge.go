package ir

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// settled is what a schema comes down to: the schema that decides its type, and whether null is valid where it is used.
type settled struct {
	core     *spec.Schema
	nullable bool
}

// merger folds allOf, and unions that are none, into single schemas. A folded schema keeps the place of the one that it
// stands for, its origin.
type merger struct {
	done    map[*spec.Schema]settled
	busy    map[*spec.Schema]bool
	origins map[*spec.Schema]*spec.Schema
	// parts are the schemas that a joined one was made of, joined the joined ones by the identity of their parts.
	parts  map[*spec.Schema][]*spec.Schema
	joined map[string]*spec.Schema
	ids    map[*spec.Schema]int
	// others are the unions of a settled schema beside its own, which allOf has brought together.
	others map[*spec.Schema][]*spec.Schema
	// extras are the unions of what several patterns of names have.
	extras map[*spec.Schema]*spec.Schema
	// bases are schemas that others extend, as the objects that they are by themselves.
	bases map[*spec.Schema]*spec.Schema
	// bare are schemas without their oneOf and anyOf; stripped is the set of them.
	bare     map[*spec.Schema]*spec.Schema
	stripped map[*spec.Schema]bool
	// takers are the settled schemas that were asked whether they take null, and what they said.
	takers map[*spec.Schema]bool
}

// Bounds against documents that are made to have no end: of the schemas joined for one property, and of the joined ones.
const (
	maxParts  = 32
	maxJoined = 50_000
)

func newMerger() merger {
	return merger{
		done:     make(map[*spec.Schema]settled),
		busy:     make(map[*spec.Schema]bool),
		origins:  make(map[*spec.Schema]*spec.Schema),
		parts:    make(map[*spec.Schema][]*spec.Schema),
		joined:   make(map[string]*spec.Schema),
		ids:      make(map[*spec.Schema]int),
		extras:   make(map[*spec.Schema]*spec.Schema),
		bases:    make(map[*spec.Schema]*spec.Schema),
		others:   make(map[*spec.Schema][]*spec.Schema),
		bare:     make(map[*spec.Schema]*spec.Schema),
		stripped: make(map[*spec.Schema]bool),
		takers:   make(map[*spec.Schema]bool),
	}
}

// origin returns the schema of the document that a settled one stands for.
func (m *merger) origin(s *spec.Schema) *spec.Schema {
	if o := m.origins[s]; o != nil {
		return o
	}
	return s
}

// settle returns the schema that decides the type of s: s itself, the schema that it only refers to, or a new one with
// allOf folded in.
func (b *builder) settle(s *spec.Schema) (core *spec.Schema, nullable bool) {
	if done, ok := b.done[s]; ok {
		return done.core, done.nullable
	}
	if b.busy[s] {
		b.warn(s.Loc, classRing, "the schema is part of itself, through allOf, oneOf or anyOf alone", "take the reference to itself out")
		return &spec.Schema{Loc: s.Loc, Always: true}, false
	}
	b.busy[s] = true
	core, nullable = b.fold(s)
	delete(b.busy, s)
	b.done[s] = settled{core, nullable}
	if _, ok := b.done[core]; !ok {
		b.done[core] = settled{core, admitsNull(core) && !b.barsNull(core)}
	}
	return core, nullable
}

func (b *builder) fold(s *spec.Schema) (core *spec.Schema, nullable bool) {
	s = b.soundPatterns(s)
	if leavesRest(s) { // which of its parts these are, only s itself tells
		whole := s
		s = b.replace(s, func(c *spec.Schema) {
			c.UnevaluatedItems, c.UnevaluatedProperties, c.Further = nil, nil, []*spec.Schema{whole}
		})
	}
	core, nullable = s, admitsNull(s)
	if len(s.AllOf) > 0 {
		core, nullable = b.foldAllOf(s)
		if b.origin(core) != b.origin(s) {
			return core, nullable
		}
	}
	folded, null := b.foldUnion(core)
	return folded, (nullable || null) && !b.barsNull(core)
}

// foldAllOf merges the members of allOf and what stands beside them. Where all but one of them are annotations, that one is
// the result.
func (b *builder) foldAllOf(s *spec.Schema) (core *spec.Schema, nullable bool) {
	var parts []*spec.Schema
	origin := b.origin(s)
	refused := false // null, by a member that has a type or values
	allowed := false
	stated := s.Nullable // by nullable: true alone, which means a reference that may be null
	for _, m := range s.AllOf {
		if b.busy[m] && m != origin && isUnion(m) {
			m = b.withoutUnion(m) // a union of types that extend it
		}
		part, null := b.settle(m)
		if slices.Contains(part.OneOf, origin) || slices.Contains(part.AnyOf, origin) {
			part = b.withoutUnion(part)
		}
		if !constrains(part) && !describesContent(part) {
			stated = stated || null
			continue
		}
		refused = refused || !null && (len(part.Types) > 0 || part.Const != nil || len(part.Enum) > 0 || isUnion(part))
		allowed = allowed || null
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	own := *s
	own.AllOf = nil
	nullable = allowed && !refused
	if stated && (len(s.Types) == 0 || !refused || b.nullByKeyword()) {
		nullable = true
	} else if len(s.Types) > 0 && !s.Nullable {
		nullable = false
	}
	if len(parts) == 1 && !b.isBare(parts[0]) && !isChild(s, parts[0]) && !describesContent(&own) && (!constrains(&own) || onlyRestates(&own, parts[0])) {
		return parts[0], nullable
	}
	if len(parts) == 0 {
		core = &own
		core.Nullable = nullable
		b.origins[core] = origin
		return core, core.Nullable
	}
	core = b.mergeParts(s, &own, parts, nullable)
	if core.Discriminator == nil {
		core.Discriminator = s.Discriminator
	}
	b.origins[core] = origin
	return core, nullable
}

// nullByKeyword says whether the document allows null by a keyword, as OpenAPI before 3.1 does, and not by a type.
func (b *builder) nullByKeyword() bool {
	version := b.api.Version
	return version == "3" || strings.HasPrefix(version, "3.0") || strings.HasPrefix(version, "2")
}

// mergeParts returns a new schema that demands what all parts and own demand, null aside. The properties of the parts come first.
func (b *builder) mergeParts(s, own *spec.Schema, parts []*spec.Schema, nullable bool) *spec.Schema {
	core := &spec.Schema{
		Loc: s.Loc, Name: s.Name, Ref: s.Ref, Title: s.Title, Description: s.Description, Deprecated: s.Deprecated,
		Examples: s.Examples, XML: s.XML, Extensions: s.Extensions, Nullable: nullable,
	}
	all := parts
	if constrains(own) || describesContent(own) || own.Default != nil || own.ReadOnly || own.WriteOnly {
		all = append(slices.Clone(parts), own)
	}
	closed := 0
	for _, part := range all {
		if part.AdditionalProperties != nil && part.AdditionalProperties.Never {
			closed++
		}
	}
	if closed > 0 && len(all) > 1 {
		b.warn(s.Loc, classClosed, "additionalProperties: false inside allOf refuses the properties of the other members; it is "+
			"taken to be said of all members together", "move additionalProperties out of allOf, or use unevaluatedProperties")
	}
	for _, part := range all {
		if keeps := closing(part, all); keeps != nil {
			core.Further = append(core.Further, keeps)
		}
		b.mergeInto(core, part, b.hints[b.origin(s)])
	}
	return core
}

// join returns a schema that demands what both x and y demand, the same one for the same two.
func (b *builder) join(x, y *spec.Schema, name string) *spec.Schema {
	if x == y || y == nil {
		return x
	}
	if x == nil {
		return y
	}
	parts := slices.Clone(b.partsOf(x))
	for _, p := range b.partsOf(y) {
		if !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
	}
	if len(parts) == len(b.partsOf(x)) {
		return x
	}
	key := b.identity(parts)
	if s := b.joined[key]; s != nil {
		return s
	}
	if len(parts) > maxParts || len(b.joined) >= maxJoined {
		b.warn(x.Loc, classUntyped, "too many schemas describe one value; it is kept unchecked, as raw JSON", "merge them in the document")
		return &spec.Schema{Loc: x.Loc, Always: true}
	}
	s := &spec.Schema{Loc: y.Loc, AllOf: parts, Description: y.Description, ReadOnly: x.ReadOnly || y.ReadOnly, WriteOnly: x.WriteOnly || y.WriteOnly}
	b.joined[key], b.parts[s] = s, parts
	b.hints[s] = name
	b.order[s] = max(b.order[b.origin(x)], b.order[b.origin(y)])
	return s
}

func (m *merger) partsOf(s *spec.Schema) []*spec.Schema {
	if parts := m.parts[s]; parts != nil {
		return parts
	}
	return []*spec.Schema{s}
}

func (m *merger) identity(parts []*spec.Schema) string {
	ids := make([]int, len(parts))
	for i, p := range parts {
		ids[i] = m.id(p)
	}
	slices.Sort(ids)
	var key []byte
	for _, id := range ids {
		key = append(strconv.AppendInt(key, int64(id), 10), ' ')
	}
	return string(key)
}

// constrains says whether s demands anything; annotations do not, and null is spoken of elsewhere.
func constrains(s *spec.Schema) bool {
	return s.Never || len(s.Types) > 0 || constrainsBeyondTypes(s)
}

// describesContent says whether s tells what a text holds: an annotation by JSON Schema, but one by which events have types and parts are files.
func describesContent(s *spec.Schema) bool { return s.ContentSchema != nil || s.ContentMediaType != "" }

func constrainsBeyondTypes(s *spec.Schema) bool {
	return s.Format != "" || len(s.Enum) > 0 || s.Const != nil || constrainsScalars(s) ||
		s.Items != nil || len(s.PrefixItems) > 0 || s.MinItems != nil || s.MaxItems != nil || s.UniqueItems ||
		constrainsObjects(s) || len(s.AllOf) > 0 || len(s.OneOf) > 0 || len(s.AnyOf) > 0 || hasConditions(s) || len(s.Unenforced) > 0
}

// hasConditions says whether s has keywords that no type says.
func hasConditions(s *spec.Schema) bool {
	return s.Not != nil || s.If != nil && (s.Then != nil || s.Else != nil) || s.Contains != nil || s.PropertyNames != nil ||
		len(s.DependentRequired) > 0 || len(s.DependentSchemas) > 0 || leavesRest(s) || len(s.Further) > 0
}

// leavesRest says whether s demands something of what the other keywords leave over.
func leavesRest(s *spec.Schema) bool {
	return s.UnevaluatedItems != nil && !s.UnevaluatedItems.Always || s.UnevaluatedProperties != nil && !s.UnevaluatedProperties.Always
}

func constrainsScalars(s *spec.Schema) bool {
	return s.Minimum != nil || s.Maximum != nil || s.ExclusiveMinimum != nil || s.ExclusiveMaximum != nil || s.MultipleOf != nil ||
		s.MinLength != nil || s.MaxLength != nil || s.Pattern != "" || s.ContentEncoding != ""
}

func constrainsObjects(s *spec.Schema) bool {
	return len(s.Properties) > 0 || len(s.Required) > 0 || s.AdditionalProperties != nil || len(s.PatternProperties) > 0 ||
		s.MinProperties != nil || s.MaxProperties != nil
}

// onlyRestates says whether own says no more than the type that core has anyhow.
func onlyRestates(own, core *spec.Schema) bool {
	if own.Never || len(own.Types) == 0 || constrainsBeyondTypes(own) {
		return false
	}
	if isUnion(core) && core.Discriminator != nil && len(core.Types) == 0 {
		return slices.Contains(own.Types, "object")
	}
	types := typesOf(core)
	if len(types) == 0 {
		return false
	}
	for _, t := range types {
		if !slices.Contains(own.Types, t) && (t != "integer" || !slices.Contains(own.Types, "number")) {
			return false
		}
	}
	return true
}

// withoutUnion returns s without its oneOf, anyOf and discriminator.
func (m *merger) withoutUnion(s *spec.Schema) *spec.Schema {
	c := m.bare[s]
	if c == nil {
		plain := *s
		plain.OneOf, plain.AnyOf, plain.Discriminator = nil, nil, nil
		c = &plain
		m.bare[s] = c
		m.stripped[c] = true
	}
	return c
}

// isBare says whether s was made by withoutUnion; such a schema is no type of its own.
func (m *merger) isBare(s *spec.Schema) bool { return m.stripped[m.origin(s)] }

func isUnion(s *spec.Schema) bool { return len(s.OneOf) > 0 || len(s.AnyOf) > 0 }

// id returns a number that stands for a schema.
func (m *merger) id(s *spec.Schema) int {
	if m.ids[s] == 0 {
		m.ids[s] = len(m.ids) + 1
	}
	return m.ids[s]
}
