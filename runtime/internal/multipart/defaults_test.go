package multipart

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	documented.Defaults(t, "../../../SECURITY.md", map[string]any{
		"fields of the header of a part": MaxFields, "header of a part": MaxHeader, "all before the content of a part": room, "line between parts": maxLine,
	})
}
