package worker

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
)

// drainLater drains in the background, and returns when the loops have been
// told: who settles the network after it finds that they have begun.
func (s *stage) drainLater(ctx context.Context) <-chan error {
	s.BeginDrain()
	done := make(chan error, 1)
	go func() { done <- s.Drain(ctx) }()
	return done
}

func TestDrainIdle(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{})
	var peers []*polltest.Peer
	for range 3 {
		p := s.dial()
		p.Send("x")
		p.AwaitReceived(1)
		peers = append(peers, p)
	}
	assert.NoError(t, s.Drain(context.Background()))
	for _, p := range peers {
		assert.True(t, p.Closed())
	}
	assert.NoError(t, s.Drain(context.Background()), "twice is fine")
	assert.ErrorIs(t, s.AddListener(NewListener(s.ln)), ErrDraining)
}

// What had been received when the drain began is answered; so is who had
// connected but was not accepted yet.
func TestDrainAnswersWhatWasReceived(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{})
	p := s.dial()
	p.Send("a")
	p.AwaitReceived(1)
	var late *polltest.Peer
	s.onLoop(func() { // before the loop sees any of it
		p.Send("b")
		late = s.net.Dial(s.ln)
		late.Send("c")
		s.drainLater(context.Background())
	})
	assert.Equal(t, "ab", p.AwaitReceived(2))
	assert.Equal(t, "c", late.AwaitReceived(1))
	p.AwaitClosed()
	late.AwaitClosed()
}

// A connection that has never sent anything gets a short time for its first
// request.
func TestDrainGrace(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{})
	silent, talking := s.dial(), s.dial()
	done := s.drainLater(context.Background())
	s.net.Settle()
	s.net.Advance(400 * time.Millisecond)
	s.net.Settle()
	talking.Send("x")
	assert.Equal(t, "x", talking.AwaitReceived(1))
	talking.AwaitClosed()
	assert.False(t, silent.Closed())
	s.net.Advance(110 * time.Millisecond)
	silent.AwaitClosed()
	assert.NoError(t, <-done)
}

// Those for whom the time is up are the open connections, also while more of
// them may come.
func TestOverdueWhileAccepting(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{})
	s.Overdue()
	assert.Zero(t, s.Totals().Cut)
	s.dial()
	s.conn()
	s.Overdue()
	assert.Equal(t, uint64(1), s.Totals().Cut)
}

func TestDrainBusyFinishes(t *testing.T) {
	entered, goOn := make(chan struct{}), make(chan struct{})
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		if !c.Draining() {
			entered <- struct{}{}
			<-goOn
		}
		return echo(c, f)
	}), Options{})
	p := s.dial()
	p.Send("x")
	<-entered
	done := s.drainLater(context.Background())
	s.net.Settle()
	assert.Empty(t, done)
	close(goOn)
	assert.NoError(t, <-done)
	assert.Equal(t, "x", p.Received())
}

// A parked connection is served once because of the drain, so that its protocol
// can end it; it may also park again.
func TestDrainParkedFinishes(t *testing.T) {
	var begun atomic.Int64
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		if c.DrainBegun() {
			begun.Add(1)
			return Park
		}
		if c.Resumed() {
			assert.NoError(t, c.Write([]byte("later"), 0))
			return echo(c, f)
		}
		_, _ = c.Read(f.buf[:])
		return Park
	}), Options{})
	p := s.dial()
	c := s.conn()
	p.Send("x")
	awaitState(t, c, stateParked)
	done := s.drainLater(context.Background())
	await(t, func() bool { return begun.Load() == 1 }, "served because of the drain")
	awaitState(t, c, stateParked)
	assert.Empty(t, done)
	c.Resume()
	assert.NoError(t, <-done)
	assert.Equal(t, "later", p.Received())
}

// A handler that goes idle during the drain, because a request is not complete,
// waits on until its deadline.
func TestDrainHalfRequest(t *testing.T) {
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		if c.Expired() {
			return Close
		}
		if n, _ := c.Read(f.buf[:]); n > 0 && f.buf[n-1] == '\n' {
			assert.NoError(t, c.Write([]byte("whole"), 0))
			return Close
		}
		c.SetTimeout(10 * time.Second)
		return Idle
	}), Options{})
	slow, never := s.dial(), s.dial()
	slow.Send("ha")
	never.Send("ha")
	await(t, func() bool { return slow.Reads() > 0 && never.Reads() > 0 }, "both read")
	done := s.drainLater(context.Background())
	s.net.Settle()
	slow.Send("lf\n")
	assert.Equal(t, "whole", slow.AwaitReceived(5))
	slow.AwaitClosed()
	assert.Empty(t, done)
	await(t, func() bool {
		s.net.Advance(time.Second)
		return never.Closed()
	}, "its deadline")
	assert.NoError(t, <-done)
}

