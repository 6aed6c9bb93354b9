package soak

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
	"github.com/tornadogen/tornadogen/conformance/internal/targetapi"
)

func TestMain(m *testing.M) {
	target.MainIfChild()
	os.Exit(m.Run())
}

// TestSoak is the short version: a few hundred connections, for some seconds, beside other tests. make soak has the strict bounds.
func TestSoak(t *testing.T) {
	child, err := target.Spawn()
	require.NoError(t, err)
	slack, growth := Strict(), StrictGrowth()
	slack.Goroutines += 50
	slack.Descriptors += 10
	slack.Resident += 128 << 20
	growth.Resident += 64 << 20
	run := Run{Clients: 400, Time: 4 * time.Second, Pause: 50 * time.Millisecond, Slack: slack, Growth: growth}
	report, err := run.Play(child.Addresses)
	require.NoError(t, err)
	t.Log(report)
	assert.Empty(t, report.Faults)
	for _, kind := range kinds {
		assert.Positive(t, report.Done[kind.name], kind.name)
	}
	assert.NoError(t, child.Stop())
}

// TestGrowthOfTheSecondRound: what a second load adds is told, though it is within what may stay behind of all.
func TestGrowthOfTheSecondRound(t *testing.T) {
	base, first := targetapi.Status{Heap: 10 << 20, Resident: 20 << 20}, targetapi.Status{Heap: 12 << 20, Resident: 40 << 20}
	slack, growth := Strict(), StrictGrowth()
	for _, c := range []struct {
		heap, resident int64
		want           []string
	}{
		{13 << 20, 48 << 20, nil},
		{13<<20 + 1, 48 << 20, []string{"second round: it added 1048577 bytes of the heap"}},
		{13 << 20, 48<<20 + 1, []string{"second round: it added 8388609 bytes of memory"}},
	} {
		after := targetapi.Status{Heap: c.heap, Resident: c.resident}
		assert.Equal(t, c.want, growth.judge(&first, &after))
		assert.Empty(t, slack.and(growth).judge(&base, &after))
	}
}
