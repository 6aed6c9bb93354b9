package worker

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// WaitBuckets is how many buckets LoopStats.Waits has.
const WaitBuckets = 28

// poolStats counts what a pool does. Any goroutine reads and writes it.
type poolStats struct {
	workers atomic.Int64
	Stalls  atomic.Uint64
	Shrinks atomic.Uint64
	Shed    atomic.Uint64
	Panics  atomic.Uint64
	Slow    atomic.Uint64
	waits   [WaitBuckets]atomic.Uint64
	waitSum atomic.Int64
}

// engineStats counts what an engine refuses. Any goroutine reads and writes it.
type engineStats struct {
	Full       atomic.Uint64
	FullOfPeer atomic.Uint64
	Unopened   atomic.Uint64
	Silent     atomic.Uint64
	Halted     atomic.Uint64
	Cut        atomic.Uint64
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
	Serving     int // workers that have a connection
	Running     int // those of them that do not wait for an edge
	Soft        int // workers that may run at present

	Accepted uint64 // by this loop, for any
	Refused  uint64 // accepted and closed at once
	Starved  uint64 // times that no descriptor was to be had for a connection
	Requests uint64 // dealt with by the workers that are done with their connection
	Batches  uint64 // turns with events
	Events   uint64 // events in them
	Parks    uint64 // waits of the loop
	Wakes    uint64 // waits ended by Post
	Posts    uint64 // functions posted
	Takes    uint64 // connections taken by workers
	Stalls   uint64 // times that Soft grew
	Shrinks  uint64 // times that it shrank
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
			Loop: p.loop.ID(), Connections: p.loop.Load(),
			Accepted: l.Accepted.Load(), Refused: l.Refused.Load(), Batches: l.Batches.Load(), Events: l.Events.Load(),
			Parks: l.Parks.Load(), Wakes: l.Wakes.Load(), Posts: l.Posts.Load(),
			Starved: l.Starved.Load(), Stalls: p.stats.Stalls.Load(), Shrinks: p.stats.Shrinks.Load(), Shed: p.stats.Shed.Load(), Panics: p.stats.Panics.Load(), Slow: p.stats.Slow.Load(),
			WaitSum: time.Duration(p.stats.waitSum.Load()),
		}
		for b := range s.Waits {
			s.Waits[b] = p.stats.waits[b].Load()
		}
		p.mu.Lock()
		s.Workers = int(p.stats.workers.Load())
		s.Queue, s.Running, s.Soft, s.Takes, s.Requests = p.queue.n, p.running, p.soft, p.takes, p.served
		s.Serving = max(s.Workers-len(p.idle), 0)
		p.mu.Unlock()
	}
	return all
}

// EngineStats is what an engine has done as a whole.
type EngineStats struct {
	Opening    int    // calls of Listener.Open under way
	Full       uint64 // connections refused for MaxConnections
	FullOfPeer uint64 // for MaxPerPeer
	Unopened   uint64 // found no place for MaxOpening, and stood in line
	Silent     uint64 // closed, since nothing came for Listener.Open
	Halted     uint64 // closed, since Listener.Patience was over
	Cut        uint64 // connections that were open when the time to drain was up
}

// Totals returns the figures that belong to no loop. Any goroutine.
func (e *Engine) Totals() EngineStats {
	return EngineStats{
		Opening: e.openings.count(), Full: e.stats.Full.Load(), FullOfPeer: e.stats.FullOfPeer.Load(), Unopened: e.stats.Unopened.Load(), Silent: e.stats.Silent.Load(),
		Halted: e.stats.Halted.Load(), Cut: e.stats.Cut.Load(),
	}
}
