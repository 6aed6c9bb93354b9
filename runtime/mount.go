package tornado

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
)

// How a mounted request goes: serveMounted makes a request of net/http (below), whose body reads from the connection
// (connbody.go), and calls the handler with a mounted as the ResponseWriter (mountanswer.go), which renders head
// and trailers (mounthead.go) or gives the connection away (mounthijack.go). finish is the one end of them all.

// outcome is how a mounted handler ended.
type outcome uint8

const (
	handlerExited   outcome = iota // it ended its goroutine (runtime.Goexit): there is nobody to return to
	handlerReturned                // as it should
	handlerPanicked                // logged
	handlerAborted                 // by http.ErrAbortHandler
)

// serveMounted lets a net/http handler answer the request at the front. The worker is its until the handler returns.
func (f *frame) serveMounted(h http.Handler) verdict {
	f.x.begin(f.service.base, peerOf(f.conn))
	f.keepHead()
	m := newMounted(f)
	req, err := f.httpRequest(m)
	if err != nil {
		return f.reject(&http1.ProtocolError{Status: http.StatusBadRequest, Reason: err.Error()})
	}
	f.r += f.headLen
	ended := handlerExited
	defer func() {
		if ended == handlerExited {
			f.service.server.crashed.Add(1)
			m.finish(handlerExited)
		}
	}()
	if all := f.service.server.measures.Load(); all != nil {
		f.x.enter(all, req.URL.Path)
	}
	ended = m.run(h, req)
	return m.finish(ended)
}

// keepHead moves the head into memory of its own: the buffer in which it stands is needed for the body, and Raw reads it as
// long as the handler runs.
func (f *frame) keepHead() {
	head := bytes.Clone(f.buf[f.r : f.r+f.headLen])
	f.parser.Reset()
	if n, err := f.parser.Feed(head, &f.service.limits, &f.x.head); n != f.headLen || err != nil {
		panic("tornado: a head changed while it was copied")
	}
}

// httpRequest makes the request that the handler of m gets.
func (f *frame) httpRequest(m *mounted) (*http.Request, error) {
	head := &f.x.head
	target := string(head.Target)
	u, err := readTarget(string(head.Method), target)
	if err != nil {
		return nil, fmt.Errorf("the request target cannot be read: %w", err)
	}
	req := &http.Request{
		Method: string(head.Method), URL: u, RequestURI: target, Host: string(head.Host), Header: Request{f.x.request}.Headers(),
		Proto: "HTTP/1." + strconv.Itoa(head.Minor), ProtoMajor: 1, ProtoMinor: head.Minor, Body: http.NoBody,
		ContentLength: max(head.ContentLength, 0), Close: head.Close, RemoteAddr: f.x.clientAddr().String(),
		TLS: peerOf(f.conn).TLS(),
	}
	req.Header.Del("Host")
	if head.HasBody() {
		req.Body = &m.body
	}
	if head.Chunked {
		req.ContentLength, req.TransferEncoding = -1, []string{"chunked"}
		req.Header.Del("Transfer-Encoding")
	}
	return req.WithContext(mountContext{f.x.request, f.conn.LocalAddr()}), nil
}

// readTarget reads the target as net/http does: that of CONNECT is the host alone (RFC 9112 section 3.2.3).
func readTarget(method, target string) (*url.URL, error) {
	if method != http.MethodConnect || strings.HasPrefix(target, "/") {
		return url.ParseRequestURI(target)
	}
	u, err := url.ParseRequestURI("http://" + target)
	if err == nil {
		u.Scheme = ""
	}
	return u, err
}

// mountContext is the context of a mounted request: it knows what net/http promises to handlers, too.
type mountContext struct {
	*requestContext
	local net.Addr
}

// standIn is the server that mounted handlers find: they look whether there is one, as httputil.ReverseProxy does, and may
// read its settings, which are the defaults.
var standIn = new(http.Server)

// Value adds http.ServerContextKey and http.LocalAddrContextKey to what the request's context knows.
func (c mountContext) Value(key any) any {
	switch key {
	case http.ServerContextKey:
		return standIn
	case http.LocalAddrContextKey:
		return c.local
	}
	return c.requestContext.Value(key)
}

// run calls the handler.
func (m *mounted) run(h http.Handler, req *http.Request) (ended outcome) {
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case http.ErrAbortHandler: // compared as net/http does
			ended = handlerAborted
		default:
			ended = handlerPanicked
			m.frame.service.server.crashed.Add(1)
			m.frame.service.server.logger.Error("mounted handler panicked", "path", req.URL.Path, "panic", cause, "stack", string(debug.Stack()))
		}
	}()
	h.ServeHTTP(m, req)
	return handlerReturned
}

// finish ends the request. Whatever the handler has left running gets errors from m and the body from here on, and nothing of
// the frame. The goroutine of the handler calls it, once.
func (m *mounted) finish(ended outcome) verdict {
	f := m.frame
	m.body.shut()
	m.deadlines.end(errHandlerReturned)
	v := m.conclude(ended)
	how := EndedAnswered
	if v == endConn {
		how = f.unanswered()
	}
	f.recordEnd(m.status, m.sent, how)
	f.closeExchange() // before anything is waited for
	if v != goOn {
		f.flush()
		return v
	}
	if m.keep && !m.body.discard(true) {
		m.keep = false
	}
	m.body.giveBack()
	return f.next(0, !m.keep, m.body.unread())
}

// conclude makes the answer complete as far as that goes. It returns goOn if the client got a whole one, and else what becomes
// of the connection.
func (m *mounted) conclude(ended outcome) verdict {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.state
	switch {
	case before == answerHijacked:
		return endHijack
	case ended == handlerReturned:
		m.complete()
	case ended == handlerAborted, before == answerSent: // RFC 9112 section 8: the client must see that it is not complete
		if before != answerSent {
			m.status = 0
		}
		m.state = answerEnded
		return endConn
	default:
		m.refuse()
	}
	m.state = answerEnded
	if !m.deadlines.writing().IsZero() {
		m.flush()
	}
	return goOn
}

// refuse answers 500 in place of what the handler began and nobody has seen.
func (m *mounted) refuse() {
	f := m.frame
	m.answer = answer{status: http.StatusInternalServerError}
	m.keep = false
	f.x.reply.refuse(m.status, "")
	m.sent = int64(f.writeAnswer(endClose))
}
