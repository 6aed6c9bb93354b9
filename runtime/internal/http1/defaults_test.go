package http1

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	documented.Defaults(t, "../../../SECURITY.md", map[string]any{"chunk size line with its extensions": maxChunkLine, "trailers": maxTrailerBytes})
}
