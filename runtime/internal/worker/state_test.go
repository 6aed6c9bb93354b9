package worker

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/poll"
	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
)

func TestConnIsSmall(t *testing.T) {
	assert.LessOrEqual(t, unsafe.Sizeof(Conn{}), uintptr(256))
	t.Log("bytes of a Conn:", unsafe.Sizeof(Conn{}))
}

func TestEcho(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{})
	p := s.dial()
	p.Send("one")
	assert.Equal(t, "one", p.AwaitReceived(3))
	awaitState(t, s.conn(), stateIdle)
	p.Send("two")
	assert.Equal(t, "onetwo", p.AwaitReceived(6))
	p.CloseWrite()
	p.AwaitClosed()
	await(t, func() bool { return s.probe.closed.Load() == 1 }, "Closed")
	assert.Equal(t, int64(1), s.probe.frames.Load(), "one frame serves all")
}

// A short read says that nothing is left: no second call is made to find out.
func TestShortReadEndsReading(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{})
	p := s.dial()
	p.Send("one")
	p.AwaitReceived(3)
	awaitState(t, s.conn(), stateIdle)
	assert.Equal(t, 1, p.Reads())
	p.Send(strings.Repeat("x", 256)) // exactly the buffer: there may be more
	p.AwaitReceived(259)
	awaitState(t, s.conn(), stateIdle)
	assert.Equal(t, 3, p.Reads())
}

func TestWritableEdgeLeavesIdle(t *testing.T) {
	serves := make(chan struct{}, 8)
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next { serves <- struct{}{}; return echo(c, f) }), Options{})
	p := s.dial() // registering reports that it can be written to
	data, ok := p.Data(0)
	require.True(t, ok)
	s.net.Inject(0, poll.Event{Data: data, Bits: poll.Out})
	s.net.Settle()
	assert.Empty(t, serves)
	assert.Equal(t, stateIdle, s.conn().state.Load()&^writable)
}

// Bytes that come while the handler is at work make the move to idle fail.
func TestEventWhileBusy(t *testing.T) {
	entered, goOn := make(chan struct{}), make(chan struct{})
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		n, err := c.Read(f.buf[:])
		if err != nil {
			return echo(c, f)
		}
		entered <- struct{}{}
		<-goOn
		assert.NoError(t, c.Write(f.buf[:n], 0))
		return Idle
	}), Options{})
	p := s.dial()
	p.Send("a")
	<-entered
	p.Send("b")
	s.net.Settle()
	c := s.conn()
	assert.Equal(t, stateBusy|readable, c.state.Load()&(stateMask|readable))
	goOn <- struct{}{}
	<-entered // served again, without an event
	goOn <- struct{}{}
	assert.Equal(t, "ab", p.AwaitReceived(2))
	awaitState(t, c, stateIdle)
}

// The read clears the bit before the call, so an edge between call and idle is
// kept: here it comes right after the read that found nothing.
func TestEdgeBetweenReadAndIdle(t *testing.T) {
	var p *polltest.Peer
	var s *stage
	once := false
	s = newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		next := echo(c, f)
		if !once {
			once = true
			p.Send("b")
			s.net.Settle()
		}
		return next
	}), Options{})
	p = s.dial()
	p.Send("a")
	assert.Equal(t, "ab", p.AwaitReceived(2))
}

// What was sent before the end is served before the end is.
func TestHalfCloseWithBufferedData(t *testing.T) {
	for name, end := range map[string]func(*polltest.Peer){
		"one edge":  func(p *polltest.Peer) { p.SendAndClose("last words") },
		"two edges": func(p *polltest.Peer) { p.Send("last words"); p.CloseWrite() },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, newProbe(t, echo), Options{})
			p := s.dial()
			end(p)
			p.AwaitClosed()
			assert.Equal(t, "last words", p.Received())
			assert.Empty(t, s.probe.hangups, "Serve finds the end itself")
		})
	}
}

func TestHalfCloseWhileBusy(t *testing.T) {
	entered, goOn := make(chan struct{}), make(chan struct{})
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		if !c.HalfClosed() {
			entered <- struct{}{}
			<-goOn
		}
		return echo(c, f)
	}), Options{})
	p := s.dial()
	p.Send("request")
	<-entered
	p.CloseWrite()
	assert.False(t, <-s.probe.hangups, "only half")
	goOn <- struct{}{}
	p.AwaitClosed()
	assert.Equal(t, "request", p.Received(), "it may still read")
}

