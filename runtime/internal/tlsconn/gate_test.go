package tlsconn

import (
	"net/netip"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// idle reports whether nobody is in the gate, or waits before it, or has a handshake under way.
func (g *Gate) idle() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.free == 1 && g.line.Idle()
}

// TestGateGoesByPeers: who has fewer handshakes under way is first through the gate, whoever came before.
func TestGateGoesByPeers(t *testing.T) {
	g := NewGate(1)
	many, few := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	first := g.begin(many)
	first.enter()
	var order []string
	var wg sync.WaitGroup
	var places []*place
	for _, one := range []struct {
		peer netip.Addr
		name string
	}{{many, "of many"}, {many, "of many"}, {few, "of few"}} {
		p := g.begin(one.peer)
		places = append(places, p)
		if assert.False(t, p.tryEnter(), "one computes") {
			wg.Go(func() {
				<-p.turn
				order = append(order, one.name) // the gate is theirs alone
				p.leave()
			})
		}
	}
	first.leave()
	wg.Wait()
	assert.Equal(t, []string{"of few", "of many", "of many"}, order)
	for _, p := range append(places, first) {
		p.end()
	}
	assert.True(t, g.idle())
}

// TestGateBounds: no more than so many are in it at a time, and all get through.
func TestGateBounds(t *testing.T) {
	g := NewGate(3)
	var mu sync.Mutex
	var in, most, through int
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			p := g.begin(netip.AddrFrom4([4]byte{192, 0, 2, byte(i % 7)}))
			defer p.end()
			for range 10 {
				p.enter()
				mu.Lock()
				in++
				most = max(most, in)
				mu.Unlock()
				mu.Lock()
				in--
				through++
				mu.Unlock()
				p.leave()
			}
		})
	}
	wg.Wait()
	assert.LessOrEqual(t, most, 3)
	assert.Equal(t, 1000, through)
	assert.Equal(t, 3, g.free)
	assert.True(t, g.line.Idle())
}
