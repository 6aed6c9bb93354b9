package jsonwire

import (
	"bytes"
	"encoding/base64"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
	"unsafe" // see word.go: before anything is written there is room for all of s and its quotes

	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

const nullText = "null"

// AppendKey appends a member name that is already quoted and has its colon, as `"tag":`, with a comma before it unless b ends with
// the brace that opens the object.
func AppendKey(b []byte, quoted string) []byte {
	if len(b) > 0 && b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return append(b, quoted...)
}

// AppendString appends s in quotes. Only what RFC 8259 section 7 demands is escaped; what is not UTF-8 becomes U+FFFD.
//
// It copies s as long as nothing in it has to be escaped and all of it is ASCII, and begins anew if that is not so. One pass does less than a
// search and a copy behind it: most strings are short. What is seldom needed comes last in its branch, so that nothing is kept for after it.
func AppendString(b []byte, s string) []byte {
	n := len(s)
	if cap(b)-len(b) < n+len(`""`) {
		return appendGrown(b, s)
	}
	from, to := unsafe.StringData(s), behind(b)
	*to = '"'
	to = (*byte)(unsafe.Add(unsafe.Pointer(to), 1))
	switch {
	case n > 16:
		for i := 0; i < n-16; i += 16 {
			if !copyPlain(to, from, i, i+8) {
				return appendEscaped(b, s)
			}
		}
		if !copyPlain(to, from, n-16, n-8) { // may overlap with what was copied
			return appendEscaped(b, s)
		}
	case n >= 8:
		if !copyPlain(to, from, 0, n-8) { // likewise
			return appendEscaped(b, s)
		}
	case n >= 4:
		if !copyPlainHalves(to, from, 0, n-4) { // likewise
			return appendEscaped(b, s)
		}
	default:
		for i := range n {
			if !plain[s[i]] {
				return appendEscaped(b, s)
			}
			*(*byte)(unsafe.Add(unsafe.Pointer(to), i)) = s[i]
		}
	}
	*(*byte)(unsafe.Add(unsafe.Pointer(to), n)) = '"'
	return b[:len(b)+n+len(`""`)]
}

// appendGrown is AppendString where there is no room. It is not inlined, as it would take memory of every call.
//
//go:noinline
func appendGrown(b []byte, s string) []byte {
	return AppendString(slices.Grow(b, len(s)+len(`""`)), s)
}

// appendEscaped is AppendString for any string.
func appendEscaped(b []byte, s string) []byte {
	i := plainPrefix(s, 0)
	b = append(b, '"')
	start := 0
	for ; i < len(s); i = plainPrefix(s, i) {
		if c := s[i]; c < utf8.RuneSelf {
			b = appendEscape(append(b, s[start:i]...), c)
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			b = append(b, s[start:i]...)
			b = append(b, "\uFFFD"...)
			start = i + 1
		}
		i += n
	}
	return append(append(b, s[start:]...), '"')
}

// plainPrefix returns the place of the first byte of s[i:] that is not ASCII or has to be escaped, or len(s).
func plainPrefix(s string, i int) int {
	p := unsafe.StringData(s)
	for ; len(s)-i >= 8; i += 8 {
		if mark := notPlain(word(p, i)); mark != 0 {
			return i + bits.TrailingZeros64(mark)>>3
		}
	}
	for i < len(s) && plain[s[i]] {
		i++
	}
	return i
}

// plain marks the ASCII bytes that stand for themselves in a string.
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
}

// AppendNull appends null.
func AppendNull(b []byte) []byte { return append(b, nullText...) }

// AppendBool appends true or false.
func AppendBool(b []byte, v bool) []byte { return strconv.AppendBool(b, v) }

// AppendTime appends t by RFC 3339 with as many digits of a second's fraction as are needed; null for a year that RFC 3339 cannot
// write, which is one beyond 0 to 9999.
func AppendTime(b []byte, t time.Time) []byte {
	if year := t.Year(); year < 0 || year > 9999 {
		return AppendNull(b)
	}
	b = t.AppendFormat(append(b, '"'), time.RFC3339Nano)
	return append(b, '"')
}

// AppendDate appends v in quotes; null for a date that is not valid.
func AppendDate(b []byte, v value.Date) []byte { return appendText(b, v) }

// AppendTimeOfDay appends v in quotes; null for a time that is not valid.
func AppendTimeOfDay(b []byte, v value.TimeOfDay) []byte { return appendText(b, v) }

// AppendDuration appends v in quotes; null for a duration with a negative part.
func AppendDuration(b []byte, v value.Duration) []byte { return appendText(b, v) }

// AppendUUID appends v in quotes.
func AppendUUID(b []byte, v value.UUID) []byte { return appendText(b, v) }

// AppendAddr appends v in quotes; null for the zero Addr.
func AppendAddr(b []byte, v netip.Addr) []byte {
	if !v.IsValid() {
		return AppendNull(b)
	}
	return append(v.AppendTo(append(b, '"')), '"')
}

// AppendDecimal appends v as a number.
func AppendDecimal(b []byte, v value.Decimal) []byte { return append(b, v.String()...) }

// AppendDecimalString appends v as a string that holds a number.
func AppendDecimalString(b []byte, v value.Decimal) []byte { return appendText(b, v) }

// AppendBase64 appends data as a string of base64 (RFC 4648 section 4).
func AppendBase64(b, data []byte) []byte {
	return append(base64.StdEncoding.AppendEncode(append(b, '"'), data), '"')
}

// AppendBase64URL appends data as a string of base64url without padding (RFC 4648 section 5).
func AppendBase64URL(b, data []byte) []byte {
	return append(base64.RawURLEncoding.AppendEncode(append(b, '"'), data), '"')
}

// AppendJSON appends v, which must be valid, on one line; null for an empty one.
func AppendJSON(b []byte, v value.JSON) []byte {
	if len(v) == 0 {
		return AppendNull(b)
	}
	if bytes.IndexByte(v, '\n') < 0 && bytes.IndexByte(v, '\r') < 0 {
		return append(b, v...)
	}
	for _, c := range v { // a line break can only be white space: in a string it would be escaped
		if c != '\n' && c != '\r' {
			b = append(b, c)
		}
	}
	return b
}

// appendText appends what v says of itself in quotes; null if it cannot.
func appendText[T interface {
	AppendText(b []byte) ([]byte, error)
}](b []byte, v T,
) []byte {
	text, err := v.AppendText(append(b, '"'))
	if err != nil {
		return AppendNull(b)
	}
	return append(text, '"')
}
