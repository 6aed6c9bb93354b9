package docs_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFromTornado: every public name of Tornado that testdata/tornado.txt lists, module by module, has its line in the page for those who
// come from there.
func TestFromTornado(t *testing.T) {
	text, err := os.ReadFile("guide/from-tornado.md")
	require.NoError(t, err)
	names, err := os.ReadFile("testdata/tornado.txt")
	require.NoError(t, err)
	left := map[string]string{} // heading -> the left column of its table
	heading := ""
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "## ") {
			heading = line
		}
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			left[heading] += cells[1]
		}
	}
	for line := range strings.Lines(string(names)) {
		module, names, _ := strings.Cut(strings.TrimSpace(line), ": ")
		column := ""
		for heading, names := range left {
			if strings.Contains(heading+",", module+",") || strings.Contains(heading, module+"\n") {
				column += names
			}
		}
		require.NotEmpty(t, column, module)
		for name := range strings.FieldsSeq(names) {
			if !strings.Contains(column, "`"+name+"`") && !strings.Contains(column, "."+name+"`") {
				t.Errorf("docs/guide/from-tornado.md says nothing of %s.%s", module, name)
			}
		}
	}
}
