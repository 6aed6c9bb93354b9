package loop

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/poll"
)

// batch is how many events a turn takes at most.
const batch = 256

// The phases of a loop, as other goroutines see it.
const (
	working uint32 = iota // or behind all who can run -> napping, parked
	napping               // waits for a moment, and needs nobody who wakes it -> parked, working
	parked                // waits, or is about to look once more and wait -> waking, working
	waking                // somebody has woken it from parked -> working
)

// Loop waits for readiness, in one goroutine. Its methods are loop-only (called
// on that goroutine, or before Run) unless they say otherwise.
type Loop struct {
	id     int
	poller Poller       // immutable
	sys    Sys          // immutable
	epoch  int64        // immutable; the poller's Origin in nanoseconds since 1970
	hooks  Hooks        // immutable after Run
	log    *slog.Logger // immutable
	owner  owner        // who runs the loop, in race builds

	slots slab  // loop-only
	wheel wheel // loop-only

	// The batch under way. loop-only, and kept here so that a function that
	// ends the goroutine loses nothing of it.
	events   [batch]poll.Event
	found    int // events[:found] were reported
	next     int // events[:next] are done
	running  []func()
	ran      int // running[:ran] are done
	stopped  bool
	busy     bool          // the last turn had something to do
	clock    time.Duration // the time of this turn
	began    time.Duration // when this turn began
	long     bool          // the last turn took long, with those who ran behind it
	asked    time.Duration // when it was asked for events, the first time if batches were full since
	full     int           // full batches in succession
	heard    time.Duration // see Heard
	idle     time.Duration // of the last nap
	spare    int           // descriptor kept for when there are none left; -1: none
	nextMoan time.Duration // running out of descriptors is not logged before
	parked   time.Duration // when the last Park has ended
	pace     pace          // of the connections that come
	stormed  bool          // as many as one turn accepts have been placed in this one

	now   atomic.Int64 // clock, for others; 0 while the loop is parked
	phase atomic.Uint32
	load  atomic.Int64 // connections placed here
	Stats Stats

	mu     sync.Mutex
	posted []func()     // guarded by mu
	ended  bool         // guarded by mu
	queued atomic.Int32 // len(posted)
	done   chan struct{}
}

// New returns a loop over poller, which belongs to it from then on.
func New(id int, poller Poller, log *slog.Logger) *Loop {
	l := &Loop{id: id, poller: poller, sys: poller.Sys(), epoch: poller.Origin().UnixNano(), log: log, spare: -1, done: make(chan struct{})}
	l.wheel.slots = &l.slots
	l.touch()
	l.heard = l.clock
	return l
}

// Attach sets who takes what becomes ready. Once, before Run.
func (l *Loop) Attach(hooks Hooks) { l.hooks = hooks }

// Assert panics in tests, those with the race detector or the tag loopcheck,
// when another goroutine than that of the loop calls it: it stands before what
// is loop-only.
func (l *Loop) Assert() { l.owner.assert() }

// ID is the number that the loop was made with. Any goroutine.
func (l *Loop) ID() int { return l.id }

// Sys makes system calls on sockets. Any goroutine.
func (l *Loop) Sys() Sys { return l.sys }

// Now is the time on the loop's clock, coarse while the loop is at work: it is
// read once a turn. Any goroutine.
func (l *Loop) Now() time.Duration {
	if now := l.now.Load(); now != 0 {
		return time.Duration(now)
	}
	return l.poller.Now()
}

// Heard is the time on the loop's clock of which every event has been told to its
// Source. What depends on a deadline is compared with it: the loop may come late
// to what a client has sent in time. loop-only.
func (l *Loop) Heard() time.Duration {
	l.owner.assert()
	return l.heard
}

// Precise is the time on the loop's clock. Any goroutine.
func (l *Loop) Precise() time.Duration { return l.poller.Now() }

// At turns a time on the loop's clock into a wall time, and When one into the
// other. Any goroutine.
func (l *Loop) At(d time.Duration) time.Time { return l.poller.Origin().Add(d) }

// Unix is At in whole seconds since 1970. Any goroutine.
func (l *Loop) Unix(d time.Duration) int64 { return (l.epoch + int64(d)) / int64(time.Second) }

// When is the inverse of At. Any goroutine.
func (l *Loop) When(t time.Time) time.Duration { return t.Sub(l.poller.Origin()) }

// Load is how many connections have been placed on l. Any goroutine.
func (l *Loop) Load() int { return int(l.load.Load()) }

// Unload takes one from the load: a connection has ended. Any goroutine.
func (l *Loop) Unload() { l.load.Add(-1) }

// Post runs fn on l, after the functions that were posted before. It is the
// only method of Loop that gives the loop work to do and is safe from any
// goroutine. It returns false, and fn never runs, if the loop has ended.
func (l *Loop) Post(fn func()) bool {
	l.mu.Lock()
	if l.ended {
		l.mu.Unlock()
		return false
	}
	l.posted = append(l.posted, fn)
	l.queued.Add(1)
	l.mu.Unlock()
	Step("posted")
	if l.phase.Load() == parked && l.phase.CompareAndSwap(parked, waking) {
		l.Stats.Wakes.Add(1)
		l.poller.Wake()
	}
	return true
}

// Stop ends Run at the end of the turn in which it is called. A descriptor that
// is still registered stays open, and what is posted after it does not run.
func (l *Loop) Stop() { l.stopped = true }

