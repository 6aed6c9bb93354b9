package jsonwire

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// The values of a longer text may take no less, where an int has 32 bits, too.
func TestMemoryOfTextsOfAnySize(t *testing.T) {
	before := 0
	for size := 1 << 20; size > 0; size *= 2 { // until it is beyond an int
		now := new(Options).memory(size)
		assert.GreaterOrEqual(t, now, before, "%d bytes", size)
		before = now
	}
}

func TestMinLengthOfAnySize(t *testing.T) {
	for _, least := range []int{5, math.MaxInt/4 + 1, math.MaxInt/2 + 1, math.MaxInt} {
		var d Decoder
		d.Reset([]byte(`"text"`))
		d.String(&validate.StringRule{MinLength: least})
		assert.True(t, d.Failed(), "%d", least)
	}
}
