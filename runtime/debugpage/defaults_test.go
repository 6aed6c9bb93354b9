package debugpage

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	documented.Defaults(t, "../../SECURITY.md", map[string]any{"viewers of the live page": mostViewers})
}
