package docs_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestModules: the reference lists each module of its own that a service may import, and no other.
func TestModules(t *testing.T) {
	work, err := os.ReadFile("../go.work")
	require.NoError(t, err)
	reference, err := os.ReadFile("reference/config.md")
	require.NoError(t, err)
	names := func(text []byte, pattern string) (all []string) {
		for _, m := range regexp.MustCompile(pattern).FindAllSubmatch(text, -1) {
			all = append(all, string(m[1]))
		}
		return all
	}
	modules := names(work, `(?m)^\t\./(runtime/\S+)$`)
	assert.NotEmpty(t, modules)
	assert.ElementsMatch(t, modules, names(reference, "(?m)^\\| `(runtime/[^`]+)` \\|"))
}
