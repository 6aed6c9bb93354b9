package ir

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// span is a range of integers, both ends included; nil is no bound.
type span struct{ low, high *big.Int }

var (
	minInt64  = big.NewInt(math.MinInt64)
	maxInt64  = big.NewInt(math.MaxInt64)
	maxUint64 = new(big.Int).SetUint64(math.MaxUint64)
	// The bounds of an int64 as tools write them that know floating point alone.
	roundedMax, _ = new(big.Int).SetString("9223372036854776000", 10)
	roundedMin    = new(big.Int).Neg(roundedMax)
)

// formatSpans are the ranges of the formats of integers that are narrower than their Go type.
var formatSpans = map[string]span{
	"int8": {big.NewInt(math.MinInt8), big.NewInt(math.MaxInt8)}, "uint8": {new(big.Int), big.NewInt(math.MaxUint8)},
	"int16": {big.NewInt(math.MinInt16), big.NewInt(math.MaxInt16)}, "uint16": {new(big.Int), big.NewInt(math.MaxUint16)},
}

// kindSpans are the ranges of the Go types; their decoders refuse what lies outside.
var kindSpans = map[Kind]span{
	KindInt32: {big.NewInt(math.MinInt32), big.NewInt(math.MaxInt32)}, KindUint32: {new(big.Int), big.NewInt(math.MaxUint32)},
	KindInt64: {minInt64, maxInt64}, KindUint64: {new(big.Int), maxUint64},
}

// bounds returns the integers that s allows, exclusive and fractional bounds folded in.
func bounds(s *spec.Schema) span {
	out := formatSpans[s.Format]
	if n, ok := number(s.Minimum); ok {
		out.low = maxOf(out.low, ceil(n))
	}
	if n, ok := number(s.ExclusiveMinimum); ok {
		out.low = maxOf(out.low, new(big.Int).Add(floor(n), big.NewInt(1)))
	}
	if n, ok := number(s.Maximum); ok {
		out.high = minOf(out.high, floor(n))
	}
	if n, ok := number(s.ExclusiveMaximum); ok {
		out.high = minOf(out.high, new(big.Int).Sub(ceil(n), big.NewInt(1)))
	}
	return out
}

func number(l *spec.Literal) (*big.Rat, bool) {
	if l == nil {
		return nil, false
	}
	return exact(l.JSON)
}

func floor(n *big.Rat) *big.Int {
	quotient, rest := new(big.Int).QuoRem(n.Num(), n.Denom(), new(big.Int))
	if rest.Sign() < 0 {
		quotient.Sub(quotient, big.NewInt(1))
	}
	return quotient
}

func ceil(n *big.Rat) *big.Int {
	negative := floor(new(big.Rat).Neg(n))
	return negative.Neg(negative)
}

func maxOf(x, y *big.Int) *big.Int {
	if x == nil || y.Cmp(x) > 0 {
		return y
	}
	return x
}

func minOf(x, y *big.Int) *big.Int {
	if x == nil || y.Cmp(x) < 0 {
		return y
	}
	return x
}

// kindOfSpan returns the type for integers without a format: one of 64 bits where the bounds leave no doubt, or say nothing, and an
// exact one where they allow for more.
func kindOfSpan(allowed span) Kind {
	negative := allowed.low == nil || allowed.low.Sign() < 0
	switch {
	case allowed.low != nil && allowed.low.Cmp(roundedMin) < 0 || allowed.high != nil && allowed.high.Cmp(maxUint64) > 0:
		return KindDecimal
	case allowed.high == nil || allowed.high.Cmp(maxInt64) <= 0:
		return KindInt64
	case !negative:
		return KindUint64
	case allowed.high.Cmp(roundedMax) <= 0:
		return KindInt64
	}
	return KindDecimal
}

// integerRule returns the rule for integers of a kind; values are those of an enum.
func (b *builder) integerRule(s *spec.Schema, kind Kind, values []*Expr) *Rule {
	name, expr, elem := "IntRule", func(n *big.Int) *Expr { return intExpr(n.Int64()) }, "int64"
	if kind == KindUint32 || kind == KindUint64 {
		name, expr, elem = "UintRule", func(n *big.Int) *Expr { return uintExpr(n.Uint64()) }, "uint64"
	}
	allowed, fits := bounds(s), kindSpans[kind]
	if allowed.low != nil && allowed.high != nil && allowed.low.Cmp(allowed.high) > 0 ||
		allowed.low != nil && allowed.low.Cmp(fits.high) > 0 || allowed.high != nil && allowed.high.Cmp(fits.low) < 0 {
		b.contradict(s, s.Nullable, "no integer of its format lies between minimum and maximum")
	}
	var fields []RuleField
	if allowed.low != nil && allowed.low.Cmp(fits.low) > 0 {
		fields = append(fields, RuleField{"Min", expr(minOf(fits.high, allowed.low))}, RuleField{"HasMin", boolExpr(true)})
	}
	if allowed.high != nil && allowed.high.Cmp(fits.high) < 0 {
		fields = append(fields, RuleField{"Max", expr(maxOf(fits.low, allowed.high))}, RuleField{"HasMax", boolExpr(true)})
	}
	if n := b.integerMultiple(s); n > 1 {
		fields = append(fields, RuleField{"MultipleOf", intExpr(n)})
	}
	if len(values) > 0 {
		fields = append(fields, RuleField{"Enum", listExpr(sliceOf(builtin(elem)), values...)})
	}
	return b.rule(s, name, fields)
}

