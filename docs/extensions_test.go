package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/docs/internal/page"
)

var extension = regexp.MustCompile(`^x-[a-z]+(-[a-z]+)*$`)

// notExtensions are texts of the generator that look like one.
var notExtensions = []string{"x-www-form-urlencoded"}

// TestExtensions holds the reference against the extensions that the reader and the generator name: each has its section.
func TestExtensions(t *testing.T) {
	read := map[string]bool{}
	for _, root := range []string{"../spec", "../generator"} {
		require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				before := ""
				if sum, ok := n.(*ast.BinaryExpr); ok {
					if prefix, ok := sum.X.(*ast.Ident); ok && prefix.Name == "ownPrefix" {
						before, n = "x-tornado-", sum.Y
					}
				}
				lit, ok := n.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					return true
				}
				if text, err := strconv.Unquote(lit.Value); err == nil && extension.MatchString(before+text) && !slices.Contains(notExtensions, text) {
					read[before+text] = true
				}
				return true
			})
			return nil
		}))
	}
	require.True(t, read["x-tornado-limits"] && read["x-go-name"])

	p, err := page.Read("..", "docs/reference/extensions.md")
	require.NoError(t, err)
	for _, h := range p.Headings {
		if h.Level == 2 {
			require.True(t, read[h.Text], "%s is not read", h.Text)
			delete(read, h.Text)
		}
	}
	require.Empty(t, read, "extensions without a section in docs/reference/extensions.md")
}
