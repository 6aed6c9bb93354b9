package loop

import (
	"bytes"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tornadogen/tornadogen/runtime/internal/poll"
	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// idle is Hooks with nothing to hand over.
type idle struct{ rest atomic.Uint32 }

func (*idle) Flush()                         {}
func (h *idle) Look(_, _ time.Duration) Rest { return Rest(h.rest.Load()) }
func (*idle) Queued() bool                   { return false }

// host keeps what it is given.
type host struct {
	mu       sync.Mutex
	accepted []int // descriptors
	on       []*Loop
	refuse   atomic.Bool
	dropped  atomic.Int64
	then     func() // called when one is accepted, if not nil
}

func (h *host) Admit(*Listener, Addr) bool { return !h.refuse.Load() }
func (h *host) Dropped(*Listener, Addr)    { h.dropped.Add(1) }

func (h *host) Accepted(l *Loop, fd int, _ Addr, _ *Listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.accepted = append(h.accepted, fd)
	h.on = append(h.on, l)
	if h.then != nil {
		h.then()
	}
}

func (h *host) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.accepted)
}

type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

type fixture struct {
	*Loop
	t     *testing.T
	net   *polltest.Net
	hooks *idle
	logs  *logs
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{t: t, net: polltest.New(), hooks: &idle{}, logs: &logs{}}
	f.Loop = f.another(0)
	return f
}

// another is one more loop in the network.
func (f *fixture) another(id int) *Loop {
	p, err := f.net.NewPoller()
	require.NoError(f.t, err)
	l := New(id, p, slog.New(slog.NewTextHandler(f.logs, nil)))
	l.Attach(f.hooks)
	go l.Run()
	f.t.Cleanup(func() {
		l.Post(l.Stop)
		<-l.Done()
		assert.False(f.t, l.Post(func() {}), "a loop that has ended takes nothing")
	})
	return l
}

// do runs fn on l and waits for it.
func do(t *testing.T, l *Loop, fn func()) {
	done := make(chan struct{})
	require.True(t, l.Post(func() { defer close(done); fn() }))
	<-done
}

func TestPostKeepsOrder(t *testing.T) {
	f := newFixture(t)
	var got []int
	for i := range 1000 {
		require.True(t, f.Post(func() { got = append(got, i) }))
	}
	do(t, f.Loop, func() {})
	require.Len(t, got, 1000)
	assert.IsIncreasing(t, got)
}

// A parked loop is woken, and only once for many that post at the same time.
func TestPostWakes(t *testing.T) {
	f := newFixture(t)
	for range 50 {
		f.net.Settle()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { do(t, f.Loop, func() {}) })
		}
		wg.Wait()
	}
	assert.LessOrEqual(t, f.Stats.Wakes.Load(), uint64(201))
	assert.Equal(t, uint64(200), f.Stats.Posts.Load())
}

// A function that posts itself again does not keep the loop from its timers.
func TestPostIsFair(t *testing.T) {
	f := newFixture(t)
	fired := make(chan struct{})
	var again func()
	again = func() {
		select {
		case <-fired:
		default:
			f.net.Advance(tick)
			f.Post(again)
		}
	}
	f.Post(func() {
		f.After(10*tick, func() { close(fired) })
		again()
	})
	<-fired
}

func TestPanicAndGoexitInPostedFunctions(t *testing.T) {
	f := newFixture(t)
	ran := make(chan int, 3)
	// In one batch: what follows must not be lost.
	do(t, f.Loop, func() {
		f.Post(func() { ran <- 1; panic("boom") })
		f.Post(func() { ran <- 2; runtime.Goexit() })
		f.Post(func() { ran <- 3 })
	})
	for want := range 3 {
		assert.Equal(t, want+1, <-ran)
	}
	assert.Contains(t, f.logs.String(), "boom")
	assert.Contains(t, f.logs.String(), "TestPanicAndGoexitInPostedFunctions", "the stack")
}

