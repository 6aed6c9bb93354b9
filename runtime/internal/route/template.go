package route

import "strings"

// segment is one parsed segment of a template: its literal texts, decoded, with one variable between each two of them.
// One text is a literal segment, "{x}" is two empty texts.
type segment struct {
	literals []string
}

func (s segment) isLiteral() bool { return len(s.literals) == 1 }

func (s segment) isVariable() bool {
	return len(s.literals) == 2 && s.literals[0] == "" && s.literals[1] == ""
}

// parseSegment splits a segment at its variables. A variable is an opening brace, no other brace, and a closing one.
func parseSegment(s string) segment {
	var seg segment
	text := 0 // where the literal text began
	for at := 0; at < len(s); {
		length := 0
		if s[at] == '{' {
			length = variableLen(s[at:])
		}
		if length == 0 {
			at++
			continue
		}
		seg.literals = append(seg.literals, decodeLiteral(s[text:at]))
		at += length
		text = at
	}
	seg.literals = append(seg.literals, decodeLiteral(s[text:]))
	return seg
}

// variableLen returns the length of the variable that s starts with, 0 if its brace is plain text.
func variableLen(s string) int {
	end := strings.IndexAny(s[1:], "{}")
	if end < 0 || s[1+end] == '{' {
		return 0
	}
	return end + 2
}

// decodeLiteral returns text with its percent-encoding undone; a percent sign that encodes nothing stands for itself.
func decodeLiteral(text string) string {
	if strings.IndexByte(text, '%') < 0 {
		return text
	}
	b := make([]byte, 0, len(text))
	for at := 0; at < len(text); {
		c, n, _ := token(text, at)
		b = append(b, c)
		at += n
	}
	return string(b)
}

// token reads the byte at an offset of s, decoded: n is the number of bytes that it takes there, and escaped says that
// it was percent-encoded.
func token[S string | []byte](s S, at int) (c byte, n int, escaped bool) {
	c = s[at]
	if c == '%' && at+2 < len(s) {
		hi, lo := unhex[s[at+1]], unhex[s[at+2]]
		if hi|lo != noHex {
			return hi<<4 | lo&0x0f, 3, true
		}
	}
	return c, 1, false
}

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

// delimiter are the characters that may stand in a path segment as they are and that mean something else when they are
// percent-encoded: the sub-delims, ":" and "@" (RFC 3986 sections 2.2 and 3.3).
var delimiter = func() (t [256]bool) {
	for _, c := range []byte(":@!$&'()*+,;=") {
		t[c] = true
	}
	return t
}()
