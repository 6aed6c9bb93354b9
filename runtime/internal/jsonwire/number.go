package jsonwire

import (
	"math"
	"strconv"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// fastDigits is the number of digits that fit a uint64, whatever they are, with room for a sign.
const fastDigits = 18

// goesOn marks the bytes by which a number goes on behind an integer.
var goesOn = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'.': true, 'e': true, 'E': true,
}

// small consumes an integer of at most 18 digits that is written plainly. Otherwise ok is false and nothing is consumed.
func (d *Decoder) small() (magnitude uint64, negative, ok bool) {
	data, i := d.data, d.pos
	if i < len(data) && data[i] == '-' {
		negative = true
		i++
	}
	first := i
	for i < len(data) && data[i]-'0' <= 9 && i-first < fastDigits {
		magnitude = magnitude*10 + uint64(data[i]-'0')
		i++
	}
	if i == first || i < len(data) && goesOn[data[i]] || data[first] == '0' && i-first > 1 {
		return 0, false, false
	}
	d.pos = i
	return magnitude, negative, true
}

// Int64 consumes an integer; 1.0 and 1e2 are integers.
func (d *Decoder) Int64(r *validate.IntRule) int64 {
	offset := d.pos
	magnitude, negative, ok := d.small()
	v := int64(magnitude)
	if negative {
		v = -v
	}
	if !ok {
		if v, ok = d.largeInt64(); !ok {
			return 0
		}
	}
	if r != nil {
		if f := r.Check(v); f != 0 {
			d.refuse(offset, f, r)
		}
	}
	return v
}

// Int32 consumes an integer of 32 bits.
func (d *Decoder) Int32(r *validate.IntRule) int32 {
	offset := d.pos
	v := d.Int64(r)
	if int64(int32(v)) != v {
		d.Violate(offset, validate.KeywordFormat, validate.MessageInt32)
		return 0
	}
	return int32(v)
}

// Uint64 consumes an integer that is not negative.
func (d *Decoder) Uint64(r *validate.UintRule) uint64 {
	offset := d.pos
	v, negative, ok := d.small()
	if !ok {
		if v, ok = d.largeUint64(); !ok {
			return 0
		}
	}
	if negative && v != 0 {
		d.Violate(offset, validate.KeywordFormat, validate.MessageUint)
		return 0
	}
	if r != nil {
		if f := r.Check(v); f != 0 {
			d.refuse(offset, f, r)
		}
	}
	return v
}

// Uint32 consumes an integer of 32 bits that is not negative.
func (d *Decoder) Uint32(r *validate.UintRule) uint32 {
	offset := d.pos
	v := d.Uint64(r)
	if v > math.MaxUint32 {
		d.Violate(offset, validate.KeywordFormat, validate.MessageInt32)
		return 0
	}
	return uint32(v)
}

func (d *Decoder) largeInt64() (int64, bool) {
	offset := d.pos
	n, ok := d.integer()
	if !ok {
		return 0, false
	}
	v, fits := n.Int64()
	if !fits {
		d.Violate(offset, validate.KeywordFormat, validate.MessageInt64)
	}
	return v, fits
}

func (d *Decoder) largeUint64() (uint64, bool) {
	offset := d.pos
	n, ok := d.integer()
	if !ok {
		return 0, false
	}
	v, fits := n.Uint64()
	switch {
	case fits:
	case n.Sign() < 0:
		d.Violate(offset, validate.KeywordFormat, validate.MessageUint)
	default:
		d.Violate(offset, validate.KeywordFormat, validate.MessageInt64)
	}
	return v, fits
}

// integer consumes a number that is written in any way and has no fraction.
func (d *Decoder) integer() (value.Decimal, bool) {
	offset := d.pos
	text, ok := d.number("integer")
	if !ok {
		return value.Decimal{}, false
	}
	n, err := value.ParseDecimal(Borrowed(text))
	switch {
	case err != nil:
		d.Violate(offset, validate.KeywordFormat, validate.MessageInt64)
	case !n.IsInteger():
		d.Violate(offset, validate.KeywordType, validate.MessageType("integer", "number"))
	default:
		return n, true
	}
	return value.Decimal{}, false
}

// Float64 consumes a number. What is too large for a float64 is a violation; what is too small is zero.
func (d *Decoder) Float64(r *validate.FloatRule) float64 { return d.float(64, r) }

