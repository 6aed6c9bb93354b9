package validate

import (
	"cmp"
	"math"
	"math/big"
	"math/bits"
	"strings"
)

// maxExact bounds the characters of a number that is calculated with beyond 64 bits, so that no request can make that slow.
const maxExact = 1024

// compareExact compares text, whose nearest float64 is v, with the decimal that is written for bound. As rounding keeps the
// order, only numbers that round to the bound itself need a closer look; one of more than maxExact characters gets none.
func compareExact(text string, v, bound float64, exactBound string) int {
	if c := cmp.Compare(v, bound); c != 0 || len(text) > maxExact || math.IsInf(v, 0) {
		return c
	}
	if bound == 0 {
		return signOf(text)
	}
	exact, ok1 := new(big.Rat).SetString(text) // its exponent is near that of bound, so this is small
	limit, ok2 := new(big.Rat).SetString(cmp.Or(exactBound, floatText(bound)))
	if !ok1 || !ok2 {
		return 0
	}
	return exact.Cmp(limit)
}

// signOf returns -1, 0 or +1 for a number that may be too small for a float64.
func signOf(text string) int {
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	switch {
	case strings.Trim(mantissa, "-0.") == "":
		return 0
	case mantissa[0] == '-':
		return -1
	}
	return 1
}

// IsMultiple reports whether the JSON number text is a multiple of the decimal number divisor, exactly: 0.3 is one of 0.1. Numbers
// of more than a thousand characters are none.
func IsMultiple(text, divisor string) bool {
	a, fits1 := decompose(text)
	b, fits2 := decompose(divisor)
	switch {
	case !fits1 || !fits2:
		return isMultipleExact(text, divisor)
	case b.mantissa == 0 || a.mantissa == 0:
		return true // nothing is demanded; zero is a multiple of everything
	case a.exponent < b.exponent:
		return false // a's last digit stands behind b's, and is not zero
	}
	// a.mantissa * 10^shift must be divisible by b.mantissa, whatever the shift: calculate modulo b.mantissa.
	return mulMod(a.mantissa, powMod(10, uint64(a.exponent-b.exponent), b.mantissa), b.mantissa) == 0
}

// isMultipleExact serves numbers of more than 19 digits. Numbers beyond maxExact characters are refused.
func isMultipleExact(text, divisor string) bool {
	if len(text) > maxExact || len(divisor) > maxExact {
		return false
	}
	a, aExp, ok1 := decomposeBig(text)
	b, bExp, ok2 := decomposeBig(divisor)
	switch {
	case !ok1 || !ok2:
		return false
	case b.Sign() == 0 || a.Sign() == 0:
		return true
	case aExp < bExp:
		return false
	}
	shift := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(aExp-bExp)), b)
	return shift.Mul(shift, a).Rem(shift, b).Sign() == 0
}

// decomposeBig is decompose for any number of digits.
func decomposeBig(text string) (mantissa *big.Int, exponent int, ok bool) {
	digits, exp, _ := strings.Cut(strings.ToLower(text), "e")
	exponent, ok = smallInt(exp)
	whole, fraction, _ := strings.Cut(strings.TrimLeft(digits, "+-"), ".")
	trimmed := strings.TrimRight(whole+fraction, "0")
	exponent += len(whole) - len(trimmed)
	mantissa, isInt := new(big.Int).SetString("0"+trimmed, 10)
	return mantissa, exponent, ok && isInt
}

// decimal is mantissa * 10^exponent; the mantissa does not end in a zero unless it is zero. The sign is left out.
type decimal struct {
	mantissa uint64
	exponent int
}

// decompose takes a number by the grammar of JSON apart; fits is false when it has too many digits.
func decompose(text string) (d decimal, fits bool) {
	const most = (math.MaxUint64 - 9) / 10
	zeros, fraction := 0, false // zeros are held back until another digit follows
	for i := range len(text) {
		switch c := text[i]; {
		case c == '.':
			fraction = true
		case c|0x20 == 'e':
			exp, ok := smallInt(text[i+1:])
			d.exponent += exp + zeros
			return d.orZero(), ok
		case c == '0':
			zeros++
			d.exponent -= toInt(fraction)
		case c != '-' && c != '+':
			for ; zeros > 0 && d.mantissa != 0; zeros-- {
				if d.mantissa > most {
					return d, false
				}
				d.mantissa *= 10
			}
			if d.mantissa > most {
				return d, false
			}
			zeros = 0
			d.mantissa = d.mantissa*10 + uint64(c-'0')
			d.exponent -= toInt(fraction)
		}
	}
	d.exponent += zeros
	return d.orZero(), true
}

func (d decimal) orZero() decimal {
	if d.mantissa == 0 {
		return decimal{}
	}
	return d
}

func toInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// smallInt reads the exponent of a number; ok is false beyond a million.
func smallInt(text string) (n int, ok bool) {
	digits, negative := strings.CutPrefix(strings.TrimPrefix(text, "+"), "-")
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
		if n > 1_000_000 {
			return 0, false
		}
	}
	if negative {
		n = -n
	}
	return n, true
}

// mulMod returns a*b modulo m.
func mulMod(a, b, m uint64) uint64 {
	high, low := bits.Mul64(a%m, b%m)
	return bits.Rem64(high, low, m)
}

// powMod returns base to the power of exp, modulo m.
func powMod(base, exp, m uint64) uint64 {
	result := 1 % m
	for ; exp > 0; exp >>= 1 {
		if exp&1 == 1 {
			result = mulMod(result, base, m)
		}
		base = mulMod(base, base, m)
	}
	return result
}
