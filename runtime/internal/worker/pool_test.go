package worker

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
)

// gated serves by waiting for a token: "b" blocks, anything else is echoed.
type gated struct {
	entered chan struct{}
	goOn    chan struct{}
}

func newGated() *gated {
	return &gated{entered: make(chan struct{}, 1000), goOn: make(chan struct{})}
}

func (g *gated) serve(c *Conn, f *lines) Next {
	n, err := c.Read(f.buf[:])
	if errors.Is(err, ErrWouldBlock) && !c.Draining() {
		return Idle
	}
	if err != nil {
		return Close
	}
	if f.buf[0] == 'b' {
		g.entered <- struct{}{}
		<-g.goOn
	}
	if c.Write(f.buf[:n], time.Second) != nil {
		return Close
	}
	return Idle
}

// Blocked handlers do not stop others: when nobody takes from the queue for
// 200 us, more workers start, half as many again each time.
func TestStallGrowsWorkers(t *testing.T) {
	g := newGated()
	s := newStage(t, newProbe(t, g.serve), Options{})
	var blocked []*polltest.Peer
	for range 40 {
		p := s.net.Dial(s.ln)
		p.Send("b")
		blocked = append(blocked, p)
	}
	quick := s.net.Dial(s.ln)
	quick.Send("q")
	assert.Equal(t, "q", quick.AwaitReceived(1), "40 blocked handlers do not stop it")
	for range blocked {
		<-g.entered
	}
	st := s.Stats()[0]
	assert.GreaterOrEqual(t, st.Soft, 40)
	assert.LessOrEqual(t, st.Soft, 64, "it grows by half")
	assert.Equal(t, 0, st.Queue)
	assert.Less(t, s.net.Now(), 100*time.Millisecond)
	close(g.goOn)
	for _, p := range blocked {
		p.AwaitReceived(1)
	}
}

// Short handlers are run one after the other by the few workers there are.
func TestBurstNeedsFewWorkers(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{})
	var peers []*polltest.Peer
	s.onLoop(func() { // so that all are in one batch
		for range 200 {
			p := s.net.Dial(s.ln)
			p.Send("x")
			peers = append(peers, p)
		}
	})
	for _, p := range peers {
		assert.Equal(t, "x", p.AwaitReceived(1))
	}
	// The clock of the stage runs while the loop looks, and the machine may be
	// slow: workers look blocked now and then.
	assert.Less(t, s.Stats()[0].Workers, 100)
	assert.Less(t, s.probe.frames.Load(), int64(100))
}

// The stall policy itself, look by look.
func TestStallPolicy(t *testing.T) {
	const look = 20 * time.Microsecond
	for name, c := range map[string]struct {
		takes func(look int) bool // whether somebody takes before this look
		idle  time.Duration       // of each nap
		want  int                 // the look that finds a stall; 0: none of 1,000
	}{
		"nobody takes":                 {func(int) bool { return false }, 0, 11},
		"nobody takes, idle":           {func(int) bool { return false }, look, 11},
		"busy":                         {func(int) bool { return true }, 2 * time.Microsecond, 0},
		"idle, although they are busy": {func(int) bool { return true }, 15 * time.Microsecond, 51},
		"slow, but at work":            {func(n int) bool { return n%9 == 0 }, 0, 0},
		"short, but they block":        {func(n int) bool { return n%9 == 0 }, 15 * time.Microsecond, 51},
		"first, and then nobody does":  {func(n int) bool { return n < 100 }, 0, 109},
	} {
		t.Run(name, func(t *testing.T) {
			p := &pool{}
			found := 0
			for n := 1; n <= 1000 && found == 0; n++ {
				if c.takes(n) {
					p.takes++
				}
				if p.stall(time.Duration(n)*look, c.idle) {
					found = n
				}
			}
			assert.Equal(t, c.want, found)
		})
	}
	t.Run("a loop that was kept from looking", func(t *testing.T) {
		p := &pool{}
		assert.False(t, p.stall(look, 0))
		assert.False(t, p.stall(time.Second, look), "a second passed, but nobody looked")
	})
}

func TestSoftIsThePeakThatRuns(t *testing.T) {
	var running, peak atomic.Int64
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		n := running.Add(1)
		for old := peak.Load(); n > old && !peak.CompareAndSwap(old, n); old = peak.Load() {
		}
		runtime.Gosched()
		running.Add(-1)
		return echo(c, f)
	}), Options{SoftStart: 3, MaxWorkers: 3})
	var peers []*polltest.Peer
	for range 100 {
		p := s.net.Dial(s.ln)
		p.Send("x")
		peers = append(peers, p)
	}
	for _, p := range peers {
		p.AwaitReceived(1)
	}
	assert.LessOrEqual(t, peak.Load(), int64(3))
	assert.LessOrEqual(t, s.Stats()[0].Soft, 3, "soft does not pass what there may be")
}

