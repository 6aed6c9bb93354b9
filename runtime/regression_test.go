package tornado

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
)

// noteRequest is a request with a body, a parameter of the query and a key in it.
type noteRequest struct {
	Q, Media string
	Size     int
}

func (r *noteRequest) decode(in *Input) {
	r.Q, r.Media, r.Size = in.Query("q", Form).String(nil), in.ContentType(), len(in.BytesBody())
}

// newNoteAPI has POST /note, which asks for the key "key" of the query.
func newNoteAPI(check func(context.Context, APIKey) (context.Context, error), handle func(context.Context), opts ...APIOption) *API {
	a := newTestAPI(testHandlers{}, opts...)
	AddAPIKey(a, "queryKey", InQuery, "key", check)
	op := &Operation{
		ID: "note", Method: "POST", Path: "/note", Consumes: []string{"text/plain"},
		Security: []Requirement{{Uses: []SchemeUse{{Scheme: "queryKey"}}}},
	}
	Register(a, op, (*noteRequest).decode, func(ctx context.Context, r *noteRequest) ([]byte, error) {
		handle(ctx)
		return fmt.Appendf(nil, "%s %s %d", r.Q, r.Media, r.Size), nil
	}, func(w *Reply, b []byte) { w.Bytes(http.StatusOK, "text/plain", b) })
	return a
}

func anyKey(ctx context.Context, _ APIKey) (context.Context, error) { return ctx, nil }

// noteHead is the head of a request to it; the server says 100 when it has seen no more than that.
func noteHead(size int) string {
	return fmt.Sprintf("POST /note?key=k&q=wanted HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", size)
}

func (c *peerConn) continued() {
	c.t.Helper()
	text := make([]byte, len(http1.Continue))
	_, err := io.ReadFull(c.r, text)
	require.NoError(c.t, err)
	require.Equal(c.t, http1.Continue, string(text))
}

// Parameters and the media type are known when the body comes later than the head.
func TestBodyAfterItsHead(t *testing.T) {
	for mode, opts := range modes {
		t.Run(mode, func(t *testing.T) {
			c := start(t, newNoteAPI(anyKey, func(context.Context) {}), opts...).dial(t)
			c.send(noteHead(5))
			c.continued()
			c.send("hello")
			_, body := c.answer("POST")
			assert.Equal(t, "wanted text/plain 5", body)
		})
	}
}

// A parameter that was read from the head is read again when the bytes of the head have moved.
func TestHeadMovesWhileItsBodyComes(t *testing.T) {
	c := start(t, newNoteAPI(anyKey, func(context.Context) {})).dial(t)
	c.send("GET /items/1 HTTP/1.1\r\nHost: x\r\nX-Pad: " + strings.Repeat("p", 1000) + "\r\n\r\n" + noteHead(20_000))
	c.answer("GET")
	c.continued()
	c.send(strings.Repeat("b", 20_000))
	_, body := c.answer("POST")
	assert.Equal(t, "wanted text/plain 20000", body)
}

func TestRepeatedHeadersKeepNoMemory(t *testing.T) {
	var in Input
	x := new(exchange)
	field := http1.Field{Name: []byte("X-Key"), Value: bytes.Repeat([]byte("v"), 8000)}
	x.head.Fields = []http1.Field{field, field}
	in.x = x
	for range 1000 {
		in.Header("X-Key", Simple)
		in.reset()
	}
	assert.Less(t, cap(in.joined), 1<<20)
}

// What Raw gave says nothing once its handler has returned, least of all about another request.
func TestRawAfterItsHandler(t *testing.T) {
	var kept atomic.Pointer[Request]
	r := start(t, newTestAPI(testHandlers{item: func(ctx context.Context, _ itemRequest) ([]byte, error) {
		if first := kept.Load(); first != nil {
			return []byte(first.Header("Authorization")), nil
		}
		raw := Raw(ctx)
		kept.Store(&raw)
		return nil, nil
	}}), WithLoops(1))
	r.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	status, body := r.exchange(t, "GET /items/2 HTTP/1.1\r\nHost: x\r\nAuthorization: secret\r\n\r\n")
	assert.Equal(t, http.StatusInternalServerError, status)
	assert.NotContains(t, body, "secret")
}

// A document that declares framing fields as headers of an answer changes nothing about the framing.
func TestDeclaredFramingFields(t *testing.T) {
	a := newTestAPI(testHandlers{})
	Register(a, &Operation{ID: "odd", Method: "GET", Path: "/odd"}, (*noRequest).decode, func(context.Context, *noRequest) ([]byte, error) { return []byte("hello"), nil },
		func(w *Reply, b []byte) {
			w.Param("Content-Length", Simple).Int64(3)
			w.Header("transfer-encoding", "chunked")
			w.Bytes(http.StatusOK, "text/plain", b)
		})
	c := start(t, a).dial(t)
	c.send("GET /odd HTTP/1.1\r\nHost: x\r\n\r\n")
	res, body := c.answer("GET")
	assert.Equal(t, "hello", body)
	assert.Equal(t, []string{"5"}, res.Header.Values("Content-Length"))
	assert.Empty(t, res.TransferEncoding)
}