func TestTimers(t *testing.T) {
	f := newFixture(t)
	fired := make(chan string, 100)
	var every, stopped *Timer
	do(t, f.Loop, func() {
		f.After(30*time.Millisecond, func() { fired <- "after" })
		every = f.Every(100*time.Millisecond, func() { fired <- "every" })
		stopped = f.After(10*time.Millisecond, func() { fired <- "stopped" })
		f.After(5*time.Millisecond, func() { panic("in a timer") })
		assert.True(t, stopped.Stop())
		assert.False(t, stopped.Stop())
	})
	f.net.Settle()
	f.net.Advance(29 * time.Millisecond)
	f.net.Settle()
	assert.Empty(t, fired)
	f.net.Advance(time.Millisecond)
	assert.Equal(t, "after", <-fired)
	for range 3 {
		f.net.Settle()
		f.net.Advance(100 * time.Millisecond)
		assert.Equal(t, "every", <-fired)
	}
	f.net.Settle()
	do(t, f.Loop, func() { assert.True(t, every.Stop()) })
	f.net.Advance(time.Hour)
	f.net.Settle()
	assert.Empty(t, fired)
	assert.Contains(t, f.logs.String(), "in a timer")
}

func TestTimerMayStopItself(t *testing.T) {
	f := newFixture(t)
	n := 0
	do(t, f.Loop, func() {
		var timer *Timer
		timer = f.Every(time.Millisecond, func() { n++; timer.Stop() })
	})
	for range 3 {
		f.net.Settle()
		f.net.Advance(10 * time.Millisecond)
	}
	f.net.Settle()
	do(t, f.Loop, func() { assert.Equal(t, 1, n) })
}

func TestLoopOnlyMethodsAreGuarded(t *testing.T) {
	if !raceEnabled {
		t.Skip("the guard is there in race builds")
	}
	f := newFixture(t)
	do(t, f.Loop, func() {})
	assert.Panics(t, func() { f.After(time.Second, func() {}) })
	assert.Panics(t, func() { f.Each(func(Source) {}) })
}

func TestRests(t *testing.T) {
	f := newFixture(t)
	for _, rest := range []Rest{Hurry, Nap} {
		before := f.net.Now()
		f.hooks.rest.Store(uint32(rest))
		do(t, f.Loop, func() {})
		parks := f.Stats.Parks.Load()
		for range 5 {
			do(t, f.Loop, func() {})
		}
		assert.Equal(t, parks, f.Stats.Parks.Load(), "it does not park")
		if rest == Nap {
			assert.Greater(t, f.net.Now(), before, "it pauses")
		}
	}
	f.hooks.rest.Store(uint32(Doze))
	do(t, f.Loop, func() {})
	f.net.Settle()
	parks := f.Stats.Parks.Load()
	f.net.Advance(doze)
	f.net.Settle()
	assert.Greater(t, f.Stats.Parks.Load(), parks, "it parks, and looks again")
	f.hooks.rest.Store(uint32(Park))
}

func listen(f *fixture, group Group) (*Listener, *host, *Acceptor) {
	h := &host{}
	ln := f.net.Listen()
	var a *Acceptor
	do(f.t, f.Loop, func() {
		var err error
		a, err = f.Accept(ln, group, h)
		assert.NoError(f.t, err)
	})
	return ln, h, a
}

func TestAcceptsInBatches(t *testing.T) {
	f := newFixture(t)
	ln, h, _ := listen(f, nil)
	do(t, f.Loop, func() {
		for range 3 * acceptBatch {
			f.net.Dial(ln)
		}
	})
	f.net.Settle()
	assert.Equal(t, 3*acceptBatch, h.count())
	assert.GreaterOrEqual(t, f.Stats.Batches.Load(), uint64(3), "other events have their turn")
}

// Where one connection comes at a time, it is seldom asked for a second one;
// when many come, they are taken in batches again.
func TestAcceptAsksInVainSeldom(t *testing.T) {
	f := newFixture(t)
	ln, h, _ := listen(f, nil)
	const alone = 200
	for range alone {
		f.net.Dial(ln)
		f.net.Settle()
	}
	assert.Equal(t, alone, h.count())
	assert.Less(t, f.net.Accepts(ln), alone+alone/10)
	before, turns := f.net.Accepts(ln), f.Stats.Batches.Load()
	do(t, f.Loop, func() {
		for range 10 * acceptBatch {
			f.net.Dial(ln)
		}
	})
	f.net.Settle()
	assert.Equal(t, alone+10*acceptBatch, h.count())
	assert.Less(t, f.Stats.Batches.Load()-turns, uint64(mostSkipped+20))
	assert.Less(t, f.net.Accepts(ln)-before, 10*acceptBatch+2)
}

