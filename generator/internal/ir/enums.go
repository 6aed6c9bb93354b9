package ir

import (
	"math/big"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// enumKind decides what a closed set of values becomes: a named string or integer where all values are, a checked number,
// a boolean, or JSON that has to equal the only value.
func (b *builder) enumKind(s *spec.Schema) Kind {
	values := enumValues(s)
	types := literalTypes(values)
	switch {
	case len(values) == 0:
		switch {
		case !constInEnum(s):
			b.contradict(s, false, "enum lacks the value of const")
		case s.Const == nil && len(literalTypes(s.Enum)) > 0 || s.Const != nil && s.Const.JSON != "null":
			b.contradict(s, false, "the type refuses all values of enum and const")
		}
		return KindJSON
	case len(types) == 1 && types[0] == "string":
		return KindEnum
	case len(types) == 1 && types[0] == "integer" && !slices.Contains(s.Types, "number"):
		if _, ok := integerBase(s, values); ok {
			return KindEnum
		}
	case !slices.ContainsFunc(types, func(t string) bool { return t != "integer" && t != "number" }):
		kind := b.numberKind(s)
		if (kind == KindFloat64 || kind == KindFloat32) && !slices.ContainsFunc(values, func(v spec.Literal) bool { _, ok := floatOf(kind, v.JSON); return !ok }) {
			return kind
		}
	case len(types) == 1 && types[0] == "boolean":
		return KindBool
	}
	return KindJSON
}

// exactTexts returns the JSON values that s allows where it names them, null among them where that is valid; nil where it names
// none.
func exactTexts(s *spec.Schema) []string {
	var texts []string
	for _, v := range enumValues(s) {
		texts = append(texts, compact(v.JSON))
	}
	if len(texts) == 0 && (s.Const != nil || len(s.Enum) > 0) && admitsNull(s) {
		texts = append(texts, "null")
	}
	return texts
}

// constInEnum says whether enum, where there is one, has the value of const, where there is one.
func constInEnum(s *spec.Schema) bool {
	return s.Const == nil || len(s.Enum) == 0 || hasValue(s.Enum, *s.Const)
}

// hasValue says whether a value is among some others.
func hasValue(values []spec.Literal, v spec.Literal) bool {
	key := canonical(v.JSON)
	return slices.ContainsFunc(values, func(o spec.Literal) bool { return canonical(o.JSON) == key })
}

// enumValues returns the values that const and enum leave to s without null, each once, and without those that its type refuses.
func enumValues(s *spec.Schema) []spec.Literal {
	all := s.Enum
	switch {
	case s.Never || !constInEnum(s):
		return nil
	case s.Const != nil:
		all = []spec.Literal{*s.Const}
	}
	var values []spec.Literal
	seen := make(map[string]bool)
	for _, v := range all {
		have := literalType(v.JSON)
		fits := len(s.Types) == 0 || slices.Contains(s.Types, have) || have == "integer" && slices.Contains(s.Types, "number")
		if key := canonical(v.JSON); have != "null" && fits && !seen[key] {
			seen[key] = true
			values = append(values, v)
		}
	}
	return values
}

// integerBase returns the integer type that holds all values.
func integerBase(s *spec.Schema, values []spec.Literal) (Kind, bool) {
	kind := KindInt64
	switch s.Format {
	case "int8", "int16", "int32", "uint8", "uint16":
		kind = KindInt32
	case "uint32":
		kind = KindUint32
	case "uint64":
		kind = KindUint64
	}
	fits := func(kind Kind) bool {
		return !slices.ContainsFunc(values, func(v spec.Literal) bool {
			n, ok := exact(v.JSON)
			return !ok || n.Num().Cmp(kindSpans[kind].low) < 0 || n.Num().Cmp(kindSpans[kind].high) > 0
		})
	}
	for _, k := range []Kind{kind, KindInt64, KindUint64} {
		if fits(k) {
			return k, true
		}
	}
	return kind, false
}

func (b *builder) fillEnum(t *Type, s *spec.Schema) {
	values := enumValues(s)
	t.Enum = &Enum{Base: KindString, Go: builtin("string")}
	lower := naming.Unexported(t.Name)
	if literalTypes(values)[0] == "string" {
		t.Enum.Var = b.scope.Take(lower + "Values")
	} else {
		t.Enum.Base, _ = integerBase(s, values)
		t.Enum.Go = scalars[t.Enum.Base]
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = v.JSON
		if text, ok := textOf(v.JSON); ok {
			texts[i] = text
		}
	}
	given := extensionList(s.Extensions, "x-enum-varnames")
	descriptions := extensionList(s.Extensions, "x-enum-descriptions")
	var numbers []*Expr
	for i, part := range naming.Constants(texts) {
		v := &EnumValue{Text: texts[i], Expr: stringExpr(texts[i])}
		if t.Enum.Var == "" {
			v.Expr = integerExpr(values[i].JSON)
			v.Text = v.Expr.String()
			numbers = append(numbers, v.Expr)
		}
		if len(given) == len(values) && given[i] != "" {
			part = strings.TrimPrefix(naming.Exported(given[i]), t.Name)
		}
		v.Name = b.scope.Take(naming.Clip(t.Name + part))
		if len(descriptions) == len(values) {
			v.Doc = describe(v.Name, descriptions[i])
		}
		t.Enum.Values = append(t.Enum.Values, v)
	}
	if t.Enum.Var == "" {
		t.Rule = b.integerRule(s, t.Enum.Base, numbers)
	}
}

// integerExpr returns a JSON number that is an integer of 64 bits as a literal.
func integerExpr(text string) *Expr {
	n, ok := exact(text)
	if !ok {
		n = new(big.Rat)
	}
	if n.Num().IsInt64() {
		return intExpr(n.Num().Int64())
	}
	return uintExpr(n.Num().Uint64())
}
