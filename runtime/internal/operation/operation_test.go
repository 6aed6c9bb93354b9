package operation

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestString(t *testing.T) {
	t.Parallel()
	op := Operation{Method: "GET", Path: "/pets/{petId}"}
	assert.Equal(t, "GET /pets/{petId}", op.String())
}
