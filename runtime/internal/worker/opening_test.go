package worker

import (
	"context"
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
)

// opening is a stage whose listener has an Open.
func opening(t *testing.T, p *probe, opts Options, open func(c *Conn) Next) *stage {
	s := newStage(t, p, opts)
	ln := NewListener(s.net.Listen())
	ln.Open, ln.Patience = open, 10*time.Second
	s.ln, s.opens = ln.sockets[0], ln
	require.NoError(t, s.AddListener(ln))
	return s
}

// TestOpenWaits: who waits in Open holds up nobody, takes no worker, and is cut
// with the rest.
func TestOpenWaits(t *testing.T) {
	for name, opts := range map[string]Options{"workers": {MaxWorkers: 1, CutGrace: time.Minute}, "onloop": {OnLoop: true, CutGrace: time.Minute}} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan error, 3)
			s := opening(t, newProbe(t, echo), opts, func(c *Conn) Next {
				var buf [1]byte
				for {
					if _, err := c.Raw().ReadWait(buf[:], c.Now().Add(time.Minute)); err != nil {
						ended <- err
						return Close
					}
					if buf[0] == '!' {
						return Idle
					}
				}
			})
			for range 3 {
				s.dial().Send("?")
			}
			s.awaitWaiting(3)
			p := s.dial()
			p.Send("!hello")
			await(t, func() bool { return p.Received() == "hello" }, "the fourth is served")
			gone, cancel := context.WithCancel(context.Background())
			cancel()
			require.Error(t, s.Drain(gone))
			for range 3 {
				require.Error(t, <-ended)
			}
		})
	}
}

// TestOpenEnds: each way in which Open ends without a connection to serve.
func TestOpenEnds(t *testing.T) {
	for name, c := range map[string]struct {
		open   func(c *Conn) Next
		logged string
	}{
		"refused": {func(*Conn) Next { return Close }, ""},
		"panic":   {func(*Conn) Next { panic("no key") }, "no key"},
		"goexit":  {func(*Conn) Next { runtime.Goexit(); return Idle }, ""},
		"linger":  {func(c *Conn) Next { c.Raw().TryWrite([]byte("no")); return Linger }, ""},
		"detached": {func(c *Conn) Next {
			conn, _ := c.Detach()
			c.pool.sys.Close(conn.(*polltest.Conn).FD)
			return Detached
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := opening(t, newProbe(t, func(*Conn, *lines) Next {
				assert.Fail(t, "served")
				return Close
			}), Options{MaxConnections: 1}, c.open)
			for range 2 { // the first has left nothing behind
				p := s.dial()
				p.Send("x")
				p.AwaitEnd()
				p.CloseWrite()
				await(t, func() bool { return s.open.Load() == 1 }, "it is forgotten")
			}
			assert.Contains(t, s.logs.String(), c.logged)
			assert.Zero(t, s.openings.count())
		})
	}
}

// TestOpenMakesRoom: the oldest that waits for its peer makes room for a further one, which begins when that has ended.
func TestOpenMakesRoom(t *testing.T) {
	for _, waits := range []string{"read", "write"} {
		t.Run(waits, func(t *testing.T) {
			release, ended, most := make(chan struct{}), make(chan error, 3), atomic.Int64{}
			let := sync.OnceFunc(func() { close(release) })
			var under atomic.Int64
			s := opening(t, newProbe(t, echo), Options{MaxOpening: 3}, func(c *Conn) Next {
				defer under.Add(-1)
				most.Store(max(most.Load(), under.Add(1)))
				var buf [1]byte
				_, err := c.Raw().ReadWait(buf[:], time.Time{})
				switch {
				case err != nil:
				case buf[0] == 'c': // computes
					<-release
				case buf[0] == 'w':
					if waits == "write" {
						err = c.Raw().Write(make([]byte, 10), 0)
					} else {
						_, err = c.Raw().ReadWait(buf[:], time.Time{})
					}
				}
				if err != nil {
					ended <- err
					return Close
				}
				return Idle
			})
			t.Cleanup(let)
			first := s.dial()
			first.Send("c one")
			await(t, func() bool { return s.openings.count() == 1 }, "the first computes")
			from := netip.MustParseAddr("192.0.2.100")
			dial := func(what string) *polltest.Peer { // each from an address of its own, and when the others have had their time
				s.net.Advance(grace)
				from = from.Next()
				p := s.dialFrom(from.String())
				p.Window(0)
				p.Send(what)
				return p
			}
			second := dial("w")
			await(t, func() bool { return s.openings.count() == 2 }, "the second waits")
			s.awaitWaiting(1)
			third := dial("w")
			s.awaitWaiting(2)
			for i, p := range []*polltest.Peer{second, third} {
				fourth := dial("f good")
				s.awaitRoom(p)
				require.ErrorIs(t, <-ended, ErrOusted)
				fourth.Window(-1)
				await(t, func() bool { return fourth.Received() == " good" }, "who comes later is served")
				await(t, func() bool { return s.Totals().Unopened == uint64(i+1) }, "it is counted, perhaps after that")
				if i == 0 {
					dial("w")
					s.awaitWaiting(2)
				}
			}
			assert.LessOrEqual(t, most.Load(), int64(3))
			let()
			await(t, func() bool { return first.Received() == " one" }, "who computes is not disturbed")
		})
	}
}

// TestOpenHandsPlacesOn: many come at once, from several loops; the places are never more than there may be, and in the end all are free.
func TestOpenHandsPlacesOn(t *testing.T) {
	var under, most atomic.Int64
	s := opening(t, newProbe(t, echo), Options{MaxOpening: 4, Loops: 2, CutGrace: time.Minute}, func(c *Conn) Next {
		n := under.Add(1)
		defer under.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			continue
		}
		var buf [1]byte
		if _, err := c.Raw().ReadWait(buf[:], time.Time{}); err != nil {
			return Close
		}
		if buf[0] == 's' { // is silent
			if _, err := c.Raw().ReadWait(buf[:], time.Time{}); err != nil {
				return Close
			}
		}
		return Idle
	})
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() { s.dialFrom(fmt.Sprintf("192.0.2.%d", 1+i%7)).Send([]string{"s", "good"}[i%2]) })
	}
	wg.Wait()
	await(t, func() bool { return s.openings.count() == int(under.Load()) && under.Load() <= 4 }, "they settle")
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	require.Error(t, s.Drain(gone))
	assert.Zero(t, s.openings.count())
	assert.Zero(t, s.openings.begun.Len())
	assert.True(t, s.openings.line.Idle())
	assert.LessOrEqual(t, most.Load(), int64(4))
}

// TestOpenNeedsAByte: a peer that says nothing costs no goroutine, and its
// deadline closes it.
func TestOpenNeedsAByte(t *testing.T) {
	s := opening(t, newProbe(t, echo), Options{FirstTimeout: time.Second}, func(*Conn) Next {
		assert.Fail(t, "opened")
		return Close
	})
	p := s.dial()
	assert.Zero(t, s.openings.count())
	s.net.Advance(2 * time.Second)
	p.AwaitClosed()
}
