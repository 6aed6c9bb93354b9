package jsonwire

import (
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// appendCanonical consumes any value and appends a text to b that is the same for all equal values: without white space, strings
// with the least of escapes, numbers by value, members sorted by name, the last one of a name alone.
func (d *Decoder) appendCanonical(b []byte) []byte {
	if d.pos >= len(d.data) {
		d.fail(d.pos, reasonEnd)
		return b
	}
	switch d.data[d.pos] {
	case '"':
		contents, _ := d.view()
		return AppendString(b, string(contents))
	case '{':
		return d.appendCanonicalObject(b)
	case '[':
		b = append(b, '[')
		for more := d.Array(); more; more = d.NextItem() {
			b = append(d.appendCanonical(b), ',')
		}
		return append(b, ']')
	case 't', 'f', 'n':
		start := d.pos
		d.Skip()
		return append(b, d.data[start:d.pos]...)
	}
	text, _ := d.number("")
	n, err := value.ParseDecimal(Borrowed(text))
	if err != nil {
		return append(b, text...)
	}
	return append(b, n.Canonical()...)
}

func (d *Decoder) appendCanonicalObject(b []byte) []byte {
	type member struct {
		name  string
		value []byte
	}
	var members []member
	for more := d.Map(); more; more = d.NextEntry() {
		name := d.Key()
		members = append(members, member{name, d.appendCanonical(nil)})
	}
	slices.SortStableFunc(members, func(a, b member) int {
		d.Worked(min(len(a.name), len(b.name)))
		return strings.Compare(a.name, b.name)
	})
	b = append(b, '{')
	for i, m := range members {
		if i+1 < len(members) && members[i+1].name == m.name {
			continue
		}
		d.Worked(len(m.value))
		b = append(AppendString(b, m.name), ':')
		b = append(append(b, m.value...), ',')
	}
	return append(b, '}')
}

// Canonical returns a text that is the same for all equal JSON values; false if text is not JSON.
func Canonical(text []byte) (string, bool) {
	var d Decoder
	d.Reset(text)
	b := d.appendCanonical(nil)
	d.End()
	return string(b), !d.failed
}
