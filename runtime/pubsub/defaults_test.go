package pubsub

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	documented.Defaults(t, "../../SECURITY.md", map[string]any{
		"messages of a topic that wait": maxPending, "messages while a subscriber catches up": maxBacklog,
	})
}
