package sessions_test

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
	"github.com/tornadogen/tornadogen/runtime/sessions"
)

func TestDefaultsAreDocumented(t *testing.T) {
	documented.Defaults(t, "../../SECURITY.md", map[string]any{"sessions.DefaultTTL": sessions.DefaultTTL, "sessions.DefaultBytes": sessions.DefaultBytes})
}