// An answer before Connection: close arrives although the client has sent more.
func TestCloseWithUnreadBytes(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	r := start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) { close(started); <-release; return []byte("held"), nil }}), WithLoops(1))
	c := r.dial(t)
	c.send("GET /hold HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	<-started
	c.send("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	r.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") // the only loop has seen those bytes by now
	close(release)
	_, body := c.answer("GET")
	assert.Equal(t, "held", body)
	require.NoError(t, c.CloseWrite())
	c.ended()
}

// Line ends behind a body, which some clients send, are no request that takes too long.
func TestLineEndBehindABody(t *testing.T) {
	c := start(t, newTestAPI(testHandlers{}), WithTimeouts(Timeouts{Header: 20 * time.Millisecond, Idle: 100 * time.Millisecond})).dial(t)
	c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello\r\n")
	c.answer("POST")
	c.ended() // in silence
}

// A client that has left before anybody asked for Done is noticed all the same.
func TestHalfCloseBeforeDone(t *testing.T) {
	started, proceed, cause := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	r := start(t, newTestAPI(testHandlers{hold: func(ctx context.Context) ([]byte, error) {
		close(started)
		<-proceed
		<-ctx.Done()
		cause <- context.Cause(ctx)
		return nil, nil
	}}), WithLoops(1), WithTimeouts(Timeouts{HalfClose: 10 * time.Millisecond}))
	c := r.dial(t)
	c.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	<-started
	require.NoError(t, c.CloseWrite())
	r.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n") // the only loop has seen the close by now
	close(proceed)
	require.ErrorIs(t, <-cause, ErrClientGone)
}

func TestErrWithoutDone(t *testing.T) {
	if overNet && os.Getenv(chosenTransport) == "unix" {
		t.Skip("package net does not tell a Unix socket that is gone from one that sends no more")
	}
	started, ended := make(chan context.Context, 1), make(chan struct{})
	r := start(t, newTestAPI(testHandlers{hold: func(ctx context.Context) ([]byte, error) {
		started <- ctx
		<-ended
		return nil, nil
	}}))
	c := r.dial(t)
	c.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	ctx := <-started
	require.NoError(t, ctx.Err())
	c.vanish()
	require.Eventually(t, func() bool { return ctx.Err() != nil }, patience, time.Millisecond)
	close(ended)
}

// Done that an authenticator asked for, before the body came, ends with the client too.
func TestDoneBeforeTheBody(t *testing.T) {
	started, cause := make(chan struct{}), make(chan error, 1)
	r := start(t, newNoteAPI(func(ctx context.Context, _ APIKey) (context.Context, error) {
		_ = ctx.Done()
		return ctx, nil
	}, func(ctx context.Context) {
		close(started)
		<-ctx.Done()
		cause <- context.Cause(ctx)
	}))
	c := r.dial(t)
	c.send(noteHead(5))
	c.continued()
	c.send("hello")
	<-started
	c.vanish()
	require.ErrorIs(t, <-cause, ErrClientGone)
}

// A request that is shed when its body comes ends its context.
func TestShedEndsTheRequest(t *testing.T) {
	ended, block, busy := make(chan struct{}), make(chan struct{}), make(chan struct{}, 4)
	a := newNoteAPI(func(ctx context.Context, _ APIKey) (context.Context, error) {
		context.AfterFunc(ctx, sync.OnceFunc(func() { close(ended) }))
		return ctx, nil
	}, func(context.Context) {})
	Register(a, &Operation{ID: "block", Method: "GET", Path: "/block"}, (*noRequest).decode, func(context.Context, *noRequest) ([]byte, error) {
		busy <- struct{}{}
		<-block
		return nil, nil
	}, func(w *Reply, b []byte) { w.Bytes(http.StatusOK, "text/plain", b) })
	r := start(t, a, WithLoops(1), WithLimits(Limits{Workers: 1, Queue: 1}))
	defer close(block)
	up := r.dial(t)
	up.send(noteHead(5))
	up.continued()
	r.dial(t).send("GET /block HTTP/1.1\r\nHost: x\r\n\r\n")
	<-busy
	r.dial(t).send("GET /block HTTP/1.1\r\nHost: x\r\n\r\n") // fills the queue
	var status int
	require.Eventually(t, func() bool { // until it does, others are queued as well
		status, _ = r.exchangeWithin(t, "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n", 100*time.Millisecond)
		return status == http.StatusServiceUnavailable
	}, patience, time.Millisecond)
	up.send("hello")
	res, _ := up.answer("POST")
	assert.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
	assert.Equal(t, "1", res.Header.Get("Retry-After"))
	assert.Positive(t, r.Stats().Bounds[BoundWorkers])
	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatal("the context of the request goes on")
	}
}