// In a turn that took long more than one client may have come, though one came at a time before: they are taken at once.
func TestAcceptsManyAfterALongTurn(t *testing.T) {
	f := newFixture(t)
	ln, h, _ := listen(f, nil)
	for range 20 { // it is seldom asked for a second one now
		f.net.Dial(ln)
		f.net.Settle()
	}
	for range 5 {
		before, had := f.Stats.Batches.Load(), h.count()
		do(t, f.Loop, func() {
			f.net.Advance(longTurn)
			for range acceptBatch - 1 {
				f.net.Dial(ln)
			}
		})
		f.net.Settle()
		assert.Equal(t, had+acceptBatch-1, h.count())
		assert.EqualValues(t, 1, f.Stats.Batches.Load()-before, "turns")
	}
}

// While more clients wait than are accepted in a turn, few timers fire: those
// that end connections would make more clients wait.
func TestAcceptsBeforeItFires(t *testing.T) {
	f := newFixture(t)
	ln, h, _ := listen(f, nil)
	const clients, timers = 50 * acceptBatch, 2000
	fired := 0
	fires := make(chan int, clients)
	do(t, f.Loop, func() {
		h.then = func() { fires <- fired }
		for range clients {
			f.net.Dial(ln)
		}
		for range timers {
			f.After(tick, func() { fired++ })
		}
		f.net.Advance(10 * tick)
	})
	f.net.Settle()
	first := <-fires
	for range clients - 2 {
		<-fires
	}
	assert.Less(t, <-fires-first, 400, "in 50 turns")
	do(t, f.Loop, func() { assert.Equal(t, timers, fired) })
}

// An error that concerns one connection does not stop the next.
func TestAcceptGoesOnAfterErrors(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.EINTR, syscall.ECONNABORTED, syscall.EPROTO, syscall.EPERM} {
		t.Run(errno.Error(), func(t *testing.T) {
			f := newFixture(t)
			ln, h, _ := listen(f, nil)
			f.net.ScriptAccept(ln, polltest.Result{Errno: errno}, polltest.Result{Errno: errno})
			f.net.Dial(ln)
			f.net.Settle()
			assert.Equal(t, 1, h.count())
			assert.Empty(t, f.logs.String())
		})
	}
}

// When descriptors run out the loop lives on: one client is told by closing,
// the listener rests, and it is logged once.
func TestAcceptWithoutDescriptors(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM} {
		t.Run(errno.Error(), func(t *testing.T) {
			f := newFixture(t)
			ln, h, _ := listen(f, nil)
			open := f.net.Open()
			out := polltest.Result{Errno: errno}
			var first, second, third *polltest.Peer
			do(t, f.Loop, func() { // before the loop sees any of it
				f.net.ScriptAccept(ln, out, polltest.Result{}, out, polltest.Result{}, out)
				first, second, third = f.net.Dial(ln), f.net.Dial(ln), f.net.Dial(ln)
			})
			f.net.Settle()
			assert.True(t, first.Closed())
			assert.False(t, second.Closed())
			do(t, f.Loop, func() {}) // the loop works
			assert.Equal(t, open+2, f.net.Open(), "there is a spare descriptor again")
			f.net.Advance(acceptPause)
			f.net.Settle()
			assert.True(t, second.Closed())
			f.net.Advance(acceptPause)
			f.net.Settle()
			assert.True(t, third.Closed())
			fourth := f.net.Dial(ln)
			f.net.Settle()
			assert.Zero(t, h.count(), "it rests")
			f.net.Advance(acceptPause)
			f.net.Settle()
			assert.Equal(t, 1, h.count())
			assert.False(t, fourth.Closed())
			assert.Equal(t, 1, strings.Count(f.logs.String(), "no descriptor"), f.logs.String())
			assert.Equal(t, uint64(3), f.Stats.Refused.Load())
			assert.Equal(t, uint64(3), f.Stats.Starved.Load())
			assert.Empty(t, f.net.Faults())
		})
	}
}

func TestAcceptUnknownError(t *testing.T) {
	f := newFixture(t)
	ln, h, _ := listen(f, nil)
	f.net.ScriptAccept(ln, polltest.Result{Errno: syscall.EINVAL})
	f.net.Dial(ln)
	f.net.Settle()
	assert.Zero(t, h.count())
	assert.Contains(t, f.logs.String(), "invalid argument")
	f.net.Advance(acceptPause)
	f.net.Settle()
	assert.Equal(t, 1, h.count(), "it tries again later, not at once")
}

