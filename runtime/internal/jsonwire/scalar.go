package jsonwire

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"time"
	"unsafe" // see word.go: the length that is left is compared before each word

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// String consumes a string.
func (d *Decoder) String(r *validate.StringRule) string {
	offset := d.pos
	s, ok := d.str()
	if r != nil && ok && !isShort(r, len(s)) {
		if f := d.Meets(r, s); f != 0 {
			d.refuse(offset, f, r)
		}
	}
	return s
}

// isShort reports whether any string of n bytes meets r, for which alone nobody has to look at it.
func isShort(r *validate.StringRule, n int) bool {
	return r.Pattern == nil && r.Format == validate.FormatNone && r.FitsBytes(n)
}

// Bool consumes true or false.
func (d *Decoder) Bool() bool {
	if i := d.pos; len(d.data)-i > len("true") {
		switch half(unsafe.SliceData(d.data), i) {
		case 't' | 'r'<<8 | 'u'<<16 | 'e'<<24:
			d.pos = i + len("true")
			return true
		case 'f' | 'a'<<8 | 'l'<<16 | 's'<<24:
			if d.data[i+len("fals")] == 'e' {
				d.pos = i + len("false")
				return false
			}
		}
	}
	return d.lastBool()
}

// lastBool is Bool where the text may end, or where there is none.
func (d *Decoder) lastBool() bool {
	switch {
	case d.literal("true"):
		return true
	case d.literal("false"):
		return false
	}
	d.mismatch("boolean")
	return false
}

// ConstBool consumes a boolean that must be want.
func (d *Decoder) ConstBool(want bool) bool {
	offset, before := d.pos, d.count
	v := d.Bool()
	if v != want && !d.failed && d.count == before {
		d.Violate(offset, validate.KeywordConst, validate.MessageConst(strconv.FormatBool(want)))
	}
	return v
}

// Null consumes a null if one comes next, and reports whether it did.
func (d *Decoder) Null() bool { return d.literal("null") }

// literal consumes word if it comes next.
func (d *Decoder) literal(word string) bool {
	if end := d.pos + len(word); end <= len(d.data) && string(d.data[d.pos:end]) == word {
		d.pos = end
		return true
	}
	return false
}

// Enum consumes a string that must be one of e's, and returns the one that e holds. A lenient decoder keeps any string.
func (d *Decoder) Enum(e *validate.Enum) string {
	offset := d.pos
	contents, ok := d.view()
	if !ok {
		return ""
	}
	s, known := e.Lookup(contents)
	if known {
		return s
	}
	if d.Lenient {
		return string(contents)
	}
	d.refuse(offset, validate.FaultEnum, e)
	return ""
}

// parsed consumes a string in a format that has a type of its own. parse must not retain its argument.
func parsed[T any](d *Decoder, format validate.Format, parse func(string) (T, error)) T {
	var zero T
	offset := d.pos
	contents, ok := d.view()
	if !ok {
		return zero
	}
	v, err := parse(Borrowed(contents))
	if err != nil {
		d.Violate(offset, validate.KeywordFormat, format.Message())
		return zero
	}
	return v
}

// Time consumes a date-time (RFC 3339). See value.ParseTime for zones and leap seconds.
func (d *Decoder) Time() time.Time { return parsed(d, validate.FormatDateTime, value.ParseTime) }

// Date consumes a date, as "2006-01-02".
func (d *Decoder) Date() value.Date { return parsed(d, validate.FormatDate, value.ParseDate) }

// TimeOfDay consumes a time with its offset, as "15:04:05Z".
func (d *Decoder) TimeOfDay() value.TimeOfDay {
	return parsed(d, validate.FormatTime, value.ParseTimeOfDay)
}

// Duration consumes a duration, as "P1DT12H".
func (d *Decoder) Duration() value.Duration {
	return parsed(d, validate.FormatDuration, value.ParseDuration)
}

// UUID consumes a UUID.
func (d *Decoder) UUID() value.UUID { return parsed(d, validate.FormatUUID, value.ParseUUID) }

// Addr consumes an IP address without a zone. version is 4 or 6; 0 takes both.
func (d *Decoder) Addr(version int) netip.Addr {
	format := validate.FormatIPv4
	if version == 6 {
		format = validate.FormatIPv6
	}
	return parsed(d, format, func(s string) (netip.Addr, error) { return value.ParseAddr(s, version) })
}

// Base64 consumes a string of base64 (RFC 4648 section 4). The rule checks the string as it stands in the text.
func (d *Decoder) Base64(r *validate.StringRule) []byte { return d.base64(base64.StdEncoding, r) }

// Base64URL consumes a string of base64url (RFC 4648 section 5) with or without padding. The rule checks the string as it stands
// in the text.
func (d *Decoder) Base64URL(r *validate.StringRule) []byte { return d.base64(base64.RawURLEncoding, r) }

func (d *Decoder) base64(encoding *base64.Encoding, r *validate.StringRule) []byte {
	offset := d.pos
	contents, ok := d.view()
	if !ok {
		return nil
	}
	if r != nil {
		if f := d.Meets(r, string(contents)); f != 0 {
			d.refuse(offset, f, r)
		}
	}
	if encoding == base64.RawURLEncoding {
		for n := len(contents); n > 0 && n%4 == 0 && contents[len(contents)-1] == '=' && n-len(contents) < 2; {
			contents = contents[:len(contents)-1]
		}
	}
	data := make([]byte, encoding.DecodedLen(len(contents)))
	n, err := encoding.Decode(data, contents)
	if err != nil {
		d.Violate(offset, validate.KeywordFormat, validate.MessageBase64)
		return nil
	}
	return data[:n]
}
