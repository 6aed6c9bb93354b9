//go:build !race

package brotli

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Another body is decoded with what the one before has left. The race detector has pools forget.
func TestResetKeepsMemory(t *testing.T) {
	for name, stream := range map[string][]byte{
		"zeros": coded(make([]byte, 1<<20), 1, 0), "words": coded([]byte(words), 5, 0), "codes": costly()["768 codes for a byte"][:10_000],
	} {
		d, source, p := new(Reader), bytes.NewReader(stream), make([]byte, 64<<10)
		n := testing.AllocsPerRun(10, func() {
			source.Reset(stream)
			d.Reset(source)
			for err := error(nil); err == nil; {
				_, err = d.Read(p)
			}
		})
		assert.LessOrEqual(t, n, 1., name)
	}
}
