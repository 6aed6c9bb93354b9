package shape

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	documented.Defaults(t, "../../../SECURITY.md", map[string]any{"names in brackets of a key": maxBrackets})
}