// A worker that waits for its peer is known not to run: another takes its place.
func TestWaitingWorkerLetsOthersRun(t *testing.T) {
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		n, err := c.Read(f.buf[:])
		if err != nil {
			return Close
		}
		if f.buf[0] == 'w' {
			if n, err = c.ReadWait(f.buf[:], time.Time{}); err != nil {
				return Close
			}
		}
		assert.NoError(t, c.Write(f.buf[:n], 0))
		return Idle
	}), Options{SoftStart: 1})
	var waiting []*polltest.Peer
	for i := range 10 {
		p := s.dial()
		p.Send("w")
		waiting = append(waiting, p)
		await(t, func() bool {
			n := 0
			for _, c := range s.conns() {
				if c.state.Load()&waitRead != 0 {
					n++
				}
			}
			return n == i+1
		}, "it waits")
	}
	assert.Zero(t, s.Stats()[0].Running)
	quick := s.dial()
	quick.Send("q")
	assert.Equal(t, "q", quick.AwaitReceived(1))
	for _, p := range waiting {
		p.Send("done")
		assert.Equal(t, "done", p.AwaitReceived(4))
	}
}

// What is queued from outside while the loop is parked is not forgotten when
// the workers block.
func TestResumeWhileWorkersAreBlocked(t *testing.T) {
	g := newGated()
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		if c.Resumed() {
			assert.NoError(t, c.Write([]byte("resumed"), 0))
		}
		return g.serve(c, f)
	}), Options{})
	third := s.dial()
	c := s.conn()
	a, b := s.dial(), s.dial()
	a.Send("b")
	b.Send("b")
	<-g.entered
	<-g.entered
	s.net.Settle() // parked, as the queue is empty
	require.True(t, c.Resume())
	assert.Equal(t, "resumed", third.AwaitReceived(7))
	close(g.goOn)
}

// A connection that always has more queues behind the others.
func TestAgainGivesOthersTheirTurn(t *testing.T) {
	g := newGated()
	var order []string
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		n, err := c.Read(f.buf[:1])
		if err != nil {
			return g.serve(c, f)
		}
		order = append(order, string(f.buf[:n]))
		if len(order) == 1 {
			g.entered <- struct{}{}
			<-g.goOn
		}
		return Again
	}), Options{MaxWorkers: 1, SoftStart: 1})
	busy, other := s.dial(), s.dial()
	busy.Send("abc")
	<-g.entered
	other.Send("xyz")
	s.net.Settle()
	close(g.goOn)
	await(t, func() bool { return other.Reads() >= 4 && busy.Reads() >= 4 }, "both served")
	s.net.Settle()
	assert.Equal(t, "axbycz", strings.Join(order, ""))
}

// TestFewWorkers: a pool has a worker although the others want them all, and gets those that are idle elsewhere.
func TestFewWorkers(t *testing.T) {
	g := newGated()
	s := newStage(t, newProbe(t, g.serve), Options{Loops: 2, MaxWorkers: 4, MaxQueue: 100})
	peers := map[int]*polltest.Peer{}
	for range 20 {
		p := s.dial()
		peers[p.FD()] = p
	}
	var of [2][]*polltest.Peer // those of each loop
	for _, c := range s.conns() {
		of[c.pool.loop.ID()] = append(of[c.pool.loop.ID()], peers[int(c.fd)])
	}
	first, second := of[0][:6], of[1][:4]
	for _, p := range first {
		p.Send("b")
	}
	for range 3 { // as many as one loop may have
		<-g.entered
	}
	second[0].Send("q")
	assert.Equal(t, "q", second[0].AwaitReceived(1))
	for range first {
		g.goOn <- struct{}{}
	}
	for _, p := range first {
		p.AwaitReceived(1)
	}
	await(t, func() bool { return s.Stats()[0].Running == 0 }, "all are idle")
	for _, p := range second[1:] {
		p.Send("b")
	}
	for range second[1:] {
		<-g.entered
	}
	close(g.goOn)
	for _, p := range second[1:] {
		p.AwaitReceived(1)
	}
}

// TestFewerWorkersThanLoops: there are no more loops than workers.
func TestFewerWorkersThanLoops(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{Loops: 8, MaxWorkers: 1})
	for range 20 {
		p := s.dial()
		p.Send("x")
		p.AwaitReceived(1)
	}
	assert.Len(t, s.Stats(), 1)
	assert.Equal(t, 1, s.Stats()[0].Workers)
}

