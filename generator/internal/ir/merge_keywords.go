package ir

import (
	"math/big"
	"slices"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// mergeInto makes dst demand what part demands as well. dst is a new schema that nobody else holds; it shares the schemas
// below part, and joins those that both have; name is what dst would be called.
func (b *builder) mergeInto(dst, part *spec.Schema, name string) {
	dst.Never = dst.Never || part.Never
	b.mergeTypes(dst, part)
	b.mergeAnnotations(dst, part)
	b.mergeValues(dst, part)
	b.mergeScalars(dst, part)
	b.mergeArrays(dst, part, name)
	b.mergeObjects(dst, part, name)
	b.mergeUnions(dst, part)
	b.mergeConditions(dst, part)
	dst.Further = append(dst.Further, part.Further...)
	dst.Unenforced = append(dst.Unenforced, part.Unenforced...)
}

func (b *builder) mergeTypes(dst, part *spec.Schema) {
	switch {
	case len(part.Types) == 0:
	case len(dst.Types) == 0:
		dst.Types = slices.Clone(part.Types)
	default:
		both := commonTypes(dst.Types, part.Types)
		if len(both) == 0 {
			b.contradict(part, dst.Nullable, "the members of allOf demand different types, "+dst.Types[0]+" and "+part.Types[0])
			dst.Never = true
			return
		}
		dst.Types = both
	}
}

// commonTypes returns the types that are in both lists; an integer is a number.
func commonTypes(x, y []string) []string {
	var both []string
	for _, t := range []string{"object", "array", "string", "integer", "number", "boolean"} {
		inX, inY := slices.Contains(x, t), slices.Contains(y, t)
		if t == "integer" {
			inX, inY = inX || slices.Contains(x, "number"), inY || slices.Contains(y, "number")
			if slices.Contains(x, "number") && slices.Contains(y, "number") {
				continue
			}
		}
		if inX && inY {
			both = append(both, t)
		}
	}
	return both
}

// contradict warns of what leaves no value but null, where that is valid.
func (b *builder) contradict(s *spec.Schema, nullable bool, what string) {
	left := "no value"
	if nullable {
		left = "no value but null"
	}
	b.warn(s.Loc, classContradiction, what+": "+left+" is valid", "make the schemas agree")
}

func (b *builder) mergeAnnotations(dst, part *spec.Schema) {
	dst.ReadOnly = dst.ReadOnly || part.ReadOnly
	dst.WriteOnly = dst.WriteOnly || part.WriteOnly
	if part.Default != nil {
		dst.Default = part.Default
	}
	if dst.ContentSchema == nil {
		dst.ContentSchema = part.ContentSchema
	}
	if dst.ContentMediaType == "" {
		dst.ContentMediaType = part.ContentMediaType
	}
	b.mergeFormats(dst, part)
	switch {
	case dst.ContentEncoding == "":
		dst.ContentEncoding = part.ContentEncoding
	case part.ContentEncoding != "" && part.ContentEncoding != dst.ContentEncoding:
		further(dst, &spec.Schema{Loc: part.Loc, ContentEncoding: part.ContentEncoding})
	}
}

// mergeFormats keeps the first format that means something; another one that does is checked besides.
func (b *builder) mergeFormats(dst, part *spec.Schema) {
	means := func(s *spec.Schema) bool {
		return checkedFormat(s) != "" || s.Format == "int64" || s.Format == "double"
	}
	switch {
	case part.Format == "" || part.Format == dst.Format:
	case dst.Format == "":
		dst.Format = part.Format
	case !means(part):
		b.reportFormat(part, notedFormats)
	case !means(dst):
		b.reportFormat(dst, notedFormats)
		dst.Format = part.Format
	default:
		further(dst, &spec.Schema{Loc: part.Loc, Format: part.Format})
	}
}

// mergeValues keeps the values that both lists have.
func (b *builder) mergeValues(dst, part *spec.Schema) {
	agreed := constInEnum(dst) && constInEnum(part) // else the schema itself is told of
	if part.Const != nil {
		if dst.Const != nil && canonical(dst.Const.JSON) != canonical(part.Const.JSON) {
			b.contradict(part, dst.Nullable, "the members of allOf have different const")
			dst.Never = true
			return
		}
		dst.Const = part.Const
	}
	switch {
	case len(part.Enum) == 0:
	case len(dst.Enum) == 0:
		dst.Enum = part.Enum
	default:
		var both []spec.Literal
		for _, v := range dst.Enum {
			if hasValue(part.Enum, v) {
				both = append(both, v)
			}
		}
		if len(both) == 0 {
			b.contradict(part, dst.Nullable, "the members of allOf have no value of enum in common")
			dst.Never = true
			return
		}
		dst.Enum = both
	}
	if agreed && !constInEnum(dst) {
		b.contradict(part, dst.Nullable, "the members of allOf have a const that their enum lacks")
		dst.Never = true
	}
}

func (b *builder) mergeScalars(dst, part *spec.Schema) {
	dst.Minimum = tighter(dst.Minimum, part.Minimum, 1)
	dst.ExclusiveMinimum = tighter(dst.ExclusiveMinimum, part.ExclusiveMinimum, 1)
	dst.Maximum = tighter(dst.Maximum, part.Maximum, -1)
	dst.ExclusiveMaximum = tighter(dst.ExclusiveMaximum, part.ExclusiveMaximum, -1)
	dst.MinLength, dst.MaxLength = larger(dst.MinLength, part.MinLength), smaller(dst.MaxLength, part.MaxLength)
	switch {
	case dst.MultipleOf == nil:
		dst.MultipleOf = part.MultipleOf
	case part.MultipleOf != nil:
		dst.MultipleOf = b.commonMultiple(dst.MultipleOf, part)
	}
	switch {
	case dst.Pattern == "":
		dst.Pattern = part.Pattern
	case part.Pattern != "" && part.Pattern != dst.Pattern:
		further(dst, &spec.Schema{Loc: part.Loc, Pattern: part.Pattern})
	}
}

// commonMultiple returns the least number that is a multiple of both: of fractions in lowest terms, the least common multiple of
// the numerators over the greatest common divisor of the denominators.
func (b *builder) commonMultiple(x *spec.Literal, part *spec.Schema) *spec.Literal {
	nx, okX := number(x)
	ny, okY := number(part.MultipleOf)
	if !okX || !okY || nx.Sign() <= 0 || ny.Sign() <= 0 {
		b.unenforced(part, "multipleOf", "another member of allOf has one already")
		return x
	}
	product := new(big.Int).Mul(nx.Num(), ny.Num())
	least := product.Div(product, new(big.Int).GCD(nil, nil, nx.Num(), ny.Num()))
	n := new(big.Rat).SetFrac(least, new(big.Int).GCD(nil, nil, nx.Denom(), ny.Denom()))
	digits, exact := n.FloatPrec()
	if !exact {
		digits = 0 // no fraction of decimals has such a denominator
	}
	return &spec.Literal{Loc: part.MultipleOf.Loc, JSON: n.FloatString(digits)}
}

// tighter returns the larger of two numbers where sign is 1, the smaller where it is -1; nil is no bound.
func tighter(x, y *spec.Literal, sign int) *spec.Literal {
	if x == nil || y == nil {
		if x == nil {
			return y
		}
		return x
	}
	nx, okX := exact(x.JSON)
	ny, okY := exact(y.JSON)
	if okX && okY && ny.Cmp(nx) == sign {
		return y
	}
	return x
}

func larger(x, y *int64) *int64 {
	if x == nil || y != nil && *y > *x {
		return y
	}
	return x
}

func smaller(x, y *int64) *int64 {
	if x == nil || y != nil && *y < *x {
		return y
	}
	return x
}

func (b *builder) mergeArrays(dst, part *spec.Schema, name string) {
	dst.PrefixItems = b.joinTuples(dst, part, name)
	dst.Items = b.join(dst.Items, part.Items, name+"Item")
	dst.MinItems, dst.MaxItems = larger(dst.MinItems, part.MinItems), smaller(dst.MaxItems, part.MaxItems)
	dst.UniqueItems = dst.UniqueItems || part.UniqueItems
}

// mergeConditions carries the keywords over that no type says. What dst has already goes to Further.
func (b *builder) mergeConditions(dst, part *spec.Schema) {
	switch {
	case part.Not == nil || part.Not == dst.Not:
	case dst.Not == nil:
		dst.Not = part.Not
	default:
		further(dst, &spec.Schema{Loc: part.Loc, Not: part.Not})
	}
	switch {
	case part.If == nil:
	case dst.If == nil:
		dst.If, dst.Then, dst.Else = part.If, part.Then, part.Else
	default:
		further(dst, &spec.Schema{Loc: part.Loc, If: part.If, Then: part.Then, Else: part.Else})
	}
	switch {
	case part.Contains == nil:
	case dst.Contains == nil:
		dst.Contains, dst.MinContains, dst.MaxContains = part.Contains, part.MinContains, part.MaxContains
	default:
		further(dst, &spec.Schema{Loc: part.Loc, Contains: part.Contains, MinContains: part.MinContains, MaxContains: part.MaxContains})
	}
	if dst.PropertyNames == nil {
		dst.PropertyNames = part.PropertyNames
	} else if part.PropertyNames != nil {
		further(dst, &spec.Schema{Loc: part.Loc, PropertyNames: part.PropertyNames})
	}
	if len(dst.DependentRequired)+len(dst.DependentSchemas) == 0 {
		dst.DependentRequired, dst.DependentSchemas = part.DependentRequired, part.DependentSchemas
	} else if len(part.DependentRequired)+len(part.DependentSchemas) > 0 {
		further(dst, &spec.Schema{Loc: part.Loc, DependentRequired: part.DependentRequired, DependentSchemas: part.DependentSchemas})
	}
}

// further adds what a merge cannot say otherwise.
func further(dst, part *spec.Schema) { dst.Further = append(dst.Further, part) }

// closing returns what a part of a merge demands of the members that it does not name itself, where other parts name some; nil
// where the merged schema says it.
func closing(part *spec.Schema, all []*spec.Schema) *spec.Schema {
	extra := part.AdditionalProperties
	if extra == nil || extra.Always || extra.Never { // false is taken to be said of all parts together
		return nil
	}
	foreign := slices.ContainsFunc(all, func(other *spec.Schema) bool {
		return other != part && (len(other.PatternProperties) > 0 || !declares(part, other))
	})
	if !foreign {
		return nil
	}
	out := &spec.Schema{Loc: part.Loc, AdditionalProperties: extra}
	for _, p := range part.Properties {
		out.Properties = append(out.Properties, &spec.Property{Loc: p.Loc, Name: p.Name, Schema: anything})
	}
	for _, p := range part.PatternProperties {
		out.PatternProperties = append(out.PatternProperties, &spec.Property{Loc: p.Loc, Name: p.Name, Schema: anything})
	}
	return out
}

func (b *builder) mergeObjects(dst, part *spec.Schema, name string) {
	places := make(map[string]int, len(dst.Properties))
	for i, p := range dst.Properties {
		places[p.Name] = i
	}
	for _, p := range part.Properties {
		i, ok := places[p.Name]
		if !ok {
			places[p.Name] = len(dst.Properties)
			dst.Properties = append(dst.Properties, p)
			continue
		}
		have := dst.Properties[i]
		if joined := b.join(have.Schema, p.Schema, name+naming.Part(p.Name)); joined != have.Schema {
			dst.Properties[i] = &spec.Property{Loc: p.Loc, Name: p.Name, Schema: joined}
		}
	}
	for _, name := range part.Required {
		if !slices.Contains(dst.Required, name) {
			dst.Required = append(dst.Required, name)
		}
	}
	switch {
	case dst.AdditionalProperties == nil:
		dst.AdditionalProperties = part.AdditionalProperties
	case part.AdditionalProperties == nil || dst.AdditionalProperties.Never:
	case part.AdditionalProperties.Never:
		dst.AdditionalProperties = part.AdditionalProperties
	default:
		dst.AdditionalProperties = b.join(dst.AdditionalProperties, part.AdditionalProperties, name+"Value")
	}
	b.mergePatterns(dst, part, name)
	dst.MinProperties, dst.MaxProperties = larger(dst.MinProperties, part.MinProperties), smaller(dst.MaxProperties, part.MaxProperties)
}

// mergePatterns carries patterns of names over, and joins what both have for the same one.
func (b *builder) mergePatterns(dst, part *spec.Schema, name string) {
	for _, p := range part.PatternProperties {
		i := slices.IndexFunc(dst.PatternProperties, func(have *spec.Property) bool { return have.Name == p.Name })
		if i < 0 {
			dst.PatternProperties = append(dst.PatternProperties, p)
			continue
		}
		have := dst.PatternProperties[i]
		if joined := b.join(have.Schema, p.Schema, name+"Value"); joined != have.Schema {
			dst.PatternProperties[i] = &spec.Property{Loc: p.Loc, Name: p.Name, Schema: joined}
		}
	}
}

// mergeUnions carries unions over: the first into dst, others beside it.
func (b *builder) mergeUnions(dst, part *spec.Schema) {
	if !isUnion(part) {
		return
	}
	switch {
	case !isUnion(dst):
		dst.OneOf, dst.AnyOf, dst.Discriminator = part.OneOf, part.AnyOf, part.Discriminator
	case !slices.Equal(dst.OneOf, part.OneOf) || !slices.Equal(dst.AnyOf, part.AnyOf):
		b.others[dst] = append(b.others[dst], part)
	}
	b.others[dst] = append(b.others[dst], b.others[part]...)
}
