package jsonwire

import (
	"bytes"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// Judge is a compiled schema: see package check.
type Judge interface {
	// Judge reports whether value i of the outline is valid; with tell it notes the violations in d.
	Judge(d *Decoder, o *Outline, i int, tell bool) bool
}

// Check holds the value that comes next against a schema and notes its violations. Nothing is consumed, and what is no JSON is
// left to the call that consumes it. A lenient decoder checks nothing. It returns d, for the call that consumes the value.
func (d *Decoder) Check(j Judge) *Decoder {
	if d.Lenient || d.failed {
		return d
	}
	if o, i := d.outlined(); o != nil {
		j.Judge(d, o, i, true)
	}
	return d
}

// Valid reports whether the value that comes next meets a schema. Nothing is consumed or noted. What is no JSON is not valid.
func (d *Decoder) Valid(j Judge) bool {
	if d.failed {
		return false
	}
	o, i := d.outlined()
	return o != nil && j.Judge(d, o, i, false)
}

// outlined returns an outline in which the value that comes next has the number i; nil if it is no JSON. One that was made for a
// value around it serves.
func (d *Decoder) outlined() (o *Outline, i int) {
	if d.outline == nil {
		d.outline = &Outline{}
	}
	if i, ok := d.outline.find(d.pos); ok {
		return d.outline, i
	}
	again := d.again(d.pos)
	o = d.outline
	o.data, o.values = d.data, o.values[:0]
	o.add(&again)
	if again.failed {
		o.values = o.values[:0]
		return nil, 0
	}
	return o, 0
}

// Exhaust says that a schema asks for more work than any value is worth. It is told as a syntax error.
func (d *Decoder) Exhaust() { d.fail(d.pos, reasonBudget) }

// Miss notes that the object that ends before the offset end has no member of this name.
func (d *Decoder) Miss(end int, name, keyword, message string) {
	d.note(fault{offset: end - 1, member: name, isMissing: true, keyword: keyword, message: message})
}

// Refuse notes what a rule has found at offset, if anything.
func (d *Decoder) Refuse(offset int, faults validate.Faults, rule validate.Rule) {
	if faults != 0 {
		d.refuse(offset, faults, rule)
	}
}

// Distinct reports whether no two items of the array at start are equal JSON values.
func (d *Decoder) Distinct(start int) bool { return d.distinct(start) }

// Canonical appends a text for the value at start that is the same for all equal values.
func (d *Decoder) Canonical(b []byte, start int) []byte {
	again := d.again(start)
	b = again.appendCanonical(b)
	d.Worked(again.pos - start)
	return b
}

// contents returns the text between the quotes at start and end without its escapes: a part of the body, or memory of its own.
func contents(data []byte, start, end int) []byte {
	text := data[start:end]
	if bytes.IndexByte(text, '\\') < 0 {
		return text
	}
	return unescape(nil, text, nil)
}
