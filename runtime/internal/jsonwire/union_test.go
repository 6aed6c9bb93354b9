package jsonwire_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

var unionKeys = jsonwire.NewKeys("fins", "wings")

// alternatives are an object with fins, one with wings, a small integer, and an even one.
func alternatives(d *jsonwire.Decoder) []jsonwire.Alternative[any] {
	object := func(name string) func() any {
		keys := jsonwire.NewKeys(name).Required(name)
		return func() any {
			var seen jsonwire.Seen
			for i := d.Object(keys); i != jsonwire.EndObject; i = d.Next(keys, i) {
				seen.Add(i)
				d.Int64(nil)
			}
			d.Require(keys, seen)
			return name
		}
	}
	small := &validate.IntRule{Max: 9, HasMax: true}
	even := &validate.IntRule{MultipleOf: 2}
	return []jsonwire.Alternative[any]{
		{Needs: 1, Read: object("fins")},
		{Needs: 2, Read: object("wings")},
		{Read: func() any { return d.Int64(small) }},
		{Read: func() any { return -d.Int64(even) }},
	}
}

func TestUnions(t *testing.T) {
	tests := []struct {
		text     string
		any, one any // nil: no member
	}{
		{`{"fins":1}`, "fins", "fins"},
		{`{"wings":1}`, "wings", "wings"},
		{`{"fins":1,"wings":2}`, "fins", nil},
		{`{"fins":"x","wings":2}`, "wings", "wings"},
		{`{}`, nil, nil},
		{`7`, int64(7), int64(7)},
		{`8`, int64(8), nil},
		{`12`, int64(-12), int64(-12)},
		{`13`, nil, nil},
		{`"a"`, nil, nil},
	}
	for _, test := range tests {
		for _, lenient := range []bool{false, true} {
			d := decoder("[" + test.text + ",0]")
			d.Lenient = lenient
			d.Array()
			start := d.Offset()
			got, ok := jsonwire.AnyOf(d, unionKeys, alternatives(d)...)
			assert.Equal(t, test.any != nil, ok, test.text)
			if ok {
				assert.Equal(t, test.any, got, test.text)
				assert.True(t, d.NextItem(), "the cursor is behind the value")
			} else {
				assert.Equal(t, start, d.Offset(), "nothing is consumed")
			}
			assert.False(t, d.Failed(), "what was tried leaves no violations: %s", test.text)
			assert.Equal(t, lenient, d.Lenient)

			want := test.one
			if lenient {
				want = test.any
			}
			d.Reset([]byte(test.text))
			got, ok = jsonwire.OneOf(d, unionKeys, alternatives(d)...)
			assert.Equal(t, want != nil, ok, test.text)
			if ok {
				assert.Equal(t, want, got, test.text)
				assert.Equal(t, len(test.text), d.Offset())
			}
			assert.False(t, d.Failed(), test.text)
		}
	}
}

// Where one member alone comes into question it is read as that one, so that what is wrong inside is told.
func TestTheOnlyAlternative(t *testing.T) {
	d := decoder(`{"fins":"x"}`)
	_, ok := jsonwire.OneOf(d, unionKeys, alternatives(d)[:2]...)
	assert.True(t, ok)
	assert.Equal(t, "/fins", d.Violations()[0].Pointer)
}

func TestAlternativesOfBrokenText(t *testing.T) {
	for _, text := range []string{``, `{`, `{"fins":`, `{"fins":1,}`, `tru`, `[1,`} {
		d := decoder(text)
		_, ok := jsonwire.OneOf(d, unionKeys, alternatives(d)...)
		if !ok {
			d.Unmatched("oneOf", "must be a fish")
		}
		assert.NotNil(t, d.SyntaxError(), text)
	}
}

// Alternatives inside of alternatives are read again and again: there is an end to it.
func TestNestedAlternativesAreBounded(t *testing.T) {
	d := decoder(deep(200))
	var read func() any
	read = func() any {
		list := func() any {
			for more := d.Array(); more; more = d.NextItem() {
				read()
			}
			return nil
		}
		v, ok := jsonwire.OneOf(d, nil, jsonwire.Alternative[any]{Read: list}, jsonwire.Alternative[any]{Read: list})
		if !ok {
			d.Unmatched("oneOf", "must be a list")
		}
		return v
	}
	read()
	assert.Equal(t, "too many alternatives to try", d.SyntaxError().Reason)
}

func deep(n int) string {
	open, end := make([]byte, n), make([]byte, n)
	for i := range n {
		open[i], end[i] = '[', ']'
	}
	return string(open) + string(end)
}

func TestUnmatched(t *testing.T) {
	d := decoder(`{"a":1}`)
	assert.Nil(t, d.Unmatched("oneOf", "must be a fish"))
	assert.Equal(t, []validate.Violation{{In: "body", Keyword: "oneOf", Message: "must be a fish"}}, d.Violations())
	d = decoder(` {"a":1} `)
	d.Lenient = true
	assert.Equal(t, `{"a":1}`, d.Unmatched("oneOf", "must be a fish").String())
	assert.False(t, d.Failed())
}

// What an alternative took that the value does not fit, or that is tried beside the one it fits, counts no more; what is kept does.
func TestMemoryOfAlternatives(t *testing.T) {
	const size = 40
	for _, choose := range []func(d *jsonwire.Decoder, k *jsonwire.Keys, members ...jsonwire.Alternative[any]) (any, bool){jsonwire.AnyOf[any], jsonwire.OneOf[any]} {
		for most, failed := range map[int]bool{2*2*size + 2*size: false, 2*2*size - 1: true} { // two values, and what is tried beside them
			d := new(jsonwire.Decoder)
			d.Options.MaxMemory = most
			d.Reset([]byte("[12,12]"))
			read := func(times int, r *validate.IntRule) jsonwire.Alternative[any] {
				return jsonwire.Alternative[any]{Read: func() any {
					for range times {
						jsonwire.Room[[size]byte](d)
					}
					return d.Int64(r)
				}}
			}
			small := &validate.IntRule{Max: 9, HasMax: true}
			for more := d.Array(); more; more = d.NextItem() {
				v, ok := choose(d, nil, read(2, small), read(2, small), read(2, nil), read(2, small))
				if !failed {
					assert.True(t, ok)
					assert.EqualValues(t, 12, v)
				}
			}
			assert.Equal(t, failed, d.SyntaxError() != nil, "%d bytes", most)
		}
	}
}
