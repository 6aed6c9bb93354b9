package worker

import (
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// The stall policy. A loop lets at most soft workers run. While connections are
// queued it looks every 20 us (loop.Nap), after all that could run has run.
// When nobody has taken one for stallTime, and that was seen in stallLooks
// looks (the loop itself may have been kept from running), the running workers
// are blocked, and soft grows. So it does when they block again and again, each
// time for less than that: when the processor was idle for half of idleWindow
// although connections were queued all the time.
const (
	stallTime  = 200 * time.Microsecond
	stallLooks = 4
	idleWindow = time.Millisecond
)

// Look implements loop.Hooks and is the stall policy.
func (p *pool) Look(now, idle time.Duration) loop.Rest {
	p.loop.Assert()
	if p.queued.Load() == 0 {
		p.looks = 0
		return loop.Park
	}
	if p.onLoop != nil {
		return loop.Hurry
	}
	p.mu.Lock()
	stalled := p.stall(now, idle)
	if stalled {
		p.grow()
	}
	recruits := p.recruit()
	// Spinning serves to see a stall; when there are no more workers to be had
	// it is in vain.
	spent := recruits == nil && p.spent()
	p.mu.Unlock()
	recruits.start()
	if stalled {
		p.tidyLater()
	}
	if spent {
		p.engine.release(p)
		return loop.Doze
	}
	return loop.Nap
}

// spent reports that no more workers are to be had. The caller holds mu.
func (p *pool) spent() bool {
	return len(p.idle) == 0 && p.stats.workers.Load() > 0 && p.engine.exhausted()
}

// release sends an idle worker of another pool away, if there is one, so that p
// may have it: p looks again soon.
func (e *Engine) release(p *pool) {
	for _, other := range e.pools {
		if other != p && other.spare() {
			return
		}
	}
}

// spare sends the oldest of the idle workers away, but not the last worker. Any
// goroutine.
func (p *pool) spare() bool {
	p.mu.Lock()
	if len(p.idle) == 0 || p.stats.workers.Load() < 2 {
		p.mu.Unlock()
		return false
	}
	w := p.idle[0]
	p.idle = append(p.idle[:0], p.idle[1:]...)
	p.slack = min(p.slack, len(p.idle))
	w.leave = true
	p.mu.Unlock()
	w.start()
	return true
}

// stall reports whether the running workers are blocked, as far as this look
// tells. The caller holds mu, on the loop.
func (p *pool) stall(now, idle time.Duration) bool {
	if p.looks == 0 {
		p.window, p.idled = now, 0
	}
	p.idled += idle
	if p.looks == 0 || p.seen != p.takes {
		p.seen, p.stalled, p.looks = p.takes, now, 0
	}
	p.looks++
	stalled := p.looks > stallLooks && now-p.stalled >= stallTime
	if long := now - p.window; long >= idleWindow {
		stalled = stalled || p.idled >= long/2
		p.window, p.idled = now, 0
	}
	if stalled {
		p.stalled, p.looks = now, 1
		p.window, p.idled = now, 0
	}
	return stalled
}

// grow lets more workers run: half as many again. The caller holds mu.
func (p *pool) grow() {
	p.soft = max(p.soft, p.running)
	p.soft = min(p.soft+max(p.soft/2, 1), p.engine.opts.MaxWorkers)
	p.stats.Stalls.Add(1)
}

// tidyLater has soft and the idle workers looked at in a while. loop-only.
func (p *pool) tidyLater() {
	p.loop.Assert()
	if !p.tidying {
		p.tidying = true
		p.loop.After(tidyEvery, p.tidy)
	}
}

// tidy lowers soft by a quarter of what was not needed since the last time, and
// sends half of the workers away that were idle all the time: the oldest, which
// lie at the bottom of the stack.
func (p *pool) tidy() {
	p.loop.Assert()
	p.tidying = false
	p.mu.Lock()
	p.lowerSoft()
	unneeded := (min(p.slack, len(p.idle)-keptWorkers) + 1) / 2
	var leaving *worker
	for i := range max(unneeded, 0) {
		w := p.idle[i]
		w.leave, w.next, leaving = true, leaving, w
	}
	if unneeded > 0 {
		p.idle = append(p.idle[:0], p.idle[unneeded:]...)
	}
	p.peak, p.slack = p.running, len(p.idle)
	more := p.soft > p.engine.opts.SoftStart
	p.mu.Unlock()
	leaving.start()
	if more || p.stats.workers.Load() > keptWorkers {
		p.tidyLater()
	}
}

func (p *pool) lowerSoft() {
	floor := max(p.peak, p.engine.opts.SoftStart)
	if p.soft > floor {
		p.soft -= (p.soft - floor + 3) / 4
		p.stats.Shrinks.Add(1)
	}
}
