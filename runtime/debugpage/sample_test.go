package debugpage

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// fakeServer is a source that a test moves, while nobody reads it.
type fakeServer struct {
	stats    tornado.Stats
	running  []tornado.Running
	stacks   int // times that stacks were asked for
	reads    atomic.Int64
	measured atomic.Bool
}

func (f *fakeServer) APIs() []*tornado.API { return nil }

func (f *fakeServer) Measure() { f.measured.Store(true) }

func (f *fakeServer) Stats() tornado.Stats {
	f.reads.Add(1)
	s := f.stats
	s.Loops = append([]tornado.LoopStats(nil), s.Loops...)
	s.Operations = append([]tornado.OperationStats(nil), s.Operations...)
	return s
}

func (f *fakeServer) Running(n int, stacks bool) []tornado.Running {
	if stacks {
		f.stacks++
	}
	return f.running[:min(n, len(f.running))]
}

// sampled reads the server once more, after some time.
func (f *fakeServer) sampled(r *reader, later time.Duration) *sample {
	f.stats.At = f.stats.At.Add(later)
	return r.read(f)
}

// took counts requests of some time each.
func took(h *tornado.Histogram, n uint64, each time.Duration) {
	for i := range h.Counts {
		if each < tornado.HistogramBound(i) {
			h.Counts[i] += n
			h.Sum += time.Duration(n) * each
			return
		}
	}
}

// TestSampler: the server is read while somebody looks, once for all, and who comes later gets what the others have seen.
func TestSampler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeServer{}
		s := newSampler(f, time.Second)
		pass := func(d time.Duration) { time.Sleep(d); synctest.Wait() }
		pass(time.Minute)
		assert.Zero(t, f.reads.Load())
		assert.False(t, f.measured.Load(), "a server that nobody looks at pays for nothing")

		one, history, ok := s.enter()
		require.True(t, ok)
		assert.Empty(t, history)
		pass(3500 * time.Millisecond)
		assert.EqualValues(t, 4, f.reads.Load(), "at once, and then each second")
		assert.True(t, f.measured.Load())

		two, history, ok := s.enter()
		require.True(t, ok)
		assert.Len(t, history, 4)
		pass(time.Second)
		assert.EqualValues(t, 5, f.reads.Load())
		assert.Len(t, one.samples, 5)
		assert.Len(t, two.samples, 1)

		pass(time.Hour)
		assert.Len(t, one.samples, behind, "who is slow misses some, and holds up nobody")
		assert.Len(t, s.history, kept)

		s.leave(one)
		s.leave(two)
		before := f.reads.Load()
		pass(time.Hour)
		assert.Equal(t, before, f.reads.Load())
		assert.Empty(t, s.history)

		var all []*viewer
		for range mostViewers {
			v, _, ok := s.enter()
			require.True(t, ok)
			all = append(all, v)
		}
		_, _, ok = s.enter()
		assert.False(t, ok)
		for _, v := range all {
			s.leave(v)
		}
	})
}

// TestSampleOfLoops: rates are of the time since the sample before, and the first one has none.
func TestSampleOfLoops(t *testing.T) {
	f := &fakeServer{stats: tornado.Stats{At: time.Unix(1000, 0), Loops: make([]tornado.LoopStats, 2)}}
	var r reader
	first := f.sampled(&r, 0)
	assert.Nil(t, first.Requests)
	assert.Nil(t, first.Loops[0].Wait)

	f.stats.Loops[0] = tornado.LoopStats{Loop: 0, Connections: 7, Requests: 30, Batches: 10, Events: 25, Workers: 3, Running: 2, QueuedBytes: 99}
	took(&f.stats.Loops[0].Wait, 100, 100*time.Microsecond)
	f.stats.Loops[1].Requests = 10
	f.stats.Bounds = map[tornado.Bound]uint64{tornado.BoundBody: 2, tornado.BoundPing: 0}
	s := f.sampled(&r, 2*time.Second)
	l := s.Loops[0]
	assert.InDelta(t, 20, *s.Requests, 0.01)
	assert.InDelta(t, 15, *l.Requests, 0.01)
	assert.InDelta(t, 2.5, *l.Batch, 0.01)
	assert.InDelta(t, 96, *l.Wait, 33)
	assert.Equal(t, []int{7, 3, 2, 99}, []int{l.Connections, l.Workers, l.Running, l.Queued})
	assert.Nil(t, s.Loops[1].Batch, "nothing came")
	assert.Equal(t, map[tornado.Bound]uint64{tornado.BoundBody: 2}, s.Bounds)
}

