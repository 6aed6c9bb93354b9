package worker

import (
	"runtime"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

const (
	// slice is for how long a processor is kept from others at most, by work that
	// says now and then that it takes long. Go's scheduler has one of 10 ms, which
	// a short request would wait for, once for each who works.
	slice = 50 * time.Microsecond
	// sliceOfLine is that of goroutines that share a way. When one of them stands
	// aside, those that work with it come to a stop, and start anew: that costs more.
	sliceOfLine = 2 * slice
	// takesInARow is how many connections workers take before they look whether
	// that was long.
	takesInARow = 16
	// stepsOfOne is how often a loop or a worker has to run for one that connects and
	// asks: it is accepted, heard and served.
	stepsOfOne = 3
)

// GiveWay lets others go first if the processor has not been theirs for a while:
// the loops that have heard something, and whom they wake. Whoever works on what
// a client can make long calls it again and again. However many do, others meet
// with two of them at most that have given way, each time that they want to run:
// one for the first time since it has waited for its peer, and one that has done so
// before. The rest wait for their turn. Those that have not given way yet are as
// many as the loop lets begin, and those whose peers have just sent what they were
// waiting for. Owner only; it must hold no lock that others than those of c wait for.
func (c *Conn) GiveWay() { c.Way().Give() }

// Way is how goroutines give way that own no connection, or perhaps not for as long
// as they work. The zero value gives none.
type Way struct {
	pool   *pool
	conn   *Conn // whose owner gives way; nil for others
	worker bool  // it is a worker that gives way: another may run meanwhile
	line   baton // of those who share the way; nil where it is one goroutine's
}

// baton is what one goroutine at a time has, and others wait for, first come first
// served.
type baton chan struct{}

func newBaton() baton { return make(baton, 1) }

func (b baton) take() {
	loop.Await("waits for its turn", func() bool { return len(b) == 0 })
	b <- struct{}{}
}

// tryTake takes it if nobody has it, and reports whether that was so.
func (b baton) tryTake() bool {
	select {
	case b <- struct{}{}:
		return true
	default:
		return false
	}
}

func (b baton) pass() { <-b }

// Way is how the owner of c gives way now. Owner only; of what it returns any
// goroutine, also when c is another's or closed.
func (c *Conn) Way() Way {
	if c.onLoop {
		return Way{}
	}
	return Way{pool: c.pool, conn: c, worker: !c.apart && !c.inShed && !c.detached}
}

// Way is for what is no connection of the engine, however many goroutines work on
// it: they have one turn together. Any goroutine.
func (e *Engine) Way() Way { return Way{pool: e.pools[0], line: newBaton()} }

// GiveWay is Conn.GiveWay for who has waited in a line already, as handshakes do, and
// goes on with what takes long and cannot give way: it stands in none, and lets others
// go first as often as who connects anew needs to be answered.
func (r *Raw) GiveWay() {
	w := (*Conn)(r).Way()
	if w.pool == nil || !w.pool.due(w.slice()) {
		return
	}
	for range stepsOfOne {
		w.pool.yield()
	}
}

// Give is Conn.GiveWay. Any goroutine.
func (w Way) Give() {
	p := w.pool
	if p == nil || !p.due(w.slice()) {
		return
	}
	if w.worker {
		p.stepAside()
		defer p.unpause()
	}
	switch {
	case w.conn != nil && w.conn.state.Or(yielded)&yielded == 0:
		p.yieldIn(p.once) // most that come here have done so soon
	case w.line != nil:
		w.line.take()
		defer w.line.pass()
		fallthrough
	default:
		p.yieldIn(p.aside)
	}
}

func (w Way) slice() time.Duration {
	if w.line != nil {
		return sliceOfLine
	}
	return slice
}

// stepAside is pause for who gives way. It is the loop that lets another worker go
// on instead, when it has seen who has come: a loop does not park while any are
// queued. Those who begin something long would run one after the other before it.
func (p *pool) stepAside() {
	p.mu.Lock()
	p.running--
	p.mu.Unlock()
}

// yieldIn gives the processor away as one of a line.
func (p *pool) yieldIn(line baton) {
	if !line.tryTake() {
		p.engine.prod(p) // it waits, and whoever goes on instead comes behind the loops
		line.take()
	}
	p.yield()
	line.pass()
}

// due reports whether the processor has not been others' for a while.
func (p *pool) due(after time.Duration) bool {
	return p.loop.Precise()-time.Duration(p.gaveWay.Load()) >= after
}

// giveWay is what who owns no connection does, as a worker between two.
func (p *pool) giveWay() {
	if p.due(slice) {
		p.yield()
	}
}

// yield gives the processor away. Go puts who does that behind all others; but
// it would not look for what wakes the loops while there is any.
func (p *pool) yield() {
	loop.Step("gives way")
	p.gaveWay.Store(int64(p.loop.Precise())) // who runs next has a slice of its own
	p.engine.prod(p)
	runtime.Gosched()
	p.gaveWay.Store(int64(p.loop.Precise()))
}

// prod has loops run that have something to do: that of p, and one of the
// others, in turn.
func (e *Engine) prod(p *pool) {
	p.loop.Prod()
	if n := uint32(len(e.pools)); n > 1 {
		if other := e.pools[e.prodded.Add(1)%n]; other != p {
			other.loop.Prod()
		}
	}
}
