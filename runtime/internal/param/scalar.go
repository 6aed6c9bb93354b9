package param

import (
	"errors"
	"math"
	"strconv"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// What can be wrong with the text of a number or of a boolean.
var (
	// ErrType says that the text is not of the type at all.
	ErrType = errors.New("not of this type")
	// ErrRange says that it is, and does not fit.
	ErrRange = errors.New("out of range")
)

// ParseInt64 reads an integer: digits, with a minus sign before them or not. "1e2" and "1.0", which are integers in a
// JSON body, are not integers here, nor are "+1" and " 1"; leading zeros are allowed, as in "/archive/2024/05".
func ParseInt64(text []byte) (int64, error) {
	digits, negative := text, false
	if len(text) > 0 && text[0] == '-' {
		digits, negative = text[1:], true
	}
	n, err := parseDigits(digits)
	switch {
	case err != nil:
		return 0, err
	case negative && n <= -math.MinInt64:
		return -int64(n), nil
	case negative || n > math.MaxInt64:
		return 0, ErrRange
	}
	return int64(n), nil
}

// ParseUint64 reads an integer in the form of ParseInt64. A negative one is out of range.
func ParseUint64(text []byte) (uint64, error) {
	if len(text) > 0 && text[0] == '-' {
		if n, err := parseDigits(text[1:]); err != nil || n > 0 {
			if err == nil {
				err = ErrRange
			}
			return 0, err
		}
		return 0, nil
	}
	return parseDigits(text)
}

func parseDigits(text []byte) (n uint64, err error) {
	if len(text) == 0 {
		return 0, ErrType
	}
	for _, c := range text {
		digit := uint64(c - '0')
		if digit > 9 {
			return 0, ErrType
		}
		if n >= math.MaxUint64/10 && n > (math.MaxUint64-digit)/10 {
			err = ErrRange // unless a later byte is no digit
		}
		n = n*10 + digit
	}
	return n, err
}

// ParseFloat reads a number by the grammar of JSON (RFC 8259 section 6), with leading zeros allowed, as a float of 32
// or 64 bits.
func ParseFloat(text []byte, bitSize int) (float64, error) {
	if !shape.IsNumber(text) {
		return 0, ErrType
	}
	f, err := strconv.ParseFloat(string(text), bitSize)
	if err != nil {
		return 0, ErrRange
	}
	return f, nil
}

// ParseBool reads "true" or "false".
func ParseBool(text []byte) (bool, error) {
	switch string(text) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, ErrType
}
