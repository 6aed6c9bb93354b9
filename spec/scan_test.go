package spec

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func newBudget() *budget { return &budget{limits: Limits{}.withDefaults()} }

// What encoding/json takes, the scanner takes, with the same meaning; what it refuses, the scanner refuses, control characters
// in strings aside.
func TestScanJSONAgreesWithTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOf(rapid.SampledFrom([]string{
			"{", "}", "[", "]", ",", ":", `"a"`, `"b"`, `"\u00e9\ud83d\ude00"`, `"\ud800"`, `"\/\n\\"`, "1", "-0", "1.50", "1e9", "01", "-", "true",
			"false", "null", "nul", " ", "\n", `"`, `\`, `{"a":1}`, `[1,2]`, `{"a":[{}]}`,
		})).Draw(t, "pieces")
		text := strings.Join(pieces, "")
		root, faults := scanJSON(newFile("a.json", "a.json", "", []byte(text)), newBudget())
		if !json.Valid([]byte(text)) {
			for _, bad := range faults {
				if bad.class == "control-character" {
					return
				}
			}
			assert.Nil(t, root, text)
			return
		}
		require.NotNil(t, root, text)
		var want, got any
		require.NoError(t, decodeExactly([]byte(text), &want))
		require.NoError(t, decodeExactly(root.appendJSON(nil), &got))
		assert.Equal(t, want, got)
	})
}

// decodeExactly keeps the digits of numbers: no float64 holds some of them.
func decodeExactly(text []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return dec.Decode(v)
}

// Every offset leads back to what stands there.
func TestOffsetsOfJSON(t *testing.T) {
	const text = "{\n  \"a\": [1, {\"b\\u0062\": \"é\"}],\r\n\t\"c\": null\r}"
	f := newFile("a.json", "a.json", "", []byte(text))
	root, faults := scanJSON(f, newBudget())
	require.Empty(t, faults)
	for pointer, want := range map[string][2]int{
		"#/a": {2, 3}, "#/a/0": {2, 9}, "#/a/1": {2, 12}, "#/a/1/bb": {2, 24}, "#/c": {3, 7},
	} {
		at := root
		for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "#/"), "/") {
			at = child(at, token)
		}
		require.NotNil(t, at, pointer)
		loc := at.loc()
		assert.Equal(t, pointer, loc.Pointer)
		assert.Equal(t, want, [2]int{loc.Line, loc.Column}, pointer)
	}
	assert.Equal(t, 4, f.location(int32(len(text)-1), "").Line, "a carriage return alone ends a line")
}

// Where yaml.v3 is given a patched text, places still are those of the file.
func TestOffsetsOfPatchedYAML(t *testing.T) {
	text := `a: "x \/ é \ud83d\ude00 y"` + "\n" +
		`b: {"k\/1": 'it''s \/', "k2": "\/\/\/", z: 1} # "\/"` + "\n" +
		"c: plain \\/ text\n" +
		`d: "two` + "\n" + `  lines \/" ` + "\n" +
		`e: "\ud800 \\/ \/", ` + "\n"
	text = strings.TrimSuffix(text, ", \n") + "\n"
	f := newFile("a.yaml", "a.yaml", "", []byte(text))
	root, faults := scanYAML(f, newBudget())
	require.Empty(t, faults)
	for key, want := range map[string]string{"a": "x / é 😀 y", "c": `plain \/ text`, "d": "two lines /", "e": "\ufffd \\/ /"} {
		assert.Equal(t, want, root.value(key), key)
	}
	b := root.get("b")
	assert.Equal(t, `it's \/`, b.value("k/1"))
	assert.Equal(t, "///", b.value("k2"))
	for _, name := range []string{"k2", "z"} {
		kid := b.get(name)
		require.NotNil(t, kid)
		assert.Equal(t, strings.Index(text, name), strings.Index(text[:kid.keyOff+3], name), name)
		assert.True(t, strings.HasPrefix(strings.TrimPrefix(text[kid.keyOff:], `"`), name), text[kid.keyOff:])
	}
	assert.Equal(t, "1", text[b.get("z").off:][:1])
	assert.Equal(t, "c", text[root.get("c").keyOff:][:1])
}

// A document of one long line is read in a time that is linear: places on it are remembered.
func TestSeekOnLongLines(t *testing.T) {
	var b strings.Builder
	b.WriteString("{base: &base {x: ü}, list: [")
	for range 20_000 {
		b.WriteString("{<<: *base, y: é}, ")
	}
	b.WriteString("]}")
	text := b.String()
	root, faults := scanYAML(newFile("a.yaml", "a.yaml", "", []byte(text)), newBudget())
	require.Empty(t, faults)
	last := root.get("list").kids[19_999]
	assert.Equal(t, strings.LastIndex(text, "é"), int(last.get("y").off))
	assert.Equal(t, strings.Index(text, "ü"), int(last.get("x").off))
}

func TestNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"1": "1", "-0": "-0", "1.50": "1.50", "1E400": "1E400", "012": "12", "-012": "-12", "00": "0", "0x1F": "31", "-0b101": "-5", "0o17": "15",
		"+1": "1", ".5": "0.5", "-.5": "-0.5", "1.": "1", "1.e3": "1e3", "1_000.5": "1000.5",
		"": "", "-": "", ".": "", "e3": "", ".inf": "", ".nan": "", "0x": "", "1e": "", "1 2": "", "--1": "",
	} {
		assert.Equal(t, want, jsonNumber(in), in)
		if want != "" {
			assert.True(t, json.Valid([]byte(want)), want)
		}
	}
	for in, want := range map[string]any{"3": int64(3), "1.0": int64(1), "1e3": int64(1000), "9223372036854775807": int64(9223372036854775807), "1.5": nil, "9223372036854775808": nil, "1e999999999": nil} {
		v, ok := whole(in)
		if want == nil {
			assert.False(t, ok, in)
		} else {
			assert.Equal(t, want, v, in)
		}
	}
}

func TestSnippet(t *testing.T) {
	long := strings.Repeat("é", 300) + "X" + strings.Repeat("y", 300)
	f := newFile("a", "a", "", []byte("one\n\ttwo\x1b[31m\r\n"+long))
	assert.Equal(t, "one\n  ^", f.snippet(1, 3))
	assert.Equal(t, " two\ufffd[31m\n ^", f.snippet(2, 2))
	assert.Equal(t, "one\n   ^", f.snippet(1, 100))
	assert.Empty(t, f.snippet(4, 1))
	assert.Empty(t, f.snippet(0, 0))
	lines := strings.Split(f.snippet(3, 601), "\n")
	require.Len(t, lines, 2)
	assert.LessOrEqual(t, len(lines[0]), snippetWidth+8)
	at := len([]rune(lines[1])) - 1
	assert.Equal(t, "X", string([]rune(lines[0])[at]))
}

func TestStringsAreWrittenAsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		var got string
		require.NoError(t, json.Unmarshal(appendString(nil, s), &got))
		assert.Equal(t, s, got)
	})
	assert.False(t, bytes.Contains(appendString(nil, "\x00\x1f\n"), []byte("\n")))
}

func TestPointersAreBoundedAndTheirOwn(t *testing.T) {
	key := strings.Repeat("k", 5000)
	text := `{"` + key + `1": {"a": 1}, "` + key + `2": {"a": 1}}`
	root, _ := scanJSON(newFile("a.json", "a.json", "", []byte(text)), newBudget())
	one, two := root.kids[0].kids[0].pointer(), root.kids[1].kids[0].pointer()
	assert.Less(t, len(one), longestPointer)
	assert.NotEqual(t, one, two)
}
