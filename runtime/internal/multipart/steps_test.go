package multipart

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSteps: a content is looked at piece by piece, wherever its delimiter and what is like one stand, and others may go first between.
func TestSteps(t *testing.T) {
	t.Parallel()
	for _, boundary := range []string{"B", strings.Repeat("b", 70), strings.Repeat("b", 4000)} {
		near := "\r\n--" + boundary + "x"
		most := contentAtOnce + len(near) - 1
		contents := []string{
			strings.Repeat(near, 3*most/len(near)), strings.Repeat("\r\n--"+boundary[1:]+"X", 3*most/len(near)), strings.Repeat("\r", 3*most), strings.Repeat("\r\n", 2*most),
		}
		for before := range 80 {
			x := strings.Repeat("x", most-40+before)
			contents = append(contents, x, x+near, near+x, x[:contentAtOnce-40+before]+near+x)
		}
		for i, content := range contents {
			body := []byte("--" + boundary + "\r\n\r\n" + content + "\r\n--" + boundary + "--")
			gave := 0
			r := NewBytesReader(body, boundary)
			r.GiveWay = func() { gave++ }
			next(t, r)
			got, err := r.Bytes()
			require.NoError(t, err)
			require.True(t, string(got) == content, "%d, %d bytes", i, len(content)) //nolint:testifylint // they are not to be shown
			ok, err := r.Next()
			require.NoError(t, err)
			require.False(t, ok)
			assert.GreaterOrEqual(t, gave, len(content)/(most+contentAtOnce), "%d, %d bytes", i, len(content))

			p := NewParser(boundary)
			for at, ev := 0, More; ev != End; {
				var n int
				n, ev, err = p.Feed(body[at:], true)
				require.NoError(t, err)
				if at += n; ev == Content {
					require.LessOrEqual(t, n, most, fmt.Sprintf("%d, %d bytes", i, len(content)))
				}
			}
		}
	}
}
