package param

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// written gives the text of a JSON value, or why there is none.
func written(p Place, notation, json string) string {
	var target page
	NewWriter(&target, p).As(testShapes, notation, []byte(json))
	if target.err != nil {
		return target.err.Error()
	}
	return strings.NewReplacer("%5B", "[", "%5D", "]").Replace(string(target.text))
}

func TestWriteShaped(t *testing.T) {
	t.Parallel()
	const nested = "{a: integer, b: {c: string, d: [integer]}, tags: [string], items: [{name: string}], s: string|integer}"
	deep, form := Place{"f", InQuery, DeepObject}, Place{"f", InQuery, FormExplode}
	for _, c := range []struct {
		place             Place
		shape, json, want string
	}{
		{deep, nested, `{"a":1,"b":{"c":"x&","d":[1,2]},"tags":["a","b"]}`, "f[a]=1&f[b][c]=x%26&f[b][d][]=1&f[b][d][]=2&f[tags][]=a&f[tags][]=b"},
		{deep, nested, `{"items":[{"name":"a"},{"name":"b"}]}`, "f[items][0][name]=a&f[items][1][name]=b"},
		{deep, nested, `{"s":5}`, "f[s]=5"},
		{deep, nested, `{"s":"x"}`, "f[s]=x"},
		{deep, nested, `{"s":"5"}`, ErrOtherValue.Error()},
		{deep, nested, `{"tags":[]}`, ErrNothing.Error()},
		{deep, nested, `{}`, ""},
		{deep, "{*: string}", `{"a]b":"1"}`, ErrOtherValue.Error()},
		{deep, "{*: any}", `{"n":{"0":"x"}}`, ErrOtherValue.Error()},
		{deep, "{*: any}", `{"n":5}`, ErrOtherValue.Error()},
		{deep, "[string]", `["a","b"]`, "f[]=a&f[]=b"},
		{form, nested, `{"a":1,"b":{"c":"x"},"tags":["a","b"]}`, "a=1&b[c]=x&tags=a&tags=b"},
		{form, "{tags(comma): [string], j(json): any, s(space): [string]}", `{"tags":["a","b,c"],"j":{"x":[1]}}`, "tags=a,b%2Cc&j=%7B%22x%22%3A[1]%7D"},
		{form, "{s(space): [string]}", `{"s":["a b"]}`, ErrNotExpressible.Error()},
		{form, "string|[string]", `["a"]`, ErrOtherValue.Error()},
		{form, "string|[string]", `["a","b"]`, "f=a&f=b"},
		{form, "string|{a: string}", `"x"`, "f=x"},
		{Place{"f", InQuery, FormExplode | AllowEmpty}, "[string]", `[]`, "f="},
		{Place{"f", InQuery, FormExplode | AllowEmpty}, "[string]", `[""]`, ErrOtherValue.Error()},
		{Place{"f", InQuery, Form}, "{R: integer, o: {a: [integer]}}", `{"R":1,"o":{"a":[1]}}`, "f=R,1,o,%7B%22a%22%3A[1]%7D"},
		{Place{"f", InPath, Label}, "[integer|string]", `["a",1]`, ".a,1"},
		{Place{"f", InPath, Simple}, "[string]", `[""]`, ErrOtherValue.Error()},
		{Place{"F", InHeader, Simple}, "[string]", `[""]`, ErrOtherValue.Error()},
		{Place{"F", InHeader, Simple}, "[string]", `[]`, ""},
		{Place{"f", InPath, MatrixExplode}, "{R: integer}", `{"R":1}`, ";R=1"},
		{Place{"F", InHeader, Simple}, "{R: string}", `{"R":"a,b"}`, ErrNotExpressible.Error()},
		{Place{"F", InHeader, Simple}, "{o: {a: integer, b: integer}}", `{"o":{"a":1,"b":2}}`, ErrNotExpressible.Error()},
		{Place{"f", InCookie, FormExplode}, "{R: integer, G: string}", `{"R":1,"G":"; x"}`, "R=1; G=%3B%20x"},
		{Place{"f", InCookie, FormExplode}, "{*: string}", `{"a=b":"x"}`, ErrOtherValue.Error()},
		{Place{"f", InCookie, CookieExplode}, "{R: string}", `{"R":"a;b"}`, ErrNotExpressible.Error()},
		{Place{"f", InCookie, Cookie}, "{R: string}", `{"R":"a%20b"}`, "f=R,a%20b"},
	} {
		assert.Equal(t, c.want, written(c.place, c.shape, c.json), "%s as %s", c.json, c.shape)
	}
}

func TestWriteShapedThatMustBeThere(t *testing.T) {
	t.Parallel()
	var target page
	NewWriter(&target, Place{"f", InQuery, FormExplode}).Required().As(testShapes, "{a: string}", []byte("{}"))
	require.ErrorIs(t, target.err, ErrNothing)
	target = page{}
	NewWriter(&target, Place{"f", InQuery, FormExplode}).Required().Items(0, nil)
	require.ErrorIs(t, target.err, ErrNothing)
	target = page{}
	NewWriter(&target, Place{"f", InQuery, Form}).Items(1, func(_ int, w Writer) { w.String("") })
	require.ErrorIs(t, target.err, ErrOtherValue, "a list without items")
}