// exchangeWithin is exchange, or status 0 when no answer comes in time.
func (r *running) exchangeWithin(t *testing.T, request string, limit time.Duration) (int, string) {
	t.Helper()
	c := r.dial(t)
	c.send(request)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(limit)))
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return 0, ""
	}
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(body)
}

func TestAdminAddressThatIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	l, err := Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.ErrorContains(t, NewServer(WithAdmin(taken.Addr().String())).Handle(newTestAPI(testHandlers{})).Serve(t.Context(), l), "administration")
	again, err := Listen("tcp", l.Addr().String())
	require.NoError(t, err, "the listener was given up")
	require.NoError(t, again.Close())
}

// Each request is in the access log once, however it ended, with its own method, size and time.
func TestAccessLogHasEveryEnding(t *testing.T) {
	var logged bytes.Buffer
	r := start(t, newTestAPI(testHandlers{}), WithAccessLog(slog.New(slog.NewTextHandler(&logged, nil))), WithTimeouts(Timeouts{Body: 50 * time.Millisecond}))
	status, _ := r.exchange(t, "nonsense\r\n\r\n") // as the first of all
	assert.Equal(t, http.StatusBadRequest, status)
	r.exchange(t, "HEAD /items/2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	const head = " HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhe"
	r.exchange(t, "POST /echo?late"+head)
	gone := r.dial(t)
	gone.send("POST /echo?gone" + head)
	require.NoError(t, gone.Close())
	require.NoError(t, r.stop(t))
	assert.Contains(t, logged.String(), `status=400`)
	assert.Contains(t, logged.String(), `method=HEAD target=/items/2 operation=getItem status=200 bytes=0`)
	assert.Contains(t, logged.String(), `target=/echo?late operation=echo status=408`)
	assert.Contains(t, logged.String(), `target=/echo?gone operation=echo status=0`)
	assert.Equal(t, 1, strings.Count(logged.String(), `ended="client gone"`))
	assert.Equal(t, 4, strings.Count(logged.String(), "msg=request"), logged.String())
}

func TestAuthenticatorsFaultsAreLogged(t *testing.T) {
	var logged bytes.Buffer
	r := start(t, newNoteAPI(func(context.Context, APIKey) (context.Context, error) {
		return nil, &StatusError{Status: http.StatusServiceUnavailable, Err: errors.New("database is down")}
	}, func(context.Context) {}, WithAPILogger(slog.New(slog.NewTextHandler(&logged, nil)))))
	status, _ := r.exchange(t, "POST /note?key=1 HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	require.NoError(t, r.stop(t))
	assert.Contains(t, logged.String(), "database is down")
}

// An empty requirement admits who sends nothing, and nobody who sends something wrong.
func TestOptionalAuthentication(t *testing.T) {
	a := newTestAPI(testHandlers{})
	op := &Operation{ID: "open", Method: "GET", Path: "/open", Security: []Requirement{{Uses: []SchemeUse{{Scheme: "bearer"}, {Scheme: "key"}}}, {}}}
	Register(a, op, (*noRequest).decode, func(context.Context, *noRequest) ([]byte, error) { return nil, nil },
		func(w *Reply, b []byte) { w.Bytes(http.StatusOK, "text/plain", b) })
	r := start(t, a)
	status, _ := r.exchange(t, "GET /open HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusOK, status)
	status, _ = r.exchange(t, "GET /open HTTP/1.1\r\nHost: x\r\nX-Key: bad\r\n\r\n")
	assert.Equal(t, http.StatusUnauthorized, status)
}

// While the authenticator is not written, an operation that needs it checks its input and answers 501.
func TestSecurityUnimplemented(t *testing.T) {
	a := newNoteAPI(anyKey, func(context.Context) { panic("called") })
	a.SecurityUnimplemented()
	r := start(t, a)
	const head = "Host: x\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx"
	status, body := r.exchange(t, "POST /note HTTP/1.1\r\n"+head)
	assert.Equal(t, http.StatusNotImplemented, status)
	assert.Contains(t, body, "authentication for note is not implemented yet")
	status, _ = r.exchange(t, "POST /note?q=%zz HTTP/1.1\r\n"+head)
	assert.Equal(t, http.StatusBadRequest, status)
}

func TestHTTPHandlerHead(t *testing.T) {
	s := httptest.NewServer(newTestAPI(testHandlers{}).HTTPHandler())
	defer s.Close()
	res, err := s.Client().Head(s.URL + "/items/2")
	require.NoError(t, err)
	defer res.Body.Close()
	assert.EqualValues(t, 9, res.ContentLength)
}

func TestHealthIsExact(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), WithHealth("/healthz", "/readyz"))
	status, _ := r.exchange(t, "DELETE /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusMethodNotAllowed, status)
	status, _ = r.exchange(t, "GET /healthz/more HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusNotFound, status)
	status, _ = r.exchange(t, "HEAD /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusOK, status)
}
