package tornado

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/queue"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// gauges tell how an operation is. They are always kept, for they concern what is rare, or costs more than they do. Any goroutine.
type gauges struct {
	waiting atomic.Int64  // connections of the loops whose handlers have returned, and whose answers go on
	outside atomic.Int64  // requests likewise, that net/http serves
	sockets atomic.Int64  // open
	served  atomic.Int64  // sockets of the loops that a worker has, or the loop: their handlers run
	crashed atomic.Uint64 // handlers that panicked, or ended their goroutine
	queue   queue.Meter   // of streams and sockets
}

// opened counts sockets that open, or end. On nil it does nothing.
func (g *gauges) opened(n int64) {
	if g != nil {
		g.sockets.Add(n)
	}
}

// lanes is how many parts measures have, so that loops do not wait for one another: each loop has one, and what comes by net/http the
// first.
const lanes = 16

// measures are kept of the requests of an API once somebody has asked for that; and of those that belong to no operation of any.
type measures struct{ lanes [lanes]lane }

// lane is the part of one loop, or of some.
type lane struct {
	meters []atomic.Pointer[meter] // immutable; by the index of the operation

	mu    sync.Mutex
	calls call // guarded by mu; the ring of the calls that run
	_     [64]byte
}

// laneOf is the lane of a connection.
func laneOf(c *worker.Conn) uint8 { return uint8(uint(c.Loop().ID()) % lanes) }

func newMeasures(operations int) *measures {
	m := new(measures)
	for i := range m.lanes {
		l := &m.lanes[i]
		l.meters = make([]atomic.Pointer[meter], operations)
		l.calls.next, l.calls.prev = &l.calls, &l.calls
	}
	return m
}

// meter counts the requests of one operation. Any goroutine.
type meter struct {
	statuses [10]atomic.Pointer[hundred] // by the hundreds, then by the rest
	gone     atomic.Uint64
	cut      atomic.Uint64
	bytes    atomic.Uint64
	took     liveHistogram
}

// hundred are statuses that begin alike. It has a name of its own, or each generated package would compile it again.
type hundred [100]atomic.Uint64

// meter is that of an operation, by its index.
func (l *lane) meter(operation int) *meter {
	at := &l.meters[operation]
	if m := at.Load(); m != nil {
		return m
	}
	at.CompareAndSwap(nil, new(meter))
	return at.Load()
}

// count counts a request that has ended. Its status is 0 if no answer has begun.
func (m *meter) count(status int, size int64, took time.Duration, how Ending) {
	if status > 0 && status < 1000 {
		at := &m.statuses[status/100]
		if at.Load() == nil {
			at.CompareAndSwap(nil, new(hundred))
		}
		at.Load()[status%100].Add(1)
	}
	switch how {
	case EndedAnswered:
	case EndedGone:
		m.gone.Add(1)
	case EndedCut:
		m.cut.Add(1)
	}
	m.bytes.Add(uint64(max(size, 0)))
	m.took.add(took)
}

// call is a handler that runs.
type call struct {
	lane       *lane       // where it is entered, nil if it is not; the goroutine of the handler
	next, prev *call       // guarded by lane.mu, like all that follows
	match      *registered // nil for a mounted handler
	path       string      // of the request to one
	since      time.Time
	goroutine  uint64
}

// tick is the time, for differences alone: it does not follow a clock that is set, and costs one look at a clock where time.Now costs two.
func tick() time.Time { return epoch.Add(time.Since(epoch)) }

// enter notes that a handler is called. The goroutine of the handler, like leave.
func (c *call) enter(l *lane, match *registered, mounted string, goroutine uint64) {
	c.match, c.path, c.since, c.goroutine, c.lane = match, mounted, tick(), goroutine, l
	l.mu.Lock()
	defer l.mu.Unlock()
	c.next, c.prev = &l.calls, l.calls.prev
	c.prev.next, c.next.prev = c, c
}

// leave notes that the handler runs no more, if it was entered.
func (c *call) leave() {
	if c.lane == nil {
		return
	}
	c.lane.mu.Lock()
	c.prev.next, c.next.prev = c.next, c.prev
	c.lane.mu.Unlock()
	*c = call{}
}

// enter notes that the handler of x is called. mounted is the path of one that is mounted.
func (x *exchange) enter(m *measures, mounted string) {
	if x.call.lane != nil {
		return
	}
	var goroutine uint64
	if x.worker != nil {
		goroutine = x.worker.Goroutine()
	} else {
		goroutine = worker.Goroutine()
	}
	x.call.enter(&m.lanes[x.lane], x.match, mounted, goroutine)
}

// measure counts the request of x, which has ended; others are the measures for one that no API has, nil for that of its API.
func (x *exchange) measure(others *measures, status int, size int64, took time.Duration, how Ending) {
	x.call.leave()
	m, index := others, 0
	if x.match != nil {
		m, index = x.match.api.measures.Load(), x.match.index
	}
	if m != nil {
		m.lanes[x.lane].meter(index).count(status, size, took, how)
	}
}

// Measure has the requests of the server measured from now on: how long they take, how they are answered, which handlers run. It costs
// a third of a microsecond to one a request, and is not turned off again; so whoever reads the measures asks for it. It may be called any
// number of times, on any goroutine; and so may API.Measure, for an API that net/http serves.
func (s *Server) Measure() {
	s.measures.CompareAndSwap(nil, newMeasures(1))
	s.observed.Store(true)
	for _, a := range s.apis {
		a.Measure()
	}
}

// Measure has the requests of an API measured that net/http serves, see Server.Measure, which measures what a server does. Its operations
// are registered.
func (a *API) Measure() { a.measures.CompareAndSwap(nil, newMeasures(len(a.operations))) }
