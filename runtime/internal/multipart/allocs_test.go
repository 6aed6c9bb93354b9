//go:build !race && !loopcheck

package multipart

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAllocationsOfParts: however many parts there are, to find them costs the memory of one, and to know what they are called nothing where they have
// the same name.
func TestAllocationsOfParts(t *testing.T) {
	body := func(n int) []byte {
		var b strings.Builder
		for range n {
			fmt.Fprintf(&b, "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nabc\r\n")
		}
		return []byte(b.String() + "--B--\r\n")
	}
	for name, open := range map[string]func(body []byte) *Reader{
		"held": func(body []byte) *Reader { return NewBytesReader(body, "B") },
		"come": func(body []byte) *Reader { return NewReader(bytes.NewReader(body), "B") },
	} {
		allocs := func(n int) float64 {
			body := body(n)
			return testing.AllocsPerRun(10, func() {
				var d Disposition
				r := open(body)
				parts := 0
				for ok, err := r.Next(); ok || err != nil; ok, err = r.Next() {
					require.NoError(t, err)
					d.Read(r.Field("Content-Disposition"))
					parts++
				}
				if parts != n || d.Name != "file" {
					t.Errorf("%d parts, %+v", parts, d)
				}
			})
		}
		assert.Equal(t, allocs(10), allocs(1000), name)
	}
}
