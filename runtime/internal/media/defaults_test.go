package media

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	documented.Defaults(t, "../../../SECURITY.md", map[string]any{"depth of XML": maxElements, "elements and attributes of XML": DefaultElements, "attributes of an element of XML": maxAttributes})
}
