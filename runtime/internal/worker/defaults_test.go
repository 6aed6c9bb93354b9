package worker

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	o := Options{Handler: &lineEcho{}}
	require.NoError(t, o.setDefaults())
	bound := func(n int) any {
		if n == 0 {
			return "no limit"
		}
		return n
	}
	documented.Defaults(t, "../../../SECURITY.md", map[string]any{
		"lingering": o.LingerTime, "busy connections after the cut": o.CutGrace,
		"Limits.Workers": o.MaxWorkers, "Limits.Queue": o.MaxQueue, "Limits.Handshakes": o.MaxOpening,
		"Limits.Connections": bound(o.MaxConnections), "Limits.PerPeer": bound(o.MaxPerPeer),
	})
}
