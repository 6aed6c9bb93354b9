package emit

import (
	"go/format"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLongLinesAreBroken(t *testing.T) {
	name := strings.Repeat("name", 12)
	for what, decl := range map[string]string{
		"arguments":     "var _ = f(" + strings.Repeat(name+", ", 5) + name + ")",
		"parameters":    "func (r *" + name + ") F(a " + name + ", b " + name + ") (*" + name + ", error) {\n\treturn nil, nil\n}",
		"only argument": "func f() {\n\t" + name + " = " + name + "(" + name + ", \"some text\")\n}",
		"literal":       "var x = []T{{A: " + name + ", B: " + name + "}, {A: " + name + ", B: " + name + "}}",
		"text":          "var x = f(" + strings.Repeat(`a, "`+strings.Repeat("é\\n ", 200)+`", `, 2) + "1)",
		"raw text":      "var x = f(`{\"" + strings.Repeat("a b", 200) + "\":`, 1)",
		"condition":     "func f() {\n\tif " + name + " == 1 && " + name + " == 2 && " + name + " == 3 {\n\t}\n}",
		"one line":      "func (" + name + name + ") " + name + "Longer() {}",
		"constants":     "const (\n\tA T = 1\n\t" + name + " T = 2\n\tB " + strings.Repeat(name, 2) + " = \"" + strings.Repeat("x", 58) + "\"\n)",
	} {
		t.Run(what, func(t *testing.T) {
			src := []byte("package p\n\n" + decl + "\n")
			before, err := format.Source(src)
			require.NoError(t, err)
			require.True(t, hasLong(before, maxColumns), "the case has no long line")
			out, err := layOut(src)
			require.NoError(t, err)
			for line := range strings.Lines(string(out)) {
				assert.LessOrEqual(t, utf8.RuneCountInString(line), maxColumns+1, "%s", out)
			}
			again, err := format.Source(out)
			require.NoError(t, err)
			assert.Equal(t, string(again), string(out), "gofmt leaves it")
			assert.Equal(t, tokens(string(before)), tokens(string(out)))
		})
	}
}

// tokens is source without what layOut may change: space, commas before a bracket, and the joints of texts.
func tokens(src string) string {
	src = strings.NewReplacer(" ", "", "\n", "", "\t", "").Replace(src)
	return strings.NewReplacer("\"+\"", "", "`+`", "", "`+\"", "", "\"+`", "", "`", "\"", "\\\"", "\"").Replace(src)
}

func TestTagsStayWhole(t *testing.T) {
	field := "\tA " + strings.Repeat("T", 100) + " `json:\"" + strings.Repeat("a", 80) + "\"`"
	assert.Equal(t, field, wrapLine(field, maxColumns))
}
