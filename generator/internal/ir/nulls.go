package ir

import (
	"slices"

	"github.com/tornadogen/tornadogen/spec"
)

// isNull says whether null is the only value of s. A member of a union that is nullable: true alone means the same.
func isNull(s *spec.Schema) bool {
	switch {
	case s.Const != nil:
		return s.Const.JSON == "null" && constInEnum(s)
	case len(s.Enum) == 1:
		return s.Enum[0].JSON == "null"
	}
	return s.Nullable && !constrains(s)
}

// admitsNull says whether null is valid by the keywords of s itself.
func admitsNull(s *spec.Schema) bool {
	byType := s.Nullable || len(s.Types) == 0
	switch {
	case s.Const != nil:
		return s.Const.JSON == "null" && byType && constInEnum(s)
	case len(s.Enum) > 0:
		return byType && slices.ContainsFunc(s.Enum, func(v spec.Literal) bool { return v.JSON == "null" })
	}
	return s.Nullable
}

// nullMember says whether null is valid where the union s is: a member says so, or nothing that is demanded is about a type.
func (b *builder) nullMember(s *spec.Schema) bool {
	return slices.ContainsFunc(slices.Concat(s.OneOf, s.AnyOf), func(m *spec.Schema) bool {
		_, nullable := b.settle(m)
		return nullable
	}) || isUnion(s) && b.takesNull(s)
}

// takesNull says whether null is certain to be valid for a schema that becomes a type: one about objects or arrays alone is taken for
// theirs, and a ring of unions alone for none.
func (b *builder) takesNull(s *spec.Schema) bool {
	core, nullable := b.settle(s)
	if nullable {
		return true
	}
	takes, known := b.takers[core]
	if !known {
		b.takers[core] = false // what leads back here is a ring
		takes = b.unionTakesNull(core)
		b.takers[core] = takes
	}
	return takes
}

func (b *builder) unionTakesNull(core *spec.Schema) bool {
	plain := b.withoutUnion(core)
	if len(typesOf(plain)) > 0 || !admitsAsNull(plain, 0) {
		return false
	}
	for _, u := range b.unionsOf(core) {
		takers := 0
		for _, m := range u.members {
			if b.takesNull(m) {
				takers++
			}
			if takers > 0 && u.keyword == "anyOf" || takers > 1 {
				break
			}
		}
		if takers == 0 || u.keyword == "oneOf" && takers > 1 || u.discriminator != nil {
			return false
		}
	}
	return true
}

// maxNullDepth bounds how deeply schemas that say nothing of types are looked into for null.
const maxNullDepth = 8

// admitsAsNull says whether null is certain to be valid by the keywords of a schema as JSON Schema reads them.
func admitsAsNull(s *spec.Schema, depth int) bool {
	switch {
	case s.Always:
		return true
	case s.Never || depth > maxNullDepth || s.Const != nil || len(s.Enum) > 0:
		return (s.Const != nil || len(s.Enum) > 0) && admitsNull(s)
	case len(s.Types) > 0 && !s.Nullable || isUnion(s) || s.If != nil:
		return false
	case s.Not != nil && !refusesNull(s.Not):
		return false
	}
	return !slices.ContainsFunc(slices.Concat(s.AllOf, s.Further), func(part *spec.Schema) bool { return !admitsAsNull(part, depth+1) })
}

// refusesNull says whether null is certain not to be valid by the types or the values that a schema names.
func refusesNull(s *spec.Schema) bool {
	return s.Never || (len(s.Types) > 0 || s.Const != nil || len(s.Enum) > 0) && !admitsNull(s) || conditionsBarNull(s)
}

// barsNull says whether null is certain to be refused by s, whatever the members of a union in it say: by its types, or by what it demands
// of values of any type. Where null is a keyword, documents say it of a member and mean the whole.
func (b *builder) barsNull(s *spec.Schema) bool {
	return len(s.Types) > 0 && !s.Nullable && !b.nullByKeyword() || conditionsBarNull(s)
}

func conditionsBarNull(s *spec.Schema) bool {
	switch {
	case s.Not != nil && admitsAsNull(s.Not, 0):
		return true
	case s.If != nil && s.Then != nil && admitsAsNull(s.If, 0) && refusesNull(s.Then):
		return true
	case s.If != nil && s.Else != nil && refusesNull(s.If) && refusesNull(s.Else):
		return true
	}
	return slices.ContainsFunc(s.Further, func(part *spec.Schema) bool { return refusesNull(part) })
}
