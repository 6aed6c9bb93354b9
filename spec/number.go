package spec

import (
	"math/big"
	"strconv"
	"strings"
)

// isJSONNumber reports whether s is a number of RFC 8259 section 6.
func isJSONNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole := digits(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	s = s[whole:]
	if strings.HasPrefix(s, ".") {
		n := digits(s[1:])
		if n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if s != "" && s[0]|0x20 == 'e' {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		n := digits(s)
		if n == 0 {
			return false
		}
		s = s[n:]
	}
	return s == ""
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// jsonNumber spells a number of YAML as JSON does: 0x1F is 31, +.5 is 0.5, 012 is 12 as in YAML 1.2, 1_000 is 1000.
// What is no number at all gives "".
func jsonNumber(s string) string {
	if isJSONNumber(s) {
		return s
	}
	s = strings.ReplaceAll(s, "_", "")
	sign := ""
	switch {
	case strings.HasPrefix(s, "-"):
		sign, s = "-", s[1:]
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	}
	if len(s) > 2 && s[0] == '0' && strings.ContainsRune("xXoObB", rune(s[1])) {
		if v, ok := new(big.Int).SetString(s, 0); ok {
			return sign + v.String()
		}
		return ""
	}
	for len(s) > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9' {
		s = s[1:]
	}
	if strings.HasPrefix(s, ".") && digits(s[1:]) > 0 {
		s = "0" + s
	}
	if whole := digits(s); whole > 0 && strings.HasPrefix(s[whole:], ".") && digits(s[whole+1:]) == 0 {
		s = s[:whole] + s[whole+1:]
	}
	if s = sign + s; isJSONNumber(s) {
		return s
	}
	return ""
}

// maxExponent bounds the exponents that are calculated with: 1e999999999 would be a gigabyte of digits.
const maxExponent = 4096

// rational is the exact value of a number, nil where its exponent is beyond all use.
func rational(s string) *big.Rat {
	s = jsonNumber(s)
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		if exp, err := strconv.Atoi(s[i+1:]); err != nil || max(exp, -exp) > maxExponent {
			return nil
		}
	}
	if len(s) > maxExponent {
		return nil
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil
	}
	return r
}

// whole returns the value of a number that is an integer and fits in 64 bits; 1.0 and 1e3 are integers.
func whole(s string) (int64, bool) {
	r := rational(s)
	if r == nil || !r.IsInt() || !r.Num().IsInt64() {
		return 0, false
	}
	return r.Num().Int64(), true
}
