package tornado

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// Deferred is the answer of a request whose handler may return before it is given. The generated reply types embed it and add
// a method for each declared answer. All methods are safe from any goroutine, at any time, also after the request has ended.
//
// The first answer wins; every method that gives one reports whether it did. What it is given is encoded before it returns, so
// the value is the caller's again. A request ends exactly once: its answer was written, or its client is gone, or the server
// has cut the connection. A request without an answer holds no goroutine and no buffer; see WithDeferredTimeout for how long.
type Deferred struct {
	match   *registered     // immutable, like all up to wake
	ctx     context.Context // the handler's
	request *requestContext
	accept  []byte        // the Accept field; nil where it decides nothing
	until   time.Duration // since epoch; when 503 is the answer
	wake    waker

	mu       sync.Mutex
	state    deferredState // guarded by mu
	answered bool          // guarded by mu; an answer has won
	attended bool          // guarded by mu; the owner of the connection will look again by itself
	broken   bool          // guarded by mu; code of the user panicked: the connection ends with the answer
	answer   *answerer     // guarded by mu; in deferredReady
	hooks    *hook         // guarded by mu; the latest first
}

// deferredState is how far a deferred answer has come.
type deferredState uint8

const (
	deferredOpen  deferredState = iota // nobody has answered -> deferredTaken, deferredOver
	deferredTaken                      // somebody makes the answer -> deferredReady, deferredOver
	deferredReady                      // the owner of the connection is to write it -> deferredOver
	deferredOver                       // it was written, or never will be; final
)

// hook is a function of After or of OnDone.
type hook struct {
	at    time.Duration // since epoch
	after func() bool
	done  func()
	next  *hook
}

// waker wakes the owner of a connection, which then attends to its deferred answer. Any goroutine.
type waker interface{ wake() }

var errUnanswered = errors.New("no deferred answer was given in time")

// epoch is what deferred answers and tick count time from.
var epoch = time.Now()

// DefaultDeferredTimeout is how long a request may wait for a deferred answer unless WithDeferredTimeout changes it.
const DefaultDeferredTimeout = 5 * time.Minute

// WithDeferredTimeout answers 503 to a request that has waited for a deferred answer for d, at least a millisecond: a reply
// that was lost costs its connection no longer. The default is DefaultDeferredTimeout.
func WithDeferredTimeout(d time.Duration) APIOption {
	return func(a *API) { a.deferFor = max(d, time.Millisecond) }
}

func newDeferred(x *exchange) *Deferred {
	limit := x.match.op.Timeout
	if limit == 0 {
		limit = x.match.api.deferFor
	}
	return &Deferred{
		match: x.match, ctx: x.ctx, request: x.request, accept: x.reply.accept.keep(),
		until: sinceEpoch() + limit, wake: x.peer.waker(), attended: true,
	}
}

// Fail answers with an error, as a handler does that returns one: a declared error as it is, a *StatusError by its status,
// anything else 500. It reports whether this is the answer.
func (d *Deferred) Fail(err error) bool { return d.give(func(a *answerer) { a.fail(err) }) }

// After calls answer when the request has waited for another period without an answer: reply.After(30*time.Second,
// reply.NoContent). It is called on a worker, up to 256 ms late, or at once when the server drains; and not at all if the request
// is answered or ends before. Each call of After adds one.
func (d *Deferred) After(period time.Duration, answer func() bool) {
	d.mu.Lock()
	if d.state != deferredOpen {
		d.mu.Unlock()
		return
	}
	d.hooks = &hook{at: sinceEpoch() + period, after: answer, next: d.hooks}
	wake := !d.attended
	d.mu.Unlock()
	if wake {
		d.wake.wake()
	}
}

// OnDone calls fn once when the request has ended, however it did: its answer was written, its client is gone, or the server has
// cut the connection. Answered tells which. It is called on a worker or a goroutine of its own, at once if the request has
// ended already; the connection waits until it returns. Each call of OnDone adds one; they are called in that order.
func (d *Deferred) OnDone(fn func()) {
	d.mu.Lock()
	h := &hook{done: fn, next: d.hooks}
	if d.state != deferredOver {
		d.hooks = h
		d.mu.Unlock()
		return
	}
	d.mu.Unlock()
	h.next = nil
	loop.Go("tells of the end", func() { d.runDone(h) })
}

// Answered reports whether an answer was given. The client may have gone all the same before it was written.
func (d *Deferred) Answered() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.answered
}

// answerers are those that make deferred answers.
var answerers = sync.Pool{New: func() any { return new(answerer) }}

// give makes the answer, unless there is one, and wakes the owner of the connection to write it.
func (d *Deferred) give(fill func(*answerer)) (won bool) {
	d.mu.Lock()
	if d.state != deferredOpen {
		d.mu.Unlock()
		return false
	}
	d.state, d.answered, won = deferredTaken, true, true
	d.mu.Unlock()
	step("has taken")
	a, _ := answerers.Get().(*answerer)
	a.match, a.ctx, a.request = d.match, d.ctx, d.request
	a.reply.accept.kept = d.accept
	filled := false
	defer func() { // also when fill panics, or ends the goroutine
		if !filled {
			d.crashed(a, recover())
		}
		d.deliver(a)
	}()
	fill(a)
	filled = true
	return won
}

