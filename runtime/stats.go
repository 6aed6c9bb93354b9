package tornado

import (
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// Stats is what a server has done since it began to serve, and how it is. Counters only grow. Each figure is right by itself; they are
// not read at one moment.
type Stats struct {
	At          time.Time // when they were read
	Draining    bool
	Measured    bool // the requests are measured, see Server.Measure; else figures of operations that say so are zero
	Connections ConnectionStats
	Loops       []LoopStats
	// Bounds is how often each bound was met. None is missing.
	Bounds map[Bound]uint64
	// Operations are those of all APIs in their order.
	Operations []OperationStats
	// Others are the requests that no operation has: those of mounted handlers, unknown paths, and what is no request.
	Others OperationStats
}

// ConnectionStats says how the open connections are.
type ConnectionStats struct {
	Open       int // all but those of HTTP/2 are idle, busy, waiting or sockets
	Idle       int // between requests, or inside of one that is on its way
	Busy       int // served by a worker, or queue for one: all but sockets; with WithHandlersOnLoop those that queue
	Waiting    int // for an answer whose handler has returned: deferred ones, and streams that are kept
	Sockets    int // WebSockets, also those whose handler runs or that net/http serves
	HTTP2      int // speak HTTP/2
	TLS        int // of those that do not, with TLS
	Handshakes int // of TLS, and headers of proxies, under way
}

// LoopStats is one loop with its workers.
type LoopStats struct {
	Loop        int
	Connections int // open, placed on this loop; those of HTTP/2 are on none
	Queue       int // connections that are ready and wait for a worker
	Workers     int // goroutines: those that run, wait for a client, or are idle
	Running     int // workers that serve, and do not wait for a client
	MayRun      int // workers that may run at present: it grows when handlers block
	QueuedBytes int // that wait for slow clients of streams and sockets

	Accepted uint64 // connections, for any loop
	Refused  uint64 // of those, closed at once
	Requests uint64 // that workers have answered, or given up; not those that end with their connection while they wait for their answer
	Batches  uint64 // turns that brought events
	Events   uint64 // events in them
	Parks    uint64 // times that the loop had nothing to do
	Taken    uint64 // connections that workers have taken from the queue
	Grown    uint64 // times that MayRun grew, and shrank
	Shrunk   uint64
	Shed     uint64 // connections for which there was no worker

	// Wait is how long connections were ready before a worker took them, of one of each batch, the last.
	Wait Histogram
}

// OperationStats is one operation. What net/http serves of it, HTTP/2 among it, is counted too.
type OperationStats struct {
	API       string     // its title
	Operation *Operation // nil for Stats.Others
	Route     string     // the template of the path at which it is served, the base path included

	Running int // handlers; only if measured
	Waiting int // requests whose handlers have returned, and whose answers go on
	Sockets int // open

	QueuedMessages int // that wait for slow clients of its streams and sockets
	QueuedBytes    int
	Dropped        uint64 // messages, by the policy for slow clients
	Crashed        uint64 // handlers that panicked, or ended their goroutine

	// Of requests that have ended; only if measured. A socket's ends with its handler.

	Answered map[int]uint64 // by status, also those that have only begun, and not those that were never answered; 101 is a socket
	Gone     uint64         // whose clients were gone before they were answered, or did not take the answer
	Cut      uint64         // that the server has cut off: their handlers wanted that or failed in the middle of the answer, or a drain took too long
	Bytes    uint64         // of the bodies of answers
	Took     Histogram      // from the first byte of the request until its answer is made, or its stream has ended
}

// Requests is how many requests have ended.
func (o OperationStats) Requests() uint64 { return o.Took.Count() }

// Class is how many requests were answered with a status of a class: 2 for 200 to 299.
func (o OperationStats) Class(hundreds int) (n uint64) {
	for status, count := range o.Answered {
		if status/100 == hundreds {
			n += count
		}
	}
	return n
}

// Stats reads what is known of the server. It takes some microseconds for each operation, and may be called on any goroutine.
func (s *Server) Stats() Stats {
	r := Stats{
		At: time.Now(), Draining: s.Draining(), Measured: s.measures.Load() != nil, Bounds: make(map[Bound]uint64, numberOfBounds),
	}
	for b := range numberOfBounds {
		r.Bounds[b] = s.bounds[b].Load()
	}
	for _, a := range s.apis {
		r.Operations = append(r.Operations, a.Stats()...)
		for b, n := range a.BoundsMet() {
			r.Bounds[b] += n
		}
	}
	s.measures.Load().read(0, &r.Others)
	r.Others.Running, r.Others.Crashed = len(s.measures.Load().calls()), s.crashed.Load()
	for _, a := range s.apis {
		for _, op := range a.operations {
			r.Connections.Waiting += int(op.gauges.waiting.Load())
			r.Connections.Sockets += int(op.gauges.sockets.Load())
			r.Connections.Busy -= int(op.gauges.served.Load())
		}
	}
	if svc := s.service.Load(); svc != nil {
		svc.read(&r)
	}
	return r
}

// read adds what the loops know.
func (s *service) read(r *Stats) {
	for i, l := range s.engine.Stats() {
		r.Loops = append(r.Loops, loopStats(&l))
		r.Connections.Busy += l.Serving + l.Queue
		_, r.Loops[i].QueuedBytes = s.backlogs[i].Waiting()
		r.Bounds[BoundDescriptors] += l.Starved
		r.Bounds[BoundWorkers] += l.Shed
	}
	c, all := &r.Connections, s.engine.Totals()
	r.Bounds[BoundConnections] += all.Full
	r.Bounds[BoundPerPeer] += all.FullOfPeer
	r.Bounds[BoundHandshakes] += all.Unopened
	r.Bounds[BoundIdleTime] += all.Silent
	r.Bounds[BoundHandshakeTime] += all.Halted
	r.Bounds[BoundDrainTime] += all.Cut
	c.Handshakes, c.TLS = all.Opening, int(s.secured.Load())
	if s.http2 != nil {
		c.HTTP2 = s.http2.count()
	}
	for i := range r.Loops {
		c.Open += r.Loops[i].Connections
	}
	c.Busy = max(c.Busy, 0)
	c.Idle = max(c.Open-c.Busy-c.Waiting-c.Sockets, 0)
	c.Open += c.HTTP2
}

func loopStats(l *worker.LoopStats) LoopStats {
	return LoopStats{
		Loop: l.Loop, Connections: l.Connections, Queue: l.Queue, Workers: l.Workers, Running: l.Running, MayRun: l.Soft,
		Accepted: l.Accepted, Refused: l.Refused, Requests: l.Requests, Batches: l.Batches, Events: l.Events, Parks: l.Parks, Taken: l.Takes,
		Grown: l.Stalls, Shrunk: l.Shrinks, Shed: l.Shed, Wait: Histogram{l.Waits, l.WaitSum},
	}
}

// Stats are the operations of the API in the order of the document, whatever serves them.
func (a *API) Stats() []OperationStats {
	m := a.measures.Load()
	all := make([]OperationStats, len(a.operations))
	for i, r := range a.operations {
		o, g := &all[i], r.gauges
		o.API, o.Operation, o.Route = a.info.Title, r.op, r.route
		o.Waiting = int(g.waiting.Load() + g.outside.Load())
		o.Sockets, o.Crashed, o.Dropped = int(g.sockets.Load()), g.crashed.Load(), g.queue.Dropped()
		o.QueuedMessages, o.QueuedBytes = g.queue.Waiting()
		m.read(i, o)
	}
	for _, c := range m.calls() {
		if c.match != nil {
			all[c.match.index].Running++
		}
	}
	return all
}

// BoundsMet is how often clients have met each bound that belongs to the API, also where net/http serves it.
func (a *API) BoundsMet() map[Bound]uint64 {
	all := make(map[Bound]uint64)
	for b := range numberOfBounds {
		if n := a.bounds[b].Load(); n > 0 {
			all[b] = n
		}
	}
	for _, r := range a.operations {
		if n := r.gauges.queue.Slow(); n > 0 {
			all[BoundSlowClient] += n
		}
	}
	return all
}

// read adds what was measured of an operation, by its index. m may be nil.
func (m *measures) read(operation int, o *OperationStats) {
	o.Answered = make(map[int]uint64)
	if m == nil {
		return
	}
	for i := range m.lanes {
		meter := m.lanes[i].meters[operation].Load()
		if meter == nil {
			continue
		}
		for hundreds := range meter.statuses {
			page := meter.statuses[hundreds].Load()
			if page == nil {
				continue
			}
			for rest := range page {
				if n := page[rest].Load(); n > 0 {
					o.Answered[hundreds*100+rest] += n
				}
			}
		}
		o.Gone += meter.gone.Load()
		o.Cut += meter.cut.Load()
		o.Bytes += meter.bytes.Load()
		took := meter.took.read()
		o.Took.add(&took)
	}
}

// calls copies those that run.
func (m *measures) calls() (all []call) {
	if m == nil {
		return nil
	}
	for i := range m.lanes {
		l := &m.lanes[i]
		l.mu.Lock()
		for c := l.calls.next; c != &l.calls; c = c.next {
			all = append(all, *c)
		}
		l.mu.Unlock()
	}
	return all
}
