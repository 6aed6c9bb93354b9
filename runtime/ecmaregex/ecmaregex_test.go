package ecmaregex

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

func TestImportingRegistersTheEngine(t *testing.T) {
	const pattern = `^(?!admin$)[a-z]+$`
	require.True(t, validate.NeedsECMA(pattern))
	p := validate.NewPattern(pattern)
	assert.True(t, p.Match("administrator"))
	assert.False(t, p.Match("admin"))
}

// matcher is compile without the time.
func matcher(pattern string) (func(string) bool, error) {
	timed, err := compile(pattern)
	return func(s string) bool {
		found, _ := timed(s)
		return found
	}, err
}

func TestCompile(t *testing.T) {
	_, err := compile(`(?=`)
	require.Error(t, err)
	match, err := matcher(`^(a+)+$`)
	require.NoError(t, err)
	assert.True(t, match("aaa"))

	start := time.Now()
	assert.False(t, match(strings.Repeat("a", 100)+"!"), "what takes too long does not match")
	assert.GreaterOrEqual(t, time.Since(start), Timeout/2)
	assert.Less(t, time.Since(start), 50*Timeout)
}

// TestEngineFollowsECMA pins what the translation of patterns relies on.
func TestEngineFollowsECMA(t *testing.T) {
	for pattern, cases := range map[string]map[string]bool{
		`^(?:(a)|b)\1$`:           {"b": true, "aa": true, "a": false}, // a group that took no part matches nothing
		`^(?i:k)$`:                {"K": true},
		"^[\x00-\U0010FFFF]$":     {"😀": true, "": false},
		"^a(?![\x00-\U0010FFFF])": {"a": true, "a\n": false},
		`^\p{L}\P{L}[\p{Greek}]$`: {"é1α": true, "11α": false},
	} {
		match, err := matcher(pattern)
		require.NoError(t, err, pattern)
		for s, want := range cases {
			assert.Equal(t, want, match(s), "%s on %q", pattern, s)
		}
	}
}
