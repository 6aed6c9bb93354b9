package jsonwire_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

func decoder(text string) *jsonwire.Decoder {
	var d jsonwire.Decoder
	d.Reset([]byte(text))
	return &d
}

func TestSyntaxErrorTellsPlaceAndReason(t *testing.T) {
	tests := []struct {
		text, reason string
		offset       int
	}{
		{``, "unexpected end of the text", 0},
		{`  `, "unexpected end of the text", 2},
		{`{"a":1`, "unexpected end of the text", 6},
		{`{"a" 1}`, "expected a colon", 5},
		{`{a:1}`, "expected a member name in quotes", 1},
		{`{"a":1,}`, "expected a member name in quotes", 7},
		{`{"a":1 "b":2}`, "expected a comma or a closing brace", 7},
		{`[1 2]`, "expected a comma or a closing bracket", 3},
		{`[1,]`, "unexpected character", 3},
		{`[tru]`, "unexpected character", 1},
		{`[01]`, "malformed number", 2},
		{`[-]`, "malformed number", 2},
		{`[1.]`, "malformed number", 3},
		{`1e`, "unexpected end of the text", 2},
		{`"a`, "unexpected end of the text", 2},
		{"\"a\nb\"", "control character in a string", 2},
		{`"ab\x"`, "malformed escape in a string", 3},
		{`"\u12G4"`, "malformed escape in a string", 1},
		{`"ab\`, "unexpected end of the text", 3},
		{`"\ud83d"`, "surrogate without its pair in a string", 1},
		{`"\ude00\ud83d"`, "surrogate without its pair in a string", 1},
		{"\"abcdefghijk\xff\"", "string is not UTF-8", 12},
		{"\"\xed\xa0\x80\"", "string is not UTF-8", 1},
		{`[] []`, "text after the value", 3},
		{strings.Repeat("[", 513), "nested too deeply", 512},
	}
	for _, test := range tests {
		d := decoder(test.text)
		d.Skip()
		d.End()
		err := d.SyntaxError()
		if assert.NotNil(t, err, test.text) {
			assert.Equal(t, test.reason, err.Reason, test.text)
			assert.Equal(t, test.offset, err.Offset, test.text)
			assert.ErrorContains(t, err, test.reason)
		}
		assert.True(t, d.Failed())
	}
}

func TestSyntaxErrorSticks(t *testing.T) {
	d := decoder(`{"id":1,"name":?,"status":"sold"}`)
	var v pet
	v.DecodeJSON(d)
	require.NotNil(t, d.SyntaxError())
	assert.Equal(t, 15, d.SyntaxError().Offset)
	for range 3 { // whatever is called afterwards finds nothing and does not go on
		assert.Empty(t, d.String(nil))
		assert.Zero(t, d.Int64(nil))
		assert.False(t, d.Array())
		assert.False(t, d.NextItem())
		assert.False(t, d.Map())
		assert.Equal(t, jsonwire.EndObject, d.Object(petKeys))
		assert.Equal(t, jsonwire.EndObject, d.Next(petKeys, 0))
		assert.Nil(t, d.JSON())
		d.RefuseUnknown()
		d.Require(petKeys, 0)
		d.CheckItems(0, 5, &petPhotos)
	}
	assert.Equal(t, 15, d.SyntaxError().Offset)
	assert.Empty(t, d.Violations(), "a syntax error makes no violations")
}

func TestDepthIsBounded(t *testing.T) {
	nested := func(n int) string { return strings.Repeat(`[{"a":`, n) + "1" + strings.Repeat("}]", n) }
	d := decoder(nested(256))
	d.Skip()
	d.End()
	assert.Nil(t, d.SyntaxError())
	d = decoder(nested(3))
	d.Options.MaxDepth = 5
	d.Skip()
	assert.Equal(t, "nested too deeply", d.SyntaxError().Reason)
	d = decoder("[" + strings.Repeat("[],", 2000) + "{}]") // breadth is not depth
	d.Options.MaxDepth = 2
	d.Skip()
	d.End()
	assert.Nil(t, d.SyntaxError())
}

func TestTruncationGivesSyntaxErrorOrTheSameValue(t *testing.T) {
	texts := []string{
		petBody,
		`{ "id" : 1.0e1 , "n\u0061me":"\ud83d\ude00\n", "photos" : [ ] ,"status":"sold", "x":{"y":[1,-2.5e-3,null,true]}, "note":null }`,
		`  12  `, `"äöü"`, ` [ ] `,
	}
	for _, text := range texts {
		var whole pet
		d := decoder(text)
		whole.DecodeJSON(d)
		require.Nil(t, d.SyntaxError(), text)
		for cut := range len(text) {
			part := decoder(text[:cut])
			var v pet
			v.DecodeJSON(part)
			part.End()
			part.Violations()
			if part.SyntaxError() == nil {
				assert.Equal(t, whole, v, "%s", text[:cut])
			}
			skipped := decoder(text[:cut])
			skipped.Skip()
			skipped.End()
			assert.Equal(t, skipped.SyntaxError(), part.SyntaxError(), "%s", text[:cut])
		}
	}
}

func TestResetKeepsOptionsAndDropsTheRest(t *testing.T) {
	d := decoder(`[1,"a"`)
	d.Lenient = true
	d.Options.MaxDepth = 7
	d.Skip()
	d.Violate(0, "x", "y")
	require.True(t, d.Failed())
	d.Reset([]byte(" true"))
	assert.False(t, d.Failed())
	assert.Nil(t, d.Violations())
	assert.True(t, d.Lenient)
	assert.Equal(t, 7, d.Options.MaxDepth)
	assert.Equal(t, 1, d.Offset())
	assert.True(t, d.Bool())
	d.Reset(nil)
	d.End()
	assert.False(t, d.Failed())
}
