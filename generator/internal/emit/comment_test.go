package emit

import (
	"go/ast"
	"go/build/constraint"
	"go/format"
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

func TestCommentLines(t *testing.T) {
	long := strings.Repeat("word ", 30)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"nothing":             {" \n\t\n", nil},
		"one line":            {"A pet.", []string{"// A pet."}},
		"paragraphs":          {"\n\nOne.\n\n\n\nTwo.\n\n", []string{"// One.", "//", "// Two."}},
		"line ends":           {"a\r\nb\rc\u2028d\u0085e", []string{"// a", "// b", "// c", "// d", "// e"}},
		"indentation is none": {"a\n    b\n\tc", []string{"// a", "// b", "// c"}},
		"end of comment":      {"a */ b", []string{"// a */ b"}},
		"directive":           {"//go:embed x\ngo:embed x", []string{"// '//go:embed x", "// 'go:embed x"}},
		"build constraint":    {"+build x\n +build y", []string{"// '+build x", "// '+build y"}},
		"list":                {"Say:\n- one\n* two\n12. three", []string{"// Say:", "//   - one", "//   * two", "//  12. three"}},
		"fence":               {"Say:\n```json\n{\n  \"a\": 1\n}\n+build x\n```\nDone.", []string{"// Say:", "//", "//\t{", "//\t  \"a\": 1", "//\t}", "//\t'+build x", "//", "// Done."}},
		"controls":            {"a\x00b\x07\ufeff\u202ec\u2066", []string{"// abc"}},
		"no UTF-8":            {"a\xffb", []string{"// a\ufffdb"}},
		"long":                {long, []string{"// " + strings.TrimSpace(strings.Repeat("word ", 20)), "// " + strings.TrimSpace(strings.Repeat("word ", 10))}},
		"long word":           {"a " + strings.Repeat("x", 140), []string{"// a", "// " + strings.Repeat("x", 140)}},
		"longer word":         {"a " + strings.Repeat("x", 201), []string{"// a", "// " + strings.Repeat("x", 100), "// " + strings.Repeat("x", 101)}},
		"pointer":             {strings.Repeat("é", 70) + "/" + strings.Repeat("x", 100), []string{"// " + strings.Repeat("é", 70) + "/", "// " + strings.Repeat("x", 100)}},
		"long list item":      {"- " + long, []string{"//   - " + strings.TrimSpace(strings.Repeat("word ", 19)), "//     " + strings.TrimSpace(strings.Repeat("word ", 11))}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, commentLines(c.text))
		})
	}
}

// TestCommentStaysComment puts arbitrary text into every place that a comment has.
func TestCommentStaysComment(t *testing.T) {
	parts := []string{
		"*/", "/*", "//", "//go:embed x", "go:build ignore", "+build ignore", "//line x.go:1", "//export f", "\n", "\r", "\r\n", "\u2028",
		"\x00", "\ufeff", "\xff", "```", "`", "\"", "- ", "# ", "    ", "\t", "func init() {}", "Deprecated: ", "[a]: http://b", " ", "word", "import \"C\"",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(parts), rapid.String()), 0, 12).Draw(t, "text"), "")
		checkComment(t, text)
	})
}

func checkComment(t require.TestingT, text string) {
	f := newFile(&ir.Package{Name: "p", Mark: "// Generated."})
	f.packageDoc(text)
	f.decl(text, jen.Var().Id("x").Int())
	f.decl(text, jen.Type().Id("T").StructFunc(func(g *jen.Group) {
		addComment(g, text)
		g.Id("F").Int()
	}))
	src, err := f.source()
	require.NoError(t, err)
	require.True(t, utf8.Valid(src))
	parsed, err := parser.ParseFile(token.NewFileSet(), "p.go", src, parser.ParseComments)
	require.NoError(t, err)
	require.Len(t, parsed.Decls, 2, "the text became code")
	require.Empty(t, parsed.Imports)
	require.IsType(t, &ast.GenDecl{}, parsed.Decls[0])
	for _, group := range parsed.Comments {
		for _, c := range group.List {
			require.Regexp(t, `^//($|[ \t])`, c.Text)
			require.False(t, constraint.IsPlusBuild(c.Text) || constraint.IsGoBuild(c.Text), c.Text)
		}
	}
	again, err := format.Source(src)
	require.NoError(t, err)
	require.Equal(t, string(again), string(src), "go format would change what it formatted")
}
