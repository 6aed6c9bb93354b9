package worker

import (
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// maxRounds is how often in a row a worker serves one connection that has
// always more to do, before it is others' turn.
const maxRounds = 16

// worker is a goroutine that serves. One that has nothing to do waits on the
// stack of its pool, without a frame, and is the first to go on if it was the
// last to stop: its stack memory is warm.
type worker struct {
	pool  *pool
	c     chan struct{} // holds the one wake-up; made by the first start
	next  *worker       // among recruits, until started
	frame Frame         // worker only; nil while idle
	lent  Borrower      // worker only
	sheds bool          // immutable; it sheds instead of serving
	leave bool          // written before the wake-up: the worker shall end
}

// start lets the workers of a list go on that are waiting, or begin.
func (w *worker) start() {
	for w != nil {
		next := w.next
		w.next = nil
		if w.c == nil {
			w.c = make(chan struct{}, 1)
			loop.Go("worker", w.run)
		} else {
			w.c <- struct{}{}
		}
		w = next
	}
}

// hire makes a worker, unless there are too many. It begins when it is started.
// The first of each pool counts from the beginning: the others may not keep it
// from having one. The caller holds mu.
func (p *pool) hire() *worker {
	if p.stopped {
		return nil
	}
	if first := p.stats.workers.Add(1) == 1; !first && p.engine.workers.Add(1) > int64(p.engine.opts.MaxWorkers) {
		p.dismissed()
		return nil
	}
	p.engine.goroutines.Add(1)
	return &worker{pool: p}
}

// dismissed is called when a worker ends. Any goroutine.
func (p *pool) dismissed() {
	if last := p.stats.workers.Add(-1) == 0; !last {
		p.engine.workers.Add(-1)
	}
}

// failed deals with a call that did not return. A panic value of nil means
// runtime.Goexit: then there is nobody to return to. The frame is dropped:
// nobody knows what state it is in.
func (p *pool) failed(c *Conn, w *worker, v any) Next {
	if !w.sheds {
		p.abandon(c, w.frame, v)
	}
	w.frame = nil
	c.onLoop = false
	p.stats.Panics.Add(1)
	if v != nil {
		p.logPanic("Serve", c, v)
		return Close
	}
	p.engine.opts.Logger.Error("worker: handler ended its goroutine", slog.Uint64("conn", c.id),
		slog.String("stack", string(debug.Stack())))
	if c.detached {
		p.finish(c)
	} else {
		c.close()
	}
	return Close
}

func (p *pool) abandon(c *Conn, f Frame, cause any) {
	defer p.survive("Abandon", c)
	f.Abandon(cause)
}

// serveBatch is what a loop does that serves itself: the batch, and what was
// queued meanwhile, which may queue again for the next turn. loop-only.
func (p *pool) serveBatch() {
	p.loop.Assert()
	if p.batch.n == 0 && p.queued.Load() == 0 {
		return
	}
	start := p.loop.Touch()
	p.mu.Lock()
	p.queue.take(&p.batch)
	p.queued.Store(int32(p.queue.n))
	n := p.queue.n
	p.mu.Unlock()
	for ; n > 0; n-- {
		p.mu.Lock()
		c := p.taken(p.onLoop)
		p.drive(c, p.onLoop)
		end := p.loop.Touch()
		if took := end - start; took >= p.engine.opts.SlowOnLoop {
			p.tooSlow(c, took)
		}
		start = end
	}
}

// tooSlow logs a handler that has held up a loop, once a second at most.
func (p *pool) tooSlow(c *Conn, took time.Duration) {
	p.stats.Slow.Add(1)
	now := p.loop.Now()
	if now < p.quiet {
		return
	}
	p.quiet = now + time.Second
	p.engine.opts.Logger.Warn("worker: a handler has held up the loop that serves it",
		slog.Uint64("conn", c.id), slog.Any("remote", c.RemoteAddr()), slog.Duration("took", took))
}

// shed sets c aside to be shed. The caller holds mu.
func (p *pool) shed(c *Conn) {
	p.sheds.push(c)
	if c.linger == 0 { // else it was shed, or is about to end anyhow: what it has sent since is dropped
		p.stats.Shed.Add(1)
	}
	if !p.shedder && !p.stopped {
		p.shedder = true
		p.engine.goroutines.Add(1)
		loop.Go("shedder", p.shedAll)
	}
}

// shedAll sheds what is set aside, and ends. If the handler ends the goroutine
// another sheds the rest.
func (p *pool) shedAll() {
	defer p.engine.goroutines.Done()
	left := false
	defer func() {
		if !left {
			p.engine.goroutines.Add(1)
			loop.Go("shedder", p.shedAll)
		}
	}()
	w := &worker{pool: p, sheds: true}
	for c := p.nextShed(w); c != nil; c = p.nextShed(w) {
		p.drive(c, w)
	}
	left = true
}

func (p *pool) nextShed(w *worker) *Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count(w)
	c := p.sheds.pop()
	if c == nil {
		p.shedder = false
		if w.frame != nil {
			p.keep(w.frame)
		}
	}
	return c
}
