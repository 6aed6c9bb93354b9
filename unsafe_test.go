package tornadogen_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestUnsafe: each file that imports unsafe says behind that what for and why it may and make test
// runs the tests of its package with checks of pointers, as it does under the race detector.
func TestUnsafe(t *testing.T) {
	makefile, err := os.ReadFile("Makefile")
	require.NoError(t, err)
	checked := map[string]bool{"runtime/internal/setclock": true} // for tests of others
	for _, line := range regexp.MustCompile(`(?m)^\tgo test -gcflags=all=-d=checkptr .*$`).FindAllString(string(makefile), -1) {
		for _, m := range regexp.MustCompile(` \./(\S+)`).FindAllStringSubmatch(line, -1) {
			checked[m[1]] = true
		}
	}
	used := map[string]bool{}
	for _, root := range []string{"cmd", "spec", "generator", "templates", "internal", "runtime", "golden", "examples"} {
		require.NoError(t, filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") || strings.Contains(file, "testdata") {
				return err
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, spec := range parsed.Imports {
				if spec.Path.Value == `"unsafe"` {
					used[filepath.Dir(file)] = true
					assert.NotEmpty(t, spec.Comment.Text(), "%s imports unsafe: say behind it what for, and why it may", file)
				}
			}
			return nil
		}))
	}
	require.Contains(t, used, "runtime/internal/jsonwire")
	for pkg := range used {
		assert.True(t, checked[pkg], "make test does not run %s with -d=checkptr", pkg)
	}
}
