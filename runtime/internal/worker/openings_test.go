package worker

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
)

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
			gone.Reset()
			gone.AwaitClosed()
			early, last := stand("four"), stand("five")
			early.CloseWrite()
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

// TestOpenLineEnds: who stands in line has his turn while the engine drains, and ends with the rest when the time for that is up.
func TestOpenLineEnds(t *testing.T) {
	for name, wait := range map[string]bool{"drained": true, "cut": false} {
		t.Run(name, func(t *testing.T) {
			release := make(chan struct{})
			s := opening(t, newProbe(t, echo), Options{MaxOpening: 1, CutGrace: time.Minute, DrainGrace: time.Second}, func(c *Conn) Next {
				<-release
				return Idle
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
				s.net.Settle()
				s.net.Advance(2 * time.Second) // which is longer than one has that has sent nothing
				close(release)
				await(t, func() bool { return second.Received() == "two" }, "it is served")
				first.CloseWrite()
				second.CloseWrite()
				require.NoError(t, <-drained)
			} else {
				cancel()
				second.AwaitClosed()
				close(release)
				require.Error(t, <-drained)
			}
			assert.True(t, s.openings.line.Idle())
			assert.Zero(t, s.openings.count())
		})
	}
}

// waitsForMore is an Open that tells what its peer has said first, and what has ended its wait for more, if that is an error.
func waitsForMore(began chan<- string, ended chan<- error) func(c *Conn) Next {
	return func(c *Conn) Next {
		var buf [32]byte
		n, _ := c.Raw().Read(buf[:])
		began <- string(buf[:n])
		if _, err := c.Raw().ReadWait(buf[:], time.Time{}); err != nil {
			ended <- err
			return Close
		}
		return Idle
	}
}

// TestOpenGoesByPeers: who has several places makes room for who has fewer, not for himself; and places go to who has the least, and of
// those of one peer to who came last.
func TestOpenGoesByPeers(t *testing.T) {
	ended, began := make(chan error, 10), make(chan string, 10)
	s := opening(t, newProbe(t, echo), Options{MaxOpening: 3, FirstTimeout: time.Hour}, waitsForMore(began, ended))
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
	oldest := from("192.0.2.1", "a1")
	assert.Equal(t, "a1", <-began)
	other := from("192.0.2.1", "a2")
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
	s.awaitRoom(oldest)
	require.ErrorIs(t, <-ended, ErrOusted)
	assert.Equal(t, "c1", <-began, "who has none is first")
	s.awaitWaiting(3)

	single.Send("!") // it has what it waited for
	assert.Equal(t, "b2", <-began)
	other.Send("!")
	assert.Equal(t, "a3", <-began, "who came first is first")
	s.awaitWaiting(3)
	assert.Empty(t, began)
}

// TestOpenSpares: who waits for his peer has a second before he makes room for one who has no place, and half of the time that there
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
			s := opening(t, newProbe(t, echo), Options{MaxOpening: 2, FirstTimeout: time.Hour}, waitsForMore(began, ended))
			begun := s.net.Now()
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
				s.net.Advance(time.Millisecond)
				s.net.Settle()
				return len(began) == len(c.comes)
			}, "it is over")
			assert.LessOrEqual(t, s.net.Now()-begun, c.spared+100*time.Millisecond)
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

// TestPlacesFollowWhatIsMade: there are as many places as were made lately, within bounds, and an eighth of them is for who has none.
func TestPlacesFollowWhatIsMade(t *testing.T) {
	for name, c := range map[string]struct{ most, made, forSome, forNone int }{
		"few were made":    {10_000, 10, usual - usual/kept, usual},
		"many were made":   {10_000, 4000, 3500, 4000},
		"more than may be": {3000, 4000, 2625, 3000},
		"few may be":       {100, 4000, 88, 100},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, newProbe(t, echo), Options{MaxOpening: c.most})
			s.dial()
			one := &opener{c: s.conn(), peer: s.openings.line.Peer(netip.MustParseAddr("192.0.2.1"))}
			s.openings.mu.Lock()
			defer s.openings.mu.Unlock()
			s.openings.made = lately{begun: s.conn().pool.loop.Now(), n: c.made}
			assert.Equal(t, c.forNone, s.openings.mostFor(one))
			s.openings.line.Take(one.peer)
			assert.Equal(t, c.forSome, s.openings.mostFor(one))
			s.openings.line.Give(one.peer)
		})
	}
}

