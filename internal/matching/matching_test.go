package matching_test

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/internal/matching"
)

func TestText(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, pattern := range []string{"^[a-f]{2}(x|yz)+$", "^[A-Z]{3}$", `^\d{4}-\d{2}$`, `^(?i)abc.?[^0-9]*$`, "b", "", "^a{0,9}$", `^\+?[0-9 ]{7,15}$`} {
		for range 50 {
			text, ok := matching.Text(pattern, random, matching.Usual)
			require.True(t, ok)
			assert.Regexp(t, regexp.MustCompile(pattern), text)
		}
	}
	long := 0
	for range 50 {
		text, _ := matching.Text("^a+$", random, 40)
		long = max(long, len(text))
	}
	assert.Greater(t, long, 20)
	_, ok := matching.Text("(?=a)", random, matching.Usual)
	assert.False(t, ok)
}
