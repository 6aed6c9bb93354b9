package worker

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestGiveWay: who works on something long, and says so, holds nobody up, though
// no more workers than that one may run.
func TestGiveWay(t *testing.T) {
	var answered atomic.Bool
	var s *stage
	s = newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		n, err := c.Read(f.buf[:])
		switch {
		case errors.Is(err, ErrWouldBlock):
			return Idle
		case err != nil:
			return Close
		case f.buf[0] == 'l':
			for !answered.Load() {
				s.net.Advance(slice)
				c.GiveWay()
			}
		}
		answered.Store(f.buf[0] == 's')
		_ = c.Write(f.buf[:n], time.Second)
		return Idle
	}), Options{SoftStart: 1, MaxWorkers: 2})
	long, short := s.dial(), s.dial()
	long.Send("l")
	short.Send("s")
	assert.Equal(t, "s", short.AwaitReceived(1))
	assert.Equal(t, "l", long.AwaitReceived(1))
}

// onOneProcessor has the rest of a test run on one.
func onOneProcessor(t *testing.T) {
	before := runtime.GOMAXPROCS(1)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

// TestTakeTurns: however many work on something long, others meet with one or two of
// them each time that they want to run, and not with all.
func TestTakeTurns(t *testing.T) {
	onOneProcessor(t)
	const many, looks = 32, 500
	var turns, begun atomic.Int64
	var over atomic.Bool
	var s *stage
	s = newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		if _, err := c.Read(f.buf[:]); errors.Is(err, ErrWouldBlock) {
			return Idle
		} else if err != nil {
			return Close
		}
		begun.Add(1)
		for !over.Load() {
			turns.Add(1)
			s.net.Advance(slice)
			c.GiveWay()
		}
		return Close
	}), Options{SoftStart: 1, MaxWorkers: 2 * many})
	for range many {
		s.dial().Send("l")
	}
	for begun.Load() < many {
		runtime.Gosched()
	}
	before := turns.Load()
	for range looks {
		runtime.Gosched()
	}
	met := turns.Load() - before
	over.Store(true)
	assert.Less(t, met, int64(4*looks))
	assert.Positive(t, met)
}

// TestQueuesOfABatch: of whom much is expected, or nothing but what is dropped, stands behind the others, and is shed first.
func TestQueuesOfABatch(t *testing.T) {
	p := &pool{stopped: true} // it starts nobody who sheds
	much, lingers, one, two := &Conn{id: 1, bulk: true}, &Conn{id: 2, linger: 1}, &Conn{id: 3}, &Conn{id: 4}
	for _, c := range []*Conn{much, lingers, one, two} {
		p.ready(c)
	}
	assert.Equal(t, 4, p.batch.n)
	p.shedBeyond(3)
	assert.Equal(t, 3, p.batch.n)
	assert.Same(t, lingers, p.sheds.pop())
	for _, c := range []*Conn{one, two, much} {
		assert.Same(t, c, p.batch.pop())
	}
	assert.Nil(t, p.batch.pop())
}

// TestBulk: who sends much is served behind those who send little.
func TestBulk(t *testing.T) {
	entered, goOn := make(chan struct{}), make(chan struct{})
	var order []string
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		n, err := c.Read(f.buf[:])
		switch {
		case errors.Is(err, ErrWouldBlock):
			return Idle
		case err != nil:
			return Close
		}
		text := string(f.buf[:n])
		switch text {
		case "much":
			c.Bulk()
		case "wait":
			entered <- struct{}{}
			<-goOn
		default:
			order = append(order, text)
			_ = c.Write(f.buf[:n], time.Second)
		}
		return Idle
	}), Options{SoftStart: 1, MaxWorkers: 1})
	bulk, little, blocker := s.dial(), s.dial(), s.dial()
	for round := 1; round <= 2; round++ {
		bulk.Send("much")
		s.net.Settle()
		blocker.Send("wait")
		<-entered
		s.onLoop(func() {
			bulk.Send("bulk")
			little.Send("little")
		})
		s.onLoop(func() {}) // both have been seen
		goOn <- struct{}{}
		bulk.AwaitReceived(round*len("bulkagain") - len("again"))
		little.AwaitReceived(round * len("little"))
		bulk.Send("again") // of which nothing was said
		bulk.AwaitReceived(round * len("bulkagain"))
	}
	assert.Equal(t, []string{"little", "bulk", "again", "little", "bulk", "again"}, order)
}

// TestShareATurn: who has many goroutines has no more turns by that.
func TestShareATurn(t *testing.T) {
	onOneProcessor(t)
	s := newStage(t, newProbe(t, func(*Conn, *lines) Next { return Close }), Options{})
	const many, own = 32, 200
	var theirs atomic.Int64
	var over atomic.Bool
	var wg sync.WaitGroup
	shared, alone := s.Way(), s.Way()
	for range many {
		wg.Go(func() {
			for !over.Load() {
				s.net.Advance(slice)
				shared.Give()
				theirs.Add(1)
			}
		})
	}
	for range own {
		s.net.Advance(slice)
		alone.Give()
	}
	over.Store(true)
	assert.Less(t, theirs.Load(), int64(4*own))
	wg.Wait()
}

// TestWaitThenGiveWay: who has waited for its peer does not stand behind those who go on and on, the first time that it gives way; then it does.
func TestWaitThenGiveWay(t *testing.T) {
	steps := make(chan string, 10)
	var s *stage
	s = newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		n, err := c.Read(f.buf[:])
		for err == nil && string(f.buf[:n]) != "end" {
			for range f.buf[0] - '0' {
				s.net.Advance(slice)
				c.GiveWay()
			}
			steps <- string(f.buf[:n])
			n, err = c.ReadWait(f.buf[:], time.Time{})
		}
		return Close
	}), Options{})
	p := s.Engine.pools[0]
	p.aside.take()
	c := s.dial()
	conn := s.conn()
	waits := func() bool { return conn.state.Load()&waitRead != 0 }
	for range 3 {
		c.Send("1")
		assert.Equal(t, "1", <-steps)
		await(t, waits, "for its peer")
	}
	c.Send("2")
	for stands := false; !stands; runtime.Gosched() { // in line, since the second time
		p.mu.Lock()
		stands = p.running == 0 && conn.state.Load()&yielded != 0
		p.mu.Unlock()
	}
	assert.Empty(t, steps)
	p.aside.pass()
	assert.Equal(t, "2", <-steps)
	c.Send("end")
}
