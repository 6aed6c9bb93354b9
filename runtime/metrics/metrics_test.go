package metrics_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/internal/freeport"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/metrics"
)

type request struct{ N int64 }

// newAPI has an operation of each kind.
func newAPI() *tornado.API {
	a := tornado.NewAPI(tornado.Info{Title: "Test", Version: "1"}, tornado.WithAPILogger(slog.New(slog.DiscardHandler)))
	get := &tornado.Operation{ID: "getPet", Name: "GetPet", Method: http.MethodGet, Path: "/pets/{petId}"}
	tornado.RegisterNoContent(a, get, func(r *request, in *tornado.Input) { r.N = in.Path(0, "petId", tornado.Simple).Int64(nil) },
		func(context.Context, *request) error { return nil }, http.StatusNoContent)
	watch := &tornado.Operation{ID: "watch", Name: "Watch", Method: http.MethodGet, Path: "/watch", Produces: []string{"text/event-stream"}, Kind: tornado.KindStream}
	tornado.RegisterEvents(a, watch, func(*request, *tornado.Input) {}, func(_ context.Context, _ request, out *tornado.EventStream[string]) error { return out.Send("x") },
		http.StatusOK, &tornado.StreamCodec[string]{Append: func(b []byte, v string) []byte { return tornado.AppendString(b, v) }, Text: true})
	poll := &tornado.Operation{ID: "poll", Name: "Poll", Method: http.MethodGet, Path: "/poll", Kind: tornado.KindDeferred}
	tornado.RegisterDeferred(a, poll, func(*request, *tornado.Input) {}, func(_ context.Context, _ request, r struct{ *tornado.Deferred }) {
		r.Fail(tornado.NotImplemented(poll))
	})
	chat := &tornado.Operation{ID: "chat", Name: "Chat", Method: http.MethodGet, Path: "/chat", Kind: tornado.KindSocket, Socket: &tornado.SocketOptions{}}
	tornado.RegisterSocket(a, chat, func(*request, *tornado.Input) {}, func(context.Context, request, *tornado.Socket[string, string]) error { return nil },
		tornado.SendJSON(func(v *string, b []byte) []byte { return tornado.AppendString(b, *v) }),
		tornado.ReceiveJSON(func(v *string, d *tornado.Decoder) { *v = d.String(nil) }))
	return a
}

// get asks for paths, each on a connection of its own.
func get(t *testing.T, url string, paths ...string) string {
	t.Helper()
	var body []byte
	for _, path := range paths {
		req, err := http.NewRequest(http.MethodGet, url+path, nil)
		require.NoError(t, err)
		req.Close = true
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		body, err = io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
	}
	return string(body)
}

// serve serves until the test ends, and gives the addresses of the API and of the administration.
func serve(t *testing.T, opts ...tornado.Option) (url, admin string) {
	t.Helper()
	second, err := freeport.Address()
	require.NoError(t, err)
	l, err := tornado.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := tornado.NewServer(append(opts, tornado.WithAdmin(second), tornado.WithLoops(1), tornado.WithLogger(slog.New(slog.DiscardHandler)))...)
	s.Handle(newAPI())
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l) }()
	<-s.Bound()
	t.Cleanup(func() {
		s.Shutdown()
		assert.NoError(t, <-served)
	})
	return "http://" + l.Addr().String(), "http://" + second
}

// TestScrape: what Prometheus gets of a server that was called.
func TestScrape(t *testing.T) {
	url, admin := serve(t, metrics.Mount("/metrics"))
	get(t, url, "/pets/1", "/pets/2", "/pets/x", "/watch", "/poll", "/chat", "/nothing")
	text := get(t, admin, "/metrics")
	for _, line := range []string{
		`tornado_requests_total{http_request_method="GET",http_response_status_code="204",http_route="/pets/{petId}",operation="getPet"} 2`,
		`tornado_requests_total{http_request_method="GET",http_response_status_code="422",http_route="/pets/{petId}",operation="getPet"} 1`,
		`tornado_requests_total{http_request_method="GET",http_response_status_code="501",http_route="/poll",operation="poll"} 1`,
		`tornado_requests_total{http_request_method="GET",http_response_status_code="400",http_route="/chat",operation="chat"} 1`,
		`tornado_requests_total{http_request_method="",http_response_status_code="404",http_route="",operation=""} 1`,
		`http_server_request_duration_seconds_count{http_request_method="GET",http_route="/pets/{petId}",operation="getPet"} 3`,
		`http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/pets/{petId}",operation="getPet",le="+Inf"} 3`,
		`http_server_active_requests{http_request_method="GET",http_route="/pets/{petId}",operation="getPet"} 0`,
		`tornado_queued_bytes{http_request_method="GET",http_route="/watch",operation="watch"} 0`,
		`tornado_sockets_open{http_request_method="GET",http_route="/chat",operation="chat"} 0`,
		`tornado_bounds_met_total{bound="header_bytes"} 0`,
		`tornado_loop_accepted_total{loop="0"} 7`,
		`tornado_draining 0`,
	} {
		assert.Contains(t, text, line+"\n")
	}
	assert.Contains(t, text, "go_goroutines", "beside those of Go")
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	require.NoError(t, err)
	for _, p := range problems {
		assert.True(t, strings.HasPrefix(p.Metric, "go_") || strings.HasPrefix(p.Metric, "process_"), "%s: %s", p.Metric, p.Text)
	}
	assert.Contains(t, text, `tornado_loop_wait_seconds_bucket{loop="0",le="1e-06"}`)
}

// TestNetHTTP: an API that net/http serves has the metrics of its operations.
func TestNetHTTP(t *testing.T) {
	api := newAPI()
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(metrics.NewAPI(api))
	s := httptest.NewServer(api.HTTPHandler())
	defer s.Close()
	get(t, s.URL, "/pets/1", "/pets/x")
	require.NoError(t, testutil.GatherAndCompare(r, strings.NewReader(`
# HELP tornado_requests_total Requests that were answered, by status.
# TYPE tornado_requests_total counter
tornado_requests_total{http_request_method="GET",http_response_status_code="204",http_route="/pets/{petId}",operation="getPet"} 1
tornado_requests_total{http_request_method="GET",http_response_status_code="422",http_route="/pets/{petId}",operation="getPet"} 1
`), "tornado_requests_total"))
}

// TestReference holds docs/reference/metrics.md against what is collected: each metric has its row, and each row its metric.
func TestReference(t *testing.T) {
	const page = "../../docs/reference/metrics.md"
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	var rows []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| `") && strings.Count(line, "|") == 5 {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	assert.Equal(t, strings.Join(metrics.Families(), "\n"), strings.Join(rows, "\n"))
	for _, b := range tornado.Bounds() {
		assert.Contains(t, string(text), "| `"+b.String()+"` |")
	}
}
