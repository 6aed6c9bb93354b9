//go:build !race

package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/check"
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// The race detector makes pools lose what they hold, at random.

func TestAllocations(t *testing.T) {
	schema := check.NewSchemas("S", `{"properties":{"id":{"minimum":1},"tags":{"uniqueItems":true,"contains":{"pattern":"^a"}},"kind":{"enum":["a","b"]}},
		"oneOf":[{"required":["id"]},{"required":["name"]}],"unevaluatedProperties":false}`).Get("S")
	body := []byte(`{"id":12,"tags":["abc","def"],"kind":"b"}`)
	var d jsonwire.Decoder
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		d.Reset(body)
		d.Check(schema)
	}))
	assert.False(t, d.Failed())
}
