package abuse

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

func TestMain(m *testing.M) {
	MainIfGood()
	target.MainIfChild(Timeouts)
	os.Exit(m.Run())
}

// mostMemory is what the server may hold while any of the attacks goes on.
const mostMemory = 512 << 20

// TestAttacks plays each attack by a few clients: the server does about it what it shall, and answers a good client meanwhile. How fast
// it does is measured by make abuse.
func TestAttacks(t *testing.T) {
	child, err := target.Spawn()
	require.NoError(t, err)
	for _, a := range Attacks() {
		p := Plan{Rounds: 1, Usual: 50 * time.Millisecond, Attack: 300 * time.Millisecond, Most: 50}
		if strings.HasPrefix(a.Name, "slow") {
			p.Attack = 2500 * time.Millisecond // a timeout has to pass
		}
		row := Run(a, child, p)
		assert.Empty(t, row.Faults, a.Name)
		assert.Positive(t, row.Good, a.Name)
		assert.Positive(t, row.Rounds, a.Name)
		assert.Less(t, row.Peak, int64(mostMemory), a.Name)
		t.Logf("%s: %d rounds, p99 %s, %.2f of a processor, %d MiB", a.Name, row.Rounds, row.P99, row.Processor, row.Peak>>20)
	}
	assert.NoError(t, child.Stop())
}
