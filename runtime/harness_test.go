package tornado

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if addr := os.Getenv(idleClients); addr != "" {
		beClients(addr)
		return
	}
	if what := os.Getenv("TORNADO_TEST_SERVER"); what != "" { // see restart_test.go
		serverProcess(what)
		return
	}
	_ = flag.Set("test.parallel", "4") // unless the flags say: those that are parallel wait more than they compute
	flag.Parse()
	if allAreRun() {
		_, _ = overOthers() // the error is the test's
	}
	goleak.VerifyTestMain(m)
}

// The operations of the API under test, written as the generator would.
var (
	opGetItem = Operation{ID: "getItem", Name: "GetItem", Method: "GET", Path: "/items/{itemId}", Produces: []string{"application/json"}, Errors: []string{"itemGone"}}
	opEcho    = Operation{ID: "echo", Name: "Echo", Method: "POST", Path: "/echo", Consumes: []string{"text/plain", "application/json"}, BodyRequired: true, Produces: []string{"application/octet-stream"}}
	opHold    = Operation{ID: "hold", Name: "Hold", Method: "GET", Path: "/hold", Produces: []string{"application/octet-stream"}}
	opDelete  = Operation{ID: "deleteItem", Name: "DeleteItem", Method: "DELETE", Path: "/items/{itemId}"}
	opSecret  = Operation{
		ID: "secret", Name: "Secret", Method: "GET", Path: "/secret", Produces: []string{"application/octet-stream"},
		Security: []Requirement{{Uses: []SchemeUse{{Scheme: "key"}}}, {Uses: []SchemeUse{{Scheme: "bearer", Scopes: []string{"read"}}, {Scheme: "basic"}}}},
	}
)

type (
	itemRequest struct {
		ID   int64
		Mode Opt[string]
	}
	echoRequest struct{ Body []byte }
	noRequest   struct{}
)

var (
	itemRule = IntRule{Min: 1, HasMin: true}
	modeRule = StringRule{MaxLength: 5}
)

func (r *itemRequest) decode(in *Input) {
	r.ID = in.Path(0, "itemId", Simple).Int64(&itemRule)
	if p := in.Query("mode", Form); p.Present() {
		r.Mode.Set(p.String(&modeRule))
	}
}

func (r *echoRequest) decode(in *Input) { r.Body = in.BytesBody() }
func (*noRequest) decode(*Input)        {}

// itemGone is a declared error of getItem.
type itemGone struct{ why string }

func (e itemGone) Error() string          { return "getItem: 410 Gone: " + e.why }
func (itemGone) StatusCode() int          { return http.StatusGone }
func (e itemGone) WriteResponse(w *Reply) { w.Bytes(http.StatusGone, "text/plain", []byte(e.why)) }

// testHandlers are the user's side; nil functions take a default.
type testHandlers struct {
	item func(ctx context.Context, req itemRequest) ([]byte, error)
	echo func(ctx context.Context, req echoRequest) ([]byte, error)
	hold func(ctx context.Context) ([]byte, error)
}

func newTestAPI(h testHandlers, opts ...APIOption) *API {
	if h.item == nil {
		h.item = func(_ context.Context, req itemRequest) ([]byte, error) {
			return []byte(`{"id":` + strings.Repeat("1", int(min(req.ID, 9))) + `}`), nil
		}
	}
	if h.echo == nil {
		h.echo = func(_ context.Context, req echoRequest) ([]byte, error) { return req.Body, nil }
	}
	if h.hold == nil {
		h.hold = func(context.Context) ([]byte, error) { return nil, nil }
	}
	a := NewAPI(Info{Title: "Test", Version: "1", Document: []byte("openapi: 3.1.0\n"), DocumentName: "openapi.yaml"}, opts...)
	AddAPIKey(a, "key", InHeader, "X-Key", func(ctx context.Context, k APIKey) (context.Context, error) {
		switch k.Key {
		case "good":
			return context.WithValue(ctx, callerKey{}, "key"), nil
		case "weak":
			return nil, ErrForbidden
		}
		return nil, errors.New("unknown key")
	})
	AddBearer(a, "bearer", func(ctx context.Context, b Bearer) (context.Context, error) {
		if b.Token != "tok" || len(b.Scopes) != 1 || b.Scopes[0] != "read" {
			return nil, errors.New("unknown token")
		}
		return ctx, nil
	})
	AddBasic(a, "basic", func(ctx context.Context, _ Basic) (context.Context, error) { return ctx, nil })
	bytesOut := func(media string) func(*Reply, []byte) {
		return func(w *Reply, b []byte) { w.Bytes(http.StatusOK, media, b) }
	}
	Register(a, &opGetItem, (*itemRequest).decode, func(ctx context.Context, req *itemRequest) ([]byte, error) { return h.item(ctx, *req) }, bytesOut("application/json"))
	Register(a, &opEcho, (*echoRequest).decode, func(ctx context.Context, req *echoRequest) ([]byte, error) { return h.echo(ctx, *req) }, bytesOut("application/octet-stream"))
	Register(a, &opHold, (*noRequest).decode, func(ctx context.Context, _ *noRequest) ([]byte, error) { return h.hold(ctx) }, bytesOut("application/octet-stream"))
	RegisterNoContent(a, &opDelete, (*itemRequest).decode, func(context.Context, *itemRequest) error { return nil }, http.StatusNoContent)
	Register(a, &opSecret, (*noRequest).decode, func(ctx context.Context, _ *noRequest) ([]byte, error) {
		who, _ := ctx.Value(callerKey{}).(string)
		return []byte(who), nil
	}, bytesOut("application/octet-stream"))
	return a
}

