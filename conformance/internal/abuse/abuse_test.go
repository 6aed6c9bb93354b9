package abuse

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

func TestMain(m *testing.M) {
	MainIfGood()
	target.MainIfChild(Timeouts(time.Second), Limits)
	os.Exit(m.Run())
}

// TestAttacks plays each attack by a few clients: the server does about it what it shall, counts it, and answers a good client meanwhile. How fast
// it does is measured by make abuse. The race detector takes ten times the time and the memory, so that bounds of either are met late, or not
// within the patience of the attackers: with it the server is to answer good clients, and to exit without a race that was found.
func TestAttacks(t *testing.T) {
	for _, a := range Attacks() {
		p := Plan{Rounds: 1, Usual: 50 * time.Millisecond, Attack: 300 * time.Millisecond, Most: 50, Whole: true}
		switch {
		case a.Name == "slow read": // after buffers are full, while nobody reads
			p.Attack, p.Most = 6*time.Second, 8
		case strings.HasPrefix(a.Name, "slow"):
			p.Attack = 2500 * time.Millisecond // a timeout has to pass
		case a.Bound == "bodies": // so many that they do not fit
			p.Most, p.Attack = 3*a.clients, 2500*time.Millisecond // the first take new memory, which a machine may be so slow to find that they time out before
		case a.Bound == "write_time", a.Bound == "http2_flood", a.Bound == "body": // each has to fill buffers, a queue of 10,000 or a body, and that is work
			p.Most = 1
		}
		row, err := Run(a, target.Spawn, p)
		require.NoError(t, err)
		if raced {
			t.Log(row.Faults)
		} else {
			assert.Empty(t, row.Faults, a.Name)
			assert.NoError(t, row.unseen(), a.Name)
			assert.NoError(t, row.unsaid(), a.Name)
			assert.LessOrEqual(t, row.Peak, int64(mostMemory), a.Name)
		}
		for way, w := range row.Waits {
			assert.Positive(t, w.Good, "%s: %s", a.Name, way)
		}
		assert.Positive(t, row.Rounds, a.Name)
		t.Logf("%s: %d rounds, %s %d, %v, %.2f of a processor, %d MiB", a.Name, row.Rounds, row.meter(), row.Counted, row.Waits, row.Processor, row.Peak>>20)
	}
}

// TestMedian: what one while of several had beside does not count.
func TestMedian(t *testing.T) {
	var all rounds
	for _, slowest := range []time.Duration{3, 900, 2} {
		l := latencies{wayKept: slices.Repeat([]time.Duration{1}, 98)}
		l[wayKept] = append(l[wayKept], slowest, slowest)
		all = append(all, l)
	}
	assert.Equal(t, []string{wayKept}, all.ways())
	assert.Equal(t, 300, all.count(wayKept))
	assert.Equal(t, time.Duration(3), all.p99(wayKept))
	assert.Equal(t, time.Duration(451), all[:2].p99(wayKept), "between the two")
	assert.Zero(t, all.p99(wayNew))
}

// TestAlone: each way that good clients come in is measured, and told.
func TestAlone(t *testing.T) {
	alone, err := Alone(target.Spawn, 200*time.Millisecond)
	require.NoError(t, err)
	for _, way := range []string{wayKept, wayNew, waySecure} {
		assert.Positive(t, alone[way], way)
	}
	assert.Equal(t, "Alone, a good client waits 210µs on a kept connection, 350µs on a new one and 1.2ms on a new one over TLS at the 99th percentile.\n",
		Waits(map[string]time.Duration{wayKept: 212 * time.Microsecond, wayNew: 350 * time.Microsecond, waySecure: 1201 * time.Microsecond}))
}

// TestJudge: figures that are over what is demanded are told.
func TestJudge(t *testing.T) {
	row := &Row{Attack: Attack{like: 2}, Counted: 1, Honest: time.Millisecond, Round: 6 * time.Millisecond, Waits: map[string]Wait{
		wayKept: {Usual: time.Millisecond, P99: 3 * time.Millisecond, Before: 100, Good: 100},
		wayNew:  {Usual: 2 * time.Millisecond, P99: 2 * time.Millisecond, Before: 100, Good: 100},
	}}
	assert.Empty(t, row.Judge())
	assert.Contains(t, Table([]*Row{row}), "processor of what is sent: 1 of 1.\n")
	row.Faults = []string{"a good client was refused"}
	assert.Contains(t, Table([]*Row{row}), "processor of what is sent: 0 of 1.\n")
	row.Faults = nil
	row.Waits[wayNew] = Wait{Usual: 2 * time.Millisecond, P99: 7 * time.Millisecond, Before: 100, Good: 100}
	row.Round++
	assert.Len(t, row.Judge(), 2)
	assert.Contains(t, Table([]*Row{row}), "processor of what is sent: 0 of 1.\n")
	row.Waits[wayNew] = Wait{Usual: time.Millisecond, P99: time.Millisecond, Before: 100, Good: 99}
	assert.Len(t, row.Judge(), 2, "nobody knows")
	row.Bound, row.Counted = "body", 0
	assert.Len(t, row.Judge(), 2, "no round has met the bound")
	row.Counted = 1
	assert.Len(t, row.Judge(), 1, "it meets a bound")
	row.Peak = mostMemory
	assert.Len(t, row.Judge(), 1)
	row.Peak++
	assert.Contains(t, row.Judge(), "the server held 536870913 bytes, and not at most 536870912")
	row.Peak--
	row.Does, row.Statuses = "503 over so many, 408 after a time that is 512", map[int]int{503: 1}
	assert.Contains(t, row.Judge(), "408 was never answered, but map[503:1]")
	row.Statuses[408]++
	assert.Len(t, row.Judge(), 1)
}
