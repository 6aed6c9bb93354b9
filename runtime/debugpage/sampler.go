package debugpage

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

const (
	kept      = 120              // samples that who comes later gets, too
	behind    = 8                // samples that wait for a slow viewer; it misses others
	writeTime = 10 * time.Second // for one sample
)

// sampler reads the server while somebody looks, once for all of them.
type sampler struct {
	source source
	every  time.Duration
	began  time.Time

	mu      sync.Mutex
	viewers map[*viewer]struct{} // guarded by mu
	history [][]byte             // guarded by mu; the latest samples, while somebody looks
	stop    context.CancelFunc   // guarded by mu; ends run; nil while nobody looks
}

// viewer is one who looks.
type viewer struct{ samples chan []byte }

func newSampler(s source, every time.Duration) *sampler {
	return &sampler{source: s, every: every, began: time.Now(), viewers: make(map[*viewer]struct{})}
}

// enter lets one more look, and returns the samples so far; false: there are too many.
func (s *sampler) enter() (v *viewer, history [][]byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.viewers) >= mostViewers {
		return nil, nil, false
	}
	v = &viewer{samples: make(chan []byte, behind)}
	s.viewers[v] = struct{}{}
	if s.stop == nil {
		var ctx context.Context
		ctx, s.stop = context.WithCancel(context.Background())
		go s.run(ctx)
	}
	return v, slices.Clone(s.history), true
}

// leave takes one away who looked. With the last one goes what was kept.
func (s *sampler) leave(v *viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.viewers, v)
	if len(s.viewers) == 0 {
		s.stop()
		s.stop, s.history = nil, nil
	}
}

// run samples until ctx ends.
func (s *sampler) run(ctx context.Context) {
	s.source.Measure()
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	var r reader
	for {
		b, err := json.Marshal(r.read(s.source))
		if err != nil {
			panic(err) // there is nothing in a sample that JSON cannot say
		}
		s.publish(ctx, b)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// publish gives a sample to all who look, unless the last of them has gone.
func (s *sampler) publish(ctx context.Context, sample []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	if len(s.history) == kept {
		s.history = append(s.history[:0], s.history[1:]...)
	}
	s.history = append(s.history, sample)
	for v := range s.viewers {
		select {
		case v.samples <- sample:
		default: // it is slow, and sees the next one
		}
	}
}

// hello is the first event of each stream.
type hello struct {
	Began int64 `json:"began"` // when the server was made, in milliseconds since 1970: another one is another process
	Every int64 `json:"every"` // milliseconds between two samples
}

// serve sends samples as server-sent events until the viewer or the administration has gone, or the server drains that serves it.
func (s *sampler) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Type", "text/event-stream")
		return
	}
	v, history, ok := s.enter()
	if !ok {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "too many look at this page", http.StatusServiceUnavailable)
		return
	}
	defer s.leave(v)
	w.Header().Set("Content-Type", "text/event-stream")
	first, err := json.Marshal(hello{Began: s.began.UnixMilli(), Every: s.every.Milliseconds()})
	if err != nil {
		panic(err) // likewise
	}
	out := &events{w: w, control: http.NewResponseController(w)}
	out.send("hello", first)
	for _, sample := range history {
		out.send("sample", sample)
	}
	for out.flush() == nil {
		select {
		case <-r.Context().Done():
			return
		case <-tornado.Draining(r.Context()):
			return
		case sample := <-v.samples:
			out.send("sample", sample)
		}
	}
}

// events writes server-sent events (HTML section 9.2). The first error stays.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
	err     error
}

// send writes an event whose data has no line end.
func (e *events) send(name string, data []byte) {
	if e.err == nil {
		e.err = e.control.SetWriteDeadline(time.Now().Add(writeTime))
	}
	for _, part := range []string{"event: ", name, "\ndata: ", string(data), "\n\n"} {
		if e.err == nil {
			_, e.err = e.w.Write([]byte(part))
		}
	}
}

func (e *events) flush() error {
	if e.err == nil {
		e.err = e.control.Flush()
	}
	return e.err
}