func TestDrainAcceptsWhoWaits(t *testing.T) {
	for name, resting := range map[string]bool{"open": false, "resting": true} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			ln, h, a := listen(f, nil)
			if resting {
				f.net.ScriptAccept(ln, polltest.Result{Errno: syscall.EINVAL})
				f.net.Settle()
			}
			drained := make(chan struct{})
			do(t, f.Loop, func() {
				for range 200 {
					f.net.Dial(ln)
				}
				a.Drain(func() { close(drained) })
			})
			<-drained
			assert.Equal(t, 200, h.count())
			late := f.net.Dial(ln)
			f.net.Advance(time.Hour)
			f.net.Settle()
			assert.Equal(t, 200, h.count())
			assert.False(t, late.Closed(), "whoever closes the socket decides")
			do(t, f.Loop, func() { f.Each(func(Source) { assert.Fail(t, "something is left") }) })
		})
	}
}

// A loop that drains a listener serves meanwhile, and ends although others
// connect without a pause.
func TestDrainOfAFlood(t *testing.T) {
	const waiting = 10 * acceptBatch
	f := newFixture(t)
	ln, h, a := listen(f, nil)
	turns := 0
	var turn func()
	turn = func() { turns++; f.Post(turn) }
	drained := make(chan int, 1)
	do(t, f.Loop, func() {
		h.then = func() { f.net.Dial(ln) }
		for range waiting {
			f.net.Dial(ln)
		}
		turn()
		a.Drain(func() { drained <- turns; turn = func() {} })
	})
	assert.GreaterOrEqual(t, <-drained, (2*waiting+lateBatch)/acceptBatch, "turns of the loop")
	assert.Equal(t, 2*waiting+lateBatch, h.count(), "who waited when the drain began, and a number of others")
}

func TestRefusedIsClosed(t *testing.T) {
	f := newFixture(t)
	ln, h, _ := listen(f, nil)
	h.refuse.Store(true)
	p := f.net.Dial(ln)
	f.net.Settle()
	assert.True(t, p.Closed())
	assert.Zero(t, f.Load())
}

func TestPlacement(t *testing.T) {
	f := newFixture(t)
	b := f.another(1)
	ln, h, _ := listen(f, Group{f.Loop, b})
	const n = 100
	for range n {
		f.net.Dial(ln)
	}
	f.net.Settle()
	await(t, func() bool { return h.count() == n })
	assert.Equal(t, n, f.Load()+b.Load())
	assert.LessOrEqual(t, float64(f.Load()), 1.25*float64(b.Load())+1)
	assert.Greater(t, f.Load(), b.Load(), "its own, as long as the skew is small")
	for _, l := range h.on {
		assert.Contains(t, []*Loop{f.Loop, b}, l)
	}
	for range f.Load() {
		f.Unload()
	}
	assert.Zero(t, f.Load())
}

// The loop that was chosen ends before the connection gets there.
func TestPlacementOnALoopThatHasEnded(t *testing.T) {
	f := newFixture(t)
	b := f.another(1)
	ln, h, _ := listen(f, Group{f.Loop, b})
	b.Post(b.Stop)
	<-b.Done()
	first, second := f.net.Dial(ln), f.net.Dial(ln)
	f.net.Settle()
	assert.Equal(t, 1, h.count())
	assert.Equal(t, int64(1), h.dropped.Load())
	assert.NotEqual(t, first.Closed(), second.Closed())
	assert.Zero(t, b.Load())
}

// recorder is a Source.
type recorder struct{ bits []Bits }

func (r *recorder) Ready(b Bits) { r.bits = append(r.bits, b) }
func (r *recorder) Expire()      {}

func TestEventsReachTheirSource(t *testing.T) {
	f := newFixture(t)
	ln, h, _ := listen(f, nil)
	p := f.net.Dial(ln)
	f.net.Settle()
	var r recorder
	var tok Token
	do(t, f.Loop, func() {
		var err error
		tok, err = f.Add(h.accepted[0], &r)
		assert.NoError(t, err)
	})
	f.net.Settle()
	p.Send("x")
	f.net.Settle()
	p.Reset()
	f.net.Settle()
	do(t, f.Loop, func() {
		assert.Equal(t, []Bits{Out, In | Out, In | Out | PeerClosed | Hangup}, r.bits)
		f.Remove(tok)
		f.Remove(tok) // stale: ignored
		f.Arm(tok, 0)
	})
	f.net.Inject(0, poll.Event{Data: uint64(tok), Bits: In})
	f.net.Settle()
	assert.Len(t, r.bits, 3, "an event for a token that was removed is dropped")
	do(t, f.Loop, func() {
		_, err := f.Add(9999, &r)
		assert.ErrorIs(t, err, syscall.EBADF)
	})
}

