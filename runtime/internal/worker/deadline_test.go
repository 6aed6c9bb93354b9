package worker

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
)

func TestFirstTimeout(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{FirstTimeout: 10 * time.Second})
	silent, talking := s.dial(), s.dial()
	talking.Send("x")
	talking.AwaitReceived(1)
	s.net.Advance(9900 * time.Millisecond)
	s.net.Settle()
	assert.False(t, silent.Closed())
	s.net.Advance(400 * time.Millisecond) // coarse: up to 256 ms late
	silent.AwaitClosed()
	s.net.Advance(time.Hour)
	s.net.Settle()
	assert.False(t, talking.Closed(), "it was for the first byte")
}

// timed echoes and gives the connection d until the next bytes.
func timed(served chan<- bool, d func() time.Duration) func(c *Conn, f *lines) Next {
	return func(c *Conn, f *lines) Next {
		served <- c.Expired()
		c.SetTimeout(d())
		return echo(c, f)
	}
}

// The wheel is armed once; when it comes early it is armed anew.
func TestDeadlineMovesOn(t *testing.T) {
	served := make(chan bool, 100)
	s := newStage(t, newProbe(t, timed(served, func() time.Duration { return 10 * time.Second })), Options{})
	p := s.dial()
	for i := range 5 {
		p.Send("x")
		assert.False(t, <-served)
		p.AwaitReceived(i + 1)
		awaitState(t, s.conn(), stateIdle)
		s.net.Settle()
		s.net.Advance(9 * time.Second)
		s.net.Settle()
	}
	posts := s.Stats()[0].Posts
	assert.False(t, p.Closed())
	s.net.Advance(1300 * time.Millisecond)
	assert.True(t, <-served)
	p.AwaitClosed()
	assert.Equal(t, posts, s.Stats()[0].Posts, "no message to the loop")
}

// A deadline before the one that the wheel knows is posted to the loop.
func TestDeadlineMovesUp(t *testing.T) {
	served := make(chan bool, 100)
	d := time.Hour
	s := newStage(t, newProbe(t, timed(served, func() time.Duration { return d })), Options{FirstTimeout: time.Hour})
	p := s.dial()
	p.Send("x")
	<-served
	p.AwaitReceived(1)
	awaitState(t, s.conn(), stateIdle)
	d = 20 * time.Millisecond
	p.Send("y")
	<-served
	p.AwaitReceived(2)
	awaitState(t, s.conn(), stateIdle)
	s.net.Settle()
	s.net.Advance(19 * time.Millisecond)
	s.net.Settle()
	assert.Empty(t, served)
	s.net.Advance(2 * time.Millisecond)
	assert.True(t, <-served)
	p.AwaitClosed()
}

// A deadline never interrupts a connection that is busy.
func TestDeadlineWhileBusy(t *testing.T) {
	entered, goOn := make(chan struct{}), make(chan struct{})
	expired := make(chan bool, 2)
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		expired <- c.Expired()
		if c.Expired() {
			return Close
		}
		c.SetTimeout(time.Second)
		entered <- struct{}{}
		<-goOn
		return echo(c, f)
	}), Options{FirstTimeout: 100 * time.Millisecond})
	p := s.dial()
	p.Send("x")
	<-entered
	assert.False(t, <-expired)
	s.net.Advance(5 * time.Second) // the wheel comes, and finds it busy
	s.net.Settle()
	close(goOn)
	assert.True(t, <-expired, "overdue as soon as it is idle")
	p.AwaitClosed()
	assert.Equal(t, "x", p.Received())
}

func TestDeadlineWhileParked(t *testing.T) {
	expired := make(chan bool, 2)
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		expired <- c.Expired()
		if c.Expired() {
			return Close
		}
		_, _ = c.Read(f.buf[:])
		c.SetDeadline(c.Now().Add(30 * time.Millisecond))
		return Park
	}), Options{})
	p := s.dial()
	p.Send("x")
	assert.False(t, <-expired)
	awaitState(t, s.conn(), stateParked)
	s.net.Settle()
	s.net.Advance(31 * time.Millisecond)
	assert.True(t, <-expired)
	p.AwaitClosed()
}

func TestDeadlineRemoved(t *testing.T) {
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		c.SetTimeout(time.Millisecond)
		c.SetDeadline(time.Time{})
		return echo(c, f)
	}), Options{FirstTimeout: time.Second})
	p := s.dial()
	p.Send("x")
	p.AwaitReceived(1)
	awaitState(t, s.conn(), stateIdle)
	s.net.Advance(time.Hour)
	s.net.Settle()
	assert.False(t, p.Closed())
}

// The clock that deadlines are reckoned by is right although the loop, parked,
// has not looked at it for long.
func TestNowWhileLoopIsParked(t *testing.T) {
	entered, goOn := make(chan struct{}), make(chan struct{})
	now := make(chan time.Time, 1)
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		if c.HalfClosed() {
			return Close
		}
		entered <- struct{}{}
		<-goOn
		now <- c.Now()
		return echo(c, f)
	}), Options{})
	p := s.dial()
	p.Send("x")
	<-entered
	s.net.Settle()
	before := s.conn().Now()
	s.net.Settle()
	s.net.Advance(time.Minute)
	close(goOn)
	assert.Equal(t, time.Minute, (<-now).Sub(before))
	p.CloseWrite()
	p.AwaitClosed()
}

// Whoever has sent something in time is served, however late the loop comes to
// see it, and however many others are ready.
func TestNobodyExpiresUnheard(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{FirstTimeout: time.Second})
	peers := make([]*polltest.Peer, 1000)
	for i := range peers {
		peers[i] = s.net.Dial(s.ln)
	}
	s.net.Settle()
	s.onLoop(func() {
		for _, p := range peers {
			p.Send("x")
		}
		s.net.Advance(time.Hour)
	})
	for i, p := range peers {
		assert.Equal(t, "x", p.AwaitReceived(1), "peer %d", i)
	}
}