func TestForm(t *testing.T) {
	t.Parallel()
	f := testShapes.Get("{a: integer, b: [{c: string}], d: integer | null, e: [string]}")
	text, err := AppendForm(nil, f, []byte(`{"a":1,"b":[{"c":"ä"}],"d":null,"e":[]}`))
	require.NoError(t, err)
	require.Equal(t, "a=1&b%5B0%5D%5Bc%5D=%C3%A4&d=", string(text))
	var q Query
	var root shape.Node
	var doc shape.Document
	require.NoError(t, q.Parse(text, 0))
	require.NoError(t, ReadForm(&root, f, &q))
	doc.Node(&root, f)
	require.JSONEq(t, `{"a":1,"b":[{"c":"ä"}],"d":null}`, string(doc.JSON))
	_, err = AppendForm(nil, f, []byte(`[1]`))
	require.ErrorIs(t, err, ErrNotExpressible)
}

// sample is a value of a shape that has a form in every style of a query.
type sample struct{ shape, json string }

// drawSample draws a shape and a value of it. Lists and objects have something in them, and no text stands for two values.
func drawSample(t *rapid.T, depth int) sample {
	kinds := []string{"string", "integer", "number", "boolean", "time"}
	if depth > 0 {
		kinds = append(kinds, "list", "object", "map", "list", "object")
	}
	words := rapid.StringOfN(rapid.SampledFrom([]rune("ab1 %+,;=.|&/?#:@!$'()*~-_\"\\äß\U0001F600\x00\t")), 0, 8, -1)
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "integer":
		return sample{kind, strconv.FormatInt(rapid.Int64().Draw(t, "n"), 10)}
	case "number":
		return sample{"number|null", strconv.FormatFloat(rapid.Float64Range(-1e9, 1e9).Draw(t, "f"), 'f', -1, 64)}
	case "boolean":
		return sample{kind, strconv.FormatBool(rapid.Bool().Draw(t, "b"))}
	case "list":
		first := drawSample(t, depth-1)
		return sample{"[" + first.shape + "]", "[" + strings.Join(repeat(t, first.json), ",") + "]"}
	case "object", "map":
		names := rapid.SliceOfNDistinct(words.Filter(func(s string) bool { return s != "" }), 1, 3, rapid.ID[string]).Draw(t, "names")
		shape, json := "{", "{"
		for i, name := range names {
			inner := drawSample(t, depth-1)
			if kind == "map" && i > 0 {
				break
			}
			if i > 0 {
				shape, json = shape+",", json+","
			}
			json += string(jsonwire.AppendString(nil, name)) + ":" + inner.json
			if kind == "map" {
				shape += "*:" + inner.shape
			} else {
				shape += string(jsonwire.AppendString(nil, name)) + ":" + inner.shape
			}
		}
		if kind == "object" {
			shape += ", -*"
		}
		return sample{shape + "}", json + "}"}
	}
	return sample{"string", string(jsonwire.AppendString(nil, words.Draw(t, "text")))}
}

func repeat(t *rapid.T, json string) []string {
	out := make([]string, rapid.IntRange(1, 3).Draw(t, "length"))
	for i := range out {
		out[i] = json
	}
	return out
}

// TestRoundTripShaped writes values in all styles. What is written is read as the same among other parameters; in the styles of a
// query that know brackets, every value is.
func TestRoundTripShaped(t *testing.T) {
	t.Parallel()
	rapid.Check(t, roundTripShaped)
}

func roundTripShaped(t *rapid.T) {
	p := drawPlace(t)
	if p.In == InQuery && rapid.Bool().Draw(t, "deep") {
		p.Style = DeepObject | p.Style&AllowReserved
	}
	p.Name = strings.ReplaceAll(p.Name, "color", "other param")
	if p.In == InHeader || p.In == InCookie {
		p.Name = "color"
	}
	want := drawSample(t, 3)
	if want.shape[0] != '[' && want.shape[0] != '{' {
		return
	}
	var target page
	NewWriter(&target, p).As(testShapes, want.shape, []byte(want.json))
	if target.err != nil {
		if p.In == InQuery && p.Style.spread() {
			t.Fatalf("%s as %s: %v", want.json, want.shape, target.err)
		}
		return
	}
	var r Report
	text, _ := valueOf(t, &r, p, readable(p, target.text)).As(testShapes, want.shape).Bytes()
	if strings.Contains(want.shape, "*:") {
		text, _ = valueOf(t, &r, p, string(target.text)).As(testShapes, want.shape).Bytes()
	}
	require.JSONEq(t, want.json, string(text), "%s", target.text)
	require.False(t, r.Failed(), "%v %v", r.Violations(), r.Malformed())
}
