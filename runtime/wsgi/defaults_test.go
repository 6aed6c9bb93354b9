package wsgi

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	c := Config{}.withDefaults()
	documented.Defaults(t, "../../SECURITY.md", map[string]any{
		"wsgi.Config.MaxBody": c.MaxBody, "wsgi.Config.Start": c.Start, "wsgi.Config.Answer": c.Answer, "wsgi.Config.Drain": c.Drain,
		"sign of life of a WSGI worker": patience,
	})
}
