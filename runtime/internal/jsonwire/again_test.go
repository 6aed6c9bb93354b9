package jsonwire_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// What is read again for a check makes no value: it is judged and told alike, however little memory is left.
func TestChecksTakeNoMemory(t *testing.T) {
	t.Parallel()
	read := func(text string) *jsonwire.Decoder {
		var d jsonwire.Decoder
		d.Options.MaxMemory = 40
		d.Reset([]byte(text))
		return &d
	}
	assert.False(t, read(`[{"a":1},{"a":1.0}]`).Distinct(0))
	assert.True(t, read(`[{"a":1},{"b":1}]`).Distinct(0))

	d := read(`{"b":1, "a":2.0}`)
	d.Const(`{"a":2,"b":1}`)
	assert.False(t, d.Failed())

	d = read(`{"a":{"b":1}}`)
	d.Map()
	d.CheckKey(&validate.StringRule{MaxLength: 1})
	d.Map()
	d.Violate(d.Offset(), "maximum", "must be less")
	d.Skip()
	require.Len(t, d.Violations(), 1)
	assert.Equal(t, "/a/b", d.Violations()[0].Pointer)
	assert.Nil(t, d.SyntaxError())
}