// TestOpenTakesNewPlaces: who stands in line has the places that there are once more were made, before who comes then.
func TestOpenTakesNewPlaces(t *testing.T) {
	began, ended := make(chan string, usual+10), make(chan error, usual+10)
	s := opening(t, newProbe(t, echo), Options{MaxOpening: 2 * usual, FirstTimeout: time.Hour}, waitsForMore(began, ended))
	s.openings.mu.Lock()
	s.openings.n = usual // as if so many were under way
	s.openings.mu.Unlock()
	s.dial().Send("first")
	await(t, func() bool { return s.Totals().Unopened == 1 }, "it finds no place")
	s.openings.mu.Lock()
	s.openings.made = lately{begun: s.openings.made.begun, n: usual + 1}
	s.openings.mu.Unlock()
	s.dialFrom("192.0.2.9").Send("second")
	await(t, func() bool { return s.Totals().Unopened == 2 }, "it does not go before the first")
	await(t, func() bool {
		s.net.Advance(time.Millisecond)
		return len(began) > 0
	}, "there is one more")
	assert.Equal(t, "first", <-began)
	assert.Empty(t, began)
	s.openings.mu.Lock()
	s.openings.n -= usual
	s.openings.mu.Unlock()
	await(t, func() bool {
		s.net.Advance(time.Millisecond)
		return len(began) > 0
	}, "they have ended")
	assert.Equal(t, "second", <-began)
}

func TestLately(t *testing.T) {
	var l lately
	for range 3 {
		l.count(time.Second)
	}
	assert.Equal(t, 3, l.within(span-1))
	l.count(span + time.Second)
	assert.Equal(t, 4, l.within(2*span-1))
	assert.Equal(t, 1, l.within(2*span), "the first span is over for as long as itself")
	assert.Zero(t, l.within(4*span))
	assert.Equal(t, span+time.Second, l.last)
}

// TestOpenLineOfHalves: where what comes is looked at, who ends his direction while he stands in line is closed: he would have to go on.
func TestOpenLineOfHalves(t *testing.T) {
	release := make(chan struct{})
	s := opening(t, newProbe(t, echo), Options{MaxOpening: 1, FirstTimeout: time.Hour}, func(*Conn) Next {
		<-release
		return Idle
	})
	s.opens.Enough = func([]byte) bool { return true }
	first, second := s.dial(), s.dial()
	first.Send("one")
	await(t, func() bool { return s.openings.count() == 1 }, "the first opens")
	second.Send("two")
	await(t, func() bool { return s.Totals().Unopened == 1 }, "the second stands in line")
	second.CloseWrite()
	second.AwaitClosed()
	close(release)
	await(t, func() bool { return first.Received() == "one" && s.openings.line.Idle() }, "nothing is left")
}

// TestOpenMakesRoomLater: who computed when another came, and then waits for his peer, makes room as well.
func TestOpenMakesRoomLater(t *testing.T) {
	computes, ended := make(chan struct{}), make(chan error, 2)
	s := opening(t, newProbe(t, echo), Options{MaxOpening: 2, FirstTimeout: time.Hour}, func(c *Conn) Next {
		var buf [8]byte
		if n, _ := c.Raw().Read(buf[:]); buf[0] != 's' {
			assert.Equal(t, "good", string(buf[:n]))
			c.Raw().TryWrite([]byte("hello"))
			return Idle
		}
		<-computes
		_, err := c.Raw().ReadWait(buf[:], time.Time{})
		ended <- err
		return Close
	})
	for range 2 {
		s.dialFrom("192.0.2.1").Send("s")
	}
	await(t, func() bool { return s.openings.count() == 2 }, "both compute")
	good := s.dialFrom("192.0.2.2")
	good.Send("good")
	await(t, func() bool { return s.Totals().Unopened == 1 }, "it finds no place")
	close(computes)
	await(t, func() bool {
		s.net.Advance(time.Millisecond)
		return good.Received() == "hello"
	}, "one makes room")
	require.ErrorIs(t, <-ended, ErrOusted)
	assert.Less(t, s.net.Now(), time.Minute)
	assert.Empty(t, ended, "the other need not")
}

// TestOpenMakesRoomThatCanBeUsed: nobody makes room for who would not get the place, since the last eighth is not for him.
func TestOpenMakesRoomThatCanBeUsed(t *testing.T) {
	ended := make(chan error, 10)
	s := opening(t, newProbe(t, echo), Options{MaxOpening: 8, FirstTimeout: time.Hour}, func(c *Conn) Next {
		var buf [8]byte
		_, _ = c.Raw().Read(buf[:])
		if _, err := c.Raw().ReadWait(buf[:], time.Time{}); err != nil {
			ended <- err
		}
		return Close
	})
	for range 7 {
		s.dialFrom("192.0.2.1").Send("a")
	}
	s.awaitWaiting(7)
	s.dialFrom("192.0.2.2").Send("b")
	s.awaitWaiting(8)
	s.dialFrom("192.0.2.2").Send("b")
	await(t, func() bool { return s.Totals().Unopened == 1 }, "all are taken")
	for range 20 {
		s.net.Advance(watching)
		s.net.Settle()
	}
	assert.Empty(t, ended, "seven are left for those who have some, whoever ends")
	s.dialFrom("192.0.2.3").Send("c")
	await(t, func() bool {
		s.net.Advance(time.Millisecond)
		return len(ended) == 1
	}, "the eighth is for who has none")
	s.awaitWaiting(8)
}