// crashed makes the answer of a panic.
func (d *Deferred) crashed(a *answerer, cause any) {
	d.match.gauges.crashed.Add(1)
	a.log("answering panicked", "panic", cause, "stack", string(debug.Stack()))
	d.mu.Lock()
	d.broken = true
	d.mu.Unlock()
	a.reply.reset()
	a.failWith(&StatusError{Status: http.StatusInternalServerError})
}

// deliver hands the answer to the owner of the connection.
func (d *Deferred) deliver(a *answerer) {
	step("delivers")
	d.mu.Lock()
	if d.state == deferredOver { // the client has gone meanwhile
		d.mu.Unlock()
		a.release()
		return
	}
	d.state, d.answer = deferredReady, a
	wake := !d.attended
	d.mu.Unlock()
	step("has delivered")
	if wake {
		d.wake.wake()
	}
}

func (a *answerer) release() {
	a.reply.reset()
	a.reply.accept = acceptField{}
	a.match, a.ctx, a.request = nil, nil, nil
	answerers.Put(a)
}

// crash answers 500 for code of the user that panicked, and ends the connection with the answer, whatever it is.
func (d *Deferred) crash() {
	d.mu.Lock()
	d.broken = true
	d.mu.Unlock()
	d.give(func(a *answerer) { a.failWith(&StatusError{Status: http.StatusInternalServerError}) })
}

// attend is called by the owner of the connection when it has begun, was woken, or the time has come that attend gave: it calls
// what is due, in a drain all that After was given, and returns the answer if there is one. Else it says when to come again;
// zero: when woken.
func (d *Deferred) attend(now time.Time, draining bool) (a *answerer, next time.Time) {
	at := now.Sub(epoch)
	for {
		step("attends")
		d.mu.Lock()
		if d.state == deferredReady {
			a, d.answer = d.answer, nil
			d.mu.Unlock()
			return a, time.Time{}
		}
		due := d.due(at, draining)
		if d.attended = due != nil; due == nil {
			if d.state == deferredOpen {
				next = epoch.Add(d.soonest())
			}
			d.mu.Unlock()
			step("has attended")
			return nil, next
		}
		d.mu.Unlock()
		d.call(due)
	}
}

// due takes the function of After that is due and was due first, nil if there is none. The caller holds mu.
func (d *Deferred) due(at time.Duration, draining bool) func() bool {
	if d.state != deferredOpen {
		return nil
	}
	var first **hook
	for h := &d.hooks; *h != nil; h = &(*h).next {
		if (*h).after != nil && ((*h).at <= at || draining) && (first == nil || (*h).at <= (*first).at) {
			first = h
		}
	}
	switch {
	case first != nil:
		fn := (*first).after
		*first = (*first).next
		return fn
	case d.until <= at:
		return func() bool {
			won := d.Fail(&StatusError{Status: http.StatusServiceUnavailable, Detail: tooLong, Err: errUnanswered})
			if won { // else somebody has answered meanwhile
				d.match.api.bounds.meet(BoundDeferredTime)
			}
			return won
		}
	}
	return nil
}

// soonest is when something is due. The caller holds mu.
func (d *Deferred) soonest() time.Duration {
	at := d.until
	for h := d.hooks; h != nil; h = h.next {
		if h.after != nil {
			at = min(at, h.at)
		}
	}
	return at
}

// call calls a function of After.
func (d *Deferred) call(fn func() bool) {
	defer func() {
		if cause := recover(); cause != nil {
			d.logPanic("After", cause)
			d.crash()
		}
	}()
	fn()
}

func (d *Deferred) logPanic(what string, cause any) {
	d.match.gauges.crashed.Add(1)
	d.match.api.log().Error(what+" of a deferred answer panicked", "operation", d.match.op.ID, "panic", cause, "stack", string(debug.Stack()))
}

// end ends d, once: no answer is taken any more, and OnDone is told. The owner of the connection calls it.
func (d *Deferred) end() { d.runDone(d.over()) }

// over moves d to its last state and returns the functions of OnDone in their order, if it was not there.
func (d *Deferred) over() (done *hook) {
	step("ends")
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state = deferredOver
	if d.answer != nil {
		d.answer.release()
		d.answer = nil
	}
	for h := d.hooks; h != nil; {
		next := h.next
		if h.done != nil {
			h.next, done = done, h
		}
		h = next
	}
	d.hooks = nil
	return done
}

// runDone calls the functions of OnDone, each whatever the others do.
func (d *Deferred) runDone(h *hook) {
	if h == nil {
		return
	}
	defer d.runDone(h.next)
	defer func() {
		if cause := recover(); cause != nil {
			d.logPanic("OnDone", cause)
		}
	}()
	h.done()
}

// adopt makes the deferred answer that of x, and reports whether the connection is to end with it.
func (x *exchange) adopt(d *Deferred, a *answerer) {
	x.reply, a.reply = a.reply, x.reply
	a.release()
	d.mu.Lock()
	x.panicked = d.broken
	d.mu.Unlock()
}
