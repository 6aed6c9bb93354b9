package tornado

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"reflect"
	"runtime/debug"
	"unsafe" // the bytes of a value that holds no pointers, to clear it

	"github.com/tornadogen/tornadogen/runtime/internal/budget"
	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// exchange is one request on its way through an API, and the answer to it. It belongs to a frame and is reused: only the
// owner of the request touches it, and nothing in it reaches the user but copies.
//
// It takes three steps, so that a request is refused before its body is asked for: admit looks at the head alone; the
// transport then brings the body; answer does the rest.
type exchange struct {
	head     http1.Head // filled by the transport; aliases its buffer
	text     []byte     // that buffer, on net/http
	in       Input
	answerer // its match is nil until admit has found the operation
	contexts contextSource
	peer     peer
	raw      rawAnswer // what the handler asked for through Raw
	wire     wire      // what the request came by
	stream   *Stream   // nil but for an answer that is sent part by part
	deferred *Deferred // nil but for an operation whose answer may come later
	socket   *socket   // nil but for an operation that opens one, whose handler was called
	offer    socketOffer
	host     socketHost
	share    budget.Share // of Limits.Bodies: what is held of the body, and of what was made of it
	transit  *Transit     // nil without filters, and while nobody has logged anything
	spare    spareRequest
	call     call
	worker   *worker.Borrower // nil on net/http
	lane     uint8            // of measures
	panicked bool             // the connection ends after this answer
	aborted  bool             // the connection ends without an answer (http.ErrAbortHandler)
}

// peer is the connection of a request as the rest of the package sees it. Its methods are safe from any goroutine.
type peer interface {
	// watch makes the connection end c when its client hangs up, or has. The caller holds c.mu.
	watch(c *requestContext)
	// gone reports whether the client has hung up.
	gone() bool
	// way is how others are let go first, see worker.Conn. The goroutine of the request; any other may use it, also after the request.
	way() way
	// waker makes what wakes the owner of the connection while a request waits for its answer.
	waker() waker
	RemoteAddr() net.Addr
	LocalAddr() net.Addr
	// TLS is the state of the connection, nil on a plain one.
	TLS() *tls.ConnectionState
	// secure reports whether the client speaks TLS, with this server or with a proxy that has told so.
	secure() bool
}

// way is a worker.Way, without what that is made of: every generated package would compile it.
type way interface{ Give() }

// spareRequest is what a request is decoded into. It stays with the frame, for the next one of its operation.
type spareRequest struct {
	of      *registered
	request any  // cleared, unless it is lent; nil: there is none
	lent    bool // nobody else gets it, whatever the handler does
	// memory is the reflect.Value of what request points to, in an interface for the sake of generated packages: see pool.
	memory interface{ SetZero() }
	plain  []byte // the bytes of what request points to, if there are no pointers in it; else nil
}

// takeRequest and keepRequest are not inlined, or every generated package would compile what reflect is made of.

// exchange gives what is left of another operation to its pool, and takes what that of an operation has.
func (s *spareRequest) exchange(of *registered) {
	if s.request != nil && !s.lent {
		s.of.requests.Put(s.request)
	}
	s.of, s.request, s.lent = of, nil, false
	if request := of.requests.Get(); request != nil {
		s.knows(request)
	}
}

// knows takes request, which is of that operation, and notes how it is cleared.
func (s *spareRequest) knows(request any) {
	memory := reflect.ValueOf(request).Elem()
	s.request, s.memory, s.plain = request, memory, nil
	if s.of.plain {
		// It is all of the value and nothing else, and keeps it alive as the pointer does. Who writes there by it writes no pointer.
		s.plain = unsafe.Slice((*byte)(memory.Addr().UnsafePointer()), memory.Type().Size())
	}
}

// isPlain reports whether no value of a type holds a pointer: numbers, and what consists of such.
func isPlain(t reflect.Type) bool {
	switch kind := t.Kind(); kind {
	case reflect.Array:
		return isPlain(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if !isPlain(t.Field(i).Type) {
				return false
			}
		}
		return true
	default:
		return reflect.Bool <= kind && kind <= reflect.Complex128 && kind != reflect.Uintptr
	}
}

