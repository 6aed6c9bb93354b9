package worker

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// WaitBuckets is how many buckets LoopStats.Waits has.
const WaitBuckets = 24

// poolStats counts what a pool does. Any goroutine reads and writes it.
type poolStats struct {
	workers atomic.Int64
	Stalls  atomic.Uint64
	Shed    atomic.Uint64
	Panics  atomic.Uint64
	Slow    atomic.Uint64
	waits   [WaitBuckets]atomic.Uint64
	waitSum atomic.Int64
}

// waited counts the time that one connection of a batch has waited.
func (s *poolStats) waited(d time.Duration) {
	us := uint64(max(d, 0) / time.Microsecond)
	s.waits[min(bits.Len64(us), WaitBuckets-1)].Add(1)
	s.waitSum.Add(int64(d))
}

// LoopStats is what one loop and its workers have done, and how they are.
type LoopStats struct {
	Loop        int
	Connections int // open, placed on this loop
	Queue       int // that wait for a worker
	Workers     int // goroutines
	Running     int // workers that neither are idle nor wait for an edge
	Soft        int // workers that may run at present

	Accepted uint64 // by this loop, for any
	Refused  uint64 // accepted and closed at once
	Batches  uint64 // turns with events
	Events   uint64 // events in them
	Parks    uint64 // waits of the loop
	Wakes    uint64 // waits ended by Post
	Posts    uint64 // functions posted
	Takes    uint64 // connections taken by workers
	Stalls   uint64 // times that Soft grew
	Shed     uint64 // connections shed
	Panics   uint64 // calls of Serve and Shed that did not return
	Slow     uint64 // calls of Serve that held up a loop, if OnLoop

	// Waits is a histogram of the time from ready to worker, of one connection
	// of a batch, the last: bucket i counts times below 2^i microseconds (and
	// not below half of that), the last one all above. WaitSum is their sum.
	Waits   [WaitBuckets]uint64
	WaitSum time.Duration
}

// Stats returns a figure for each loop. Any goroutine.
func (e *Engine) Stats() []LoopStats {
	all := make([]LoopStats, len(e.pools))
	for i, p := range e.pools {
		s := &all[i]
		l := &p.loop.Stats
		*s = LoopStats{
			Loop: p.loop.ID(), Connections: p.loop.Load(), Workers: int(p.stats.workers.Load()),
			Accepted: l.Accepted.Load(), Refused: l.Refused.Load(), Batches: l.Batches.Load(), Events: l.Events.Load(),
			Parks: l.Parks.Load(), Wakes: l.Wakes.Load(), Posts: l.Posts.Load(),
			Stalls: p.stats.Stalls.Load(), Shed: p.stats.Shed.Load(), Panics: p.stats.Panics.Load(), Slow: p.stats.Slow.Load(),
			WaitSum: time.Duration(p.stats.waitSum.Load()),
		}
		for b := range s.Waits {
			s.Waits[b] = p.stats.waits[b].Load()
		}
		p.mu.Lock()
		s.Queue, s.Running, s.Soft, s.Takes = p.queue.n, p.running, p.soft, p.takes
		p.mu.Unlock()
	}
	return all
}
