package jsonwire

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A long string is the same whether others go first within it or not, and however its escapes lie to where they do. It has no more memory than it
// needs, and leaves none behind.
func TestLongStrings(t *testing.T) {
	for _, piece := range []string{"a", "ä", `\n`, `\u00e4`, `\ud83d\ude00`, `\\a`, `aaaaaaa\"`} {
		for shift := range 13 {
			text := `"` + strings.Repeat("b", shift) + strings.Repeat(piece, 2*stretch/len(piece)) + `"`
			var want string
			require.NoError(t, json.Unmarshal([]byte(text), &want))
			for _, polite := range []bool{false, true} {
				var d Decoder
				d.Reset([]byte(text))
				gave := 0
				if polite {
					d.GiveWay(func() { gave++ })
				}
				got := d.String(nil)
				d.End()
				require.False(t, d.Failed(), piece)
				require.True(t, want == got, piece)
				assert.Equal(t, polite, gave > 0, piece)
				assert.LessOrEqual(t, cap(d.scratch), stretch/2, piece)
			}
		}
	}
}

// Escapes in what is long leave no memory behind, in a member name neither.
func TestLongScratchIsLetGo(t *testing.T) {
	var d Decoder
	keys := NewKeys("a")
	d.Reset([]byte(`{"\n` + strings.Repeat("b", 1<<20) + `":1}`))
	require.Equal(t, EndObject, d.Object(keys))
	d.End()
	require.False(t, d.Failed())
	require.Greater(t, cap(d.scratch), 1<<19, "or it is another buffer that is to be let go")
	d.Reset(nil)
	assert.LessOrEqual(t, cap(d.scratch), keptScratch)
}
