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
	s.ln = ln.sockets[0]
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
			await(t, func() bool { return s.openings.count() == 3 }, "three wait")
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

// TestOpenStandsInLine: when none of those that open waits for its peer, a further one waits for a place, as one that is idle, for as
// long as a peer may take.
func TestOpenStandsInLine(t *testing.T) {
	for name, opts := range map[string]Options{"workers": {}, "onloop": {OnLoop: true}, "loops": {Loops: 2}} {
		t.Run(name, func(t *testing.T) {
			release := make(chan struct{})
			opts.MaxOpening, opts.FirstTimeout = 1, time.Hour
			s := opening(t, newProbe(t, echo), opts, func(*Conn) Next {
				<-release
				return Idle
			})
			crowd := uint64(0)
			stand := func(says string) *polltest.Peer {
				p := s.dial()
				p.Send(says)
				crowd++
				await(t, func() bool { return s.Totals().Unopened == crowd }, "it finds no place")
				return p
			}
			first := s.dial()
			first.Send("one")
			await(t, func() bool { return s.openings.count() == 1 }, "the first opens")
			late := stand("two")
			s.net.Advance(9 * time.Second)
			gone := stand("three")
			gone.CloseWrite()
			gone.AwaitClosed()
			early, last := stand("four"), stand("five")
			s.net.Settle()
			assert.Equal(t, 1, s.openings.count())
			s.net.Advance(2 * time.Second)
			late.AwaitClosed()
			assert.Equal(t, uint64(1), s.Totals().Halted)
			close(release)
			await(t, func() bool { return first.Received() == "one" }, "the first is served")
			await(t, func() bool { return early.Received() == "four" && last.Received() == "five" }, "and who was in line")
			await(t, func() bool { return s.openings.count() == 0 && s.openings.line.Idle() }, "nothing is left")
		})
	}
}

// TestOpenLineEnds: who stands in line ends with the rest, when the engine drains, and when the time for that is up.
func TestOpenLineEnds(t *testing.T) {
	for name, wait := range map[string]bool{"drained": true, "cut": false} {
		t.Run(name, func(t *testing.T) {
			release := make(chan struct{})
			s := opening(t, newProbe(t, echo), Options{MaxOpening: 1, CutGrace: time.Minute, DrainGrace: time.Second}, func(*Conn) Next {
				<-release
				return Close
			})
			first, second := s.dial(), s.dial()
			first.Send("one")
			await(t, func() bool { return s.openings.count() == 1 }, "the first opens")
			second.Send("two")
			await(t, func() bool { return s.Totals().Unopened == 1 }, "the second stands in line")
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			drained := make(chan error, 1)
			go func() { drained <- s.Drain(ctx) }()
			await(t, s.draining.Load, "it drains")
			if wait {
				await(t, func() bool {
					s.net.Advance(time.Second)
					return s.Totals().Halted == 1
				}, "its time is up")
			} else {
				cancel()
			}
			second.AwaitClosed()
			close(release)
			if err := <-drained; wait {
				require.NoError(t, err)
			} else {
				require.Error(t, err)
			}
			assert.True(t, s.openings.line.Idle())
			assert.Zero(t, s.openings.count())
		})
	}
}

// TestOpenGoesByPeers: who has several places makes room for who has fewer, not for himself; and places go to who has the least, and of
// those of one peer to who came last.
func TestOpenGoesByPeers(t *testing.T) {
	ended, began := make(chan error, 10), make(chan string, 10)
	s := opening(t, newProbe(t, echo), Options{MaxOpening: 3, FirstTimeout: time.Hour}, func(c *Conn) Next {
		var buf [8]byte
		n, _ := c.Raw().Read(buf[:])
		began <- string(buf[:n])
		if _, err := c.Raw().ReadWait(buf[:], time.Time{}); err != nil {
			ended <- err
			return Close
		}
		return Idle
	})
	crowd := uint64(0)
	from := func(addr, says string) *polltest.Peer {
		p := s.dialFrom(addr)
		p.Send(says)
		return p
	}
	stand := func(addr, says string) *polltest.Peer {
		crowd++
		p := from(addr, says)
		await(t, func() bool { return s.Totals().Unopened == crowd }, "it finds no place")
		return p
	}
	oldest, other := from("192.0.2.1", "a1"), from("192.0.2.1", "a2")
	assert.Equal(t, "a1", <-began)
	assert.Equal(t, "a2", <-began)
	single := from("2001:db8::1", "b1")
	assert.Equal(t, "b1", <-began)
	s.awaitWaiting(3)
	stand("192.0.2.1", "a3")
	stand("192.0.2.1", "a4")
	stand("2001:db8::2", "b2") // of the same network
	s.net.Settle()
	assert.Empty(t, ended, "nobody makes room for himself")

	stand("192.0.2.3", "c1")
	oldest.AwaitClosed()
	require.ErrorIs(t, <-ended, ErrOusted)
	assert.Equal(t, "c1", <-began, "who has none is first")
	s.awaitWaiting(3)

	single.Send("!") // it has what it waited for
	assert.Equal(t, "b2", <-began)
	other.Send("!")
	assert.Equal(t, "a4", <-began, "who came last is first")
	s.awaitWaiting(3)
	assert.Empty(t, began)
}

