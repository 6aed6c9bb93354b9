package jsonwire

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	documented.Defaults(t, "../../../SECURITY.md", map[string]any{"depth of JSON": defaultMaxDepth, "WithMaxMemory": memoryBase, "alternatives tried of a JSON body": budgetFactor})
}

// TestCeiling: a process that was told how much it may hold gives an eighth of it to one text, and no less than a few megabytes.
func TestCeiling(t *testing.T) {
	for limit, want := range map[int64]int{math.MaxInt64: math.MaxInt, 1 << 30: 128 << 20, 230 << 20: 230 << 17, 16 << 20: 4 << 20, 0: 4 << 20} {
		assert.Equal(t, want, ceiling(limit), limit)
	}
}
