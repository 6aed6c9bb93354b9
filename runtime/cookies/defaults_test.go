package cookies_test

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/cookies"
	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	documented.Defaults(t, "../../SECURITY.md", map[string]any{"cookies.MinKey": cookies.MinKey, "cookies.DefaultMaxAge": cookies.DefaultMaxAge})
}
