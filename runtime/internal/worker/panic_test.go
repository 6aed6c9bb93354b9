package worker

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
)

func TestPanic(t *testing.T) {
	for name, opts := range map[string]Options{"worker": {}, "on the loop": {OnLoop: true}} {
		for what, fail := range map[string]func(){
			"panic":  func() { panic("boom") },
			"range":  func() { var none []int; none[len(none)]++ },
			"Goexit": runtime.Goexit,
		} {
			t.Run(name+"/"+what, func(t *testing.T) {
				probe := newProbe(t, func(c *Conn, f *lines) Next {
					if n, _ := c.Read(f.buf[:]); string(f.buf[:n]) == "fail" {
						fail()
					} else if n > 0 {
						assert.NoError(t, c.Write(f.buf[:n], 0))
					}
					return Idle
				})
				probe.abandon = func(cause any) { assert.Equal(t, what == "Goexit", cause == nil) }
				s := newStage(t, probe, opts)
				neighbour := s.dial()
				for range 10 {
					// All in one batch: the rest of it must not be lost.
					p := s.net.Dial(s.ln)
					p.Send("fail")
					neighbour.Send("x")
					p.AwaitClosed()
				}
				assert.Equal(t, "xxxxxxxxxx", neighbour.AwaitReceived(10))
				await(t, func() bool { return s.probe.closed.Load() == 10 }, "Closed")
				assert.Equal(t, uint64(10), s.Stats()[0].Panics)
				assert.Equal(t, int64(10), s.probe.abandoned.Load())
				assert.Contains(t, s.logs.String(), "TestPanic", "the stack of the handler")
				assert.LessOrEqual(t, s.Stats()[0].Workers, 3)
			})
		}
	}
}

// What a frame does for a handler that did not return may fail as well.
func TestAbandonThatFails(t *testing.T) {
	for name, opts := range map[string]Options{"worker": {}, "on the loop": {OnLoop: true}} {
		t.Run(name, func(t *testing.T) {
			probe := newProbe(t, func(*Conn, *lines) Next {
				runtime.Goexit()
				return Idle
			})
			probe.abandon = func(any) { panic("in Abandon") }
			s := newStage(t, probe, opts)
			for range 3 {
				p := s.dial()
				p.Send("x")
				p.AwaitClosed()
			}
			await(t, func() bool { return probe.closed.Load() == 3 }, "Closed")
			assert.Contains(t, s.logs.String(), "panic in Abandon")
		})
	}
}

// A loop that serves is kept up although a handler ends its goroutine in the
// middle of a batch.
func TestGoexitInTheMiddleOfABatch(t *testing.T) {
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		if c.ID() == 3 {
			runtime.Goexit()
		}
		return echo(c, f)
	}), Options{OnLoop: true})
	var peers []*polltest.Peer
	s.onLoop(func() {
		for range 6 {
			p := s.net.Dial(s.ln)
			p.Send("x")
			peers = append(peers, p)
		}
	})
	for i, p := range peers {
		if i == 2 {
			p.AwaitClosed()
		} else {
			assert.Equal(t, "x", p.AwaitReceived(1))
		}
	}
}

func TestClosedThatFails(t *testing.T) {
	for name, fail := range map[string]func(){"panics": func() { panic("in Closed") }, "Goexit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			probe := newProbe(t, echo)
			probe.gone = fail
			s := newStage(t, probe, Options{SoftStart: 1})
			for range 5 {
				p := s.dial()
				p.SendAndClose("x")
				p.AwaitClosed()
				assert.Equal(t, "x", p.Received())
			}
			await(t, func() bool { return s.open.Load() == 1 }, "forgotten")
			await(t, func() bool { return s.Stats()[0].Running == 0 }, "nobody is thought to run")
		})
	}
}

func TestPanicInCallbacks(t *testing.T) {
	entered, goOn := make(chan struct{}), make(chan struct{})
	probe := newProbe(t, func(*Conn, *lines) Next {
		entered <- struct{}{}
		<-goOn
		return Close
	})
	probe.hangup = func(*Conn, bool) { panic("in Hangup") }
	s := newStage(t, probe, Options{})
	p := s.dial()
	p.Send("x")
	<-entered
	p.Reset()
	s.net.Settle()
	goOn <- struct{}{}
	p.AwaitClosed()
	assert.Contains(t, s.logs.String(), "panic in Hangup")
	s.loops[0].Post(func() { panic("in a posted function") })
	s.onLoop(func() {}) // it goes on
	assert.Contains(t, s.logs.String(), "in a posted function")
}
