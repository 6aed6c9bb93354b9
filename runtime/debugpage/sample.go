package debugpage

import (
	"cmp"
	"maps"
	"runtime"
	"runtime/metrics"
	"slices"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

const (
	recently       = 10 * time.Second // what the rates of operations are of
	latencyWindow  = time.Minute      // what their latencies and errors are of
	spacing        = 5 * time.Second  // between the states that are kept for these two
	mostOperations = 200              // in a sample: the busiest
	mostRunning    = 10               // handlers that run, in a sample
	slowFrom       = 50 * time.Millisecond
)

// sample is what the page shows of one moment. Rates are of the time since the sample before, but for what says otherwise; those of the
// first one are absent.
type sample struct {
	At          int64                    `json:"at"` // milliseconds since 1970
	Draining    bool                     `json:"draining"`
	Goroutines  int                      `json:"goroutines"`
	Heap        uint64                   `json:"heap"` // bytes of objects
	Connections connections              `json:"connections"`
	Requests    *float64                 `json:"requests"` // a second
	Loops       []loopSample             `json:"loops"`
	Operations  []operationSample        `json:"operations"` // that were called, the busiest first
	Quiet       int                      `json:"quiet"`      // operations that were called, and are left out
	Silent      int                      `json:"silent"`     // that were not called
	Running     []runningSample          `json:"running"`    // slow handlers, the slowest first
	Unstacked   bool                     `json:"unstacked"`  // there are too many goroutines to take stacks
	Bounds      map[tornado.Bound]uint64 `json:"bounds"`     // that were met
}

type connections struct {
	Open       int `json:"open"`
	Idle       int `json:"idle"`
	Busy       int `json:"busy"`
	Waiting    int `json:"waiting"`
	Sockets    int `json:"sockets"`
	HTTP2      int `json:"http2"`
	TLS        int `json:"tls"`
	Handshakes int `json:"handshakes"`
}

type loopSample struct {
	ID          int      `json:"id"`
	Connections int      `json:"connections"`
	Requests    *float64 `json:"requests"` // a second
	Batch       *float64 `json:"batch"`    // events a turn
	Wait        *float64 `json:"wait"`     // microseconds from ready to worker, median
	Wait99      *float64 `json:"wait99"`   // the 99th percentile
	Workers     int      `json:"workers"`
	Running     int      `json:"running"`
	MayRun      int      `json:"mayRun"`
	Queue       int      `json:"queue"`  // connections that wait for a worker
	Queued      int      `json:"queued"` // bytes that wait for slow clients
}

type operationSample struct {
	API    string   `json:"api"`
	ID     string   `json:"id"`
	Method string   `json:"method"`
	Path   string   `json:"path"`
	Kind   string   `json:"kind"`
	Now    *float64 `json:"now"`  // requests a second
	Rate   *float64 `json:"rate"` // requests a second, recently

	// Of the latency window; absent where there was no request.
	P50 *float64 `json:"p50"` // milliseconds
	P90 *float64 `json:"p90"`
	P99 *float64 `json:"p99"`

	Refused uint64 `json:"refused"` // answered 4xx, in that window
	Failed  uint64 `json:"failed"`  // answered 5xx, or crashed
	Gone    uint64 `json:"gone"`    // clients that did not wait
	Total   uint64 `json:"total"`   // requests since they are measured
	Running int    `json:"running"` // handlers
	Open    int    `json:"open"`    // streams, sockets and deferred answers
	Queued  int    `json:"queued"`  // bytes that wait for slow clients
}

type runningSample struct {
	Operation string  `json:"operation"` // "" for a mounted handler
	Path      string  `json:"path"`
	Method    string  `json:"method"`
	For       float64 `json:"for"` // milliseconds
	Goroutine uint64  `json:"goroutine"`
	Stack     string  `json:"stack"`
}

// reader makes samples one after the other. One goroutine.
type reader struct {
	last *tornado.Stats  // of the sample before; nil at first
	past []tornado.Stats // spaced states, the oldest first, as far as the latency window reaches
}

// read makes the next sample.
func (r *reader) read(s source) *sample {
	now := s.Stats()
	out := &sample{
		At: now.At.UnixMilli(), Draining: now.Draining, Goroutines: runtime.NumGoroutine(), Heap: heap(), Bounds: now.Bounds,
		Connections: connections(now.Connections), Loops: []loopSample{}, Operations: []operationSample{}, Running: []runningSample{},
	}
	maps.DeleteFunc(out.Bounds, func(_ tornado.Bound, n uint64) bool { return n == 0 })
	for i := range now.Loops {
		l := r.loop(&now, i)
		out.Loops = append(out.Loops, l)
		if l.Requests != nil {
			out.Requests = ptr(deref(out.Requests) + *l.Requests)
		}
	}
	r.operations(out, &now)
	if len(now.Loops) == 0 && r.last != nil {
		out.Requests = ptr(0)
		for i := range out.Operations {
			*out.Requests += deref(out.Operations[i].Now)
		}
	}
	running(out, s)
	r.keep(now)
	return out
}

// keep remembers a state for the next sample, and, spaced, for the windows.
func (r *reader) keep(now tornado.Stats) {
	r.last = &now
	if n := len(r.past); n == 0 || now.At.Sub(r.past[n-1].At) >= spacing-spacing/10 {
		r.past = append(r.past, now)
	}
	for len(r.past) > 1 && now.At.Sub(r.past[1].At) >= latencyWindow {
		r.past = slices.Delete(r.past, 0, 1)
	}
}

// before is the state that is as old as a window, or younger if there is none; nil at first.
func (r *reader) before(now time.Time, window time.Duration) *tornado.Stats {
	for i := range r.past {
		if i+1 == len(r.past) || now.Sub(r.past[i+1].At) < window {
			return &r.past[i]
		}
	}
	return nil
}

func (r *reader) loop(now *tornado.Stats, i int) loopSample {
	l := &now.Loops[i]
	out := loopSample{
		ID: l.Loop, Connections: l.Connections, Workers: l.Workers, Running: l.Running, MayRun: l.MayRun, Queue: l.Queue, Queued: l.QueuedBytes,
	}
	if r.last == nil || i >= len(r.last.Loops) {
		return out
	}
	was := &r.last.Loops[i]
	seconds := now.At.Sub(r.last.At).Seconds()
	out.Requests = ptr(float64(l.Requests-was.Requests) / seconds)
	if turns := l.Batches - was.Batches; turns > 0 {
		out.Batch = ptr(float64(l.Events-was.Events) / float64(turns))
	}
	if wait := l.Wait.Sub(was.Wait); wait.Count() > 0 {
		out.Wait = ptr(float64(wait.Quantile(0.5)) / float64(time.Microsecond))
		out.Wait99 = ptr(float64(wait.Quantile(0.99)) / float64(time.Microsecond))
	}
	return out
}

// operations adds those that were called, and what no operation has.
func (r *reader) operations(out *sample, now *tornado.Stats) {
	latency, recent := r.before(now.At, latencyWindow), r.before(now.At, recently)
	pick := func(s *tornado.Stats, i int) *tornado.OperationStats {
		switch {
		case s == nil:
			return nil
		case i < 0:
			return &s.Others
		case i < len(s.Operations):
			return &s.Operations[i]
		}
		return nil
	}
	since := func(s *tornado.Stats) float64 {
		if s == nil {
			return 0
		}
		return now.At.Sub(s.At).Seconds()
	}
	for i := -1; i < len(now.Operations); i++ {
		o := pick(now, i)
		if o.Requests() == 0 && o.Running == 0 && o.Waiting == 0 && o.Sockets == 0 {
			if i >= 0 {
				out.Silent++
			}
			continue
		}
		one := operationSample{Kind: "none", Total: o.Requests(), Running: o.Running, Open: o.Waiting + o.Sockets, Queued: o.QueuedBytes}
		if op := o.Operation; op != nil {
			one.API, one.ID, one.Method, one.Path, one.Kind = o.API, op.ID, op.Method, op.Path, cmp.Or(string(op.Kind), "plain")
		}
		one.Now = rate(o, pick(r.last, i), since(r.last))
		one.Rate = rate(o, pick(recent, i), since(recent))
		one.window(o, pick(latency, i))
		out.Operations = append(out.Operations, one)
	}
	slices.SortStableFunc(out.Operations, func(a, b operationSample) int {
		return cmp.Or(cmp.Compare(deref(b.Rate), deref(a.Rate)), cmp.Compare(b.Total, a.Total))
	})
	if len(out.Operations) > mostOperations {
		out.Quiet = len(out.Operations) - mostOperations
		out.Operations = out.Operations[:mostOperations]
	}
}

// window fills in what has happened since an earlier state; since the beginning of the measures, if there is none.
func (o *operationSample) window(now, was *tornado.OperationStats) {
	if was == nil {
		was = new(tornado.OperationStats)
	}
	if took := now.Took.Sub(was.Took); took.Count() > 0 {
		at := func(q float64) *float64 { return ptr(float64(took.Quantile(q)) / float64(time.Millisecond)) }
		o.P50, o.P90, o.P99 = at(0.5), at(0.9), at(0.99)
	}
	o.Refused = now.Class(4) - was.Class(4)
	o.Failed = now.Class(5) - was.Class(5)
	o.Gone = now.Gone - was.Gone
}

func rate(now, was *tornado.OperationStats, seconds float64) *float64 {
	if was == nil || seconds <= 0 {
		return nil
	}
	return ptr(float64(now.Requests()-was.Requests()) / seconds)
}

// running adds the slow handlers. Stacks are taken only where there are such.
func running(out *sample, s source) {
	all := s.Running(mostRunning, false)
	if len(all) == 0 || all[0].For < slowFrom {
		return
	}
	for _, one := range s.Running(mostRunning, true) {
		if one.For < slowFrom {
			break
		}
		out.Unstacked = one.Unstacked
		row := runningSample{Path: one.Path, For: float64(one.For) / float64(time.Millisecond), Goroutine: one.Goroutine, Stack: one.Stack}
		if op := one.Operation; op != nil {
			row.Operation, row.Method, row.Path = op.ID, op.Method, op.Path
		}
		out.Running = append(out.Running, row)
	}
}

func heap() uint64 {
	read := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(read)
	return read[0].Value.Uint64()
}

func ptr(v float64) *float64 { return &v }

func deref(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}
