package client

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	documented.Defaults(t, "../../SECURITY.md", map[string]any{
		"client.DefaultTimeout": DefaultTimeout, "client.DefaultRetries": DefaultRetries, "client.DefaultMaxBody": DefaultMaxBody,
		"client.Budget.Burst": defaultBurst, "client.Budget.Share": defaultShare, "client.Budget.PerSecond": defaultPerSecond,
		"client.Backoff.Longest": defaultLongest, "client.Backoff.RetryAfter": defaultRetryAfter,
		"client.Reconnect.Attempts": defaultAttempts, "wait before a stream of events comes back": longestReturn,
	})
}
