package tornado

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
)

// Request is the request below the typed one: what Raw gives. It is valid until the handler returns, on the goroutine of the
// handler and on those that it waits for, one at a time; afterwards its methods panic. What they return are copies.
type Request struct{ c *requestContext }

// Raw returns the request that ctx belongs to, to see what the document does not declare and to add header fields to the
// answer. It panics when ctx is not the context of a running handler.
func Raw(ctx context.Context) Request {
	c, ok := ctx.Value(rawKey{}).(*requestContext)
	if !ok {
		panic("tornado: Raw needs the context of a handler")
	}
	r := Request{c}
	r.exchange()
	return r
}

// InRequest reports whether ctx is the context of a running handler, and so may be given to [Raw]. It is false on a server of net/http
// that no API serves.
func InRequest(ctx context.Context) bool {
	c, ok := ctx.Value(rawKey{}).(*requestContext)
	return ok && c.isHeld()
}

func (r Request) exchange() *exchange {
	x := r.c.exchange()
	if x == nil {
		panic("tornado: Raw is used after its handler has returned")
	}
	return x
}

// Method returns the method as it was sent.
func (r Request) Method() string { return string(r.exchange().head.Method) }

// Proto returns the version of HTTP, "HTTP/1.1" say.
func (r Request) Proto() string {
	if p, ok := r.c.peer.(httpPeer); ok {
		return p.r.Proto
	}
	return "HTTP/1." + strconv.Itoa(r.exchange().head.Minor)
}

// Target returns the request target as it was sent, "/pets/1?full=true" (RFC 9112 section 3.2).
func (r Request) Target() string { return string(r.exchange().head.Target) }

// Path returns the path of the target, percent-encoding kept.
func (r Request) Path() string { return string(r.exchange().head.Path) }

// Query returns the query of the target without the question mark.
func (r Request) Query() string { return string(r.exchange().head.RawQuery) }

// Host returns the host that was asked for, with its port if one was sent: of a trusted proxy, if it tells (see [WithXForwarded]).
func (r Request) Host() string {
	x := r.exchange()
	if host := x.origin().Host; host != "" {
		return host
	}
	return string(x.head.Host)
}

// Scheme returns "https" if the client speaks TLS, with this server or with a trusted proxy that tells so, else "http".
func (r Request) Scheme() string {
	x := r.exchange()
	if scheme := x.origin().Scheme; scheme != "" {
		return scheme
	}
	if x.peer.secure() {
		return "https"
	}
	return "http"
}

// Header returns the first header field of that name, in any case, "" where it is absent.
func (r Request) Header(name string) string {
	value, _ := r.exchange().head.Field(name)
	return string(value)
}

// Headers returns all header fields.
func (r Request) Headers() http.Header {
	h := make(http.Header, len(r.exchange().head.Fields))
	for _, f := range r.exchange().head.Fields {
		h.Add(string(f.Name), string(f.Value))
	}
	return h
}

// RemoteAddr is the address of the client: of the other end of the connection or, if that is a proxy that is trusted, the one that
// it tells (see [WithXForwarded]; the port is zero if it does not tell that).
func (r Request) RemoteAddr() net.Addr {
	if proxiesOf(r.c) == nil {
		return r.c.peer.RemoteAddr()
	}
	return r.exchange().clientAddr()
}

// PeerAddr is the address of the other end of the connection: the client, or the last proxy that it came through. What a PROXY
// header has told (see [WithProxyProtocol]) counts as the other end.
func (r Request) PeerAddr() net.Addr { return r.c.peer.RemoteAddr() }

// LocalAddr is the address that the other end of the connection has connected to.
func (r Request) LocalAddr() net.Addr { return r.c.peer.LocalAddr() }

// TLS is the state of the connection's TLS, nil on a plain one.
func (r Request) TLS() *tls.ConnectionState { return r.c.peer.TLS() }

// Operation is the operation that is called, nil in a mounted handler.
func (r Request) Operation() *Operation {
	if m := r.exchange().match; m != nil {
		return m.op
	}
	return nil
}

// Log adds to the line of the request in the access log (see [WithAccessLog]).
func (r Request) Log(attrs ...slog.Attr) {
	x := r.exchange()
	x.raw.mu.Lock()
	if x.transit == nil { // there are no filters
		x.transit = &Transit{x: x}
	}
	t := x.transit
	x.raw.mu.Unlock()
	t.Log(attrs...)
}

// SetHeader adds a header field to whatever answer follows, also to the 500 of a handler that panics. It returns an error, and adds
// nothing, for a name or a value that cannot be sent, and for the fields that the runtime sets itself.
func (r Request) SetHeader(name, value string) error { return r.exchange().raw.add(name, value) }

// SetCookie adds a Set-Cookie field to whatever answer follows. It returns an error for a cookie that is not valid.
func (r Request) SetCookie(c *http.Cookie) error {
	text := c.String()
	if text == "" {
		return errors.New("the name of the cookie is not valid")
	}
	return r.exchange().raw.add("Set-Cookie", text)
}

// rawAnswer holds the header fields that the handler set through Raw. Its fields are for the owner of the request; while the handler
// runs, add and appendTo are.
type rawAnswer struct {
	mu     sync.Mutex // what is sent part by part may begin on another goroutine than the handler's
	fields []replyField
}

func (a *rawAnswer) reset() {
	clear(a.fields)
	a.fields = a.fields[:0]
}

// add enters a field, unless it is one that frames the message. Any goroutine.
func (a *rawAnswer) add(name, value string) error {
	if err := addable(name, value); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fields = append(a.fields, replyField{name, value})
	return nil
}

// appendTo appends the fields to those of an answer. Any goroutine.
func (a *rawAnswer) appendTo(to []replyField) []replyField {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append(to, a.fields...)
}

// ownFields appends what the handler and the filters add to an answer that begins while the handler runs. Any goroutine.
func (x *exchange) ownFields(to []replyField) []replyField {
	to = x.raw.appendTo(to)
	if t := x.passing(); t != nil {
		to = t.appendFields(to)
	}
	return to
}

// passing is the transit of x while its handler runs, nil for none. Any goroutine.
func (x *exchange) passing() *Transit {
	x.raw.mu.Lock()
	defer x.raw.mu.Unlock()
	return x.transit
}

// addable says why a header field cannot be added to an answer.
func addable(name, value string) error {
	switch {
	case framing(name):
		return fmt.Errorf("the header field %s is set by the runtime", name)
	case !http1.ValidFieldName(name) || !http1.ValidFieldValue(value):
		return fmt.Errorf("header field %q cannot carry the value %q", name, value)
	}
	return nil
}

// framing reports whether a header field belongs to the runtime, as it frames the message or says what its content is.
func framing(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Content-Length", "Transfer-Encoding", "Connection", "Date", "Content-Type":
		return true
	}
	return false
}
