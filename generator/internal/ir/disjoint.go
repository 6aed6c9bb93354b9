package ir

import (
	"slices"

	"github.com/tornadogen/tornadogen/spec"
)

// exclusion tells whether two schemas have no value in common, as far as that can be told from their types, their values and what
// they demand of members: what it affirms is so, what it denies may be so.
type exclusion struct {
	b    *builder
	told map[[2]*spec.Schema]bool // what is being told counts as denied
	left int                      // how much may still be looked at
}

// maxExclusion bounds the pairs of schemas, and their properties, that are looked at for one union.
const maxExclusion = 1000000

func (b *builder) newExclusion() *exclusion {
	return &exclusion{b: b, told: make(map[[2]*spec.Schema]bool), left: maxExclusion}
}

// impossible returns the members of the first union of s that contradict what s demands besides, by its own keywords or by another
// union: they are no variants. Where all of them do, no value is valid, and they stay to be warned of.
func (b *builder) impossible(s *spec.Schema, members []*spec.Schema) map[*spec.Schema]bool {
	all := b.unionsOf(s)
	if len(all) == 0 {
		return nil
	}
	e, own := b.newExclusion(), b.withoutUnion(s)
	out := make(map[*spec.Schema]bool)
	for _, m := range members {
		core, _ := b.settle(m)
		out[m] = e.cores(core, own) || slices.ContainsFunc(all[1:], func(u alternatives) bool {
			return !slices.ContainsFunc(u.members, func(o *spec.Schema) bool {
				other, _ := b.settle(o)
				return !e.cores(core, other)
			})
		})
	}
	if !slices.ContainsFunc(members, func(m *spec.Schema) bool { return !out[m] }) {
		return nil
	}
	return out
}

// holds is cores of what is not settled, null counted.
func (e *exclusion) holds(x, y *spec.Schema) bool {
	x, null := e.b.settle(x)
	y, nullable := e.b.settle(y)
	return (!null || !nullable) && e.cores(x, y)
}

// cores says whether no value but null is one of both settled schemas.
func (e *exclusion) cores(x, y *spec.Schema) bool {
	switch {
	case x.Broken || y.Broken || e.left <= 0:
		return false
	case x.Never || y.Never:
		return true
	}
	pair := [2]*spec.Schema{x, y}
	told, ok := e.told[pair]
	if e.left--; !ok {
		e.told[pair] = false
		told = e.types(x, y) || e.values(x, y) || e.unions(x, y) || e.unions(y, x) || e.members(x, y)
		e.told[pair] = told
	}
	return told
}

func (e *exclusion) types(x, y *spec.Schema) bool {
	return len(typesOf(x)) > 0 && len(typesOf(y)) > 0 && len(commonTypes(typesOf(x), typesOf(y))) == 0
}

// values compares const and enum.
func (e *exclusion) values(x, y *spec.Schema) bool {
	values, others := enumValues(x), enumValues(y)
	return len(values) > 0 && len(others) > 0 && !slices.ContainsFunc(values, func(v spec.Literal) bool { return hasValue(others, v) })
}

// unions says whether a union of x has no member that has a value in common with y.
func (e *exclusion) unions(x, y *spec.Schema) bool {
	return slices.ContainsFunc(e.b.unionsOf(x), func(u alternatives) bool {
		return !slices.ContainsFunc(u.members, func(m *spec.Schema) bool { return !e.holds(m, y) })
	})
}

// members says whether objects that both describe have a member, by the demand of one of them, that can have no value.
func (e *exclusion) members(x, y *spec.Schema) bool {
	object := []string{"object"}
	if !slices.Equal(typesOf(x), object) && !slices.Equal(typesOf(y), object) {
		return false
	}
	e.left -= len(x.Properties) + len(y.Properties) + len(x.Required) + len(y.Required)
	required := make(map[string]bool)
	for _, name := range slices.Concat(x.Required, y.Required) {
		required[name] = true
	}
	ofX := make(map[string]*spec.Schema)
	for _, p := range x.Properties {
		if required[p.Name] {
			ofX[p.Name] = p.Schema
		}
	}
	return slices.ContainsFunc(y.Properties, func(q *spec.Property) bool { return ofX[q.Name] != nil && e.holds(ofX[q.Name], q.Schema) })
}
