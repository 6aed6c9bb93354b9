package http1

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	documented.Defaults(t, "../../../SECURITY.md", map[string]any{
		"length of a method": maxMethod, "empty lines before a request": maxLeadingCRLF,
		"chunk size line with its extensions": maxChunkLine, "framing of chunks": maxChunkDebt, "trailers": maxTrailerBytes,
	})
}
