package param

import (
	"bytes"
	"errors"
)

// ErrEscape says that a percent sign is not followed by two hexadecimal digits.
var ErrEscape = errors.New("percent sign without two hexadecimal digits")

const noHex = 0xff

// unhex is the value of a hexadecimal digit, noHex for any other byte.
var unhex = func() (t [256]byte) {
	for i := range t {
		t[i] = noHex
	}
	for i := range byte(10) {
		t['0'+i] = i
	}
	for i := range byte(6) {
		t['a'+i], t['A'+i] = 10+i, 10+i
	}
	return t
}()

// Decode appends raw to dst with its percent-encoding undone; in a query a plus sign is a space as well (in a path it
// is a plus sign). In a header field there is no encoding. It returns ErrEscape for a percent sign that encodes
// nothing; in a cookie such a sign stands for itself, as cookies that others have set are sent along, and in a part of a form,
// where most escape nothing.
func Decode(dst, raw []byte, in In) ([]byte, error) {
	if !encoded(raw, in) {
		return append(dst, raw...), nil
	}
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c == '%':
			if i+2 < len(raw) && unhex[raw[i+1]]|unhex[raw[i+2]] != noHex {
				c = unhex[raw[i+1]]<<4 | unhex[raw[i+2]]
				i += 2
			} else if in != InCookie && in != inPart {
				return dst, ErrEscape
			}
		case c == '+' && in == InQuery:
			c = ' '
		}
		dst = append(dst, c)
	}
	return dst, nil
}

// encoded says whether raw differs from its decoded form.
func encoded(raw []byte, in In) bool {
	switch in {
	case InHeader:
		return false
	case InQuery:
		for _, c := range raw {
			if c == '%' || c == '+' {
				return true
			}
		}
		return false
	default:
		return bytes.IndexByte(raw, '%') >= 0
	}
}

// The characters that need no encoding, as bits of safe.
const (
	unreserved   = 1 << iota // RFC 3986 section 2.3
	reservedPath             // reserved, and may stand in a path segment
	reservedForm             // reserved, and may stand in a query without ending a key, a value or the query
)

var safe = func() (t [256]byte) {
	for c := range 256 {
		switch c := byte(c); {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
			t[c] |= unreserved
		}
	}
	for _, c := range []byte("-._~") {
		t[c] |= unreserved
	}
	for _, c := range []byte(":@!$&'()*+,;=") {
		t[c] |= reservedPath
	}
	for _, c := range []byte(":/?@!$'()*,;=") { // not & + # [ ]
		t[c] |= reservedForm
	}
	return t
}()

const upperHex = "0123456789ABCDEF"

// appendEscaped appends s, every byte percent-encoded that is not in the class, or that equals one of the two.
func appendEscaped[S ~string | ~[]byte](b []byte, s S, class, not1, not2 byte) []byte {
	for i := range len(s) {
		c := s[i]
		if safe[c]&class != 0 && c != not1 && c != not2 {
			b = append(b, c)
			continue
		}
		b = append(b, '%', upperHex[c>>4], upperHex[c&0x0f])
	}
	return b
}

// appendLiteral appends the plain text of a path template: characters that may stand in a path are kept, slashes and
// percent-encoded characters too; the others are percent-encoded.
func appendLiteral(b []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '/', safe[c]&(unreserved|reservedPath) != 0,
			c == '%' && i+2 < len(s) && unhex[s[i+1]]|unhex[s[i+2]] != noHex:
			b = append(b, c)
		default:
			b = append(b, '%', upperHex[c>>4], upperHex[c&0x0f])
		}
	}
	return b
}
