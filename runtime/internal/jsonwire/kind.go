package jsonwire

import (
	"bytes"

	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// Kind is what a JSON value is.
type Kind uint8

// The kinds of JSON values. KindInteger is a number without a fraction, however it is written: 1.0 and 1e2 are integers, as JSON
// Schema has it; KindNumber is any other.
const (
	KindNone Kind = iota // there is no value
	KindNull
	KindBoolean
	KindInteger
	KindNumber
	KindString
	KindArray
	KindObject
)

var kindNames = [...]string{"", "null", "boolean", "number", "number", "string", "array", "object"}

// String names the kind as JSON Schema does: object, array, string, number, boolean or null; "" for KindNone.
func (k Kind) String() string { return kindNames[k] }

// Type names the type of the value that comes next as JSON Schema does, by its first byte: object, array, string, number,
// boolean or null; "" if there is none. Nothing is consumed.
func (d *Decoder) Type() string {
	if d.pos >= len(d.data) {
		return ""
	}
	return kinds[d.data[d.pos]].String()
}

// Kind tells what the value is that comes next, from its first byte, or from the whole of a number. Nothing is consumed.
func (d *Decoder) Kind() Kind {
	if d.pos >= len(d.data) {
		return KindNone
	}
	kind := kinds[d.data[d.pos]]
	if kind == KindInteger {
		if end, ok := scanNumber(d.data, d.pos); ok && !isInteger(d.data[d.pos:end]) {
			return KindNumber
		}
	}
	return kind
}

// kinds tells what a value is by its first byte.
var kinds = [256]Kind{
	'"': KindString, '{': KindObject, '[': KindArray, 't': KindBoolean, 'f': KindBoolean, 'n': KindNull, '-': KindInteger,
	'0': KindInteger, '1': KindInteger, '2': KindInteger, '3': KindInteger, '4': KindInteger, '5': KindInteger, '6': KindInteger,
	'7': KindInteger, '8': KindInteger, '9': KindInteger,
}

// isInteger reports whether a number has no fraction. One with an exponent beyond a billion has none if that is positive.
func isInteger(text []byte) bool {
	if !bytes.ContainsAny(text, "eE") {
		_, fraction, _ := bytes.Cut(text, []byte("."))
		return len(bytes.Trim(fraction, "0")) == 0
	}
	n, err := value.ParseDecimal(Borrowed(text))
	if err != nil {
		return bytes.LastIndexByte(text, '-') <= 0 // a minus behind the first byte is that of the exponent
	}
	return n.IsInteger()
}
