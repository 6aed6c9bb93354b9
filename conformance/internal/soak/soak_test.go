package soak

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

func TestMain(m *testing.M) {
	target.MainIfChild()
	os.Exit(m.Run())
}

// TestSoak is the short version: a few hundred connections, for some seconds, beside other tests. make soak has the strict bounds.
func TestSoak(t *testing.T) {
	child, err := target.Spawn()
	require.NoError(t, err)
	slack := Strict()
	slack.Goroutines += 50
	slack.Descriptors += 10
	slack.Resident += 128 << 20
	run := Run{Connections: 400, Time: 4 * time.Second, Pause: 50 * time.Millisecond, Slack: slack}
	report, err := run.Play(child.Addresses)
	require.NoError(t, err)
	t.Log(report)
	assert.Empty(t, report.Faults)
	for _, kind := range kinds {
		assert.Positive(t, report.Done[kind.name], kind.name)
	}
	assert.NoError(t, child.Stop())
}
