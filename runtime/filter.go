package tornado

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/tornadogen/tornadogen/runtime/internal/route"
)

// Filter takes part in every request of an API below the typed call: it sees requests that are refused and answers of every kind,
// where a Middleware sees the calls of handlers. It is called when the head of a request has come, before it is routed, on the
// goroutine of the request, and asks t to call it again where it has more to do. It must not keep t beyond the last of those calls.
type Filter func(t *Transit)

// WithFilter adds filters to an API. They are called in their order, and see answers in the opposite one: the first is outermost.
// Where there are none, requests pay nothing for them. Mounted handlers are not filtered: they have middleware of net/http.
func WithFilter(f ...Filter) APIOption {
	return func(a *API) { a.filters = append(a.filters, f...) }
}

// WithNamedFilter adds a filter, or puts it in the place of the one that an earlier option has added under the same name: what the
// document asks for is replaced by what the program says.
func WithNamedFilter(name string, f Filter) APIOption {
	return func(a *API) {
		if at, given := a.named[name]; given {
			a.filters[at] = f
			return
		}
		if a.named == nil {
			a.named = make(map[string]int)
		}
		a.named[name] = len(a.filters)
		a.filters = append(a.filters, f)
	}
}

// Transit is one request on its way through the filters of an API. Its methods are for the goroutine of the request, inside of the
// calls of the filter, unless they say otherwise. Those that ask for the request panic while it waits, for its body or its answer, and
// after its end.
type Transit struct {
	api      *API
	x        *exchange // nil while no frame holds the request
	routed   []func()
	admitted []func()
	body     []func(body []byte)
	answer   []func(w *Reply)
	stream   []func(w *Reply) Coder
	end      []func()
	call     []func() (after func())
	met      []SchemeUse // of the requirement that the caller has met
	answered bool        // by a filter
	ended    Ending      // set before over is called

	mu     sync.Mutex   // an answer that is sent part by part may begin while the handler runs, on another goroutine
	fields []replyField // guarded by mu while the handler runs
	attrs  []slog.Attr  // likewise
}

// exchange is the request. It panics where another one, or none, has its place.
func (t *Transit) exchange() *exchange {
	if t.x == nil {
		panic("tornado: a Transit is used outside of the calls of its filter")
	}
	return t.x
}

// leave is called when a frame gives the request away.
func (t *Transit) leave() {
	if t != nil {
		t.x = nil
	}
}

// Context is that of the request, with what authenticators have added. [Raw] takes it, in OnAnswer and OnStream as well only while
// the handler runs.
func (t *Transit) Context() context.Context { return t.exchange().ctx }

// SetContext replaces the context that authenticators and the handler get, by one that is derived from Context.
func (t *Transit) SetContext(ctx context.Context) { t.exchange().ctx = ctx }

// Credential is what a caller has sent for a security scheme, as it came: a key, an Authorization field, or a certificate in DER.
type Credential struct{ Scheme, Value string }

// Credentials are those by which the caller was let in: of all schemes of the requirement that was met, in the order of the document.
// nil before OnAdmitted, and for who needs none.
func (t *Transit) Credentials() []Credential {
	x := t.exchange()
	var all []Credential
	for _, use := range t.met {
		all = append(all, Credential{use.Scheme, t.api.schemes[use.Scheme].sent(x)})
	}
	return all
}

// Operation is the operation that is called, nil before the request is routed, and where none has its path.
func (t *Transit) Operation() *Operation {
	if m := t.exchange().match; m != nil {
		return m.op
	}
	return nil
}

// Route is the template of the path at which the operation that is called is served, "/v1/pets/{petId}": the base path included. "" where
// there is no operation.
func (t *Transit) Route() string {
	if m := t.exchange().match; m != nil {
		return m.route
	}
	return ""
}

// OperationFor is the operation that the request's path has for a method, nil for none.
func (t *Transit) OperationFor(method string) *Operation {
	x, api := t.exchange(), t.api
	params := new(route.Params)
	index, outcome := api.routes.Match([]byte(method), x.head.Path, params)
	if outcome != route.Found && outcome != route.FoundForHead {
		return nil
	}
	r := api.operations[index]
	if r.among != nil {
		if r = x.wouldChoose(r.among, params); r == nil {
			return nil
		}
	}
	return r.op
}

// Allow lists the methods that the request's path has, as the Allow field does; "" where it has none.
func (t *Transit) Allow() string {
	return string(t.api.routes.Allow(nil, t.exchange().head.Path, http.MethodOptions))
}

// AddHeader adds a header field to whatever answer follows, of every kind. What cannot be sent, and what the runtime sets itself, is
// an error.
func (t *Transit) AddHeader(name, value string) error {
	if err := addable(name, value); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fields = append(t.fields, replyField{name, value})
	return nil
}

// appendFields appends what AddHeader was given.
func (t *Transit) appendFields(to []replyField) []replyField {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append(to, t.fields...)
}

// Log adds to the line of the request in the access log.
func (t *Transit) Log(attrs ...slog.Attr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.attrs = append(t.attrs, attrs...)
}

// logged is what Log was given.
func (t *Transit) logged() []slog.Attr {
	if t == nil {
		return nil
	}
	return t.attrs
}

// OnRouted has fn called when the operation is known, before the caller is authenticated.
func (t *Transit) OnRouted(fn func()) { t.routed = append(t.routed, fn) }

// OnAdmitted has fn called when the caller is known and may go on, before the body is asked for.
func (t *Transit) OnAdmitted(fn func()) { t.admitted = append(t.admitted, fn) }

