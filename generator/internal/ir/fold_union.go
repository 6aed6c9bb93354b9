package ir

import (
	"slices"

	"github.com/tornadogen/tornadogen/spec"
)

// foldUnion takes out of a union what needs none: null among the members, a single member, a list of constants, and an anyOf
// one of whose members is true of all others as well.
func (b *builder) foldUnion(s *spec.Schema) (core *spec.Schema, nullable bool) {
	nullable = admitsNull(s)
	if len(s.OneOf) > 0 && len(s.AnyOf) > 0 || !isUnion(s) {
		return s, nullable
	}
	members := s.OneOf
	if len(members) == 0 {
		members = s.AnyOf
	}
	rest := slices.DeleteFunc(slices.Clone(members), isNull)
	if len(rest) < len(members) {
		nullable = true
	}
	rest = possible(s, rest)
	if len(rest) == 0 && b.barsNull(s) {
		b.contradict(s, false, "of the union only null is left, which is refused beside it")
		return b.replace(s, func(c *spec.Schema) { c.OneOf, c.AnyOf, c.Never = nil, nil, true }), false
	}
	if len(rest) == 0 {
		return b.replace(s, func(c *spec.Schema) { c.OneOf, c.AnyOf, c.Nullable = nil, nil, true }), true
	}
	if len(rest) > 1 && len(s.AnyOf) > 0 {
		if wide := widest(rest); wide != nil {
			rest = []*spec.Schema{wide}
		}
	}
	if len(rest) == 1 {
		member, null := b.settle(rest[0])
		return b.foldSingle(s, member), nullable || null
	}
	if enum := constants(rest); enum != nil {
		all := &spec.Schema{Loc: s.Loc, Enum: enum}
		b.origins[all] = b.origin(s)
		return b.foldSingle(s, all), nullable
	}
	if len(rest) == len(members) {
		return s, nullable
	}
	return b.replace(s, func(c *spec.Schema) {
		if len(s.OneOf) > 0 {
			c.OneOf = rest
		} else {
			c.AnyOf = rest
		}
	}), nullable
}

// possible returns the members of a union that a type beside it does not rule out, all of them where none is left.
func possible(s *spec.Schema, members []*spec.Schema) []*spec.Schema {
	rest := slices.DeleteFunc(slices.Clone(members), func(m *spec.Schema) bool {
		types := typesOf(m)
		return m.Never || len(s.Types) > 0 && len(types) > 0 && len(commonTypes(s.Types, types)) == 0
	})
	if len(rest) == 0 {
		return members
	}
	return rest
}

// foldSingle returns what a union of one member comes down to: the member, together with what stands beside the union.
func (b *builder) foldSingle(s, member *spec.Schema) *spec.Schema {
	own := b.withoutUnion(s)
	if !constrains(own) || onlyRestates(own, member) {
		if b.origin(member) == b.origin(s) { // a list of constants has no name of its own
			return b.replace(s, func(c *spec.Schema) { c.OneOf, c.AnyOf, c.Enum = nil, nil, member.Enum })
		}
		return member
	}
	core := b.mergeParts(s, own, []*spec.Schema{member}, false)
	b.origins[core] = b.origin(s)
	return core
}

// replace returns a changed copy of s that stands for the same schema of the document.
func (b *builder) replace(s *spec.Schema, change func(c *spec.Schema)) *spec.Schema {
	c := *s
	change(&c)
	b.origins[&c] = b.origin(s)
	return &c
}

// widest returns the member that says no more than one type, if all members are of that type: the others are then true of
// nothing more.
func widest(members []*spec.Schema) *spec.Schema {
	for _, m := range members {
		if len(m.Types) != 1 || constrainsBeyondTypes(m) {
			continue
		}
		same := func(o *spec.Schema) bool {
			types := typesOf(o)
			return len(types) == 1 && types[0] == m.Types[0]
		}
		if !slices.ContainsFunc(members, func(o *spec.Schema) bool { return !same(o) }) {
			return m
		}
	}
	return nil
}

// constants returns the values of members that are all in place and name values alone, nil otherwise. This is how OpenAPI 3.1
// describes the values of an enum one by one.
func constants(members []*spec.Schema) []spec.Literal {
	var all []spec.Literal
	for _, m := range members {
		bare := *m
		bare.Const, bare.Enum, bare.Types = nil, nil, nil
		switch {
		case m.Name != "" || constrains(&bare):
			return nil
		case m.Const != nil:
			all = append(all, *m.Const)
		case len(m.Enum) > 0:
			all = append(all, m.Enum...)
		default:
			return nil
		}
	}
	if kinds := literalTypes(all); len(kinds) != 1 || kinds[0] != "string" && kinds[0] != "integer" {
		return nil
	}
	return all
}

// typesOf returns the types of s, as they are stated or as its keywords leave no doubt about them.
func typesOf(s *spec.Schema) []string {
	switch {
	case len(s.Types) > 0:
		return s.Types
	case s.Const != nil:
		return literalTypes([]spec.Literal{*s.Const})
	case len(s.Enum) > 0:
		return literalTypes(s.Enum)
	case isUnion(s) || len(s.AllOf) > 0:
		return nil
	case constrainsObjects(s):
		return []string{"object"}
	case s.Items != nil || len(s.PrefixItems) > 0:
		return []string{"array"}
	}
	return nil
}
