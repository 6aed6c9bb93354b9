package tornado

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/budget"
	"github.com/tornadogen/tornadogen/runtime/internal/http1"
)

// HTTPHandler returns the API as a net/http handler, to run it on any http.Server: the same routes, validation and answers. Middleware
// around it whose http.ResponseWriter has no method Unwrap holds streams up, and opens no WebSockets.
// Outside of a Server, the bodies that all such handlers of the process hold have one bound together, the default of Limits.Bodies.
// A wrong option of the API panics here.
func (a *API) HTTPHandler() http.Handler {
	if err := a.ready(); err != nil {
		panic(err)
	}
	return &httpHandler{api: a, bodies: otherBodies(), pool: sync.Pool{New: func() any { return new(exchange) }}}
}

type httpHandler struct {
	api    *API
	bodies *budget.Budget // of requests that come from no Server
	pool   sync.Pool      // of *exchange

	sockets httpSockets
}

// ServeHTTP answers a request of net/http.
func (h *httpHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.api.measures.Load() == nil {
		h.serve(w, r)
		return
	}
	l, ok := w.(*loggedAnswer)
	if !ok {
		l = &loggedAnswer{ResponseWriter: w}
	}
	l.measure(nil, r, func() { h.serve(l, r) })
}

// serve takes the request through the same three steps as a connection of the loops does.
func (h *httpHandler) serve(w http.ResponseWriter, r *http.Request) {
	x := h.pool.Get().(*exchange)
	complete, cut := false, false
	defer func() {
		if x.stream != nil {
			x.stream.abandon()
		}
		x.close()
		t := x.transit
		x.reset()
		x.host = nil
		poison(x.text)
		h.pool.Put(x)
		t.overHTTP(r, complete, cut)
	}()
	x.shareOf(bodiesOf(r.Context(), h.bodies))
	x.readHead(r)
	x.wire = &httpWire{x: x, w: w, control: http.NewResponseController(w)}
	x.begin(r.Context(), httpPeer{r})
	admitted := x.admit(h.api)
	if l, ok := w.(*loggedAnswer); ok {
		l.match = x.match
		defer func() { l.attrs = x.transit.logged() }() // of the end: who logs may have made it
	}
	if admitted && h.readBody(x, w, r) {
		if x.match.op.Socket != nil {
			x.host = httpSocketHost{h, w, r}
		}
		x.answer()
		if d := x.deferred; d != nil {
			defer d.end()
			x.await(r.Context())
		}
		if s := x.socket; s != nil && s.accepted() {
			x.request.letGo()
			x.letGoOfBody()
			s.watchBy(x.host)
			x.call.leave()
			if l, ok := w.(*loggedAnswer); ok {
				l.opened = time.Since(l.begun)
			}
			x.transit.overHTTP(r, true, false)
			s.run()
			return
		}
	}
	if x.reply.pull != nil {
		x.pull()
	}
	if x.stream != nil {
		if complete, cut = x.finishHTTPStream(r.Context()); complete {
			return
		}
		if l, ok := w.(*loggedAnswer); ok {
			l.cut = cut
		}
	}
	if x.aborted {
		panic(http.ErrAbortHandler) // net/http cuts the connection
	}
	x.settle()
	if x.panicked && r.ProtoMajor == 1 { // of HTTP/2 it costs one stream
		w.Header().Set("Connection", "close")
	}
	x.reply.writeTo(w, r.Method == http.MethodHead)
	complete = true
}

// overHTTP is over for a request of net/http; see endingOf. t may be nil.
func (t *Transit) overHTTP(r *http.Request, complete, cut bool) {
	if t == nil {
		return
	}
	t.ended = endingOf(r, complete, cut)
	t.over()
}

// endingOf is how a request of net/http has ended, whose answer is complete or not. With cut, this side has cut it off for sure: net/http
// ends the context of a request to which it fails to write, as if its client had gone.
func endingOf(r *http.Request, complete, cut bool) Ending {
	switch {
	case cut, errors.Is(context.Cause(r.Context()), ErrCut):
		return EndedCut
	case r.Context().Err() != nil:
		return EndedGone
	case !complete:
		return EndedCut
	}
	return EndedAnswered
}

// waitsOutside counts a request whose handler has returned as one that waits, until done is called.
func (x *exchange) waitsOutside() (done func()) {
	x.call.leave()
	g := x.match.gauges
	g.outside.Add(1)
	return func() { g.outside.Add(-1) }
}

// await waits until the deferred answer is given, or the client has gone.
func (x *exchange) await(client context.Context) {
	d := x.deferred
	x.deferred = nil
	if x.aborted {
		return
	}
	x.letGoOfBody()
	x.transit.leave()
	x.request.letGo()
	defer x.request.hold(x)
	defer x.waitsOutside()()
	begins, draining := Draining(client), false
	for {
		answer, next := d.attend(time.Now(), draining)
		if answer != nil {
			x.adopt(d, answer)
			return
		}
		var timer <-chan time.Time
		if !next.IsZero() {
			timer = time.After(time.Until(next))
		}
		select {
		case <-d.wake.(httpWaker):
		case <-timer:
		case <-begins:
			begins, draining = nil, true
		case <-client.Done():
			x.aborted = true
			x.peer.way().Give() // many may wait on the connection that has ended
			return
		}
	}
}