// TestOpenSpares: who waits for his peer has half a second before he makes room for one who has no place, and half of the time that there
// is before one who has as many. Then he makes room, whether another comes or not.
func TestOpenSpares(t *testing.T) {
	for name, c := range map[string]struct {
		comes  []string // after 192.0.2.1 and 192.0.2.2, who are silent
		spared time.Duration
	}{
		"who has none":         {[]string{"192.0.2.3", "192.0.2.4"}, grace},
		"who has as many":      {[]string{"192.0.2.1", "192.0.2.2"}, 5 * time.Second},
		"who comes once more":  {[]string{"192.0.2.1"}, 5 * time.Second},
		"who comes of neither": {[]string{"192.0.2.5"}, grace},
	} {
		t.Run(name, func(t *testing.T) {
			ended, began := make(chan error, 10), make(chan string, 10)
			s := opening(t, newProbe(t, echo), Options{MaxOpening: 2, FirstTimeout: time.Hour}, func(c *Conn) Next {
				var buf [32]byte
				n, _ := c.Raw().Read(buf[:])
				began <- string(buf[:n])
				if _, err := c.Raw().ReadWait(buf[:], time.Time{}); err != nil {
					ended <- err
					return Close
				}
				return Idle
			})
			for i, addr := range append([]string{"192.0.2.1", "192.0.2.2"}, c.comes...) {
				s.dialFrom(addr).Send(addr)
				if i < 2 {
					assert.Equal(t, addr, <-began)
					s.awaitWaiting(i + 1)
				} else {
					await(t, func() bool { return s.Totals().Unopened == uint64(i-1) }, "it finds no place")
				}
			}
			s.net.Settle()
			s.net.Advance(c.spared - 100*time.Millisecond)
			s.net.Settle()
			assert.Empty(t, ended)
			await(t, func() bool {
				s.net.Advance(10 * time.Millisecond)
				return len(began) == len(c.comes)
			}, "it is over")
			for range c.comes {
				assert.Contains(t, c.comes, <-began)
				require.ErrorIs(t, <-ended, ErrOusted)
			}
			assert.Empty(t, ended)
		})
	}
}

// TestOpenKeepsPlaces: who has a place gets none of the last eighth of them, and who has none does, without anybody making room.
func TestOpenKeepsPlaces(t *testing.T) {
	began := make(chan string, 10)
	s := opening(t, newProbe(t, echo), Options{MaxOpening: 16, FirstTimeout: time.Hour}, func(c *Conn) Next {
		var buf [32]byte
		n, _ := c.Raw().Read(buf[:])
		began <- string(buf[:n])
		if _, err := c.Raw().ReadWait(buf[:], time.Time{}); err != nil {
			return Close
		}
		return Idle
	})
	for i := range 15 {
		s.dial().Send("a")
		if i < 14 {
			assert.Equal(t, "a", <-began)
		}
	}
	await(t, func() bool { return s.Totals().Unopened == 1 }, "the fifteenth stands in line")
	assert.Equal(t, 14, s.openings.count())
	for i := range 2 {
		s.dialFrom(fmt.Sprintf("192.0.2.%d", 100+i)).Send("b")
		assert.Equal(t, "b", <-began)
	}
	assert.Equal(t, 16, s.openings.count())
	assert.Equal(t, uint64(1), s.Totals().Unopened)
	assert.Empty(t, began)
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
				p.AwaitClosed()
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