// Float32 consumes a number and rounds it to 32 bits. The rule checks the number before that.
func (d *Decoder) Float32(r *validate.FloatRule) float32 { return float32(d.float(32, r)) }

func (d *Decoder) float(bits int, r *validate.FloatRule) float64 {
	offset := d.pos
	text, ok := d.number("number")
	if !ok {
		return 0
	}
	v, exact := shortFloat(text)
	if !exact {
		var err error
		if v, err = strconv.ParseFloat(Borrowed(text), 64); err != nil {
			d.Violate(offset, validate.KeywordFormat, validate.MessageFloat64)
			return 0
		}
	}
	if r != nil {
		if f := r.Check(v, Borrowed(text)); f != 0 {
			d.refuse(offset, f, r)
		}
	}
	if bits == 32 && math.Abs(v) > math.MaxFloat32 {
		d.Violate(offset, validate.KeywordFormat, validate.MessageFloat32)
		return 0
	}
	return v
}

// shortFloat returns the value of a number of at most 15 digits without exponent. Both the digits and the power of ten are exact
// then, so their quotient is rounded once.
func shortFloat(text []byte) (v float64, ok bool) {
	digits, negative := text, text[0] == '-'
	if negative {
		digits = text[1:]
	}
	if len(digits) > len("123456789012.345") {
		return 0, false
	}
	var mantissa uint64
	places := 0
	for i, c := range digits {
		switch {
		case c == '.':
			places = len(digits) - 1 - i
		case c-'0' <= 9:
			mantissa = mantissa*10 + uint64(c-'0')
		default:
			return 0, false
		}
	}
	v = float64(mantissa) / powers[places]
	if negative {
		v = -v
	}
	return v, mantissa < 1<<53
}

var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16}

// Decimal consumes a number and keeps it exactly.
func (d *Decoder) Decimal(r *validate.FloatRule) value.Decimal {
	offset := d.pos
	text, ok := d.number("number")
	if !ok {
		return value.Decimal{}
	}
	return d.decimal(offset, d.textOf(offset, offset+len(text)), r)
}

// DecimalString consumes a string that holds a number by the grammar of JSON, and keeps it exactly.
func (d *Decoder) DecimalString(r *validate.FloatRule) value.Decimal {
	offset := d.pos
	text, ok := d.str()
	if !ok {
		return value.Decimal{}
	}
	return d.decimal(offset, text, r)
}

func (d *Decoder) decimal(offset int, text string, r *validate.FloatRule) value.Decimal {
	n, err := value.ParseDecimal(text)
	if err != nil {
		d.Violate(offset, validate.KeywordFormat, validate.MessageDecimal)
		return value.Decimal{}
	}
	if r != nil {
		if f := r.CheckDecimal(text); f != 0 {
			d.refuse(offset, f, r)
		}
	}
	return n
}

// number consumes a number and returns its text, which is the body's. want names the type for the case that it is none.
func (d *Decoder) number(want string) ([]byte, bool) {
	data, start := d.data, d.pos
	if start >= len(data) || data[start] != '-' && data[start]-'0' > 9 {
		d.mismatch(want)
		return nil, false
	}
	end, ok := scanNumber(data, start)
	if !ok {
		d.failAt(end, reasonNumber)
		return nil, false
	}
	d.pos = end
	return data[start:end], true
}

// scanNumber returns where the number at i ends, by the grammar of RFC 8259 section 6, or where it breaks it.
func scanNumber(data []byte, i int) (end int, ok bool) {
	if data[i] == '-' {
		i++
	}
	first := i
	i = skipDigits(data, i)
	if i == first {
		return i, false
	}
	if data[first] == '0' && i-first > 1 {
		return first + 1, false
	}
	if i < len(data) && data[i] == '.' {
		first = i + 1
		if i = skipDigits(data, first); i == first {
			return i, false
		}
	}
	if i < len(data) && data[i]|0x20 == 'e' {
		first = i + 1
		if first < len(data) && (data[first] == '+' || data[first] == '-') {
			first++
		}
		if i = skipDigits(data, first); i == first {
			return i, false
		}
	}
	return i, true
}

func skipDigits(data []byte, i int) int {
	for i < len(data) && data[i]-'0' <= 9 {
		i++
	}
	return i
}