// OnBody has fn called when the body is there, before it is decoded: nil for none, and where the handler reads it as it comes. The
// bytes are valid until fn returns.
func (t *Transit) OnBody(fn func(body []byte)) { t.body = append(t.body, fn) }

// OnCall has fn called directly before the handler is, on its goroutine, and what it returns, which may be nil, on the same goroutine
// once that is done with the request: the handler has returned, or panicked, whether the answer is there or not. It is called for no
// request that is refused before, and again for a body that is sent part by part when the handler has returned it.
func (t *Transit) OnCall(fn func() (after func())) { t.call = append(t.call, fn) }

// OnAnswer has fn called with the answer when it is complete, but for those that are sent part by part, and WebSockets. It may
// change the answer. An answer that is given later is filtered on the goroutine that sends it.
func (t *Transit) OnAnswer(fn func(w *Reply)) { t.answer = append(t.answer, fn) }

// OnStream has fn called when an answer that is sent part by part begins, with all but its body. It may change it, and return what
// the body is to be changed by, nil for nothing. With [Reply.Fault], and if it panics, there is a 500 in place of the stream. It may wait for a store, as what
// is sent to the stream waits for it, from any goroutine, and so do the stream's other methods: it must not call them.
func (t *Transit) OnStream(fn func(w *Reply) Coder) { t.stream = append(t.stream, fn) }

// OnEnd has fn called once when the request has ended, however it did: the handler has returned and its answer was made or sent, a
// stream is over, a client that was waited for is gone, or the connection was cut. A handler that runs on when its client has hung up
// keeps its request from ending; one whose answer may come later does not. It comes after OnAnswer and OnStream, where these are called
// at all, on a worker or a goroutine of its own, and must not block for long: the connection waits.
func (t *Transit) OnEnd(fn func()) { t.end = append(t.end, fn) }

// Ended is how the request ended, for those that OnEnd calls: whether its answer was made, which the client may have missed all the
// same. The answer of a WebSocket is that of its handshake.
func (t *Transit) Ended() Ending { return t.ended }

// over tells those that wait for the end of the request, once. Its owner calls it when no frame holds the request any more; t may be nil.
func (t *Transit) over() {
	if t == nil {
		return
	}
	t.x = nil
	for _, fn := range t.end {
		t.tell(fn)
	}
	t.end = nil
}

// overLater is over for who must not be held up. It is no method of Transit: a generated package would compile all types behind service.
func (s *service) overLater(t *Transit, how Ending) {
	if t != nil && len(t.end) > 0 {
		t.ended = how
		s.ends(t.over)
	}
}

// tell calls a function of OnEnd, whatever it does.
func (t *Transit) tell(fn func()) {
	defer func() {
		if cause := recover(); cause != nil {
			t.api.log().Error("OnEnd of a filter panicked", "panic", cause, "stack", string(debug.Stack()))
		}
	}()
	fn()
}

// Refuse answers with an error in place of what would follow: no other filter and no handler sees the request, though the answer is
// filtered. It may be called by the filter, and by what OnRouted, OnAdmitted and OnBody were given.
func (t *Transit) Refuse(err *StatusError) {
	x := t.exchange()
	t.answered = true
	if x.match == nil {
		x.reply.problem(&Problem{Status: err.Status, Title: err.title(), Detail: err.Detail})
		return
	}
	x.failWith(err)
}

// Respond answers in place of what would follow, as Refuse does, with what fill gives.
func (t *Transit) Respond(fill func(w *Reply)) {
	x := t.exchange()
	t.answered = true
	fill(&x.reply)
}

// filter calls the filters of an API, and reports whether the request goes on.
func (x *exchange) filter(a *API) bool {
	x.transit = &Transit{api: a, x: x}
	for _, f := range a.filters {
		if f(x.transit); x.transit.answered {
			return false
		}
	}
	return true
}

// pass calls functions that filters have left, and reports whether the request goes on.
func (t *Transit) pass(x *exchange, all []func()) bool {
	t.x = x
	for _, fn := range all {
		if fn(); t.answered {
			return false
		}
	}
	return true
}

// called tells those that wait for the call of the handler, and returns what is to be called after it; nil for nothing.
func (t *Transit) called() (after func()) {
	if t == nil || len(t.call) == 0 {
		return nil
	}
	var all []func()
	after = func() {
		for _, fn := range all {
			defer fn() // the last one first, and all of them whoever panics
		}
	}
	begun := false
	defer func() {
		if !begun {
			after()
		}
	}()
	for _, fn := range t.call {
		if after := fn(); after != nil {
			all = append(all, after)
		}
	}
	begun = true
	return after
}

// passBody is pass for those that wait for the body.
func (t *Transit) passBody(x *exchange) bool {
	t.x = x
	for _, fn := range t.body {
		if fn(x.in.body); t.answered {
			return false
		}
	}
	return true
}

// filterAnswer lets the filters see the answer of x, the last one first. It reports false where one has panicked: then the answer is a 500.
func (x *exchange) filterAnswer() (ok bool) {
	defer x.recoverPanic(&ok)
	t := x.transit
	t.x = x
	all := t.answer
	t.answer = nil // what a filter makes panic is not filtered
	for _, fn := range slices.Backward(all) {
		fn(&x.reply)
	}
	return true
}

// openStream lets the filters see the head of an answer that is sent part by part.
func (t *Transit) openStream(w *Reply) Coder {
	var coders coders
	for _, fn := range slices.Backward(t.stream) {
		if c := fn(w); c != nil {
			coders = append(coders, c)
		}
	}
	w.fields = t.appendFields(w.fields)
	switch len(coders) {
	case 0:
		return nil
	case 1:
		return coders[0]
	}
	return coders
}
