package jsonwire

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	documented.Defaults(t, "../../../SECURITY.md", map[string]any{"depth of JSON": defaultMaxDepth, "WithMaxMemory": memoryBase, "alternatives tried of a JSON body": budgetFactor})
}
