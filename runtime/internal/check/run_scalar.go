package check

import (
	"bytes"
	"strconv"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// literals holds value i against enum and const.
func (r *run) literals(n *node, i int) bool {
	ok := true
	for _, v := range n.values {
		if r.isOne(v, i) {
			continue
		}
		ok = r.refuse(i, v.keyword, v.message)
	}
	return ok
}

func (r *run) isOne(v *values, i int) bool {
	if r.outline.Kind(i) == jsonwire.KindString {
		return v.strings[string(r.outline.String(i))]
	}
	if len(v.others) == 0 {
		return false
	}
	r.scratch = r.decoder.Canonical(r.scratch[:0], r.outline.Start(i))
	return v.others[string(r.scratch)]
}

// text holds a string, which is value i or its name, against t.
func (r *run) text(t *textRule, contents []byte, i int) bool {
	s := jsonwire.Borrowed(contents)
	if t.Format.IsCustom() { // whose check may keep it
		s = string(contents)
	}
	ok := r.refuseAs(i, r.decoder.Meets(&t.StringRule, s), &t.StringRule)
	if t.parse != nil && !t.parse(s) {
		ok = r.refuse(i, validate.KeywordFormat, validate.MessageBase64)
	}
	return ok
}

// number holds number i against t.
func (r *run) number(t *numberRule, kind jsonwire.Kind, i int) bool {
	x := number{text: r.outline.Raw(i)}
	x.float, x.short = shortNumber(x.text)
	ok := true
	if t.minimum != nil && x.compare(t.minimum) < 0 {
		ok = r.refuseNumber(i, validate.KeywordMinimum, t.minimum.text)
	}
	if t.maximum != nil && x.compare(t.maximum) > 0 {
		ok = r.refuseNumber(i, validate.KeywordMaximum, t.maximum.text)
	}
	if t.exclusiveMinimum != nil && x.compare(t.exclusiveMinimum) <= 0 {
		ok = r.refuseNumber(i, validate.KeywordExclusiveMinimum, t.exclusiveMinimum.text)
	}
	if t.exclusiveMaximum != nil && x.compare(t.exclusiveMaximum) >= 0 {
		ok = r.refuseNumber(i, validate.KeywordExclusiveMaximum, t.exclusiveMaximum.text)
	}
	if t.multipleOf != "" && !validate.IsMultiple(jsonwire.Borrowed(x.text), t.multipleOf) {
		ok = r.refuseNumber(i, validate.KeywordMultipleOf, t.multipleOf)
	}
	if f := t.format; f != nil {
		switch {
		case f.whole && kind != jsonwire.KindInteger:
			ok = r.refuse(i, validate.KeywordType, validate.MessageType("integer", kind.String()))
		case x.compare(f.low) < 0, x.compare(f.high) > 0:
			ok = r.refuse(i, validate.KeywordFormat, f.message)
		}
	}
	return ok
}

func (r *run) refuseNumber(i int, keyword, bound string) bool {
	return r.tell && r.refuse(i, keyword, validate.MessageNumber(keyword, bound))
}

// number is a number of the value.
type number struct {
	text    []byte
	float   float64
	short   bool
	decimal *value.Decimal // nil until it is needed
}

// compare returns -1, 0 or +1 as x is less than, equal to or greater than b, exactly. Numbers beyond an exponent of a billion lie
// beyond every bound, or are zero.
func (x *number) compare(b *bound) int {
	if x.short && b.short {
		switch {
		case x.float < b.float:
			return -1
		case x.float > b.float:
			return 1
		}
		return 0
	}
	if x.decimal == nil {
		d, err := value.ParseDecimal(string(x.text))
		if err != nil {
			d = extreme(x.text)
		}
		x.decimal = &d
	}
	return x.decimal.Cmp(b.decimal)
}

// extreme stands for a number with an exponent beyond a billion.
func extreme(text []byte) value.Decimal {
	stand := "1e999999999"
	switch {
	case len(bytes.Trim(bytes.SplitN(bytes.ToLower(text), []byte("e"), 2)[0], "-0.")) == 0:
		stand = "0"
	case bytes.LastIndexByte(text, '-') > 0:
		stand = "1e-999999999"
	}
	if text[0] == '-' && stand != "0" {
		stand = "-" + stand
	}
	d, _ := value.ParseDecimal(stand)
	return d
}

// shortNumber returns the float64 that is nearest to a number. short tells whether it has at most 15 digits and no exponent, so that
// it is the nearest to no other such number, and their order is that of the numbers.
func shortNumber(text []byte) (f float64, short bool) {
	if len(text) > len("12345678901234.") || bytes.ContainsAny(text, "eE") {
		return 0, false
	}
	f, err := strconv.ParseFloat(jsonwire.Borrowed(text), 64)
	return f, err == nil
}
