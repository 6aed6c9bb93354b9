package jsonwire

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

type ring []ring

func (v *ring) DecodeJSON(d *Decoder) { *v = Items[ring](d) }

// TestRoughListsAreFew: lists in lists leave memory for the next text, but not one piece for each level.
func TestRoughListsAreFew(t *testing.T) {
	const depth = 400
	var d Decoder
	d.Reset([]byte(strings.Repeat("[", depth) + strings.Repeat("]", depth)))
	var v ring
	v.DecodeJSON(&d)
	d.End()
	assert.Nil(t, d.SyntaxError())
	levels := 0
	for ; len(v) > 0; v = v[0] {
		levels++
	}
	assert.Equal(t, depth-1, levels)
	assert.Len(t, d.rough, roughKinds)
}
