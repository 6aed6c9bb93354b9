package jsonwire_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// stricter are the reasons for which this package refuses what encoding/json takes: it replaces what is not Unicode, and allows
// for more depth.
var stricter = []string{"string is not UTF-8", "surrogate without its pair in a string", "nested too deeply"}

// FuzzDecode holds decoding against encoding/json: both take the same texts, but for the strictness above, and read the same
// value; the last one of members with the same name counts in both.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		petBody, ` {"a" : [1, -2.5e+3, "\u00e9\ud83d\ude00", null, true, {"a":{},"a":[]}]} `, `"\ud800"`, "\"\xff\"", `[1e1000,-0,0.10]`, `{"a":1,}`, `01`,
		`{"id":1000,"name":"0","status":"available","photos":[],"owner":{"name":"0"}}`,
		`{"id":1,"name":"\n","status":"sold","photos":["a","b"],"note":null,"price":1.50,"parents":["00000000-0000-0000-0000-000000000000"]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var d jsonwire.Decoder
		d.Reset(text)
		d.Skip()
		d.End()
		if err := d.SyntaxError(); err != nil {
			assert.LessOrEqual(t, err.Offset, len(text))
			assert.True(t, !json.Valid(text) || slices.Contains(stricter, err.Reason), "%s", err)
			return
		}
		require.True(t, json.Valid(text))
		assert.True(t, utf8.Valid(text))

		reader := json.NewDecoder(bytes.NewReader(text))
		reader.UseNumber()
		var tree any
		require.NoError(t, reader.Decode(&tree))
		printed, err := json.Marshal(tree)
		require.NoError(t, err)
		want, ok1 := jsonwire.Canonical(printed)
		got, ok2 := jsonwire.Canonical(text)
		require.True(t, ok1 && ok2)
		assert.Equal(t, want, got)

		var v pet
		d.Reset(text)
		v.DecodeJSON(&d)
		d.End()
		require.Nil(t, d.SyntaxError())
		for _, violation := range d.Violations() {
			assert.True(t, resolves(tree, violation.Pointer, violation.Keyword == "required"), violation.Pointer)
		}
		if !d.Failed() {
			roundTrip(t, &v)
		}
	})
}

// roundTrip encodes v and decodes that again.
func roundTrip(t *testing.T, v *pet) {
	v.Extra = nil                  // is not encoded
	v.Weight = cmp.Or(v.Weight, 1) // zero values, which stand for what is absent here, are refused
	if o, ok := v.Owner.Get(); ok {
		o.Email = cmp.Or(o.Email, "a@b")
		v.Owner.Set(o)
	}
	text := v.AppendJSON(nil)
	require.True(t, json.Valid(text), "%s", text)
	var d jsonwire.Decoder
	d.Reset(text)
	var again pet
	again.DecodeJSON(&d)
	d.End()
	require.False(t, d.Failed(), "%s", text)
	assert.Equal(t, string(text), string(again.AppendJSON(nil)))
}

// resolves reports whether the pointer leads to a value in tree, or to one that misses.
func resolves(tree any, pointer string, misses bool) bool {
	tokens := strings.Split(pointer, "/")[1:]
	for i, token := range tokens {
		name := strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch node := tree.(type) {
		case map[string]any:
			next, ok := node[name]
			if !ok {
				return misses && i == len(tokens)-1
			}
			tree = next
		case []any:
			var index int
			if json.Unmarshal([]byte(token), &index) != nil || index >= len(node) {
				return false
			}
			tree = node[index]
		default:
			return true // an earlier member of the same name was refused
		}
	}
	return true
}

// FuzzAppendString encodes any string and reads it back, with this package and with encoding/json.
func FuzzAppendString(f *testing.F) {
	for _, seed := range []string{"", "plain", "é\u2028\"\\\x00\x1f", "\xff\xed\xa0\x80", "0123456789abcdef\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := jsonwire.AppendString(nil, s)
		want := string([]rune(s)) // what is not UTF-8 is U+FFFD, byte by byte
		var got string
		require.NoError(t, json.Unmarshal(text, &got))
		assert.Equal(t, want, got)
		var d jsonwire.Decoder
		d.Reset(text)
		assert.Equal(t, want, d.String(nil))
		d.End()
		assert.False(t, d.Failed())
	})
}
