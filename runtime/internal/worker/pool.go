package worker

import (
	"cmp"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

const (
	keptFrames  = 8               // frames that a pool keeps; more go to sync.Pool
	keptWorkers = 4               // idle workers that stay for good
	tidyEvery   = 5 * time.Second // how often soft and idle workers are lowered
	reapBatch   = 64              // closed connections after which the loop is woken to forget them
)

// pool is the queue of one loop's ready connections and the workers that take
// from it. It implements loop.Hooks.
type pool struct {
	engine *Engine    // immutable
	loop   *loop.Loop // immutable
	sys    loop.Sys   // immutable
	once   baton      // immutable; of those who give way for the first time
	aside  baton      // immutable; of those who have done so before
	onLoop *worker    // immutable; not nil if the loop serves: it stands for the loop

	// loop-only
	batch     lanes
	acceptors []acceptor
	accepting int // in the drain: acceptors that are not done, and the function that ends them
	tidying   bool
	seen      uint64        // takes at the last look
	stalled   time.Duration // since when nobody was seen to take one
	looks     int           // looks since then; 0: the queue was empty
	window    time.Duration // when the window began
	idled     time.Duration // in the window
	quiet     time.Duration // a slow handler is not logged before
	ahead     loop.Guess    // that who is accepted has sent something
	first     [firstBytes]byte

	mu      sync.Mutex
	queue   lanes     // guarded by mu; all busy
	idle    []*worker // guarded by mu; the last is the first to serve
	running int       // guarded by mu; workers that neither are idle nor wait for an edge
	soft    int       // guarded by mu; how many may be running
	peak    int       // guarded by mu; most that were running since the last tidying
	slack   int       // guarded by mu; fewest that were idle since the last tidying
	takes   uint64    // guarded by mu; connections taken from the queue
	served  uint64    // guarded by mu; requests
	frames  []Frame   // guarded by mu
	closed  list      // guarded by mu; closed connections that the loop still knows
	sheds   list      // guarded by mu; to be shed; all busy
	shedder bool      // guarded by mu; a goroutine sheds
	stopped bool      // guarded by mu; no goroutine may start

	marked   *Conn         // guarded by mu; a queued connection whose waiting time is measured
	markedAt time.Duration // guarded by mu

	queued  atomic.Int32 // 0 while the queue is empty
	gaveWay atomic.Int64 // when somebody who works on something long has last let others run
	alarmed atomic.Bool  // awake is posted
	corpses atomic.Int32 // closed.n
	stats   poolStats
}

func newPool(e *Engine, l *loop.Loop) *pool {
	p := &pool{engine: e, loop: l, sys: l.Sys(), soft: e.opts.SoftStart, once: newBaton(), aside: newBaton()}
	if e.opts.OnLoop {
		p.onLoop = &worker{pool: p}
	}
	return p
}

// ready adds a busy connection to the batch. loop-only.
func (p *pool) ready(c *Conn) {
	if c.linger == unopened || c.linger == halting || c.linger == standing {
		p.open(c)
		return
	}
	if c.bulk || c.linger > 0 {
		p.batch.pushLate(c)
		return
	}
	p.batch.push(c)
}

// Flush implements loop.Hooks: it forgets what was closed and hands the batch
// over.
func (p *pool) Flush() {
	p.loop.Assert()
	if p.corpses.Load() != 0 {
		p.reap()
	}
	if p.onLoop != nil {
		p.serveBatch()
		return
	}
	if p.batch.n == 0 {
		return
	}
	loop.Step("Flush")
	p.mu.Lock()
	if p.spent() { // else there is room for all
		p.shedBeyond(p.engine.queueLimit - p.queue.n)
	}
	if p.marked == nil {
		p.marked, p.markedAt = cmp.Or(p.batch.fresh.last, p.batch.late.last), p.loop.Now()
	}
	p.queue.take(&p.batch)
	p.queued.Store(int32(p.queue.n))
	recruits := p.recruit()
	p.mu.Unlock()
	recruits.start()
	if p.stats.workers.Load() > keptWorkers {
		p.tidyLater()
	}
}

// shedBeyond sheds what the batch has beyond room connections, those first of
// whom much is expected. The caller holds mu.
func (p *pool) shedBeyond(room int) {
	for _, lane := range [...]*list{&p.batch.fresh, &p.batch.late} {
		var kept list
		for c := lane.pop(); c != nil; c = lane.pop() {
			if kept.n < room {
				kept.push(c)
			} else {
				p.shed(c)
			}
		}
		*lane, room = kept, room-kept.n
	}
	p.batch.n = p.batch.fresh.n + p.batch.late.n
}

// push queues a busy connection. Any goroutine.
func (p *pool) push(c *Conn) { p.enqueue(c, (*lanes).push) }

func (p *pool) enqueue(c *Conn, push func(*lanes, *Conn)) {
	loop.Step("push")
	p.mu.Lock()
	push(&p.queue, c)
	p.queued.Store(int32(p.queue.n))
	recruits := p.recruit()
	p.mu.Unlock()
	recruits.start()
	if recruits == nil {
		p.alarm()
	}
}

// offer queues a busy connection as Flush does: it is shed if there is no room.
// Any goroutine.
func (p *pool) offer(c *Conn) {
	p.mu.Lock()
	full := p.spent() && p.queue.n >= p.engine.queueLimit
	if full {
		p.shed(c)
	}
	p.mu.Unlock()
	if !full {
		p.push(c)
	}
}

// alarm wakes the loop if it is parked: what is left in the queue needs one
// that is awake, to see a stall, or to serve it. Any goroutine.
func (p *pool) alarm() {
	if p.alarmed.CompareAndSwap(false, true) {
		p.loop.Post(p.awake)
	}
}

// awake runs on the loop, which goes on to Look.
func (p *pool) awake() { p.alarmed.Store(false) }

// recruit lets workers run, idle ones before new ones, as many as there are
// queued connections and soft allows. The caller holds mu, and starts them
// after it has let go of it.
func (p *pool) recruit() *worker {
	if p.onLoop != nil {
		return nil
	}
	var recruits *worker
	for n := p.queue.n; n > 0 && p.running < p.soft; n-- {
		var w *worker
		if k := len(p.idle); k > 0 {
			w, p.idle = p.idle[k-1], p.idle[:k-1]
			p.slack = min(p.slack, k-1)
		} else if w = p.hire(); w == nil {
			break
		}
		p.running++
		w.next, recruits = recruits, w
	}
	p.peak = max(p.peak, p.running)
	return recruits
}

// Queued implements loop.Hooks.
func (p *pool) Queued() bool { return p.queued.Load() != 0 }

// count takes over what w has counted. The caller holds mu.
func (p *pool) count(w *worker) {
	p.served += w.lent.Requests
	w.lent.Requests = 0
}

// note is count for who does not hold mu.
func (p *pool) note(w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count(w)
}

// again queues c behind the others; it fails if there are none. Owner only.
func (p *pool) again(c *Conn) bool {
	if p.queued.Load() == 0 {
		return false
	}
	p.enqueue(c, (*lanes).pushLate)
	return true
}

// pause and unpause stand around the waiting of a worker for an edge: it is not
// running meanwhile, and another may. After it, more than soft may run for a
// while.
func (p *pool) pause() {
	p.mu.Lock()
	p.running--
	recruits := p.recruit()
	p.mu.Unlock()
	recruits.start()
}

func (p *pool) unpause() {
	p.mu.Lock()
	p.running++
	p.peak = max(p.peak, p.running)
	p.mu.Unlock()
}

// frame takes a frame from those that are kept, or makes one.
func (p *pool) frame() Frame {
	p.mu.Lock()
	if n := len(p.frames); n > 0 {
		f := p.frames[n-1]
		p.frames = p.frames[:n-1]
		p.mu.Unlock()
		return f
	}
	p.mu.Unlock()
	if f, ok := p.engine.frames.Get().(Frame); ok {
		return f
	}
	return p.engine.opts.Handler.NewFrame()
}

// keep gives a frame back. The caller holds mu.
func (p *pool) keep(f Frame) {
	if len(p.frames) < keptFrames {
		p.frames = append(p.frames, f)
	} else {
		p.engine.frames.Put(f)
	}
}

// finish tells the handler that a connection is sealed, and forgets it, whatever
// the handler does.
func (p *pool) finish(c *Conn) {
	defer p.forget(c)
	defer p.survive("Closed", c)
	p.engine.opts.Handler.Closed(c)
}

// forget takes a connection off the books. Its slot on the loop is freed when
// the loop comes by: nobody waits for that.
func (p *pool) forget(c *Conn) {
	p.loop.Unload()
	c.unopen()
	p.engine.peers.leave(c.listener, c.peerAddr())
	p.mu.Lock()
	p.closed.push(c)
	p.corpses.Store(int32(p.closed.n))
	many := p.closed.n == reapBatch
	p.mu.Unlock()
	if many {
		p.alarm()
	}
	p.engine.leave()
}

// reap forgets what was closed. loop-only.
func (p *pool) reap() {
	p.loop.Assert()
	p.mu.Lock()
	dead := p.closed
	p.closed = list{}
	p.corpses.Store(0)
	p.mu.Unlock()
	for c := dead.pop(); c != nil; c = dead.pop() {
		p.loop.Remove(c.token)
	}
}

// stop sends all workers away. Any goroutine.
func (p *pool) stop() {
	p.mu.Lock()
	p.stopped = true
	var leaving *worker
	for _, w := range p.idle {
		w.leave, w.next, leaving = true, leaving, w
	}
	p.idle, p.frames = nil, nil
	p.mu.Unlock()
	leaving.start()
}

// survive is deferred around calls of the handler that concern no worker: it
// logs a panic.
func (p *pool) survive(what string, c *Conn) {
	if v := recover(); v != nil {
		p.logPanic(what, c, v)
	}
}

func (p *pool) logPanic(what string, c *Conn, v any) {
	p.engine.opts.Logger.Error("worker: panic in "+what, slog.Uint64("conn", c.id),
		slog.String("panic", fmt.Sprint(v)), slog.String("stack", string(debug.Stack())))
}
