package jsonwire

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A long string of escapes, or beyond ASCII, is not read in one go, and is the same as if it were.
func TestLongStringsGiveWay(t *testing.T) {
	t.Parallel()
	const n = 1 << 20
	for _, text := range []string{"\n", "ab\u2028", "\x01", "😀", "ä", "a€"} {
		want := strings.Repeat(text, n/len(text))
		body := AppendString(nil, want)
		if text == "😀" {
			body = []byte(`"` + strings.Repeat(`\ud83d\ude00`, n/len(text)) + `"`)
		}
		gave := 0
		d := new(Decoder)
		d.Reset(body)
		d.GiveWay(func() { gave++ })
		require.True(t, d.String(nil) == want, "%q", text) //nolint:testifylint // a megabyte is not to be shown
		d.End()
		assert.False(t, d.Failed(), "%q", text)
		assert.GreaterOrEqual(t, gave, len(body)/stretch-1, "%q", text)
		d.Reset([]byte(`"` + strings.Repeat("ä", n) + "\xff" + strings.Repeat("ä", n) + `"`))
		d.GiveWay(func() {})
		d.String(nil)
		assert.ErrorContains(t, d.SyntaxError(), "UTF-8")
	}
}