// At the deadline of the drain the rest is cut, in every state.
func TestDrainCuts(t *testing.T) {
	boom := errors.New("time is up")
	entered := make(chan error, 1)
	probe := newProbe(t, func(c *Conn, f *lines) Next {
		n, _ := c.Read(f.buf[:])
		if n == 0 && c.Data != nil {
			return Park
		}
		switch string(f.buf[:n]) {
		case "read":
			_, err := c.ReadWait(f.buf[:], time.Time{})
			entered <- err
		case "park":
			c.Data = "parks"
			return Park
		case "linger":
			return Linger
		}
		return Idle // also when draining: it is in no hurry
	})
	s := newStage(t, probe, Options{})
	idle, reading, parked, lingering := s.dial(), s.dial(), s.dial(), s.dial()
	idle.Send("x")
	reading.Send("read")
	parked.Send("park")
	lingering.Send("linger")
	settled := func() bool {
		states := map[uint32]int{}
		for _, c := range s.conns() {
			states[c.state.Load()&(stateMask|waitRead|draining)]++
		}
		return states[stateIdle] == 2 && states[stateParked] == 1 &&
			states[stateBusy|waitRead]+states[stateBusy|waitRead|draining] == 1
	}
	await(t, settled, "each in its state")
	ctx, cancel := context.WithCancelCause(context.Background())
	done := s.drainLater(ctx)
	s.net.Settle()
	await(t, settled, "and again")
	assert.Empty(t, done)
	cancel(boom)
	err := <-done
	assert.ErrorIs(t, err, boom)
	assert.ErrorContains(t, err, "4 connections cut")
	assert.Error(t, <-entered, "it was woken")
	for _, p := range []*polltest.Peer{idle, reading, parked, lingering} {
		assert.True(t, p.Closed())
	}
	assert.Equal(t, int64(4), probe.closed.Load())
	assert.True(t, <-probe.hangups, "of the busy and the parked one")
	assert.True(t, <-probe.hangups)
	assert.Empty(t, probe.hangups)
}

// A handler that returns only after it was cut, by its hangup.
func TestDrainCutsBusy(t *testing.T) {
	entered, canceled := make(chan struct{}), make(chan struct{})
	probe := newProbe(t, func(c *Conn, _ *lines) Next {
		close(entered)
		<-canceled
		assert.Error(t, c.Write([]byte("x"), time.Second))
		return Idle
	})
	probe.hangup = func(_ *Conn, full bool) {
		assert.True(t, full)
		close(canceled)
	}
	s := newStage(t, probe, Options{})
	p := s.dial()
	p.Send("x")
	<-entered
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	assert.ErrorIs(t, s.Drain(ctx), context.Canceled)
	assert.True(t, p.Closed())
}

// A handler that never returns cannot be ended: Drain says so, and Run returns.
func TestDrainGivesUp(t *testing.T) {
	entered, goOn := make(chan struct{}), make(chan struct{})
	var returned atomic.Bool
	s := newStage(t, newProbe(t, func(*Conn, *lines) Next {
		close(entered)
		<-goOn
		returned.Store(true)
		return Idle
	}), Options{CutGrace: time.Millisecond})
	p := s.dial()
	p.Send("x")
	<-entered
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := s.Drain(ctx)
	assert.ErrorContains(t, err, "1 handlers do not return")
	assert.False(t, returned.Load())
	<-s.abandoned
	close(goOn)
	<-s.ended
	assert.True(t, p.Closed())
}

func TestDrainFromHandler(t *testing.T) {
	for name, opts := range map[string]Options{"worker": {}, "on the loop": {OnLoop: true}} {
		t.Run(name, func(t *testing.T) {
			var s *stage
			s = newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
				if !c.Draining() {
					assert.NoError(t, s.Drain(context.Background()))
				}
				return echo(c, f)
			}), opts)
			p := s.dial()
			p.Send("x")
			<-s.ended
			assert.Equal(t, "x", p.Received())
		})
	}
}

func TestDrainFromLoop(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{})
	s.onLoop(func() { assert.NoError(t, s.Drain(context.Background())) })
	<-s.ended
}

func TestDrainWithoutRun(t *testing.T) {
	e, err := New(Options{Handler: newProbe(t, echo), Loops: 2})
	require.NoError(t, err)
	assert.NoError(t, e.Drain(context.Background()))
	assert.NoError(t, e.Run(), "ended already")
	assert.ErrorIs(t, e.Run(), ErrStarted)
}

func TestNoHandler(t *testing.T) {
	_, err := New(Options{})
	assert.ErrorIs(t, err, ErrNoHandler)
}