func TestResetWhileBusy(t *testing.T) {
	entered, goOn := make(chan struct{}), make(chan struct{})
	errs := make(chan error, 2)
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		entered <- struct{}{}
		<-goOn
		assert.True(t, c.Gone())
		_, err := c.Read(f.buf[:])
		errs <- err
		errs <- c.Write([]byte("x"), time.Second)
		return Close
	}), Options{})
	p := s.dial()
	p.Send("request")
	<-entered
	p.Reset()
	assert.True(t, <-s.probe.hangups)
	s.net.Settle()
	assert.False(t, p.Closed(), "only the owner closes")
	goOn <- struct{}{}
	assert.ErrorIs(t, <-errs, syscall.ECONNRESET)
	assert.ErrorIs(t, <-errs, syscall.ECONNRESET)
	p.AwaitClosed()
}

// The owner must not close the descriptor, nor Closed be called, while Hangup
// runs.
func TestCloseWaitsForHangup(t *testing.T) {
	entered, goOn := make(chan struct{}), make(chan struct{})
	inHangup, leaveHangup := make(chan struct{}), make(chan struct{})
	probe := newProbe(t, func(*Conn, *lines) Next {
		entered <- struct{}{}
		<-goOn
		return Close
	})
	probe.hangup = func(*Conn, bool) {
		close(inHangup)
		<-leaveHangup
	}
	s := newStage(t, probe, Options{})
	p := s.dial()
	p.Send("request")
	<-entered
	p.Reset()
	<-inHangup
	goOn <- struct{}{}
	for range 1000 {
		runtime.Gosched()
	}
	assert.False(t, p.Closed())
	assert.Zero(t, probe.closed.Load())
	close(leaveHangup)
	p.AwaitClosed()
}

func TestStaleGeneration(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{})
	p := s.dial()
	stale, _ := p.Data(0)
	p.CloseWrite()
	p.AwaitClosed()
	await(t, func() bool { return len(s.conns()) == 0 }, "the slot is free")
	q := s.dial()
	fresh, ok := q.Data(0)
	require.True(t, ok)
	require.Equal(t, uint32(stale), uint32(fresh), "the slot is used again")
	require.NotEqual(t, stale, fresh)
	s.net.Inject(0, poll.Event{Data: stale, Bits: poll.In | poll.Hangup})
	s.net.Settle()
	assert.Equal(t, stateIdle, s.conn().state.Load()&^writable)
	q.Send("x")
	assert.Equal(t, "x", q.AwaitReceived(1))
}

// An event for a connection that was closed, whose slot is not free yet.
func TestEventAfterClose(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{})
	p := s.dial()
	c := s.conn()
	data, _ := p.Data(0)
	s.onLoop(func() {
		// On the loop, so that it cannot come by between closing and the event.
		p.CloseWrite()
		c.Ready(poll.In | poll.PeerClosed)
		s.pools[0].Flush()
		p.AwaitClosed()
		c.Ready(poll.In | poll.Hangup)
		s.net.Inject(0, poll.Event{Data: data, Bits: poll.In})
	})
	s.net.Settle()
	assert.Equal(t, stateClosed, c.state.Load()&stateMask)
	assert.False(t, c.Resume())
}

// onLoop runs fn on the first loop and waits for it.
func (s *stage) onLoop(fn func()) {
	done := make(chan struct{})
	require.True(s.t, s.loops[0].Post(func() { defer close(done); fn() }))
	<-done
}

func TestParkAndResume(t *testing.T) {
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		if c.Resumed() {
			assert.NoError(t, c.Write([]byte("later"), 0))
			return Idle
		}
		n, err := c.Read(f.buf[:])
		if err != nil {
			return echo(c, f)
		}
		if string(f.buf[:n]) == "defer" {
			return Park
		}
		assert.NoError(t, c.Write(f.buf[:n], 0))
		return Idle
	}), Options{})
	p := s.dial()
	c := s.conn()
	p.Send("defer")
	awaitState(t, c, stateParked)
	p.Send("next") // waits until the reply is out
	s.net.Settle()
	assert.Equal(t, stateParked, c.state.Load()&stateMask)
	assert.Empty(t, p.Received())
	assert.True(t, c.Resume())
	assert.Equal(t, "laternext", p.AwaitReceived(9))
	awaitState(t, c, stateIdle)
}

