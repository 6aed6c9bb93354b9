package ir

import (
	"slices"

	"github.com/tornadogen/tornadogen/spec"
)

// inclusion tells whether one schema takes all that another one takes, as far as that can be told from the keywords one by one: what
// it affirms is so, what it denies may be so.
type inclusion struct {
	b    *builder
	told map[[2]*spec.Schema]bool // what is being told counts as affirmed: a ring ends there
}

// maxInclusion bounds the pairs of schemas that are looked at for one answer.
const maxInclusion = 1000

// within says whether every value of y is certain to be one of x.
func (b *builder) within(y, x *spec.Schema) bool {
	return (&inclusion{b, make(map[[2]*spec.Schema]bool)}).holds(y, x)
}

// holds is within, at any depth; nil allows anything.
func (n *inclusion) holds(y, x *spec.Schema) bool {
	if x == nil {
		return true
	}
	if y == nil {
		y = anything
	}
	part, null := n.b.settle(y)
	whole, nullable := n.b.settle(x)
	switch {
	case part == whole && (nullable || !null), part.Never, !constrains(whole) && !whole.Broken:
		return true
	case null && !nullable, whole.Never, whole.Broken, len(n.told) >= maxInclusion:
		return false
	}
	pair := [2]*spec.Schema{part, whole}
	told, ok := n.told[pair]
	if !ok {
		n.told[pair] = true
		told = n.keywords(part, whole)
		n.told[pair] = told
	}
	return told
}

// keywords compares settled schemas, of which x demands something.
func (n *inclusion) keywords(y, x *spec.Schema) bool {
	if isUnion(x) {
		unions := n.b.unionsOf(x)
		return len(unions) == 1 && unions[0].keyword == "anyOf" && !constrains(n.b.withoutUnion(x)) &&
			slices.ContainsFunc(unions[0].members, func(m *spec.Schema) bool { return n.holds(y, m) })
	}
	if isUnion(y) {
		for _, u := range n.b.unionsOf(y) {
			if !slices.ContainsFunc(u.members, func(m *spec.Schema) bool { return !n.holds(m, x) }) {
				return true
			}
		}
	}
	return !hasConditions(x) && typesWithin(y, x) && valuesWithin(y, x) && formatWithin(y, x) && scalarsWithin(y, x) &&
		n.arrays(y, x) && n.objects(y, x)
}

func typesWithin(y, x *spec.Schema) bool {
	types, all := typesOf(y), typesOf(x)
	return len(all) == 0 || len(types) > 0 && !slices.ContainsFunc(types, func(name string) bool {
		return !slices.Contains(all, name) && (name != "integer" || !slices.Contains(all, "number"))
	})
}

// valuesWithin compares const and enum.
func valuesWithin(y, x *spec.Schema) bool {
	values, all := enumValues(y), enumValues(x)
	return len(all) == 0 || len(values) > 0 && !slices.ContainsFunc(values, func(v spec.Literal) bool {
		return !slices.ContainsFunc(all, func(o spec.Literal) bool { return canonical(o.JSON) == canonical(v.JSON) })
	})
}

// formatWithin compares formats, of which those count that are checked.
func formatWithin(y, x *spec.Schema) bool {
	return checkedFormat(x) == "" || checkedFormat(x) == checkedFormat(y)
}

// checkedFormat returns the format of s where values are refused by it. Integers are those of 64 bits anyhow.
func checkedFormat(s *spec.Schema) string {
	switch s.Format {
	case "float", "decimal", "int8", "int16", "int32", "uint8", "uint16", "uint32", "uint64":
		return s.Format
	}
	if stringKinds[s.Format] != 0 || checkedFormats[s.Format] != "" {
		return s.Format
	}
	return ""
}

func scalarsWithin(y, x *spec.Schema) bool {
	return boundWithin(y.Minimum, y.ExclusiveMinimum, x.Minimum, x.ExclusiveMinimum, 1) &&
		boundWithin(y.Maximum, y.ExclusiveMaximum, x.Maximum, x.ExclusiveMaximum, -1) &&
		(x.MultipleOf == nil || y.MultipleOf != nil && canonical(x.MultipleOf.JSON) == canonical(y.MultipleOf.JSON)) &&
		countWithin(y.MinLength, x.MinLength, 1) && countWithin(y.MaxLength, x.MaxLength, -1) &&
		(x.Pattern == "" || x.Pattern == y.Pattern) && (x.ContentEncoding == "" || x.ContentEncoding == y.ContentEncoding)
}

// boundWithin says whether the bounds of y are as tight as those of x; sign is 1 for those below and -1 for those above.
func boundWithin(y, yBeyond, x, xBeyond *spec.Literal, sign int) bool {
	tight := func(bound, of *spec.Literal, least int) bool {
		have, ok := number(bound)
		want, known := number(of)
		return ok && known && have.Cmp(want)*sign >= least
	}
	return (x == nil || tight(y, x, 0) || tight(yBeyond, x, 0)) && (xBeyond == nil || tight(y, xBeyond, 1) || tight(yBeyond, xBeyond, 0))
}

func countWithin(y, x *int64, sign int64) bool { return x == nil || y != nil && (*y-*x)*sign >= 0 }

func (n *inclusion) arrays(y, x *spec.Schema) bool {
	if !isOfType(y, "array") {
		return true
	}
	for i := range max(len(y.PrefixItems), len(x.PrefixItems)) {
		if !n.holds(itemAt(y, i), itemAt(x, i)) {
			return false
		}
	}
	return n.holds(y.Items, x.Items) && (!x.UniqueItems || y.UniqueItems) &&
		countWithin(y.MinItems, x.MinItems, 1) && countWithin(y.MaxItems, x.MaxItems, -1)
}

func (n *inclusion) objects(y, x *spec.Schema) bool {
	if !isOfType(y, "object") {
		return true
	}
	if len(x.PatternProperties) > 0 || !countWithin(y.MinProperties, x.MinProperties, 1) || !countWithin(y.MaxProperties, x.MaxProperties, -1) ||
		slices.ContainsFunc(x.Required, func(name string) bool { return !slices.Contains(y.Required, name) }) {
		return false
	}
	for _, p := range x.Properties {
		demanded := y.AdditionalProperties
		switch have := propertyOf(y, p.Name); {
		case have != nil:
			demanded = have.Schema
		case len(y.PatternProperties) > 0:
			return false
		}
		if !n.holds(demanded, p.Schema) {
			return false
		}
	}
	for _, p := range slices.Concat(y.Properties, y.PatternProperties) {
		if propertyOf(x, p.Name) == nil && !n.holds(p.Schema, x.AdditionalProperties) {
			return false
		}
	}
	return n.holds(y.AdditionalProperties, x.AdditionalProperties)
}

// isOfType says whether s may have values of a type.
func isOfType(s *spec.Schema, name string) bool {
	types := typesOf(s)
	return len(types) == 0 || slices.Contains(types, name)
}

// propertyOf returns a property by its name, nil for none.
func propertyOf(s *spec.Schema, name string) *spec.Property {
	i := slices.IndexFunc(s.Properties, func(p *spec.Property) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return s.Properties[i]
}
