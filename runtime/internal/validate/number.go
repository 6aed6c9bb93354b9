package validate

import (
	"cmp"
	"slices"
	"strconv"
)

// IntRule is what a schema demands of an integer. Exclusive bounds are folded into Min and Max.
type IntRule struct {
	Min, Max       int64 // inclusive; count only with HasMin, HasMax
	HasMin, HasMax bool
	MultipleOf     int64   // 0: no demand
	Enum           []int64 // nil: no demand
}

// Check returns what v does not meet.
func (r *IntRule) Check(v int64) Faults {
	f := Faults(0).add(r.HasMin && v < r.Min, faultMinimum).add(r.HasMax && v > r.Max, faultMaximum)
	if r.MultipleOf != 0 {
		f = f.add(v%r.MultipleOf != 0, faultMultipleOf)
	}
	if r.Enum != nil {
		f = f.add(!slices.Contains(r.Enum, v), faultEnum)
	}
	return f
}

func (r *IntRule) message(fault Faults) string {
	switch fault {
	case faultEnum:
		return MessageEnum(texts(r.Enum, func(v int64) string { return strconv.FormatInt(v, 10) }))
	case faultMinimum:
		return messageBound(fault, strconv.FormatInt(r.Min, 10))
	case faultMaximum:
		return messageBound(fault, strconv.FormatInt(r.Max, 10))
	default:
		return messageBound(fault, strconv.FormatInt(r.MultipleOf, 10))
	}
}

// UintRule is what a schema demands of an integer that is never negative. Exclusive bounds are folded into Min and Max.
type UintRule struct {
	Min, Max       uint64 // inclusive; count only with HasMin, HasMax
	HasMin, HasMax bool
	MultipleOf     uint64   // 0: no demand
	Enum           []uint64 // nil: no demand
}

// Check returns what v does not meet.
func (r *UintRule) Check(v uint64) Faults {
	f := Faults(0).add(r.HasMin && v < r.Min, faultMinimum).add(r.HasMax && v > r.Max, faultMaximum)
	if r.MultipleOf != 0 {
		f = f.add(v%r.MultipleOf != 0, faultMultipleOf)
	}
	if r.Enum != nil {
		f = f.add(!slices.Contains(r.Enum, v), faultEnum)
	}
	return f
}

func (r *UintRule) message(fault Faults) string {
	switch fault {
	case faultEnum:
		return MessageEnum(texts(r.Enum, func(v uint64) string { return strconv.FormatUint(v, 10) }))
	case faultMinimum:
		return messageBound(fault, strconv.FormatUint(r.Min, 10))
	case faultMaximum:
		return messageBound(fault, strconv.FormatUint(r.Max, 10))
	default:
		return messageBound(fault, strconv.FormatUint(r.MultipleOf, 10))
	}
}

// FloatRule is what a schema demands of a number.
type FloatRule struct {
	Min, Max                   float64 // count only with HasMin, HasMax
	HasMin, HasMax             bool
	ExclusiveMin, ExclusiveMax bool      // the bound itself is refused
	Integer                    bool      // a fraction is refused; CheckDecimal alone looks at it
	MultipleOf                 string    // a decimal number greater than zero; "": no demand
	Enum                       []float64 // nil: no demand
	// MinExact and MaxExact are the bounds for numbers that are kept exactly, as decimals; "" where Min and Max say the same.
	MinExact, MaxExact string
}

// Check returns what v does not meet. text is the number as it was sent, by the grammar of JSON: whether it is a multiple is told
// from its decimal digits, so 0.3 is a multiple of 0.1.
func (r *FloatRule) Check(v float64, text string) Faults {
	below := v < r.Min || r.ExclusiveMin && v == r.Min
	above := v > r.Max || r.ExclusiveMax && v == r.Max
	return r.check(r.HasMin && below, r.HasMax && above, v, text)
}

// CheckDecimal is Check for a number that is kept exactly: the bounds are compared as decimals too. Of a number that is no integer
// where one is demanded, nothing else is told.
func (r *FloatRule) CheckDecimal(text string) Faults {
	if r.Integer && !IsMultiple(text, "1") {
		return faultType
	}
	v, _ := strconv.ParseFloat(text, 64) // an infinity lies beyond every bound, as it must
	low, high := compareExact(text, v, r.Min, r.MinExact), compareExact(text, v, r.Max, r.MaxExact)
	below := low < 0 || r.ExclusiveMin && low == 0
	above := high > 0 || r.ExclusiveMax && high == 0
	return r.check(r.HasMin && below, r.HasMax && above, v, text)
}

func (r *FloatRule) check(below, above bool, v float64, text string) Faults {
	var f Faults
	if below {
		f = f.add(r.ExclusiveMin, faultExclusiveMinimum).add(!r.ExclusiveMin, faultMinimum)
	}
	if above {
		f = f.add(r.ExclusiveMax, faultExclusiveMaximum).add(!r.ExclusiveMax, faultMaximum)
	}
	if r.MultipleOf != "" {
		f = f.add(!IsMultiple(text, r.MultipleOf), faultMultipleOf)
	}
	if r.Enum != nil {
		f = f.add(!slices.Contains(r.Enum, v), faultEnum)
	}
	return f
}

func (r *FloatRule) message(fault Faults) string {
	switch fault {
	case faultType:
		return MessageType("integer", "number")
	case faultEnum:
		return MessageEnum(texts(r.Enum, floatText))
	case faultMinimum, faultExclusiveMinimum:
		return messageBound(fault, cmp.Or(r.MinExact, floatText(r.Min)))
	case faultMaximum, faultExclusiveMaximum:
		return messageBound(fault, cmp.Or(r.MaxExact, floatText(r.Max)))
	default:
		return messageBound(fault, r.MultipleOf)
	}
}

func floatText(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func texts[T any](values []T, text func(T) string) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = text(v)
	}
	return all
}