// Resume before Serve has returned Park: it must not be lost.
func TestResumeBeforePark(t *testing.T) {
	resumedWhileBusy := make(chan struct{})
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		if c.Resumed() {
			assert.NoError(t, c.Write([]byte("later"), 0))
			return Idle
		}
		if _, err := c.Read(f.buf[:]); err != nil {
			return Close
		}
		done := make(chan struct{})
		go func() { assert.True(t, c.Resume()); close(done) }()
		<-done
		close(resumedWhileBusy)
		return Park
	}), Options{})
	p := s.dial()
	p.Send("x")
	<-resumedWhileBusy
	assert.Equal(t, "later", p.AwaitReceived(5))
}

func TestResumeIdle(t *testing.T) {
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		if c.Resumed() {
			assert.NoError(t, c.Write([]byte("push"), 0))
		}
		return echo(c, f)
	}), Options{})
	p := s.dial()
	assert.True(t, s.conn().Resume())
	assert.Equal(t, "push", p.AwaitReceived(4))
}

func TestHangupWhileParked(t *testing.T) {
	probe := newProbe(t, func(c *Conn, f *lines) Next {
		if c.Resumed() {
			return Close
		}
		_, _ = c.Read(f.buf[:])
		return Park
	})
	probe.hangup = func(c *Conn, full bool) {
		if full {
			c.Resume()
		}
	}
	s := newStage(t, probe, Options{})
	p := s.dial()
	c := s.conn()
	p.Send("x")
	awaitState(t, c, stateParked)
	p.CloseWrite()
	assert.False(t, <-probe.hangups)
	s.net.Settle()
	assert.Equal(t, stateParked, c.state.Load()&stateMask)
	p.Reset()
	assert.True(t, <-probe.hangups)
	p.AwaitClosed()
}

// Hammer every door at once; the probe checks that nobody is served twice, and
// the network that nothing is used after it was closed.
func TestRaces(t *testing.T) {
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		c.SetTimeout(time.Millisecond)
		if next := echo(c, f); next != Idle || c.ID()%2 == 0 {
			return next
		}
		return Park
	}), Options{Loops: 2})
	for range 200 {
		p := s.net.Dial(s.ln)
		go p.Send("x")
		go p.CloseWrite()
		for _, c := range s.conns() {
			go c.Resume()
		}
		if p.FD()%3 == 0 {
			go p.Reset()
		}
		s.net.Advance(time.Millisecond)
	}
	await(t, func() bool {
		s.net.Advance(time.Millisecond) // what is parked expires
		return s.probe.closed.Load() == 200
	}, "all closed")
}

func TestReadErrors(t *testing.T) {
	errs := make(chan error, 8)
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		n, err := c.Read(f.buf[:])
		errs <- err
		if err == nil {
			assert.NoError(t, c.Write(f.buf[:n], 0))
			return Idle
		}
		if errors.Is(err, ErrWouldBlock) {
			return Idle
		}
		_, again := c.Read(f.buf[:])
		errs <- again
		return Close
	}), Options{})
	p := s.dial()
	p.ScriptRead(polltest.Result{Errno: syscall.EINTR}, polltest.Result{Errno: syscall.EAGAIN})
	p.Send("ab")
	assert.Equal(t, ErrWouldBlock, <-errs, "after EINTR it reads again, EAGAIN is told")
	p.Send("cd")
	assert.NoError(t, <-errs)
	assert.Equal(t, "abcd", p.AwaitReceived(4))
	p.CloseWrite()
	assert.Equal(t, io.EOF, <-errs)
	assert.Equal(t, io.EOF, <-errs, "for ever after")
	p.AwaitClosed()

	q := s.dial()
	q.ScriptRead(polltest.Result{Errno: syscall.ETIMEDOUT})
	q.Send("x")
	assert.Equal(t, error(syscall.ETIMEDOUT), <-errs)
	q.AwaitClosed()
}