// Discard closes what a loop that never ran has opened.
func (l *Loop) Discard() error { return l.poller.Free() }

// Done is closed when Run has ended. Any goroutine.
func (l *Loop) Done() <-chan struct{} { return l.done }

// Run turns the loop until Stop. It is not bound to a thread. A function that
// ends its goroutine (runtime.Goexit) ends this one, and another takes over.
func (l *Loop) Run() {
	defer func() {
		if l.stopped {
			l.end()
		} else {
			Go("loop", l.Run)
		}
	}()
	l.owner.set()
	for !l.stopped {
		l.work()
		if !l.stopped {
			l.wait()
		}
	}
}

// end makes Post fail, and closes what the loop has opened.
func (l *Loop) end() {
	l.mu.Lock()
	l.ended, l.posted = true, nil
	l.mu.Unlock()
	if l.spare >= 0 {
		_ = l.sys.Close(l.spare) // it is gone in any case
	}
	if err := l.poller.Free(); err != nil {
		l.log.Error("loop: closing the poller", "loop", l.id, "error", err)
	}
	close(l.done)
}

// work does what other goroutines, the last wait and the clock have brought.
func (l *Loop) work() {
	l.runPosted()
	for l.next < l.found {
		ev := l.events[l.next]
		l.next++
		if e := l.slots.find(Token(ev.Data)); e != nil {
			e.source.Ready(ev.Bits)
		}
	}
	l.hear()
	l.wheel.advance(l.heard, l.fires(), l.fire)
	l.hooks.Flush()
}

// hear moves heard on to when it was asked for the events of this turn, unless
// there may be more of them. All have come after as many full batches as hold
// what is registered, for the poller reports each before it reports one again.
func (l *Loop) hear() {
	// The poller's own event may have had a place in the batch.
	if l.found >= batch-1 && l.full < int(l.load.Load())/(batch-1) {
		l.full++
		return
	}
	l.heard, l.full = l.asked, 0
}

// fires is how many slots of the wheel are fired in this turn.
func (l *Loop) fires() int {
	if l.stormed {
		l.stormed = false
		return fewFires
	}
	return mostFires
}

func (l *Loop) fire(i uint32) { l.slots.slot(i).source.Expire() }

// runPosted runs what had been posted when it began, not what those functions
// post: a function that posts itself must not keep the loop from its events.
func (l *Loop) runPosted() {
	if l.ran == len(l.running) && l.queued.Load() != 0 {
		l.mu.Lock()
		l.running, l.posted = l.posted, l.running[:0]
		l.queued.Store(0)
		l.mu.Unlock()
		l.ran = 0
		l.Stats.Posts.Add(uint64(len(l.running)))
		l.busy = true
	}
	for l.ran < len(l.running) {
		fn := l.running[l.ran]
		l.running[l.ran] = nil
		l.ran++
		l.protect(fn)
	}
}

// protect runs fn, which a panic must not let end the process.
func (l *Loop) protect(fn func()) {
	defer func() {
		if v := recover(); v != nil {
			l.log.Error("loop: panic in a posted function or timer", "loop", l.id,
				"panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		}
	}()
	fn()
}

// touch reads the clock.
func (l *Loop) touch() {
	l.clock = l.poller.Now()
	l.now.Store(int64(l.clock))
}

// Touch reads the clock in the middle of a turn that takes long, and returns
// it.
func (l *Loop) Touch() time.Duration {
	l.owner.assert()
	l.touch()
	return l.clock
}

// Add registers a connected socket for its whole life. The Token is valid until
// Remove.
func (l *Loop) Add(fd int, source Source) (Token, error) {
	l.owner.assert()
	t := l.slots.add(source)
	if err := l.poller.Add(fd, uint64(t)); err != nil {
		l.slots.remove(t)
		return 0, err
	}
	return t, nil
}

// Remove frees the Token of a descriptor that has been closed or taken out
// (Sys.Close, Forget), and disarms it. A stale Token is ignored.
func (l *Loop) Remove(t Token) {
	l.owner.assert()
	if l.slots.find(t) != nil {
		l.wheel.disarm(t.slot())
		l.slots.remove(t)
	}
}

// Forget takes a descriptor that stays open out of the poller. Its Token must
// be removed, too. Any goroutine.
func (l *Loop) Forget(fd int) error { return l.poller.Del(fd) }

// Arm makes the Source of t expire at a time on the loop's clock, not before
// and at most a tick after the loop gets to it. It replaces an earlier Arm. A
// stale Token is ignored.
func (l *Loop) Arm(t Token, at time.Duration) {
	l.owner.assert()
	if l.slots.find(t) != nil {
		l.wheel.arm(t.slot(), at)
	}
}

// Each calls fn for every Source registered; fn may add and remove.
func (l *Loop) Each(fn func(Source)) {
	l.owner.assert()
	for i := uint32(1); i < l.slots.fresh; i++ {
		if s := l.slots.slot(i).source; s != nil {
			fn(s)
		}
	}
}

// Stats counts what a loop does. Any goroutine reads it.
type Stats struct {
	Accepted atomic.Uint64 // connections accepted by this loop
	Refused  atomic.Uint64 // accepted and closed at once
	Starved  atomic.Uint64 // times that no descriptor was to be had for a connection
	Batches  atomic.Uint64 // turns that brought events
	Events   atomic.Uint64 // events in them
	Parks    atomic.Uint64 // waits
	Wakes    atomic.Uint64 // waits ended by Post
	Posts    atomic.Uint64 // functions posted
}
