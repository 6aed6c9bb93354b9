// Package apitest makes small APIs by hand and serves them, for the tests of the packages around the runtime.
package apitest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Quiet is a logger of nothing.
var Quiet = slog.New(slog.DiscardHandler)

// New begins an API that logs nothing.
func New(opts ...tornado.APIOption) *tornado.API {
	return tornado.NewAPI(tornado.Info{Title: "Test", Version: "1"}, append([]tornado.APIOption{tornado.WithAPILogger(Quiet)}, opts...)...)
}

// Answer is what the operations of this package answer with.
type Answer struct {
	Type string // "" means text/plain
	Body []byte
	Head http.Header
}

// Text is an answer.
func Text(s string) Answer { return Answer{Body: []byte(s)} }

type request struct{ Body []byte }

// Handle enters an operation, named by its method and path, that takes any body up to the API's limit.
func Handle(a *tornado.API, method, path string, fn func(ctx context.Context, body []byte) (Answer, error), security ...tornado.Requirement) {
	op := &tornado.Operation{ID: method + " " + path, Name: "Op", Method: method, Path: path, Produces: []string{"*/*"}, Security: security}
	if method != http.MethodGet && method != http.MethodDelete {
		op.Consumes = []string{"*/*"}
	}
	tornado.Register(a, op, func(r *request, in *tornado.Input) { r.Body = in.BytesBody() },
		func(ctx context.Context, r *request) (Answer, error) { return fn(ctx, r.Body) },
		func(w *tornado.Reply, v Answer) {
			for name, values := range v.Head {
				for _, value := range values {
					w.Header(name, value)
				}
			}
			if v.Type == "" {
				v.Type = "text/plain"
			}
			w.Bytes(http.StatusOK, v.Type, v.Body)
		})
}

type nothing struct{}

// Stream enters an operation that answers part by part.
func Stream(a *tornado.API, path, media string, fn func(ctx context.Context, out *tornado.ByteStream) error) {
	op := &tornado.Operation{ID: "GET " + path, Name: "Op", Method: http.MethodGet, Path: path, Produces: []string{media}, Kind: tornado.KindStream}
	tornado.RegisterBytes(a, op, func(*nothing, *tornado.Input) {}, func(ctx context.Context, _ nothing, out *tornado.ByteStream) error { return fn(ctx, out) },
		http.StatusOK, media)
}

// Events enters an operation that answers with events.
func Events(a *tornado.API, path string, fn func(ctx context.Context, out *tornado.EventStream[string]) error) {
	op := &tornado.Operation{ID: "GET " + path, Name: "Op", Method: http.MethodGet, Path: path, Produces: []string{"text/event-stream"}, Kind: tornado.KindStream}
	tornado.RegisterEvents(a, op, func(*nothing, *tornado.Input) {}, func(ctx context.Context, _ nothing, out *tornado.EventStream[string]) error { return fn(ctx, out) },
		http.StatusOK, &tornado.StreamCodec[string]{Append: func(b []byte, v string) []byte { return tornado.AppendString(b, v) }, Text: true})
}

// Poll enters an operation whose answer is given later.
func Poll(a *tornado.API, path string, fn func(ctx context.Context, d *tornado.Deferred)) {
	op := &tornado.Operation{ID: "GET " + path, Name: "Op", Method: http.MethodGet, Path: path, Produces: []string{"text/plain"}, Kind: tornado.KindDeferred}
	tornado.RegisterDeferred(a, op, func(*nothing, *tornado.Input) {}, func(ctx context.Context, _ nothing, r struct{ *tornado.Deferred }) { fn(ctx, r.Deferred) })
}

// Serve serves on a free port of the loops until the test ends, and returns the beginning of its URLs.
func Serve(t testing.TB, a *tornado.API, opts ...tornado.Option) string {
	t.Helper()
	l, err := tornado.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := tornado.NewServer(append([]tornado.Option{
		tornado.WithLogger(Quiet), tornado.WithLoops(1), tornado.WithTimeouts(tornado.Timeouts{HalfClose: 20 * time.Millisecond}),
	}, opts...)...)
	if a != nil {
		s.Handle(a)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l) }()
	t.Cleanup(func() {
		s.Shutdown()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

// Each runs a test on the loops and on net/http, with a client of its own.
func Each(t *testing.T, a *tornado.API, test func(t *testing.T, c *Client)) {
	t.Run("loops", func(t *testing.T) { test(t, NewClient(t, Serve(t, a))) })
	t.Run("net/http", func(t *testing.T) {
		s := httptest.NewServer(a.HTTPHandler())
		t.Cleanup(s.Close)
		test(t, NewClient(t, s.URL))
	})
}

// Client asks a server. It follows no redirects and decodes nothing.
type Client struct {
	*http.Client
	URL string
	t   testing.TB
}

// NewClient is a client that is closed when the test ends.
func NewClient(t testing.TB, url string) *Client {
	transport := &http.Transport{DisableCompression: true, ExpectContinueTimeout: 10 * time.Second}
	t.Cleanup(transport.CloseIdleConnections)
	return &Client{&http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, url, t}
}

// Ask sends a request with header fields, which are names and values in turn, and returns the answer with its body.
func (c *Client) Ask(method, path string, body io.Reader, fields ...string) (*http.Response, string) {
	c.t.Helper()
	req, err := http.NewRequest(method, c.URL+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	for i := 0; i < len(fields); i += 2 {
		if fields[i] == "Host" {
			req.Host = fields[i+1]
			continue
		}
		req.Header.Add(fields[i], fields[i+1])
	}
	res, err := c.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	all, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res, string(all)
}

// Get is Ask for GET.
func (c *Client) Get(path string, fields ...string) (*http.Response, string) {
	c.t.Helper()
	return c.Ask(http.MethodGet, path, nil, fields...)
}
