package spec

import (
	"math/big"
	"slices"
	"strconv"
	"unicode/utf8"
)

// valueKind says what a value of a schema is for.
type valueKind uint8

const (
	valueDefault valueKind = iota
	valueExample
)

// valueCheck is a value that waits until all schemas are filled.
type valueCheck struct {
	s    *Schema
	n    *node
	kind valueKind
}

// checkValues keeps the defaults and examples that fit their schema.
func (l *lifter) checkValues() {
	fit := fitting{total: maxFitTotal}
	for _, v := range l.values {
		fit.left = maxFitSteps
		reason := fit.reason(v.s, v.n, 0)
		if v.kind == valueDefault {
			if reason != "" {
				l.warn(v.n, "default-type", "the default does not fit its schema: "+reason+"; it is left out", "correct the default or the schema")
				continue
			}
			v.s.Default = literalOf(v.n)
			continue
		}
		if reason != "" {
			l.warn(v.n, "example-type", "the example does not fit its schema: "+reason+"; it is left out", "correct the example or the schema")
			continue
		}
		v.s.Examples = append(v.s.Examples, v.n.literal())
	}
}

// The bounds of one check, as schemas may be recursive, and of all. What is beyond them passes.
const (
	maxFitSteps = 2000
	maxFitDepth = 12
	maxFitTotal = 5_000_000
)

// fitting holds values against schemas, as far as types, enum, const and bounds go.
type fitting struct {
	left  int // schemas that the value at hand may still be held against
	total int // the same for all values, comparisons counted
}

// reason says why a value does not fit, "" where it does.
func (f *fitting) reason(s *Schema, n *node, depth int) string {
	if s == nil || s.Always {
		return ""
	}
	f.left--
	f.total -= 1 + len(s.Enum) + len(s.Properties)
	if f.left < 0 || f.total < 0 || depth > maxFitDepth {
		return ""
	}
	if s.Never {
		return "nothing is valid there"
	}
	if n.shape == shapeNull && s.Nullable {
		return ""
	}
	if !s.hasType(n) {
		return typeReason(s, n)
	}
	if why := s.enumReason(n); why != "" {
		return why
	}
	for _, part := range s.AllOf {
		if why := f.reason(part, n, depth+1); why != "" {
			return why
		}
	}
	switch n.shape {
	case shapeNumber:
		return s.numberReason(n.text)
	case shapeText:
		return s.textReason(n.text)
	case shapeList:
		return f.listReason(s, n, depth)
	case shapeObject:
		return f.objectReason(s, n, depth)
	}
	return ""
}

func typeReason(s *Schema, n *node) string {
	want := "null"
	for i, t := range s.Types {
		if i == 0 {
			want = t
		} else {
			want += " or " + t
		}
	}
	return n.shape.String() + " where " + want + " is expected"
}

// enumReason compares scalars alone; of objects and lists it cannot tell without their order of members.
func (s *Schema) enumReason(n *node) string {
	if n.shape >= shapeList {
		return ""
	}
	text := string(n.appendJSON(nil))
	if s.Const != nil && !sameScalar(s.Const.JSON, text) {
		return "it is not " + short(s.Const.JSON)
	}
	if len(s.Enum) > 0 && !slices.ContainsFunc(s.Enum, func(v Literal) bool { return sameScalar(v.JSON, text) }) {
		return short(text) + " is not among the values of enum"
	}
	return ""
}

func sameScalar(a, b string) bool {
	if a == b {
		return true
	}
	if !isJSONNumber(a) || !isJSONNumber(b) {
		return false
	}
	x, _ := strconv.ParseFloat(a, 64)
	y, _ := strconv.ParseFloat(b, 64)
	if x != y { // equal numbers have equal approximations
		return false
	}
	p, q := rational(a), rational(b)
	return p != nil && q != nil && p.Cmp(q) == 0
}

func (s *Schema) numberReason(text string) string {
	if s.Minimum == nil && s.Maximum == nil && s.ExclusiveMinimum == nil && s.ExclusiveMaximum == nil && s.MultipleOf == nil {
		return ""
	}
	v := rational(text)
	if v == nil {
		return ""
	}
	for _, bound := range []struct {
		limit *Literal
		bad   func(order int) bool
		why   string
	}{
		{s.Minimum, func(o int) bool { return o < 0 }, "less than "},
		{s.ExclusiveMinimum, func(o int) bool { return o <= 0 }, "not more than "},
		{s.Maximum, func(o int) bool { return o > 0 }, "more than "},
		{s.ExclusiveMaximum, func(o int) bool { return o >= 0 }, "not less than "},
	} {
		if bound.limit == nil {
			continue
		}
		if limit := rational(bound.limit.JSON); limit != nil && bound.bad(v.Cmp(limit)) {
			return text + " is " + bound.why + bound.limit.JSON
		}
	}
	if s.MultipleOf != nil {
		if step := rational(s.MultipleOf.JSON); step != nil && !new(big.Rat).Quo(v, step).IsInt() {
			return text + " is no multiple of " + s.MultipleOf.JSON
		}
	}
	return ""
}

func (s *Schema) textReason(text string) string {
	if s.MinLength == nil && s.MaxLength == nil {
		return ""
	}
	n := int64(utf8.RuneCountInString(text))
	if s.MinLength != nil && n < *s.MinLength {
		return "it is shorter than minLength"
	}
	if s.MaxLength != nil && n > *s.MaxLength {
		return "it is longer than maxLength"
	}
	return ""
}

func (f *fitting) listReason(s *Schema, n *node, depth int) string {
	length := int64(len(n.kids))
	if s.MinItems != nil && length < *s.MinItems {
		return "it has fewer items than minItems"
	}
	if s.MaxItems != nil && length > *s.MaxItems {
		return "it has more items than maxItems"
	}
	for i, item := range n.kids {
		schema := s.Items
		if i < len(s.PrefixItems) {
			schema = s.PrefixItems[i]
		}
		if why := f.reason(schema, item, depth+1); why != "" {
			return "item " + count(i) + ": " + why
		}
	}
	return ""
}

func (f *fitting) objectReason(s *Schema, n *node, depth int) string {
	for _, p := range s.Properties {
		if kid := n.get(p.Name); kid != nil {
			if why := f.reason(p.Schema, kid, depth+1); why != "" {
				return "property " + quote(p.Name) + ": " + why
			}
		}
	}
	return ""
}
