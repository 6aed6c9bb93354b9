package loop

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/poll"
)

// every has n connections come, each between after the one before.
func (p *pace) every(between time.Duration, n int) {
	for range n {
		p.came(p.last+between, 1)
	}
}

func TestPace(t *testing.T) {
	var p pace
	assert.False(t, p.quick(), "none has come")
	p.came(time.Hour, 1)
	assert.False(t, p.quick(), "the first")
	p.every(crowded+20*time.Microsecond, 1000)
	assert.False(t, p.quick(), "a client after the other")
	p.every(crowded-20*time.Microsecond, 100)
	assert.True(t, p.quick())
	assert.True(t, p.sleeps())
	assert.False(t, p.quick(), "none has come since")
	p.came(p.last+2*crowded, 4)
	assert.True(t, p.quick(), "four at once come as quickly as one does in a fourth of the time")
	p.came(p.last+time.Hour, 1)
	assert.False(t, p.quick(), "after a rest")
}

// Who sleeps, and finds that no more have come than would have anyway, sleeps ever less often.
func TestPaceThatDoesNotPay(t *testing.T) {
	var p pace
	sleeps := func(come int) (count int) {
		for range 1000 {
			p.every(crowded/2, come)
			if p.sleeps() {
				count++
			}
		}
		return count
	}
	p.every(crowded/2, 100)
	assert.Equal(t, 1000, sleeps(worthwhile))
	assert.InDelta(t, 1000/(mostSkipped+1), sleeps(worthwhile-1), 8)
	assert.InDelta(t, 1000, sleeps(worthwhile), mostSkipped)
}

// sleeper is a Poller to which nothing comes while it sleeps.
type sleeper struct {
	still
	calls []string
	finds bool // something is ready whenever it is asked
}

func (p *sleeper) Sleep(d time.Duration) {
	p.calls = append(p.calls, "sleep")
	p.clock += d
}

func (p *sleeper) Poll([]poll.Event) (int, error) {
	p.calls = append(p.calls, "poll")
	if p.finds {
		return 1, nil
	}
	return 0, nil
}

func (p *sleeper) Park([]poll.Event, time.Duration, time.Duration) (int, error) {
	p.calls = append(p.calls, "park")
	return 0, nil
}

// A loop to which connections come quickly looks, sleeps and looks again before it parks; not again before more have come, and not where
// something waits to be served. It parks at least each half millisecond.
func TestCollect(t *testing.T) {
	p, hooks := &sleeper{still: still{clock: time.Second}}, new(idle)
	l := New(0, p, slog.New(slog.DiscardHandler))
	l.Attach(hooks)
	waits := func(rest Rest) []string {
		p.calls = nil
		hooks.rest.Store(uint32(rest))
		l.wait()
		return p.calls
	}
	assert.Equal(t, []string{"park"}, waits(Park))
	l.pace.every(crowded/2, 100)
	assert.Equal(t, []string{"park"}, waits(Doze))
	assert.Equal(t, []string{"poll", "sleep", "poll", "park"}, waits(Park))
	assert.Equal(t, []string{"park"}, waits(Park))

	l.pace.every(crowded/2, 1)
	l.Post(func() {})
	assert.Equal(t, []string{"poll"}, waits(Park), "something was posted, and park looks for events")
	l.runPosted()

	p.finds = true
	parks := 0
	for begin := p.clock; p.clock < begin+20*unparked; p.clock += crowded / 2 {
		l.pace.every(crowded/2, 1)
		if slices.Contains(waits(Park), "park") {
			parks++
		}
	}
	assert.InDelta(t, 20, parks, 2, "although each look finds something")
}
