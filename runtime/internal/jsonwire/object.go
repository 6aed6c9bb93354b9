package jsonwire

import (
	"bytes"
	"math/bits"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// Object enters the object that comes next and returns the number of its first member's key, or EndObject if there is none.
// A member that k does not have is skipped, unless k is open: then it gives UnknownKey. A value of another type is skipped and
// noted, and gives EndObject.
//
//	for i := d.Object(keys); i != EndObject; i = d.Next(keys, i) { ... consume the member's value ... }
func (d *Decoder) Object(k *Keys) int {
	data, i := d.data, d.pos
	if i >= len(data) || data[i] != '{' || !d.enter() {
		d.noObject()
		return EndObject
	}
	if i++; i < len(data) && data[i] <= ' ' {
		i = skipLines(data, i)
	}
	if i < len(data) && data[i] == '}' {
		d.closeObject(i)
		return EndObject
	}
	if n := d.guess(k, 0, i); n != UnknownKey {
		return n
	}
	return d.search(k, 0, i)
}

// Next goes on to the member behind the one with key prev, whose value has been consumed. The key that the document has behind
// prev is tried first.
func (d *Decoder) Next(k *Keys, prev int) int {
	data, i := d.data, d.pos
	if i < len(data) && data[i] <= ' ' {
		i = skipLines(data, i)
	}
	if i < len(data) && data[i] == ',' {
		if i++; i < len(data) && data[i] <= ' ' {
			i = skipLines(data, i)
		}
		if i >= d.pause {
			d.rest(i)
		}
		if n := d.guess(k, prev+1, i); n != UnknownKey {
			return n
		}
		return d.search(k, prev+1, i)
	}
	d.closeObject(i)
	return EndObject
}

// Map enters the object that comes next and reports whether it has a member, whose name Key returns. A value of another type is
// skipped and noted, and gives false.
//
//	for more := d.Map(); more; more = d.NextEntry() { key := d.Key(); ... consume the value ... }
func (d *Decoder) Map() bool {
	data, i := d.data, d.pos
	if i >= len(data) || data[i] != '{' || !d.enter() {
		d.noObject()
		return false
	}
	i = skipSpace(data, i+1)
	if i < len(data) && data[i] == '}' {
		d.closeObject(i)
		return false
	}
	return d.name(i)
}

// NextEntry goes on to the next member; the value of the one before has been consumed.
func (d *Decoder) NextEntry() bool {
	i := skipSpace(d.data, d.pos)
	if i < len(d.data) && d.data[i] == ',' {
		if i >= d.pause {
			d.rest(i)
		}
		return d.name(skipSpace(d.data, i+1))
	}
	d.closeObject(i)
	return false
}

// Key returns the name of the member that the cursor stands on. Ask before its value is consumed.
func (d *Decoder) Key() string {
	contents := d.data[d.key:d.keyEnd]
	if bytes.IndexByte(contents, '\\') < 0 {
		return d.textOf(d.key, d.keyEnd)
	}
	return string(unescape(nil, contents, d.giveWay))
}

// CheckKey checks the name of the member that the cursor stands on, as `propertyNames` asks.
func (d *Decoder) CheckKey(r *validate.StringRule) {
	if r == nil || d.failed {
		return
	}
	for _, message := range d.Meets(r, d.Key()).Explain(r) {
		d.Violate(d.pos, validate.KeywordPropertyNames, message)
	}
}

// RefuseUnknown consumes the value of a member that is not known and notes that it is not allowed, unless d is lenient.
func (d *Decoder) RefuseUnknown() {
	start := d.pos
	d.Skip()
	if !d.Lenient && !d.failed {
		d.Violate(start, validate.KeywordAdditionalProperties, validate.MessageNotAllowed)
	}
}

// Require notes each required key that the object which has just ended has not shown. If there was no object it does nothing.
func (d *Decoder) Require(k *Keys, seen Seen) {
	if missing := k.required[0] &^ uint64(seen); missing != 0 {
		d.missing(k, 0, missing)
	}
}

// RequireWide is Require for any number of keys.
func (d *Decoder) RequireWide(k *Keys, seen SeenWide) {
	for i, required := range k.required {
		if missing := required &^ *seen.word(i); missing != 0 {
			d.missing(k, i, missing)
		}
	}
}

func (d *Decoder) missing(k *Keys, word int, missing uint64) {
	if d.closed < 0 {
		return
	}
	exempt := k.sendOnly
	if d.Request {
		exempt = k.readOnly
	}
	if word < len(exempt) {
		missing &^= exempt[word]
	}
	for ; missing != 0; missing &= missing - 1 {
		name := k.names[word*64+bits.TrailingZeros64(missing)]
		d.note(fault{offset: d.closed, member: name, isMissing: true, keyword: validate.KeywordRequired, message: validate.MessageRequired})
	}
}

// MinMaxProperties checks how many members the object that starts at start has. What is not an object is not checked.
func (d *Decoder) MinMaxProperties(start, count int, r *validate.ObjectRule) {
	if r == nil || d.failed || d.data[start] != '{' {
		return
	}
	if f := r.Check(count); f != 0 {
		d.refuse(start, f, r)
	}
}

// enter counts an array or object that opens. It returns false after a syntax error.
func (d *Decoder) enter() bool {
	d.depth++
	limit := d.Options.MaxDepth
	if limit <= 0 {
		limit = defaultMaxDepth
	}
	if d.depth > limit {
		d.fail(d.pos, reasonDepth)
		return false
	}
	return true
}

// closeObject ends the object if there is a brace at i, which holds no comma.
//
//go:noinline
func (d *Decoder) closeObject(i int) {
	if i >= len(d.data) || d.data[i] != '}' {
		d.failAt(i, reasonCommaBrace)
		return
	}
	d.closed = i
	d.depth--
	d.pos = i + 1
}

// failAt is fail for a place where something else was expected, or where the text is over.
//
//go:noinline
func (d *Decoder) failAt(i int, reason string) {
	if i >= len(d.data) {
		reason = reasonEnd
	}
	d.fail(i, reason)
}

// noObject skips and notes a value that is not an object.
//
//go:noinline
func (d *Decoder) noObject() {
	d.mismatch("object")
	d.closed = -1
}
