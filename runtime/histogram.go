package tornado

import (
	"math/bits"
	"sync/atomic"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// HistogramBuckets is how many buckets a Histogram has.
const HistogramBuckets = worker.WaitBuckets

// Histogram counts durations: Counts[i] those below HistogramBound(i) and not below half of that, the first all that are shorter, the
// last all that are longer. Sum is what they come to. It only grows; the difference of two is that of the time between.
type Histogram struct {
	Counts [HistogramBuckets]uint64
	Sum    time.Duration
}

// HistogramBound is where bucket i of a Histogram ends: 1 µs, 2 µs, 4 µs and so on, up to 67 s. The last one has no end; its bound is
// twice that of the one before.
func HistogramBound(i int) time.Duration { return time.Microsecond << i }

// Count is how many durations were counted.
func (h Histogram) Count() (n uint64) {
	for _, c := range h.Counts {
		n += c
	}
	return n
}

// Quantile is a duration that a part q of them, 0 <= q <= 1, does not exceed: 0.99 for the 99th percentile. It is told from the
// buckets, as if the durations in one were spread evenly; 0 where there are none.
func (h Histogram) Quantile(q float64) time.Duration {
	rank := q * float64(h.Count())
	below := 0.0
	for i, c := range h.Counts {
		if c == 0 || below+float64(c) < rank {
			below += float64(c)
			continue
		}
		low, high := time.Duration(0), HistogramBound(i)
		if i > 0 {
			low = HistogramBound(i - 1)
		}
		return low + time.Duration((rank-below)/float64(c)*float64(high-low))
	}
	return 0
}

// Sub is what was counted since h was earlier.
func (h Histogram) Sub(earlier Histogram) (d Histogram) {
	for i := range d.Counts {
		d.Counts[i] = h.Counts[i] - earlier.Counts[i]
	}
	d.Sum = h.Sum - earlier.Sum
	return d
}

// add counts all that other has.
func (h *Histogram) add(other *Histogram) {
	for i := range h.Counts {
		h.Counts[i] += other.Counts[i]
	}
	h.Sum += other.Sum
}

// liveHistogram is a Histogram that is counted in. Any goroutine.
type liveHistogram struct {
	counts [HistogramBuckets]atomic.Uint64
	sum    atomic.Int64
}

func (h *liveHistogram) add(d time.Duration) {
	us := uint64(max(d, 0) / time.Microsecond)
	h.counts[min(bits.Len64(us), HistogramBuckets-1)].Add(1)
	h.sum.Add(int64(d))
}

// read is what was counted so far.
func (h *liveHistogram) read() (r Histogram) {
	for i := range r.Counts {
		r.Counts[i] = h.counts[i].Load()
	}
	r.Sum = time.Duration(h.sum.Load())
	return r
}
