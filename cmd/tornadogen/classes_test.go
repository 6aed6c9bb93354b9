package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The page of diagnostics has a row for each class, and a rule of SARIF says what that row says.
func TestClassesAgreeWithTheirPage(t *testing.T) {
	data, err := os.ReadFile("../../docs/reference/diagnostics.md")
	require.NoError(t, err)
	heading := regexp.MustCompile(`^### (.+)$`)
	row := regexp.MustCompile("^\\| `([a-z0-9-]+)` \\| (.+?) \\| .+ \\|$")
	link := regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	markup := strings.NewReplacer("**error**: ", "", "**", "", "`", "")
	want, section := map[string]class{}, ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if m := heading.FindStringSubmatch(line); m != nil {
			section = strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(m[1]), ",", ""), " ", "-")
		}
		if m := row.FindStringSubmatch(line); m != nil && section != "" {
			want[m[1]] = class{section, markup.Replace(link.ReplaceAllString(m[2], "$1"))}
		}
	}
	require.NotEmpty(t, want)
	require.Equal(t, want, classes)
}

func TestClassOfTheLibrary(t *testing.T) {
	require.Equal(t, class{"structure", "a breach of the standard"}, classOf("license-name-required"))
}
