package value

import (
	"cmp"
	"errors"
	"math"
	"strconv"
	"strings"
)

// Decimal is an exact decimal number, kept as the text of a JSON number: "1.50" stays "1.50", however long it is. The zero
// value is 0. Two decimals of one value may differ in their text, so compare with Cmp, not with ==.
type Decimal struct {
	text string // a number of RFC 8259 section 6, or empty
}

var errDecimal = errors.New("not a decimal number")

// ParseDecimal reads a number by the grammar of RFC 8259 section 6. Exponents beyond a billion are refused.
func ParseDecimal(s string) (Decimal, error) {
	if !isNumber(s) {
		return Decimal{}, errDecimal
	}
	if at := strings.IndexAny(s, "eE"); at >= 0 {
		if exp, err := strconv.Atoi(s[at+1:]); err != nil || exp > maxExponent || exp < -maxExponent {
			return Decimal{}, errDecimal
		}
	}
	return Decimal{s}, nil
}

const maxExponent = 1_000_000_000

// DecimalFromInt64 returns n.
func DecimalFromInt64(n int64) Decimal { return Decimal{strconv.FormatInt(n, 10)} }

// DecimalFromFloat64 returns the shortest decimal that reads back as f. NaN and the infinities are an error.
func DecimalFromFloat64(f float64) (Decimal, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Decimal{}, errDecimal
	}
	return Decimal{strconv.FormatFloat(f, 'g', -1, 64)}, nil
}

// String returns the number as it was read; "0" for the zero value.
func (d Decimal) String() string {
	if d.text == "" {
		return "0"
	}
	return d.text
}

// Float64 returns the float64 that is nearest; an infinity where none is near.
func (d Decimal) Float64() float64 {
	f, _ := strconv.ParseFloat(d.String(), 64)
	return f
}

// Sign returns -1, 0 or +1.
func (d Decimal) Sign() int {
	n := normalize(d.text)
	switch {
	case n.digits == "":
		return 0
	case n.negative:
		return -1
	}
	return 1
}

// Cmp returns -1, 0 or +1 as d is less than, equal to or greater than other, exactly.
func (d Decimal) Cmp(other Decimal) int {
	if c := cmp.Compare(d.Sign(), other.Sign()); c != 0 {
		return c
	}
	a, b := normalize(d.text), normalize(other.text)
	c := cmp.Or(cmp.Compare(a.point, b.point), strings.Compare(a.digits, b.digits))
	if a.negative {
		return -c
	}
	return c
}

// IsInteger reports whether d has no fraction: 1.0 and 1e2 have none.
func (d Decimal) IsInteger() bool {
	n := normalize(d.text)
	return n.point >= len(n.digits)
}

// Int64 returns the number as an int64; false if it has a fraction or does not fit.
func (d Decimal) Int64() (int64, bool) {
	v, err := strconv.ParseInt(normalize(d.text).integer(), 10, 64)
	return v, err == nil
}

// Uint64 returns the number as a uint64; false if it has a fraction or does not fit.
func (d Decimal) Uint64() (uint64, bool) {
	v, err := strconv.ParseUint(normalize(d.text).integer(), 10, 64)
	return v, err == nil
}

// Canonical returns a text that is the same for all decimals of one value.
func (d Decimal) Canonical() string {
	n := normalize(d.text)
	if n.digits == "" {
		return "0"
	}
	text := n.digits + "e" + strconv.Itoa(n.point-len(n.digits))
	if n.negative {
		return "-" + text
	}
	return text
}

// MarshalJSON gives a JSON number.
func (d Decimal) MarshalJSON() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalJSON reads a JSON number, or a string that holds one. Null leaves d as it is.
func (d *Decimal) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == nullText {
		return nil
	}
	if len(text) > 1 && text[0] == '"' {
		text = text[1 : len(text)-1]
	}
	return d.UnmarshalText([]byte(text))
}

// AppendText appends the number to b. It never fails.
func (d Decimal) AppendText(b []byte) ([]byte, error) { return append(b, d.String()...), nil }

// MarshalText returns the number. It never fails.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDecimal accepts.
func (d *Decimal) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDecimal(string(text))
	return err
}

// normal is 0.DIGITS times ten to the power of point, the first and the last digit not being zero; no digits for zero.
type normal struct {
	negative bool
	digits   string
	point    int
}

// normalize takes a number of RFC 8259 apart.
func normalize(text string) normal {
	var n normal
	text, n.negative = strings.CutPrefix(text, "-")
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		n.point, _ = strconv.Atoi(text[at+1:])
		text = text[:at]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	n.point += len(whole)
	n.digits = whole + fraction
	trimmed := strings.TrimLeft(n.digits, "0")
	n.point -= len(n.digits) - len(trimmed)
	n.digits = strings.TrimRight(trimmed, "0")
	if n.digits == "" {
		return normal{}
	}
	return n
}

// integer returns the digits of a whole number with its sign; nothing if it has a fraction or more digits than any machine word.
func (n normal) integer() string {
	const most = 20
	switch {
	case n.digits == "":
		return "0"
	case n.point < len(n.digits) || n.point > most:
		return ""
	}
	text := n.digits + strings.Repeat("0", n.point-len(n.digits))
	if n.negative {
		return "-" + text
	}
	return text
}

// isNumber reports whether s is a number of RFC 8259 section 6.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, rest := cutDigits(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	if strings.HasPrefix(rest, ".") {
		var n int
		if n, rest = cutDigits(rest[1:]); n == 0 {
			return false
		}
	}
	if rest != "" && rest[0]|0x20 == 'e' {
		rest = rest[1:]
		if rest != "" && (rest[0] == '+' || rest[0] == '-') {
			rest = rest[1:]
		}
		var n int
		if n, rest = cutDigits(rest); n == 0 {
			return false
		}
	}
	return rest == ""
}

// cutDigits removes the leading decimal digits of s and returns how many there were.
func cutDigits(s string) (n int, rest string) {
	for n < len(s) && s[n]-'0' <= 9 {
		n++
	}
	return n, s[n:]
}
