package worker

import (
	"context"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
)

// idleConn is a connection that has said something and is idle since, or parked.
func idleConn(t *testing.T, next Next) (*stage, *polltest.Peer, *Conn) {
	state := map[Next]uint32{Idle: stateIdle, Park: stateParked}[next]
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		for {
			if _, err := c.Read(f.buf[:]); err != nil {
				if c.Expired() || c.HalfClosed() {
					return Close
				}
				return next
			}
		}
	}), Options{})
	p := s.dial()
	p.Send("x")
	c := s.conn()
	await(t, func() (is bool) {
		s.onLoop(func() { is = c.heard && c.state.Load()&stateMask == state })
		return is
	}, "it is idle")
	return s, p, c
}

func TestTrySend(t *testing.T) {
	for name, next := range map[string]Next{"idle": Idle, "parked": Park} {
		t.Run(name, func(t *testing.T) {
			_, p, c := idleConn(t, next)
			n, err := c.TrySend([]byte("hello"))
			require.NoError(t, err)
			assert.Equal(t, 5, n)
			p.ScriptWrite(polltest.Result{N: 2}, polltest.Result{Errno: syscall.EAGAIN}, polltest.Result{Errno: syscall.EPIPE})
			for _, want := range []int{2, 0} {
				n, err = c.TrySend([]byte("abc"))
				require.ErrorIs(t, err, ErrWouldBlock)
				assert.Equal(t, want, n)
			}
			_, err = c.TrySend([]byte("abc"))
			require.ErrorIs(t, err, syscall.EPIPE)
			assert.Equal(t, "helloab", p.Received())
		})
	}
}

// TestTrySendThroughALayer: the layer keeps what the peer does not take, and Send without more sends that.
func TestTrySendThroughALayer(t *testing.T) {
	s := opening(t, newProbe(t, echo), Options{}, func(c *Conn) Next {
		c.SetLayer(&turned{raw: c.Raw()})
		return Idle
	})
	p := s.dial()
	p.Send(string(turn([]byte("abc"))))
	p.AwaitReceived(3)
	c := s.conn()
	awaitState(t, c, stateIdle)
	n, err := c.TrySend([]byte("def"))
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	p.Window(2)
	n, err = c.TrySend([]byte("ghijk"))
	require.ErrorIs(t, err, ErrWouldBlock)
	assert.Equal(t, 5, n)
	p.Window(-1)
	require.NoError(t, c.Send(nil, time.Second))
	assert.Equal(t, "abcdefghijk", string(turn([]byte(p.Received()))))
	p.Reset()
	await(t, func() bool { return s.probe.closed.Load() == 1 }, "it is closed")
	_, err = c.TrySend([]byte("x"))
	require.ErrorIs(t, err, net.ErrClosed)
}

// TestSend waits for a slow peer beside the connection, which stays what it is.
func TestSend(t *testing.T) {
	for name, next := range map[string]Next{"idle": Idle, "parked": Park} {
		t.Run(name, func(t *testing.T) {
			s, p, c := idleConn(t, next)
			state := c.state.Load() & stateMask
			p.Window(2)
			sent := make(chan error, 1)
			go func() { sent <- c.Send([]byte("0123456789"), time.Second) }()
			for room := 2; room < 10; room += 2 {
				p.AwaitFull()
				assert.Len(t, p.Received(), room)
				await(t, func() bool { return c.state.Load()&waitWrite != 0 }, "it waits")
				assert.Equal(t, state, c.state.Load()&stateMask)
				s.net.Advance(900 * time.Millisecond)
				p.Window(2)
			}
			require.NoError(t, <-sent)
			assert.Equal(t, "0123456789", p.Received())
		})
	}
}

// TestSendHearsEarly: an edge that comes between an attempt to write and the wait for it is not lost.
func TestSendHearsEarly(t *testing.T) {
	s, p, c := idleConn(t, Idle)
	p.Window(1)
	edges := make(chan struct{})
	c.state.And(^writable) // as before an attempt, which finds that nothing is taken
	require.True(t, s.pools[0].loop.Post(func() {
		c.Ready(loop.Out)
		close(edges)
	}))
	<-edges
	assert.Equal(t, stateIdle, c.state.Load()&stateMask)
	require.NoError(t, c.wait(waitWrite, 0), "it does not wait")
}

// TestSendEnds: time passes, also if the connection is served meanwhile, or the connection is closed by the peer, by its handler, or
// by a drain.
func TestSendEnds(t *testing.T) {
	waiting := func(t *testing.T, timeout time.Duration) (*stage, *polltest.Peer, *Conn, chan error) {
		s, p, c := idleConn(t, Idle)
		p.Window(1)
		sent := make(chan error, 1)
		go func() { sent <- c.Send([]byte("ab"), timeout) }()
		await(t, func() bool { return c.state.Load()&waitWrite != 0 }, "it waits")
		return s, p, c, sent
	}
	t.Run("timeout", func(t *testing.T) {
		s, p, c, sent := waiting(t, time.Second)
		p.Send("more")
		awaitState(t, c, stateIdle)
		assert.Empty(t, sent)
		s.net.Advance(1100 * time.Millisecond)
		require.ErrorIs(t, <-sent, os.ErrDeadlineExceeded)
	})
	t.Run("with the deadline of the connection", func(t *testing.T) {
		s, p, c := idleConn(t, Idle)
		c.SetTimeout(2 * time.Second)
		p.Send("x")
		awaitState(t, c, stateIdle)
		p.Window(1)
		sent := make(chan error, 1)
		go func() { sent <- c.Send([]byte("ab"), 10*time.Second) }()
		await(t, func() bool { return c.state.Load()&waitWrite != 0 }, "it waits")
		s.net.Advance(3 * time.Second)
		require.ErrorIs(t, <-sent, net.ErrClosed)
	})
	t.Run("peer closes its side", func(t *testing.T) {
		_, p, _, sent := waiting(t, 0)
		p.CloseWrite()
		require.ErrorIs(t, <-sent, net.ErrClosed)
	})
	t.Run("reset", func(t *testing.T) {
		_, p, _, sent := waiting(t, 0)
		p.Reset()
		require.Error(t, <-sent)
	})
	t.Run("drain", func(t *testing.T) {
		s, _, _, sent := waiting(t, 0)
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		_ = s.Drain(gone)
		require.Error(t, <-sent)
	})
	t.Run("after the end", func(t *testing.T) {
		s, p, c := idleConn(t, Idle)
		p.CloseWrite()
		await(t, func() bool { return s.probe.closed.Load() == 1 }, "it is closed")
		require.ErrorIs(t, c.Send([]byte("x"), 0), net.ErrClosed)
		_, err := c.TrySend([]byte("x"))
		require.ErrorIs(t, err, net.ErrClosed)
	})
}

// TestSendAndClose: many send while the connections close, and no descriptor is used after it was closed (the network would tell).
func TestSendAndClose(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{Loops: 2})
	var all sync.WaitGroup
	for range 20 {
		p := s.dial()
		p.Send("x")
		p.AwaitReceived(1)
	}
	for i, c := range s.conns() {
		all.Go(func() {
			for {
				if _, err := c.TrySend([]byte("y")); err != nil {
					return
				}
				if i%2 == 0 && c.Send([]byte(strings.Repeat("z", 10)), time.Second) != nil {
					return
				}
			}
		})
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.Drain(gone)
	all.Wait()
}
