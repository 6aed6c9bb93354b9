package loop

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/poll"
)

// still is a Poller on which nothing happens. It prods its loop in each wait, and counts what comes of that.
type still struct {
	Poller // nil
	loop   *Loop
	clock  time.Duration
	prods  int // that were passed on
}

func (p *still) Sys() Sys { return nil }

func (p *still) Now() time.Duration { return p.clock }
func (p *still) Origin() time.Time  { return time.Unix(0, 0) }
func (p *still) Prod()              { p.prods++ }

func (p *still) Poll([]poll.Event) (int, error) { return 0, nil }

func (p *still) Park([]poll.Event, time.Duration, time.Duration) (int, error) {
	p.loop.Prod()
	return 0, nil
}

func (p *still) Nap([]poll.Event, time.Duration, time.Duration) (int, time.Duration, error) {
	p.loop.Prod()
	return 0, 0, nil
}

// TestProd: a loop that waits hears of a prod, however it waits. One that is at work, or behind all who can run, does not.
func TestProd(t *testing.T) {
	p, hooks := &still{clock: time.Second}, new(idle)
	p.loop = New(0, p, slog.New(slog.DiscardHandler))
	p.loop.Attach(hooks)
	for i, rest := range []Rest{Park, Doze, Hurry, Nap} {
		hooks.rest.Store(uint32(rest))
		p.loop.busy = true
		p.loop.wait()
		assert.Equal(t, i+1, p.prods, rest)
		p.loop.Prod()
		assert.Equal(t, i+1, p.prods, "it is at work")
	}
}
