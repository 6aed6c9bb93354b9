package param

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reads gives the JSON that a query, a part of a path or a field stands for, and what a report says of it.
func reads(t *testing.T, p Place, shape, raw string) string {
	t.Helper()
	var r Report
	v := valueOf(t, &r, p, raw).As(testShapes, shape)
	text, _ := v.Bytes()
	if !v.Present() {
		text = append([]byte("absent "), text...)
	}
	return strings.TrimSpace(string(text) + "\n" + told(&r))
}

func TestShapedQuery(t *testing.T) {
	t.Parallel()
	form, deep := Place{"f", InQuery, FormExplode}, Place{"f", InQuery, DeepObject}
	const nested = "{a: integer, b: {c: string, d: [integer]}, tags: [string], items: [{name: string, n: integer}]}"
	for _, c := range []struct {
		place            Place
		shape, raw, want string
	}{
		{deep, nested, "", "absent {}"},
		{deep, nested, "a=1&x=2", "absent {}"},
		{deep, nested, "f[a]=1", `{"a":1}`},
		{deep, nested, "f%5Ba%5D=1&g=2&f[b][c]=x%26&f[b][d][]=1&f[b][d][]=2", `{"a":1,"b":{"c":"x&","d":[1,2]}}`},
		{deep, nested, "f[tags]=a&f[tags]=b", `{"tags":["a","b"]}`},
		{deep, nested, "f[tags]=a", `{"tags":["a"]}`},
		{deep, nested, "f[tags][]=a&f[tags][]=b", `{"tags":["a","b"]}`},
		{deep, nested, "f[tags][10]=b&f[tags][9]=a&f[tags][]=z", `{"tags":["z","a","b"]}`},
		{deep, nested, "f[items][0][name]=a&f[items][1][name]=b&f[items][0][n]=5", `{"items":[{"name":"a","n":5},{"name":"b"}]}`},
		{deep, nested, "f[items][][name]=a&f[items][][n]=5&f[items][][name]=b", `{"items":[{"name":"a","n":5},{"name":"b"}]}`},
		{deep, nested, `f[b]={"c":"x"}`, `{"b":{"c":"x"}}`},
		{deep, nested, `f[tags]=["a","b"]`, `{"tags":["a","b"]}`},
		{deep, nested, "f[b]=x", `{"b":"x"}`},
		{deep, nested, "f[a][b]=x", `{"a":{"b":"x"}}`},
		{deep, nested, "f[a]=one&f[a]=2", "{\"a\":\"one\"}\nquery f[a] type must not be given more than once"},
		{deep, nested, "f[a=1&f]=2&f[b]c=3&fx[a]=1", "absent {}"},
		{deep, nested, "f[a]=%zz", "{\"a\":null}\nmalformed query parameter \"f\": percent sign without two hexadecimal digits"},
		{deep, "[{a: integer}]", "f[0][a]=1&f[1][a]=2", `[{"a":1},{"a":2}]`},
		{deep, "[string]", "f[]=1&f[]=2", `["1","2"]`},
		{deep, "[string]", "f=1", `["1"]`},
		{deep, "[string]", "g=1", "absent"},
		{deep, "{*: any}", "f[x]=1&f[y][0]=a&f[y][1]=b&f[z][k]=v&f[w]=1&f[w]=2", `{"x":"1","y":["a","b"],"z":{"k":"v"},"w":["1","2"]}`},
		{deep, `{"created[gte]": integer}`, "f[created[gte]]=5", `{"created[gte]":5}`},
		{deep, "T", "f[next][next][v]=1", `{"next":{"next":{"v":1}}}`},
		{deep, "{a: integer|string|null, b: boolean|string, n: integer|null}", "f[a]=5&f[b]=x&f[n]=", `{"a":5,"b":"x","n":null}`},
		{deep, "{a: integer|{gt: integer}}", "f[a]=5", `{"a":5}`},
		{deep, "{a: integer|{gt: integer}}", "f[a][gt]=5", `{"a":{"gt":5}}`},
		{deep, "integer|{gt: integer}", "f=5", `5`},
		{deep, "{t: time}", "f[t]=2024-01-01T00:00:00+01:00", `{"t":"2024-01-01T00:00:00+01:00"}`},
		{form, "{a: integer, b: {c: string}, tags: [string], -*}", "a=007&b[c]=x&tags=a&tags=b&q=1", `{"a":7,"b":{"c":"x"},"tags":["a","b"]}`},
		{form, nested, "items[0][name]=a&items[0][n]=1", `{"items":[{"name":"a","n":1}]}`},
		{form, "{a: string, *: string, -limit}", "a=1&limit=5&x=2&limit[0]=1", `{"a":"1","x":"2"}`},
		{form, "{a: string, *: never}", "x=2", `absent {"x":"2"}`},
		{form, "{a: string, *: never}", "x=2&a=1", `{"x":"2","a":"1"}`},
		{
			form, "{tags(comma): [string], o(pipe): {a: integer}, j(json): any, s(space): [integer]}", "tags=a,b%2Cc&o=a%7C1&j=[1]&s=1%202",
			`{"tags":["a","b,c"],"o":{"a":1},"j":[1],"s":[1,2]}`,
		},
		{form, "string|[string]", "f=a", `"a"`},
		{form, "string|[string]", "f=a&f=b", `["a","b"]`},
		{form, "integer|[string]", "f=a", `["a"]`},
		{Place{"f", InQuery, FormExplode | AllowEmpty}, "[integer]", "f=", `[]`},
		{Place{"f", InQuery, DeepObject | AllowEmpty}, "{a: integer}", "f=", `{}`},
		{Place{"f", InQuery, Form}, "{a: integer, b: [integer]}", `f=a,1,b,[1%2C2]`, `{"a":1,"b":[1,2]}`},
		{Place{"f", InQuery, Form}, "{a: integer}", `f=a`, "{}\nquery f type an object's name lacks its value"},
		{Place{"f", InQuery, Form}, "[integer|null]", `f=1,,3,null`, "[1,null,3,null]"},
		{Place{"f", InQuery, PipeDelimited}, "[integer]|string", `f=1|2`, "[1,2]"},
		{Place{"f", InQuery, Form}, "{a: integer}", `f=a,1&f=a,2`, "query f type must not be given more than once"},
	} {
		assert.Equal(t, c.want, reads(t, c.place, c.shape, c.raw), "%s in %s", c.raw, c.shape)
	}
}

func TestShapedElsewhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		place            Place
		shape, raw, want string
	}{
		{Place{"f", InPath, Simple}, "{R: integer, G: string}", "R,100,G,a%2Cb", `{"R":100,"G":"a,b"}`},
		{Place{"f", InPath, SimpleExplode}, "{R: integer, *: string}", "R=100,G=x", `{"R":100,"G":"x"}`},
		{Place{"f", InPath, Label}, "[integer|boolean]", ".1,true", `[1,true]`},
		{Place{"f", InPath, LabelExplode}, "{R: integer}", ".R=1", `{"R":1}`},
		{Place{"f", InPath, MatrixExplode}, "{R: integer, G: string}", ";R=1;G", `{"R":1,"G":""}`},
		{Place{"f", InPath, Matrix}, "{R: integer}", "R,1", "{}\npath f type does not begin with a semicolon and the name, which matrix style asks for"},
		{Place{"f", InPath, Simple}, "integer|{R: integer}", "5", `5`},
		{Place{"f", InPath, Simple}, "integer|{R: integer}", "R,5", `{"R":5}`},
		{Place{"F", InHeader, Simple}, "{R: integer, o: {a: integer}}", `R , 100, o, {"a":1}`, `{"R":100,"o":{"a":1}}`},
		{Place{"F", InHeader, SimpleExplode}, "string|{R: integer}", "R=1", `{"R":1}`},
		{Place{"f", InCookie, FormExplode}, "{R: integer, G: [string]}", "R=100; G=a; G=b", `{"R":100,"G":["a","b"]}`},
		{Place{"f", InCookie, CookieExplode}, "{R: integer, G: string}", "R=100; G=a%20b", `{"R":100,"G":"a%20b"}`},
		{Place{"f", InCookie, Cookie}, "{R: integer, G: string}", "f=R,100,G,a%2Cb", `{"R":100,"G":"a%2Cb"}`},
	} {
		assert.Equal(t, c.want, reads(t, c.place, c.shape, c.raw), "%s in %s", c.raw, c.shape)
	}
}

// TestShapedIsBounded reads what a sender may make up to take time or room.
func TestShapedIsBounded(t *testing.T) {
	t.Parallel()
	p := Place{"f", InQuery, DeepObject}
	require.Equal(t, "absent", reads(t, p, "[string]", "f"+strings.Repeat("[a]", 10_000)+"=1"))
	require.Equal(t, `["1"]`, reads(t, p, "[string]", "f[999999999]=1"))
	require.Equal(t, `{"9999999999":"1"}`, reads(t, p, "[string]", "f[9999999999]=1"), "no position")
	var many strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&many, "f[k%d][]=x&", i)
	}
	require.Contains(t, reads(t, p, "{*: [string]}", many.String()), `"k999":["x"]`)
}

func TestRecordNamesTheParts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		place                     Place
		shape, raw, pointer, want string
	}{
		{Place{"f", InQuery, DeepObject}, "{a: {b: [integer]}}", "f[a][b][]=1", "/a/b/0", "f[a][b][0]"},
		{Place{"f", InQuery, FormExplode}, "{a: {b: [integer]}}", "a[b][]=1", "/a/b/0", "a[b][0]"},
		{Place{"f", InQuery, FormExplode}, "{a: integer}", "", "/x~1y~0", "x/y~"},
		{Place{"f", InQuery, FormExplode}, "[{a: integer}]", "f[0][a]=1", "/0/a", "f[0][a]"},
		{Place{"f", InPath, Simple}, "{a: integer}", "a,1", "/a", "f/a"},
		{Place{"f", InPath, Simple}, "{a: integer}", "a,1", "", "f"},
	} {
		var r Report
		v := valueOf(t, &r, c.place, c.raw).As(testShapes, c.shape)
		assert.Equal(t, c.want, v.locate(c.pointer))
	}
}
