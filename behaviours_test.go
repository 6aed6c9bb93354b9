package tornadogen_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBehavioursAreTested holds the last table of docs/reference/behaviours.md against the tests: each that it names is there.
func TestBehavioursAreTested(t *testing.T) {
	declared := map[string]bool{}
	declaration := regexp.MustCompile(`(?m)^func (Test\w+)\(t `)
	for _, root := range []string{"runtime", "golden"} {
		require.NoError(t, filepath.WalkDir(root, func(file string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(file, "_test.go") {
				return err
			}
			text, err := os.ReadFile(file)
			for _, m := range declaration.FindAllStringSubmatch(string(text), -1) {
				declared[m[1]] = true
			}
			return err
		}))
	}
	text, err := os.ReadFile("docs/reference/behaviours.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), "\n## Where it is tested\n")
	require.True(t, found)
	rows := regexp.MustCompile(`(?m)^\| \d+ \|.*\|$`).FindAllString(table, -1)
	require.Greater(t, len(rows), 50)
	name := regexp.MustCompile("`(Test\\w+)`")
	for _, row := range rows {
		tests := name.FindAllStringSubmatch(row, -1)
		assert.NotEmpty(t, tests, row)
		for _, m := range tests {
			assert.True(t, declared[m[1]], "there is no %s: %s", m[1], row)
		}
	}
}
