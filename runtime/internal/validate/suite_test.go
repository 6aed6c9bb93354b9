package validate_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	_ "github.com/tornadogen/tornadogen/runtime/ecmaregex"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// group is one schema of the JSON Schema test suite with its instances.
type group struct {
	Description string
	Schema      struct {
		Format  string
		Pattern string
	}
	Tests []struct {
		Description string
		Data        any
		Valid       bool
	}
}

func suite(t *testing.T, path ...string) []group {
	t.Helper()
	suites := os.Getenv("SUITES")
	if suites == "" {
		const message = "SUITES must name the folder with the public test data (json-schema/tests)"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	text, err := os.ReadFile(filepath.Join(append([]string{suites, "json-schema", "tests"}, path...)...))
	require.NoError(t, err)
	var groups []group
	require.NoError(t, json.Unmarshal(text, &groups))
	require.NotEmpty(t, groups)
	return groups
}

var formatNames = []string{
	"email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri", "uri-reference", "uri-template", "iri", "iri-reference",
	"date-time", "date", "time", "duration", "uuid", "json-pointer", "relative-json-pointer", "regex",
}

func TestFormatSuite(t *testing.T) {
	for _, name := range formatNames {
		t.Run(name, func(t *testing.T) {
			format, known := validate.FormatNamed(name)
			require.True(t, known)
			for _, group := range suite(t, "draft2020-12", "optional", "format", name+".json") {
				for _, test := range group.Tests {
					if s, ok := test.Data.(string); ok {
						assert.Equal(t, test.Valid, format.Check(s), "%q: %s", s, test.Description)
					}
				}
			}
		})
	}
	for _, group := range suite(t, "draft2020-12", "optional", "format", "ecmascript-regex.json") {
		for _, test := range group.Tests {
			assert.Equal(t, test.Valid, validate.FormatRegex.Check(test.Data.(string)), test.Description)
		}
	}
}

func TestPatternSuite(t *testing.T) {
	for _, path := range []string{"pattern.json", "optional/ecmascript-regex.json", "optional/non-bmp-regex.json"} {
		for _, draft := range []string{"draft2020-12", "draft4"} {
			for _, group := range suite(t, draft, filepath.FromSlash(path)) {
				for _, test := range group.Tests {
					s, ok := test.Data.(string)
					if pattern := group.Schema.Pattern; ok && pattern != "" {
						assert.Equal(t, test.Valid, validate.NewPattern(pattern).Match(s), "%s %q: %s", pattern, s, strings.TrimSpace(test.Description))
					}
				}
			}
		}
	}
}
