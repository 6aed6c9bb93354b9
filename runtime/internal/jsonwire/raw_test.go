package jsonwire_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

func TestConst(t *testing.T) {
	tests := []struct {
		canonical, text string
		equal           bool
	}{
		{`"dog"`, `"dog"`, true},
		{`"dog"`, `"d\u006fg"`, true},
		{`"dog"`, `"cat"`, false},
		{`1`, `1.0`, true},
		{`1`, `10e-1`, true},
		{`1`, `"1"`, false},
		{`0`, `false`, false},
		{`0`, `-0.00e5`, true},
		{`null`, `null`, true},
		{`{"a":[1,{"b":null}],"c":"d"}`, ` { "c" : "d" , "a" : [ 1.0 , { "b" : null } ] } `, true},
		{`{"a":1}`, `{"a":1,"b":2}`, false},
		{`[1,2]`, `[2,1]`, false},
	}
	for _, test := range tests {
		_, wrong := consume(test.text, func(d *jsonwire.Decoder) bool { d.Const(test.canonical); return true })
		want := ""
		if !test.equal {
			want = "const: must be " + test.canonical
		}
		assert.Equal(t, want, wrong, "%s against %s", test.text, test.canonical)
	}
	got, wrong := consume(` 2.0 `, func(d *jsonwire.Decoder) string { return d.OneOf(`"a"`, `2`, `null`).String() })
	assert.Equal(t, "2.0", got)
	assert.Empty(t, wrong)
	_, wrong = consume(`3`, func(d *jsonwire.Decoder) string { return d.OneOf(`"a"`, `2`, `null`).String() })
	assert.Equal(t, `enum: must be one of "a", 2, null`, wrong)
	_, wrong = consume(`[`, func(d *jsonwire.Decoder) string { return d.OneOf(`"a"`).String() })
	assert.Equal(t, `unexpected end of the text`, wrong)
}

func TestPeek(t *testing.T) {
	tests := []struct {
		text, want string
		found      bool
	}{
		{`{"kind":"cat","n":1}`, "cat", true},
		{`{"n":{"kind":"no"},"\u006bind":"c\u0061t"}`, "cat", true},
		{`{"kind":"dog","kind":"cat"}`, "dog", true},
		{`{"kind":3,"kind":"dog"}`, "", false},
		{`{"kind":3}`, "", false},
		{`{}`, "", false},
		{`["kind"]`, "", false},
		{`"kind"`, "", false},
		{`{"kind":"cat",}`, "cat", true}, // what lies behind is read later
		{`{"n":01,"kind":"cat"}`, "", false},
		{``, "", false},
	}
	for _, test := range tests {
		d := decoder(test.text)
		got, found := d.Peek("kind")
		assert.Equal(t, test.found, found, test.text)
		assert.Equal(t, test.want, got, test.text)
		assert.Zero(t, d.Offset())
		assert.False(t, d.Failed(), "peeking does not fail")
	}
}

func TestPeekKeys(t *testing.T) {
	keys := jsonwire.NewKeys("wings", "fins", "legs")
	for text, want := range map[string]jsonwire.Seen{
		`{"legs":[2,{"fins":1}],"w\u0069ngs":{},"x":0}`: 0b101,
		`{}`:           0,
		`["wings"]`:    0,
		`{"wings":1,}`: 0,
		``:             0,
	} {
		d := decoder(text)
		assert.Equal(t, want, d.PeekKeys(keys), text)
		assert.Zero(t, d.Offset())
		assert.False(t, d.Failed())
	}
}

func TestKind(t *testing.T) {
	for text, want := range map[string]jsonwire.Kind{
		`{}`: jsonwire.KindObject, `[]`: jsonwire.KindArray, `""`: jsonwire.KindString, `-1`: jsonwire.KindInteger, `9`: jsonwire.KindInteger, `1.0`: jsonwire.KindInteger, `10e-1`: jsonwire.KindInteger,
		`1.5`: jsonwire.KindNumber, `1e-1`: jsonwire.KindNumber, `1e9999999999`: jsonwire.KindInteger, `-1e-9999999999`: jsonwire.KindNumber, `true`: jsonwire.KindBoolean,
		`false`: jsonwire.KindBoolean, `null`: jsonwire.KindNull, `?`: jsonwire.KindNone, ``: jsonwire.KindNone,
	} {
		assert.Equal(t, want, decoder(text).Kind(), text)
	}
	assert.Equal(t, "number", jsonwire.KindInteger.String())
	assert.Equal(t, "object", jsonwire.KindObject.String())
}

func TestAlternatives(t *testing.T) {
	d := decoder(`[{"id":0},"text"]`)
	require.True(t, d.Array())
	d.Skip()
	d.Violate(0, "a", "stays")
	require.True(t, d.NextItem())
	m := d.Mark()
	new(pet).DecodeJSON(d)
	require.True(t, d.FailedSince(m))
	d.Rewind(m)
	assert.False(t, d.FailedSince(m))
	assert.Equal(t, "text", d.String(nil))
	assert.False(t, d.FailedSince(m))
	assert.False(t, d.NextItem())
	d.End()
	assert.Equal(t, []string{" a stays"}, told(d))

	d = decoder(`[1,`)
	m = d.Mark()
	d.Skip()
	require.NotNil(t, d.SyntaxError())
	d.Rewind(m)
	assert.NotNil(t, d.SyntaxError(), "a syntax error stays")
	assert.True(t, d.FailedSince(m))
}

// TestAlternativesAreBounded decodes a text that makes a recursive choice of two read every level twice: 2^n times without a bound.
func TestAlternativesAreBounded(t *testing.T) {
	var choice func(d *jsonwire.Decoder)
	choice = func(d *jsonwire.Decoder) {
		m := d.Mark()
		for more := d.Array(); more; more = d.NextItem() {
			choice(d)
		}
		d.Violate(0, "never", "suits")
		d.Rewind(m)
		for more := d.Array(); more; more = d.NextItem() {
			choice(d)
		}
	}
	d := decoder(strings.Repeat("[", 100) + strings.Repeat("]", 100))
	choice(d)
	require.NotNil(t, d.SyntaxError())
	assert.Equal(t, "too many alternatives to try", d.SyntaxError().Reason)
}

func TestCanonical(t *testing.T) {
	got, ok := jsonwire.Canonical([]byte(` { "b" : [ 1.50e1 , "\u0041" ] , "a" : { } , "b" : -10.0 } `))
	assert.True(t, ok)
	assert.Equal(t, `{"a":{},"b":-1e1,}`, got)
	_, ok = jsonwire.Canonical([]byte(`[1`))
	assert.False(t, ok)
	_, ok = jsonwire.Canonical([]byte(`1 1`))
	assert.False(t, ok)
	_, ok = jsonwire.Canonical(nil)
	assert.False(t, ok)
}
