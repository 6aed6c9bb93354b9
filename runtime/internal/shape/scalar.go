package shape

import (
	"bytes"
	"slices"
	"strings"
)

// Takes reports whether a text is a scalar that s allows.
func (s *Shape) Takes(text []byte) bool {
	return s.takesAll() || s.kindOf(text) != 0
}

// takesAll reports whether any text is a string that s allows.
func (s *Shape) takesAll() bool {
	return s.Has(texts&^KindString) || s.Has(KindString) && s.Texts == nil
}

// kindOf returns what a text is read as; 0 if it is none of what s allows, or a string as any text is. The text decides, in this order.
func (s *Shape) kindOf(text []byte) Kinds {
	switch {
	case s.Has(KindString) && slices.ContainsFunc(s.Texts, func(t string) bool { return t == string(text) }): // it may be long, and is not copied
		return KindString
	case s.Has(KindNumber) && IsNumber(text), s.Has(KindInteger) && (isInteger(text) || !s.takesAll() && IsNumber(text)):
		return KindNumber // whether 1.0 is an integer is for the decoder to say
	case s.Has(KindBoolean) && (string(text) == "true" || string(text) == "false"):
		return KindBoolean
	case s.Has(KindNull) && !s.takesAll() && (len(text) == 0 || string(text) == "null"):
		return KindNull
	}
	return 0
}

// IsNumber reports whether text is a number by the grammar of JSON (RFC 8259 section 6), leading zeros allowed.
func IsNumber(text []byte) bool {
	n, text := cutDigits(bytes.TrimPrefix(text, []byte{'-'}))
	if n == 0 {
		return false
	}
	if len(text) > 0 && text[0] == '.' {
		if n, text = cutDigits(text[1:]); n == 0 {
			return false
		}
	}
	if len(text) > 0 && text[0]|0x20 == 'e' {
		text = text[1:]
		if len(text) > 0 && (text[0] == '+' || text[0] == '-') {
			text = text[1:]
		}
		if n, text = cutDigits(text); n == 0 {
			return false
		}
	}
	return len(text) == 0
}

// isInteger reports whether text consists of digits, with a minus sign before them or not.
func isInteger(text []byte) bool {
	n, rest := cutDigits(bytes.TrimPrefix(text, []byte{'-'}))
	return n > 0 && len(rest) == 0
}

func cutDigits(text []byte) (n int, rest []byte) {
	for n < len(text) && text[n]-'0' <= 9 {
		n++
	}
	return n, text[n:]
}

// JSONNumber returns a number without the leading zeros that JSON does not allow.
func JSONNumber(text []byte) string {
	digits := strings.TrimPrefix(string(text), "-")
	sign := string(text[:len(text)-len(digits)])
	for len(digits) > 1 && digits[0] == '0' && digits[1]-'0' <= 9 {
		digits = digits[1:]
	}
	return sign + digits
}

// PlusSign puts the plus sign back that a query or a form has made a space in the offset of a time: "12:00:00 01:00".
func PlusSign(s string) string {
	if i := len(s) - len(" 00:00"); i > 0 && s[i] == ' ' {
		return s[:i] + "+" + s[i+1:]
	}
	return s
}