// httpWaker holds one wake-up of the goroutine that waits for a deferred answer.
type httpWaker chan struct{}

func (w httpWaker) wake() {
	select {
	case w <- struct{}{}:
	default:
	}
}

// readBody brings the body into x, up to its limit, unless the handler is to read it.
func (h *httpHandler) readBody(x *exchange, w http.ResponseWriter, r *http.Request) bool {
	if !x.head.HasBody() {
		return true
	}
	limit := x.maxBody()
	if r.ContentLength > limit {
		x.match.api.bounds.meet(BoundBody)
		x.refuseLength(limit)
		return false
	}
	if x.match.op.Consumes == nil {
		return true
	}
	limited := http.MaxBytesReader(w, r.Body, limit)
	if x.in.streams {
		x.in.stream = x.newStreamBody(limited, limit)
		return true
	}
	if timed, ok := r.Body.(*timedBody); ok {
		timed.hold()
	}
	body, err := gather(limited, &x.share, x.peer.way().Give)
	var tooLong *http.MaxBytesError
	switch {
	case errors.Is(err, errCrowded):
		x.refuseCrowded()
		return false
	case errors.Is(err, os.ErrDeadlineExceeded):
		h.api.bounds.meet(BoundBodyTime)
		x.reply.refuse(http.StatusRequestTimeout, "the request took too long to arrive")
		return false
	case errors.As(err, &tooLong):
		x.match.api.bounds.meet(BoundBody)
		x.refuseLength(limit)
		return false
	case err != nil:
		x.reply.refuse(http.StatusBadRequest, "the body cannot be read")
		return false
	}
	x.in.body = body
	return true
}

// writeTo sends the answer by net/http.
func (w *Reply) writeTo(out http.ResponseWriter, head bool) {
	header := out.Header()
	for _, f := range w.fields {
		header.Add(f.name, f.value)
	}
	if w.media != "" && http1.BodyAllowed(w.status) {
		header.Set("Content-Type", w.media)
	}
	if w.hasBody && http1.BodyAllowed(w.status) {
		header.Set("Content-Length", strconv.Itoa(len(w.body)))
	}
	out.WriteHeader(w.status)
	if w.hasBody && !head && http1.BodyAllowed(w.status) {
		_, _ = out.Write(w.body) // a client that is gone needs no answer
	}
}

// readHead fills the head from a request of net/http. Its bytes are the exchange's, as those of a connection of the loops are the frame's.
func (x *exchange) readHead(r *http.Request) {
	h := &x.head
	*h = http1.Head{Fields: h.Fields[:0]}
	if x.text = x.text[:0]; cap(x.text) == 0 || cap(x.text) > maxKeptBuffer {
		x.text = make([]byte, 0, 1<<10)
	}
	copied := func(s string) []byte {
		at := len(x.text)
		x.text = append(x.text, s...)
		return x.text[at:len(x.text):len(x.text)]
	}
	h.Method = copied(r.Method)
	h.Target = copied(r.RequestURI)
	h.Path = copied(r.URL.EscapedPath())
	h.RawQuery = copied(r.URL.RawQuery)
	h.Host = copied(r.Host)
	h.Minor = r.ProtoMinor
	if r.ProtoMajor > 1 { // it can all that 1.1 can
		h.Minor = 1
	}
	h.ContentLength = r.ContentLength
	h.Chunked = r.ContentLength < 0
	for name, values := range r.Header {
		for _, v := range values {
			h.Fields = append(h.Fields, http1.Field{Name: copied(name), Value: copied(v)})
		}
	}
	known := func(name string) []byte {
		if v := r.Header[name]; len(v) > 0 {
			return copied(v[0])
		}
		return nil
	}
	h.Accept, h.Authorization, h.ContentType = known("Accept"), known("Authorization"), known("Content-Type")
	h.ContentEncoding = known("Content-Encoding")
	if cookies := r.Header["Cookie"]; len(cookies) > 0 {
		h.Cookie = copied(strings.Join(cookies, "; "))
	}
}

// httpPeer is the connection of a request of net/http, as far as that tells.
type httpPeer struct{ r *http.Request }

// watch needs nothing: the request's own context ends with the client.
func (httpPeer) watch(*requestContext) {}

func (httpPeer) waker() waker { return make(httpWaker, 1) }

func (p httpPeer) way() way { return wayOf(p.r) }

func (p httpPeer) gone() bool { return p.r.Context().Err() != nil }

func (p httpPeer) RemoteAddr() net.Addr {
	at, err := netip.ParseAddrPort(p.r.RemoteAddr)
	if err != nil {
		return &net.UnixAddr{Name: p.r.RemoteAddr, Net: "unix"}
	}
	return net.TCPAddrFromAddrPort(at)
}

func (p httpPeer) LocalAddr() net.Addr {
	addr, _ := p.r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return addr
}

func (p httpPeer) secure() bool {
	o := outsideOf(p.r)
	return p.r.TLS != nil || o != nil && o.secure
}

// TLS is the state of the connection.
func (p httpPeer) TLS() *tls.ConnectionState { return p.r.TLS }
