package worker

import (
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// errand is Conn.linger of what stands in the queue for a function and not for
// a connection: it has no descriptor, no token and no deadline.
const errand = -2

// Post has fn called by a worker, or by the loop if Options.OnLoop, behind what
// is queued there. fn may block where a handler may. The drain waits until it
// has returned. A panic in it is logged. Post returns false, and fn is never
// called, when the engine has ended. Any goroutine.
func (e *Engine) Post(fn func()) bool {
	for {
		n := e.open.Load()
		if n == 0 {
			return false
		}
		if e.open.CompareAndSwap(n, n+1) {
			break
		}
	}
	p := e.quietest()
	c := &Conn{pool: p, Data: fn, linger: errand}
	c.state.Store(stateBusy)
	p.push(c)
	return true
}

// After has fn called as by Post when d has passed. stop, which any goroutine
// may call, keeps it from that if it comes in time. What has not been called
// when the engine ends never is.
func (e *Engine) After(d time.Duration, fn func()) (stop func()) {
	p := e.quietest()
	var t *loop.Timer // loop-only
	p.loop.Post(func() { t = p.loop.After(d, func() { e.Post(fn) }) })
	return func() { p.loop.Post(func() { t.Stop() }) }
}

// quietest is the pool with the fewest connections.
func (e *Engine) quietest() *pool {
	best := e.pools[0]
	for _, p := range e.pools[1:] {
		if p.loop.Load() < best.loop.Load() {
			best = p
		}
	}
	return best
}

// do runs an errand.
func (p *pool) do(c *Conn) {
	fn, _ := c.Data.(func())
	returned := false
	defer p.engine.leave()
	defer func() {
		if v := recover(); v != nil {
			p.stats.Panics.Add(1)
			p.logPanic("a posted function", c, v)
		} else if !returned {
			p.engine.opts.Logger.Error("worker: a posted function ended its goroutine", slog.String("stack", string(debug.Stack())))
		}
	}()
	fn()
	returned = true
}
