package shape

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// read enters pairs "key=text" and gives the JSON that they stand for, with what is wrong beside it.
func read(t *testing.T, f *Field, brackets bool, pairs string) string {
	t.Helper()
	var root Node
	for pair := range strings.SplitSeq(pairs, "&") {
		key, text, _ := strings.Cut(pair, "=")
		n, _, err := root.Enter(f, key, brackets)
		if err != nil {
			return err.Error()
		}
		if n != nil {
			n.Add(Text{Data: []byte(text)})
		}
	}
	doc := Document{Plus: true}
	doc.Node(&root, f)
	require.True(t, IsJSON(doc.JSON), "%s", doc.JSON)
	var d jsonwire.Decoder
	for _, v := range doc.Read(&d).Violations() {
		doc.JSON = append(doc.JSON, " "+v.Pointer+" "+v.Message...)
	}
	return string(doc.JSON)
}

func TestNotation(t *testing.T) {
	t.Parallel()
	set := NewShapes(
		"Tree", "{v: integer, left: Tree, right: Tree | null}",
		"List", "[string | List]",
		"Nested", "[List]",
		"Page", "{offset: integer, range: {lt: number}}",
	)
	for _, c := range []struct{ notation, pairs, want string }{
		{"Tree", "left[left][v]=1&right[v]=2&v=3", `{"left":{"left":{"v":1}},"right":{"v":2},"v":3}`},
		{"{a: List}", "a[]=x&a[1][]=y", `{"a":["x",["y"]]}`},
		{"{a: Nested}", "a[0][0]=x", `{"a":[["x"]]}`},
		{"{a, \"b c\": number, *: boolean}", "a=1&b c=2&d=true&e=5", `{"a":"1","b c":2,"d":true,"e":"5"}`},
		{"{a, -b}", "a=1&b=2&b[c]=3&d=4", `{"a":"1","d":"4"}`},
		{"{a, -*}", "a=1&b=2", `{"a":"1"}`},
		{"{\"-a\": number, \"...\": number}", "-a=1&...=2", `{"-a":1,"...":2}`},
		{"{p(flat): Page}", "offset=1&range[lt]=2&p=x", `{"p":{"offset":1,"range":{"lt":2}}} /p must not be given more than once`},
		{"{a: [integer, string, ...boolean]}", "a=1&a=2&a=true&a=x", `{"a":[1,"2",true,"x"]}`},
		{"{a: \"5\" | number | [any]}", "a=5", `{"a":"5"}`},
		{"{a: \"5\" | number | [any]}", "a=6", `{"a":6}`},
		{"{a: \"5\" | number | [any]}", "a=x", `{"a":["x"]}`},
		{"{a: integer | string}", "a=1.5", `{"a":"1.5"}`},
		{"{a: integer}", "a=1.5", `{"a":1.5}`},
		{"{a: number}", "a=-007e+5", `{"a":-7e+5}`},
		{"{a: time | null, b: time}", "a=2024-01-01T00:00:00 01:00&b=", `{"a":"2024-01-01T00:00:00+01:00","b":""}`},
		{"{\"x[y]\": integer}", "x[y]=1&x[y][z]=2&x[z]=3", `{"x[y]":{"z":"2"},"x":{"z":"3"}} /x[y] must not be given more than once`},
		{"{a: integer}", "a[b]c=1&a[=2&[x]=3", `{"a[b]c":"1","a[":"2","[x]":"3"}`},
	} {
		assert.Equal(t, c.want, read(t, set.Get(c.notation), true, c.pairs), "%s in %s", c.pairs, c.notation)
	}
	assert.Equal(t, `{"a[b]":"1"}`, read(t, set.Get("{a: any}"), false, "a[b]=1"))
	assert.Equal(t, ErrNesting.Error(), read(t, Unknown, true, "a"+strings.Repeat("[]", maxBrackets+1)+"=1"))
}

// A text is not copied to see what it is: it may have megabytes.
func TestTakesCopiesNothing(t *testing.T) {
	enum := NewShapes().Get(`"5" | number`)
	long := []byte(strings.Repeat("5", 1<<20) + "x")
	assert.False(t, enum.Takes(long))
	assert.Zero(t, testing.AllocsPerRun(10, func() { enum.Takes(long) }))
}

func TestNotationIsRefused(t *testing.T) {
	t.Parallel()
	for _, notation := range []string{"", "Pet", "{a", "{a: }", "[a", "[string", "(x) string", "{a(color=red)}", "string string", `"a`, "a |"} {
		assert.Panics(t, func() { NewShapes().Get(notation) }, notation)
	}
}

// TestShapesAreShared reads one set from several goroutines.
func TestShapesAreShared(t *testing.T) {
	t.Parallel()
	set := NewShapes("A", "{b: B, v: integer}", "B", "{a: A, c: [A]}")
	var group sync.WaitGroup
	for _, name := range []string{"A", "B", "[A]", "A", "{b: B}", "B"} {
		group.Go(func() {
			f := set.Get(name)
			assert.Same(t, f, set.Get(name))
			if f.Object != nil {
				assert.Contains(t, read(t, f, true, "a[v]=1&b[a][v]=2"), `{"v":`)
			}
		})
	}
	group.Wait()
}

// FuzzEnter reads keys of all sorts: what comes out is JSON.
func FuzzEnter(f *testing.F) {
	set := NewShapes("T", `{a: integer, "x[y]": T, t: [T], p(flat): {q: number | [string]}, -z}`)
	for _, s := range []string{"a=1", "x[y][x[y]][a]=2", "t[][a]=1&t[][a]=2&t[5][t]=x", "q[]=1&q=2", "[]=&[=&]=", "z[a]=1"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, pairs string, brackets bool) { read(t, set.Get("T"), brackets, pairs) })
}