// integerMultiple returns what an integer has to be a multiple of, 0 for anything: a multiple of the fraction p/q in lowest
// terms that is an integer is a multiple of p.
func (b *builder) integerMultiple(s *spec.Schema) int64 {
	n, ok := number(s.MultipleOf)
	switch {
	case !ok:
		return 0
	case n.Sign() <= 0 || !n.Num().IsInt64(): // see leftovers.scalars
		return 0
	}
	return n.Num().Int64()
}

// integerMultiples returns the smallest multiple of a multipleOf that is an integer, for integers that are kept exactly.
func integerMultiples(s *spec.Schema) string {
	n, ok := number(s.MultipleOf)
	if !ok || n.Sign() <= 0 {
		return "1"
	}
	return n.Num().String()
}

func (b *builder) floatRule(s *spec.Schema, kind Kind) *Rule {
	var fields []RuleField
	if low, exclusive, ok := floatBound(s.Minimum, s.ExclusiveMinimum, 1); ok {
		fields = append(fields, RuleField{"Min", floatExpr(low)}, RuleField{"HasMin", boolExpr(true)})
		if exclusive {
			fields = append(fields, RuleField{"ExclusiveMin", boolExpr(true)})
		}
	}
	if high, exclusive, ok := floatBound(s.Maximum, s.ExclusiveMaximum, -1); ok {
		fields = append(fields, RuleField{"Max", floatExpr(high)}, RuleField{"HasMax", boolExpr(true)})
		if exclusive {
			fields = append(fields, RuleField{"ExclusiveMax", boolExpr(true)})
		}
	}
	if kind == KindDecimal {
		fields = exactBound(exactBound(fields, "MinExact", s.Minimum, s.ExclusiveMinimum, 1), "MaxExact", s.Maximum, s.ExclusiveMaximum, -1)
	}
	if kind == KindDecimal && slices.Equal(typesOf(s), []string{"integer"}) {
		fields = append(fields, RuleField{"Integer", boolExpr(true)})
		if n := integerMultiples(s); n != "1" {
			fields = append(fields, RuleField{"MultipleOf", stringExpr(n)})
		}
	} else if n, ok := number(s.MultipleOf); ok {
		if n.Sign() > 0 {
			fields = append(fields, RuleField{"MultipleOf", stringExpr(strings.TrimSpace(s.MultipleOf.JSON))})
		}
	}
	var values []*Expr
	for _, v := range enumValues(s) {
		if n, ok := exact(v.JSON); ok {
			f, _ := n.Float64()
			values = append(values, floatExpr(f))
		}
	}
	if len(values) > 0 {
		fields = append(fields, RuleField{"Enum", listExpr(sliceOf(builtin("float64")), values...)})
	}
	return b.rule(s, "FloatRule", fields)
}

// floatBound returns the tighter of two bounds. A bound beyond a float64 is none, as every float64 lies inside.
func floatBound(inclusive, exclusive *spec.Literal, sign int) (bound float64, isExclusive, ok bool) {
	in, hasIn := number(inclusive)
	ex, hasEx := number(exclusive)
	n := in
	if hasEx && (!hasIn || ex.Cmp(in)*sign >= 0) {
		n, isExclusive = ex, true
	}
	if !hasIn && !hasEx {
		return 0, false, false
	}
	bound, _ = n.Float64()
	return bound, isExclusive, !math.IsInf(bound, 0)
}

// exactBound adds a bound as a decimal where a float64 does not hold it.
func exactBound(fields []RuleField, name string, inclusive, exclusive *spec.Literal, sign int) []RuleField {
	l := inclusive
	in, hasIn := number(inclusive)
	if ex, ok := number(exclusive); ok && (!hasIn || ex.Cmp(in)*sign >= 0) {
		l, in = exclusive, ex
	}
	if l == nil || in == nil {
		return fields
	}
	f, _ := in.Float64()
	if math.IsInf(f, 0) {
		return fields
	}
	if same, ok := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64)); ok && same.Cmp(in) == 0 {
		return fields
	}
	return append(fields, RuleField{name, stringExpr(strings.TrimSpace(l.JSON))})
}
