package client

import (
	"slices"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/operation"
)

// Hedge has a safe request (GET, HEAD, OPTIONS, TRACE, QUERY) that is not answered in time sent once more, beside the one that is under way.
// The first answer counts that is none to retry, or the last where all are; the other requests are ended. It cuts the slowest answers of
// servers that are many.
type Hedge struct {
	// After is how long the answer is waited for. 0 is what the slowest twentieth of the latest answers of the operation took, refusals to
	// retry not among them; nothing is hedged until there were twenty of them. Name a time where more of them than a twentieth are slow.
	After time.Duration
	// Most is how many more requests are sent, one after each further time of After. The default is 1.
	Most int
}

// WithHedge has slow requests sent once more, as Hedge says and as the budget of [WithRetryBudget] allows. The server then sees some
// requests twice. It is off by default.
func WithHedge(h Hedge) Option {
	return func(c *Client) { c.hedge = &h }
}

// attempts sends one call until there is a result. It belongs to the goroutine of the call.
type attempts struct {
	call       *Call
	of         timing
	limits     *limits // of the whole call
	url, place string
	take       func(*Response) error // reads what is to be read of an answer before it counts as one
	count      int                   // how many were begun
	spent      bool                  // the budget had nothing left
}

// outcome is how an attempt ended.
type outcome struct {
	attempt int
	res     *Response
	err     error
}

// begin gives the limits of the attempt that begins, which are those of the call where it has none of its own. One whose body is read
// while it is sent has none: what takes too long then is the call.
func (a *attempts) begin(alone bool) *limits {
	a.count++
	if d := a.call.client.attemptTimeout; a.of != timeSender && (d > 0 || !alone) {
		return a.limits.attempt(d, a.of)
	}
	return a.limits
}

// round sends the request once, or more often at the same time where it is hedged.
func (a *attempts) round() (*Response, error) {
	after, hedged := a.hedgeAfter()
	if !hedged {
		start := time.Now()
		res, err := a.once(a.begin(true), a.count)
		a.measure(start, res, err)
		return res, err
	}
	return a.race(after)
}

// hedgeAfter is when the next request is sent beside one without an answer; false for never.
func (a *attempts) hedgeAfter() (time.Duration, bool) {
	h := a.call.client.hedge
	switch {
	case h == nil || a.call.source != nil || !isSafe(a.call.op.Method):
		return 0, false
	case h.After > 0:
		return h.After, true
	}
	return a.call.client.latencies.slow(a.call.op)
}

// measure notes how long an answer took from the first request of its round, where that is asked for. What refuses for now says nothing of
// how long answers take: it comes at once. The first request of a round that another one won would have taken longer still, so that as many
// are beyond the time of hedging as would be without: were the winner counted by its own time, slow answers would vanish from what is
// remembered, and ever faster ones be hedged.
func (a *attempts) measure(start time.Time, res *Response, err error) {
	if h := a.call.client.hedge; h != nil && h.After <= 0 && err == nil && !passes(res.StatusCode) {
		a.call.client.latencies.add(a.call.op, time.Since(start))
	}
}

// race sends the request, and again after each time without an answer. The first that is no failure wins, or the last one.
func (a *attempts) race(after time.Duration) (*Response, error) {
	most := max(1, a.call.client.hedge.Most)
	outcomes := make(chan outcome, 1+most)
	begun := make(map[int]*limits, 1+most) // those that are under way
	launch := func() {
		own := a.begin(false)
		n := a.count
		begun[n] = own
		go func() {
			res, err := a.once(own, n)
			outcomes <- outcome{n, res, err}
		}()
	}
	start := time.Now()
	launch()
	timer := time.NewTimer(after)
	defer timer.Stop()
	for more, kept := most, (*Response)(nil); ; {
		select {
		case <-timer.C:
			if more > 0 && a.call.client.budget.take() {
				more--
				launch()
				timer.Reset(after)
			}
		case o := <-outcomes:
			delete(begun, o.attempt)
			if len(begun) > 0 && a.mayImprove(o.res, o.err) {
				kept.discard()
				kept = o.res // the failure of one, while another may be well
				continue
			}
			kept.discard()
			giveUp(begun, outcomes)
			a.measure(start, o.res, o.err)
			return o.res, o.err
		}
	}
}

// giveUp ends the attempts that are under way, and closes what still comes of them.
func giveUp(begun map[int]*limits, outcomes <-chan outcome) {
	for _, l := range begun {
		l.drop()
	}
	if len(begun) == 0 {
		return
	}
	go func() {
		for range begun {
			o := <-outcomes
			o.res.discard()
		}
	}()
}

const (
	latencyWindow = 128 // answers that are remembered of an operation
	latencyEnough = 20  // of them, before something is made of them
)

// latencies are how long the latest answers of each operation took.
type latencies struct {
	mu   sync.Mutex
	byOp map[*operation.Operation]*window // guarded by mu
}

// window is a ring of the latest times.
type window struct {
	times [latencyWindow]time.Duration
	next  int
	n     int
}

func (l *latencies) add(op *operation.Operation, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.byOp[op]
	if w == nil {
		w = new(window)
		l.byOp[op] = w
	}
	w.times[w.next] = d
	w.next = (w.next + 1) % latencyWindow
	w.n = min(w.n+1, latencyWindow)
}

// slow is the time that nineteen answers of twenty did not take.
func (l *latencies) slow(op *operation.Operation) (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.byOp[op]
	if w == nil || w.n < latencyEnough {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(w.times[:w.n]))
	return max(sorted[w.n*19/20], time.Millisecond), true
}