func TestIdleWorkersLeave(t *testing.T) {
	g := newGated()
	s := newStage(t, newProbe(t, g.serve), Options{})
	var blocked []*polltest.Peer
	for range 40 {
		p := s.dial()
		p.Send("b")
		blocked = append(blocked, p)
		<-g.entered
	}
	require.GreaterOrEqual(t, s.Stats()[0].Workers, 40)
	close(g.goOn)
	for _, p := range blocked {
		p.AwaitReceived(1)
	}
	await(t, func() bool { return s.Stats()[0].Running == 0 }, "all idle")
	s.net.Settle()
	s.net.Advance(2 * tidyEvery)
	s.net.Settle()
	last := s.Stats()[0]
	assert.Greater(t, last.Workers, keptWorkers, "they do not leave all at once")
	await(t, func() bool {
		s.net.Advance(2 * tidyEvery)
		s.net.Settle()
		now := s.Stats()[0]
		assert.LessOrEqual(t, now.Soft, last.Soft)
		assert.LessOrEqual(t, now.Workers, last.Workers)
		last = now
		return now.Workers == keptWorkers && now.Soft == 2
	}, "few are left")
}

func TestShed(t *testing.T) {
	for name, shed := range map[string]func(c *Conn, f *lines){
		"answers":            func(c *Conn, _ *lines) { _ = c.Write([]byte("503"), time.Hour) },
		"panics":             func(c *Conn, _ *lines) { panic("in Shed") },
		"ends its goroutine": func(c *Conn, _ *lines) { runtime.Goexit() },
		"peer does not read": func(c *Conn, _ *lines) { assert.ErrorIs(t, c.Write(make([]byte, 100), time.Hour), ErrWouldBlock) },
		"waits for its input": func(c *Conn, f *lines) {
			_, _ = c.Read(f.buf[:])
			_, err := c.ReadWait(f.buf[:], time.Time{})
			assert.ErrorIs(t, err, ErrWouldBlock)
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGated()
			probe := newProbe(t, g.serve)
			probe.shed = shed
			s := newStage(t, probe, Options{MaxWorkers: 2, MaxQueue: 3})
			var served, refused []*polltest.Peer
			for i := range 10 {
				p := s.dial()
				if i >= 5 {
					p.Window(3)
					refused = append(refused, p)
				} else {
					served = append(served, p)
				}
				p.Send("b")
				if i < 2 {
					<-g.entered
				} else {
					await(t, func() bool { st := s.Stats()[0]; return st.Queue == min(i-1, 3) && st.Shed == uint64(max(i-4, 0)) }, fmt.Sprint("queued or shed: ", i))
				}
			}
			for _, p := range refused {
				p.AwaitEnd()
				p.Send("c")
				s.net.Settle()
				p.CloseWrite()
				p.AwaitClosed()
				assert.Equal(t, uint64(len(refused)), s.Stats()[0].Shed, "what is sent then is dropped, and nobody is shed twice")
				if name == "answers" {
					assert.Equal(t, "503", p.Received())
				}
			}
			close(g.goOn)
			for _, p := range served {
				assert.Equal(t, "b", p.AwaitReceived(1))
			}
		})
	}
}

func TestMaxConnections(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{MaxConnections: 2})
	a, b, c := s.dial(), s.dial(), s.dial()
	c.AwaitClosed()
	assert.Equal(t, 2, s.Open())
	a.CloseWrite()
	a.AwaitClosed()
	await(t, func() bool { return s.open.Load() == 2 }, "forgotten") // b, and the listener
	d := s.dial()
	d.Send("x")
	assert.Equal(t, "x", d.AwaitReceived(1))
	assert.False(t, b.Closed())
}

// A listener that all loops share: connections are placed evenly.
func TestPlacement(t *testing.T) {
	s := newStage(t, newProbe(t, echo), Options{Loops: 4})
	for range 400 {
		s.net.Dial(s.ln)
	}
	await(t, func() bool { return s.Open() == 400 }, "all accepted")
	for _, st := range s.Stats() {
		assert.InDelta(t, 100, st.Connections, 25)
	}
}

// TestLanes: who wants more waits behind those who come anew, but not for ever.
func TestLanes(t *testing.T) {
	var q lanes
	name := func(c *Conn) string {
		if c == nil {
			return "none"
		}
		return fmt.Sprint(c.id)
	}
	late := &Conn{id: 1000}
	q.pushLate(late)
	for i := range 2 * latest {
		q.push(&Conn{id: uint64(i)})
	}
	for i := range latest {
		assert.Equal(t, fmt.Sprint(i), name(q.pop()))
	}
	assert.Equal(t, "1000", name(q.pop()))
	q.pushLate(late)
	assert.Equal(t, latest+1, q.n)
	for i := range latest {
		assert.Equal(t, fmt.Sprint(latest+i), name(q.pop()))
	}
	assert.Equal(t, "1000", name(q.pop()))
	assert.Equal(t, "none", name(q.pop()))
	assert.Zero(t, q.n)
}
