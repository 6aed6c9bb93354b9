package spec

import (
	"fmt"
	"os"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLimitsAreDocumented: SECURITY.md has each of them with its default.
func TestLimitsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../SECURITY.md")
	require.NoError(t, err)
	limits := reflect.ValueOf(Limits{}.withDefaults())
	names := []string{"spec.Limits.Size", "spec.Limits.Depth", "spec.Limits.Nodes", "spec.Limits.Aliases"}
	require.Len(t, names, limits.NumField())
	for i, name := range names {
		require.Equal(t, "spec.Limits."+limits.Type().Field(i).Name, name)
		assert.Contains(t, string(page), fmt.Sprintf("\n| `%s` | %v |", name, limits.Field(i)))
	}
}
