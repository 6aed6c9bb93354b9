package tlsconn

import (
	"crypto/tls"
	"math"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// idle reports whether nobody is in a gate for one, or waits before it, or has a handshake under way.
func (g *Gate) idle() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.free == 1 && g.line.Idle()
}

// waiting is how many wait before it.
func (g *Gate) waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.line.Len()
}

// TestGateGoesByPeers: who has fewer handshakes under way is first through the gate, whoever came before, and of those of one peer who came first.
func TestGateGoesByPeers(t *testing.T) {
	g := NewGate(1)
	many, few := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	first := g.begin(many, inTime())
	require.NoError(t, first.enter())
	var order []string
	var wg sync.WaitGroup
	for i, one := range []struct {
		peer netip.Addr
		name string
	}{{many, "first of many"}, {many, "last of many"}, {few, "of few"}} {
		p := g.begin(one.peer, inTime())
		wg.Go(func() {
			defer p.end()
			if assert.NoError(t, p.enter()) {
				order = append(order, one.name) // the gate is theirs alone
			}
		})
		require.Eventually(t, func() bool { return g.waiting() == i+1 }, 10*time.Second, time.Millisecond)
	}
	first.end()
	wg.Wait()
	assert.Equal(t, []string{"of few", "first of many", "last of many"}, order)
	assert.True(t, g.idle())
}

func inTime() time.Time { return time.Now().Add(10 * time.Second) }

// TestGateBounds: no more than so many are in it at a time, and all get through.
func TestGateBounds(t *testing.T) {
	g := NewGate(3)
	var in, over, through atomic.Int64
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			p := g.begin(netip.AddrFrom4([4]byte{192, 0, 2, byte(i % 7)}), inTime())
			defer p.end()
			for range 10 {
				if !assert.NoError(t, p.enter()) {
					return
				}
				if in.Add(1) > 3 {
					over.Add(1)
				}
				runtime.Gosched()
				in.Add(-1)
				through.Add(1)
				p.leave()
			}
		})
	}
	wg.Wait()
	assert.Zero(t, over.Load(), "times that more than three were in it")
	assert.Equal(t, int64(1000), through.Load())
	assert.Equal(t, 3, g.free)
	assert.True(t, g.line.Idle())
}

// TestGateIsLeftInTime: who waits before the gate gives up when the time of the handshake is over, and the next one is not kept by that.
func TestGateIsLeftInTime(t *testing.T) {
	g := NewGate(1)
	w := newWire(math.MaxInt)
	near := Server(server{w}, &tls.Config{Certificates: []tls.Certificate{testCert()}, MinVersion: tls.VersionTLS12})
	inside := g.begin(netip.MustParseAddr("192.0.2.2"), inTime())
	require.NoError(t, inside.enter())
	require.ErrorIs(t, near.Handshake(g, time.Now().Add(20*time.Millisecond)), os.ErrDeadlineExceeded)
	assert.Zero(t, g.waiting())
	inside.end()
	assert.True(t, g.idle())
}

// TestGateOfAnApplicationThatFails: an application that panics, or ends its goroutine, while a handshake asks it leaves nothing of that before the gate.
func TestGateOfAnApplicationThatFails(t *testing.T) {
	for name, fail := range map[string]func(){"panic": func() { panic("no certificate") }, "goexit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			g := NewGate(1)
			w := newWire(math.MaxInt)
			source := must(NewSource(&tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				fail()
				return nil, nil
			}, MinVersion: tls.VersionTLS12}, Files{}))
			near := Server(server{w}, source.Config())
			far := tls.Client(client{w}, &tls.Config{ServerName: "test", InsecureSkipVerify: true}) //nolint:gosec // a test of the other end
			done := make(chan error, 1)
			go func() { done <- far.Handshake() }()
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				defer func() { _ = recover() }()
				_ = near.Handshake(g, inTime())
			}()
			<-ended
			assert.True(t, g.idle())
			_ = client{w}.Close()
			require.Error(t, <-done)
		})
	}
}
