package jsonwire

import (
	"bytes"
	"slices"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

const (
	// Reading a part of the body again is bounded by this many times its size, so that nested alternatives stay cheap.
	budgetFactor = 64
	budgetBase   = 64 << 10
)

// Skip consumes any value and checks its syntax.
func (d *Decoder) Skip() {
	if d.pos >= len(d.data) {
		d.fail(d.pos, reasonEnd)
		return
	}
	switch c := d.data[d.pos]; c {
	case '"':
		d.quoted()
	case '{':
		for more := d.Map(); more; more = d.NextEntry() {
			d.Skip()
		}
	case '[':
		for more := d.Array(); more; more = d.NextItem() {
			d.Skip()
		}
	case 't', 'f', 'n':
		if !d.literal("true") && !d.literal("false") && !d.literal("null") {
			d.fail(d.pos, reasonCharacter)
		}
	default:
		if c != '-' && c-'0' > 9 {
			d.fail(d.pos, reasonCharacter)
			return
		}
		d.number("")
	}
}

// JSON consumes any value and returns a copy of its text.
func (d *Decoder) JSON() value.JSON {
	start := d.pos
	d.Skip()
	return d.textSince(start)
}

// Const consumes a value and returns a copy of its text; it must be equal to the JSON text canonical: numbers by value, objects
// whatever the order of members.
func (d *Decoder) Const(canonical string) value.JSON {
	start := d.pos
	if !d.oneOf(canonical) {
		d.Violate(start, validate.KeywordConst, validate.MessageConst(canonical))
	}
	return d.textSince(start)
}

// OneOf consumes any value and returns a copy of its text; it must be equal to one of the JSON texts, as Const has it.
func (d *Decoder) OneOf(texts ...string) value.JSON {
	start := d.pos
	if !d.oneOf(texts...) {
		d.Violate(start, validate.KeywordEnum, validate.MessageEnum(texts))
	}
	return d.textSince(start)
}

// textSince returns a copy of the value that began at start and was just consumed, nil after a syntax error.
func (d *Decoder) textSince(start int) value.JSON {
	if d.failed {
		return nil
	}
	return bytes.Clone(d.data[start:d.pos])
}

// oneOf consumes a value and reports whether it is equal to one of the texts, or no JSON.
func (d *Decoder) oneOf(texts ...string) bool {
	start := d.pos
	d.Skip()
	if d.failed || slices.Contains(texts, string(d.data[start:d.pos])) {
		return true
	}
	again := d.again(start)
	have := again.appendCanonical(nil)
	for _, text := range texts {
		var want Decoder
		want.Reset([]byte(text))
		if bytes.Equal(have, want.appendCanonical(nil)) {
			return true
		}
	}
	return false
}

// Peek returns the string that is the value of the member name of the object that comes next. Nothing is consumed, and nothing
// behind the member is looked at: of one that comes twice the first counts. It returns false if there is no such object, member or
// string.
func (d *Decoder) Peek(name string) (string, bool) {
	again := d.again(d.pos)
	found, has := "", false
	if again.Kind() == KindObject {
		for more := again.Map(); more; more = again.NextEntry() {
			if !again.keyIs(name) {
				again.Skip()
				continue
			}
			if again.Kind() == KindString {
				found, has = again.str()
			}
			break
		}
	}
	d.text = again.text
	if !d.spend(again.pos-d.pos) || again.failed {
		return "", false
	}
	return found, has
}

// PeekKeys returns which of the keys the object that comes next has. Nothing is consumed; of more than 64 keys the first 64 count.
// What is not an object has none.
func (d *Decoder) PeekKeys(k *Keys) Seen {
	var seen Seen
	again := d.again(d.pos)
	if again.Kind() == KindObject {
		for i := again.Object(k); i != EndObject; i = again.Next(k, i) {
			seen.Add(i)
			again.Skip()
		}
	}
	if !d.spend(again.pos-d.pos) || again.failed {
		return 0
	}
	return seen
}

// keyIs reports whether the latest member name is name.
func (d *Decoder) keyIs(name string) bool {
	contents := d.data[d.key:d.keyEnd]
	if bytes.IndexByte(contents, '\\') >= 0 {
		d.scratch = unescape(d.scratch[:0], contents, d.giveWay)
		contents = d.scratch
	}
	return string(contents) == name
}

// again returns a decoder that reads the value at start once more, to look at it: it has no memory for values.
func (d *Decoder) again(start int) Decoder {
	pause := d.pause
	if d.giveWay != nil {
		pause += start - d.pos // it has worked as much as d has
	}
	return Decoder{Options: d.Options, reading: reading{data: d.data, text: d.text, pos: start, depth: d.depth, giveWay: d.giveWay, pause: pause}}
}

// spend notes that n bytes are read a second time. It returns false, and fails, when that has happened too often.
func (d *Decoder) spend(n int) bool {
	d.budget -= n
	if d.giveWay != nil {
		d.pause -= n // it is work, too
	}
	if d.budget < 0 {
		d.fail(d.pos, reasonBudget)
		return false
	}
	return true
}

// Mark is a place to go back to: see Decoder.Mark.
type Mark struct {
	pos, depth, faults, count int
	room                      int // of Options.MaxMemory
}

// Mark returns the place where d stands, for trying alternatives:
//
//	m := d.Mark()
//	first.decode(d)
//	if d.FailedSince(m) {
//		d.Rewind(m)
//		second.decode(d)
//	}
func (d *Decoder) Mark() Mark { return Mark{d.pos, d.depth, len(d.faults), d.count, d.room + d.most} }

// FailedSince reports whether there has been a violation since m, or a syntax error at any time.
func (d *Decoder) FailedSince(m Mark) bool { return d.failed || d.count > m.count }

// Rewind goes back to m and forgets the violations since, and the memory of what was read. A syntax error stays.
func (d *Decoder) Rewind(m Mark) {
	if d.failed || !d.spend(d.pos-m.pos) {
		return
	}
	clear(d.faults[m.faults:])
	d.pos, d.depth, d.faults, d.count, d.room = m.pos, m.depth, d.faults[:m.faults], m.count, m.room-d.most
}
