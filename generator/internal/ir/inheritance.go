package ir

import (
	"slices"

	"github.com/tornadogen/tornadogen/spec"
)

// isParent says whether other schemas extend s by allOf, and a discriminator in s tells which of them a value is. Where such a
// schema stands, all of them may: it is a union. As a part of allOf it is an object like any other.
func isParent(s *spec.Schema) bool {
	return s.Discriminator != nil && !isUnion(s) && len(s.Discriminator.Mapping) > 0 && slices.Equal(typesOf(s), []string{"object"})
}

// isChild says whether s is one of the schemas that extend parent.
func isChild(s, parent *spec.Schema) bool {
	return isParent(parent) && slices.ContainsFunc(parent.Discriminator.Mapping, func(v spec.DiscriminatorValue) bool { return v.Schema == s })
}

// family returns a parent and those that extend it as a union. The parent itself is selected by its name.
func (b *builder) family(parent *spec.Schema) alternatives {
	d := &spec.Discriminator{Loc: parent.Discriminator.Loc, PropertyName: parent.Discriminator.PropertyName}
	out := alternatives{keyword: "discriminator", discriminator: d}
	add := func(value string, s *spec.Schema) {
		if core, _ := b.settle(s); isParent(core) {
			s = b.withoutFamily(core)
		}
		d.Mapping = append(d.Mapping, spec.DiscriminatorValue{Value: value, Schema: s})
		if !slices.Contains(out.members, s) {
			out.members = append(out.members, s)
		}
	}
	self := b.origin(parent)
	mapped := false
	for _, v := range parent.Discriminator.Mapping {
		if v.Schema != nil {
			mapped = mapped || v.Schema == self
			add(v.Value, v.Schema)
		}
	}
	stated := b.statedValues(parent, d.PropertyName, nil, make(map[*spec.Schema]bool))
	if !mapped && self.Name != "" && (len(stated) == 0 || slices.Contains(stated, self.Name)) {
		add(self.Name, self)
	}
	return out
}

// withoutFamily returns a parent as the object that it is by itself.
func (b *builder) withoutFamily(parent *spec.Schema) *spec.Schema {
	s := b.bases[parent]
	if s == nil {
		base := *parent
		base.Discriminator = nil
		s = &base
		b.bases[parent] = s
		b.hints[s] = b.nameOf(parent) + "Base"
		b.order[s] = b.order[b.origin(parent)]
	}
	return s
}