// teller is a Source that says what happens to it.
type teller struct{ happens func() }

func (r teller) Ready(Bits) { r.happens() }
func (r teller) Expire()    {}

// TestPostedComesBeforeEvents: what is to be done about a connection, as to watch its deadline, is done before an event gives it to somebody, who would
// have to post it again: a client that is always quicker than a turn would have each of its requests posted.
func TestPostedComesBeforeEvents(t *testing.T) {
	f := newFixture(t)
	ln, h, _ := listen(f, nil)
	p := f.net.Dial(ln)
	f.net.Settle()
	var order []string
	do(t, f.Loop, func() {
		_, err := f.Add(h.accepted[0], teller{func() { order = append(order, "event") }})
		assert.NoError(t, err)
	})
	f.net.Settle()
	do(t, f.Loop, func() {
		order = nil
		p.Send("x")
		f.Post(func() { order = append(order, "posted") })
	})
	f.net.Settle()
	do(t, f.Loop, func() { assert.Equal(t, []string{"posted", "event"}, order) })
}

func await(t *testing.T, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !cond(); time.Sleep(20 * time.Microsecond) {
		require.True(t, time.Now().Before(end), "waited in vain")
	}
}

// The same over epoll: a loop that is woken, parks, and keeps time.
func TestOverEpoll(t *testing.T) {
	for name, open := range map[string]func() (Poller, error){"parking": NewParking, "blocking": NewBlocking} {
		t.Run(name, func(t *testing.T) {
			p, err := open()
			require.NoError(t, err)
			l := New(0, p, slog.New(slog.DiscardHandler))
			l.Attach(&idle{})
			go l.Run()
			for range 1000 {
				do(t, l, func() {})
			}
			fired := make(chan time.Time, 1)
			begin := time.Now()
			do(t, l, func() { l.After(30*time.Millisecond, func() { fired <- time.Now() }) })
			assert.GreaterOrEqual(t, (<-fired).Sub(begin), 30*time.Millisecond)
			assert.WithinDuration(t, time.Now(), l.At(l.Now()), time.Second)
			assert.Equal(t, time.Second, l.When(l.At(time.Second)))
			l.Post(l.Stop)
			<-l.Done()
		})
	}
}

// late is a poller in which something happens after it has looked.
type late struct {
	Poller
	most int    // events that it reports at once
	then func() // called once, after a look that has brought nothing
}

func (p *late) Park(events []poll.Event, now, until time.Duration) (int, error) {
	events = events[:min(len(events), p.most)]
	if p.then == nil {
		return p.Poller.Park(events, now, until)
	}
	n, err := p.Poll(events)
	if n == 0 {
		p.then()
		p.then = nil
	}
	return n, err
}

// witness notes whether it expired before it became ready.
type witness struct{ ready, late bool }

func (w *witness) Ready(bits Bits) { w.ready = w.ready || bits&poll.In != 0 }
func (w *witness) Expire()         { w.late = w.late || !w.ready }

// What has come in time is told of before the time is said to be over: also if
// it came after the loop had looked, and the loop was kept from running then; and
// if more has come than goes into a batch, or the poller needs a place in that.
func TestNothingExpiresUnheard(t *testing.T) {
	const many = 3*batch + 10
	for name, most := range map[string]int{"full": batch, "with a wake": batch - 1} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			own, err := f.net.NewPoller()
			require.NoError(t, err)
			p := &late{Poller: own, most: most}
			l := New(1, p, slog.New(slog.NewTextHandler(f.logs, nil)))
			l.Attach(f.hooks)
			ln := f.net.Listen()
			peers, witnesses := make([]*polltest.Peer, many), make([]witness, many)
			for i := range peers {
				peers[i] = f.net.Dial(ln)
				token, err := l.Add(peers[i].FD(), &witnesses[i])
				require.NoError(t, err)
				l.Arm(token, l.Now()+time.Second)
				l.load.Add(1)
			}
			p.then = func() {
				for _, peer := range peers {
					peer.Send("x")
				}
				f.net.Advance(time.Hour)
			}
			ended := make(chan struct{})
			l.After(time.Minute, func() { close(ended); l.Stop() })
			go l.Run()
			<-ended
			<-l.Done()
			for i := range witnesses {
				assert.True(t, witnesses[i].ready, i)
				assert.False(t, witnesses[i].late, i)
			}
		})
	}
}