type callerKey struct{}

// running is a server under test.
type running struct {
	*Server
	transport transport
	addr      string
	err       chan error
}

// stop drains and returns what Serve returned.
func (r *running) stop(t *testing.T) error {
	t.Helper()
	r.Shutdown()
	select {
	case err := <-r.err:
		r.err <- err
		return err
	case <-time.After(patience):
		t.Fatal("the server did not end")
		return nil
	}
}

// start serves api on a free port until the test ends.
func start(t *testing.T, api *API, opts ...Option) *running {
	t.Helper()
	s := NewServer(append([]Option{WithLogger(quiet), WithLoops(2)}, opts...)...)
	if api != nil {
		s.Handle(api)
	}
	on := transportOf(s)
	listener, err := on.listen()
	require.NoError(t, err)
	r := &running{Server: s, transport: on, addr: listener.Addr().String(), err: make(chan error, 1)}
	go func() { r.err <- s.Serve(context.Background(), listener) }()
	select {
	case <-s.Bound():
	case err := <-r.err:
		t.Fatalf("the server did not start: %v", err)
	}
	t.Cleanup(func() {
		_ = r.stop(t)
		require.Eventually(t, func() bool { return s.bodies.Taken() == 0 }, patience, time.Millisecond, "what bodies take is given back, however requests end")
	})
	return r
}

// quiet logs nothing.
var quiet = slog.New(slog.DiscardHandler)

// patience is how long a client waits for what must come, on a machine that is slow.
const patience = time.Minute

// peerConn is a client that speaks bytes.
type peerConn struct {
	net.Conn
	below net.Conn // what a TLS connection is over; else the same
	r     *bufio.Reader
	t     *testing.T
}

func (r *running) dial(t *testing.T) *peerConn {
	t.Helper()
	c, below, err := r.transport.dial(r.addr)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
	return &peerConn{c, below, bufio.NewReader(c), t}
}

// smallBuffer makes a client whose system takes little of what it does not read.
func smallBuffer(t *testing.T, c net.Conn) {
	t.Helper()
	if over, ok := c.(*tls.Conn); ok {
		c = over.NetConn()
	}
	require.NoError(t, c.(interface{ SetReadBuffer(bytes int) error }).SetReadBuffer(64<<10))
}

// client is a client of net/http for r, and the beginning of its URLs.
func (r *running) client(t *testing.T) (client *http.Client, url string) {
	t.Helper()
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		c, _, err := r.transport.dial(r.addr)
		return c, err
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}, "http://localhost"
}

// reader makes c read anew.
func (c *peerConn) reader() { c.r = bufio.NewReader(c.Conn) }

// CloseWrite ends the sending direction: of TLS first, and then of what it is over.
func (c *peerConn) CloseWrite() error {
	type half interface{ CloseWrite() error }
	if c.Conn != c.below {
		if err := c.Conn.(half).CloseWrite(); err != nil {
			return err
		}
	}
	return c.below.(half).CloseWrite()
}

// vanish closes as a client does that has crashed: by a reset, where there is one.
func (c *peerConn) vanish() {
	c.t.Helper()
	if tcp, ok := c.below.(*net.TCPConn); ok {
		require.NoError(c.t, tcp.SetLinger(0))
	}
	require.NoError(c.t, c.below.Close())
}

func (c *peerConn) send(text string) {
	c.t.Helper()
	_, err := io.WriteString(c.Conn, text)
	require.NoError(c.t, err)
}

// answer reads one answer; method is that of the request.
func (c *peerConn) answer(method string) (*http.Response, string) {
	c.t.Helper()
	res, err := http.ReadResponse(c.r, &http.Request{Method: method})
	require.NoError(c.t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	return res, string(body)
}

// ended asserts that the server closes and sends nothing more.
func (c *peerConn) ended() {
	c.t.Helper()
	rest, err := io.ReadAll(c.r)
	require.NoError(c.t, err)
	require.Empty(c.t, string(rest))
}

// exchange sends bytes on a connection of its own and returns the status and the answer's text.
func (r *running) exchange(t *testing.T, request string) (int, string) {
	t.Helper()
	c := r.dial(t)
	c.send(request)
	method, _, _ := strings.Cut(request, " ")
	res, body := c.answer(method)
	return res.StatusCode, body
}