// begin opens the request's context.
func (x *exchange) begin(parent context.Context, p peer) {
	x.peer = p
	x.in.x = x
	x.reply.accept.head = &x.head
	x.request = x.contexts.next(parent, p, x)
	x.ctx = x.request
}

// admit decides from the head alone whether the request goes on: route (404), method (405, 501), its size (431), authentication (401, 403),
// accepted media types (406), media type of the body (415). When it reports false, the reply is the answer.
func (x *exchange) admit(a *API) (ok bool) {
	defer x.recoverPanic(&ok)
	return x.admissible(a)
}

// answer decodes, validates, calls the handler and builds the reply. The body is complete, in x.in.body.
func (x *exchange) answer() {
	returned := false
	defer func() {
		if !returned {
			x.recovered(recover())
		}
	}()
	x.run()
	returned = true
}

// runFiltered is the end of run where there are filters.
func (x *exchange) runFiltered() {
	if !x.transit.passBody(x) {
		return
	}
	if after := x.transit.called(); after != nil {
		defer after()
	}
	x.match.run(x)
}

// addRaw adds the fields that the handler set through Raw.
func (x *exchange) addRaw() {
	if len(x.raw.fields) > 0 {
		x.reply.fields = append(x.reply.fields, x.raw.fields...)
	}
}

// replaceReply answers 500 in place of what cannot be sent.
func (x *exchange) replaceReply() {
	x.log("answer cannot be sent", "error", x.reply.check())
	x.reply.reset()
	x.reply.refuse(http.StatusInternalServerError, "")
}

// refuseLength answers 413.
func (x *exchange) refuseLength(limit int64) {
	x.reply.reset()
	x.reply.refuse(http.StatusRequestEntityTooLarge, tooLongBody(limit))
}

// close ends the request's context, if one was opened, and reports whether the connection knows of it.
func (x *exchange) close() (watched bool) { return x.request != nil && x.request.finish() }

func (x *exchange) refuseInput() {
	in := &x.in
	if in.crowded {
		x.refuseCrowded()
		return
	}
	if in.charset != "" {
		x.reply.refuse(http.StatusUnsupportedMediaType, in.syntax)
		return
	}
	if reason := in.unreadable(); reason != "" {
		x.reply.refuse(http.StatusBadRequest, reason)
		return
	}
	x.reply.problem(&Problem{Status: x.match.api.statusOfViolations(), Detail: "the request breaks the rules of the API", Errors: in.allViolations()})
}

// crashed counts a handler that panicked, or ended its goroutine.
func (x *exchange) crashed() {
	if x.match != nil {
		x.match.gauges.crashed.Add(1)
	}
}

// recoverPanic is deferred around everything that runs code of the user. A panic answers as an error does that the document does
// not declare: 500, by the operation's default if it has one. It is logged with its stack and ends the connection, and so does
// runtime.Goexit, which goes on after this. http.ErrAbortHandler is not logged.
func (x *exchange) recoverPanic(ok *bool) {
	if cause := recover(); cause != nil {
		*ok = false
		x.recovered(cause)
	}
}

// recovered is recoverPanic for a panic of that cause; nil for runtime.Goexit.
func (x *exchange) recovered(cause any) {
	if cause == nil {
		return
	}
	// First, for nobody else may begin the answer from now on.
	begun := x.stream != nil && x.stream.crashed()
	x.panicked, x.aborted = true, cause == http.ErrAbortHandler //nolint:errorlint // net/http compares the panic value in the same way
	// The fields of Raw stay, as they do when the handler returns an error.
	x.reply.reset()
	if x.socket != nil && x.socket.accepted() { // else it is answered for as others are
		x.socket.crash(cause)
		return
	}
	if x.socket != nil {
		x.socket.renounce()
	}
	if !x.aborted {
		x.crashed()
		x.log("handler panicked", "panic", cause, "stack", string(debug.Stack()))
	}
	if begun {
		x.aborted = true
		return
	}
	if x.deferred != nil {
		x.deferred.crash() // unless it was answered before
		return
	}
	if x.match == nil {
		x.reply.refuse(http.StatusInternalServerError, "")
		return
	}
	x.failWith(&StatusError{Status: http.StatusInternalServerError})
}