// TestSampleOfOperations: those that were called are there, the busiest first, with what was of late.
func TestSampleOfOperations(t *testing.T) {
	const many = 300
	f := &fakeServer{stats: tornado.Stats{At: time.Unix(1000, 0), Operations: make([]tornado.OperationStats, many+1)}}
	for i := range f.stats.Operations {
		f.stats.Operations[i] = tornado.OperationStats{API: "Shop", Operation: &tornado.Operation{ID: fmt.Sprint("op", i), Method: "GET", Path: "/"}}
	}
	busy := &f.stats.Operations[5]
	busy.Operation.Kind = tornado.KindStream
	var r reader
	s := f.sampled(&r, 0)
	assert.Empty(t, s.Operations)
	assert.Equal(t, many+1, s.Silent)

	ask := func(n uint64, each time.Duration, status int) {
		took(&busy.Took, n, each)
		answered := map[int]uint64{status: n}
		for other, count := range busy.Answered {
			answered[other] += count
		}
		busy.Answered = answered
	}
	ask(10, 20*time.Millisecond, 500)
	f.stats.Others.Answered = map[int]uint64{404: 1}
	took(&f.stats.Others.Took, 1, time.Millisecond)
	s = f.sampled(&r, time.Second)
	require.Len(t, s.Operations, 2)
	o := s.Operations[0]
	assert.Equal(t, []string{"Shop", "op5", "GET", "/", "stream"}, []string{o.API, o.ID, o.Method, o.Path, o.Kind})
	assert.InDelta(t, 10, *o.Now, 0.01)
	assert.InDelta(t, 24, *o.P50, 9)
	assert.Equal(t, uint64(10), o.Failed)
	assert.Equal(t, []string{"", "none"}, []string{s.Operations[1].ID, s.Operations[1].Kind})
	assert.Equal(t, uint64(1), s.Operations[1].Refused)

	// The rate is that of ten seconds, and the latencies are those of a minute.
	for range 30 {
		s = f.sampled(&r, time.Second)
	}
	o = s.Operations[0]
	assert.Zero(t, *o.Now)
	assert.Zero(t, *o.Rate)
	assert.NotNil(t, o.P99)
	for range 60 {
		s = f.sampled(&r, time.Second)
	}
	o = s.Operations[0]
	assert.Nil(t, o.P99)
	assert.Zero(t, o.Failed)
	assert.Equal(t, uint64(10), o.Total)
	assert.LessOrEqual(t, len(r.past), int(latencyWindow/spacing)+2, "states that are kept")
	ask(70, time.Millisecond, 200)
	s = f.sampled(&r, time.Second)
	assert.InDelta(t, 7, *s.Operations[0].Rate, 2.5)

	for i := range f.stats.Operations {
		took(&f.stats.Operations[i].Took, 1, time.Millisecond)
	}
	s = f.sampled(&r, time.Second)
	assert.Len(t, s.Operations, mostOperations)
	assert.Equal(t, many+2-mostOperations, s.Quiet)
	assert.Equal(t, "op5", s.Operations[0].ID)
}

// TestSampleOfHandlers: stacks stop the process, so they are taken only of handlers that are slow.
func TestSampleOfHandlers(t *testing.T) {
	f := &fakeServer{running: []tornado.Running{{Path: "/fast", For: slowFrom - 1}}}
	var r reader
	assert.Empty(t, f.sampled(&r, time.Second).Running)
	assert.Zero(t, f.stacks)
	f.running = []tornado.Running{
		{Operation: &tornado.Operation{ID: "slow", Method: "PUT", Path: "/slow"}, For: time.Second, Goroutine: 7, Stack: "goroutine 7"},
		{Path: "/fast", For: slowFrom - 1},
	}
	s := f.sampled(&r, time.Second)
	assert.Equal(t, []runningSample{{Operation: "slow", Method: "PUT", Path: "/slow", For: 1000, Goroutine: 7, Stack: "goroutine 7"}}, s.Running)
	assert.Equal(t, 1, f.stacks)
}
