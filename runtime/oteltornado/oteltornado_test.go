package oteltornado_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
	"github.com/tornadogen/tornadogen/runtime/oteltornado"
	"github.com/tornadogen/tornadogen/runtime/requestid"
)

const patience = time.Minute

// recorded is what was made of requests.
type recorded struct {
	spans  *tracetest.SpanRecorder
	reader *sdkmetric.ManualReader
	opts   []oteltornado.Option
}

func record() *recorded {
	r := &recorded{spans: tracetest.NewSpanRecorder(), reader: sdkmetric.NewManualReader()}
	r.opts = []oteltornado.Option{
		oteltornado.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(r.spans))),
		oteltornado.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(r.reader))),
	}
	return r
}

// span waits for the n-th span that ends.
func (r *recorded) span(t *testing.T, n int) sdktrace.ReadOnlySpan {
	t.Helper()
	require.Eventually(t, func() bool { return len(r.spans.Ended()) >= n }, patience, time.Millisecond)
	return r.spans.Ended()[n-1]
}

func attributes(s sdktrace.ReadOnlySpan) map[string]any {
	all := map[string]any{}
	for _, kv := range s.Attributes() {
		all[string(kv.Key)] = kv.Value.AsInterface()
	}
	return all
}

// newAPI has operations of every kind below /v1. Each answers with the trace that it sees.
func newAPI(r *recorded, replies chan *tornado.Deferred, streams chan *tornado.EventStream[string], opts ...tornado.APIOption) *tornado.API {
	a := apitest.New(append([]tornado.APIOption{oteltornado.New(r.opts...), tornado.WithBasePath("/v1")}, opts...)...)
	seen := func(ctx context.Context) string { return trace.SpanContextFromContext(ctx).TraceID().String() }
	apitest.Handle(a, "POST", "/pets/{petId}", func(ctx context.Context, body []byte) (apitest.Answer, error) {
		switch string(body) {
		case "fail":
			return apitest.Answer{}, errors.New("no")
		case "abort":
			panic(http.ErrAbortHandler)
		}
		return apitest.Text(seen(ctx)), nil
	})
	apitest.Poll(a, "/poll", func(_ context.Context, d *tornado.Deferred) { replies <- d })
	apitest.Events(a, "/events", func(_ context.Context, out *tornado.EventStream[string]) error {
		out.Keep()
		err := out.Send("first")
		streams <- out
		return err
	})
	chat := &tornado.Operation{ID: "chat", Name: "Chat", Method: http.MethodGet, Path: "/chat", Kind: tornado.KindSocket, Socket: &tornado.SocketOptions{}}
	tornado.RegisterSocket(a, chat, func(*struct{}, *tornado.Input) {}, func(_ context.Context, _ struct{}, s *tornado.Socket[string, string]) error {
		if tornado.Raw(s.Context()).Query() == "abort" {
			panic(http.ErrAbortHandler)
		}
		return s.Send("hi")
	},
		tornado.SendJSON(func(v *string, b []byte) []byte { return tornado.AppendString(b, *v) }),
		tornado.ReceiveJSON(func(v *string, d *tornado.Decoder) { *v = d.String(nil) }))
	return a
}

const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

// TestSpan: a request has one span with what the conventions ask for, which goes on with the client's trace.
func TestSpan(t *testing.T) {
	r := record()
	n := 0
	apitest.Each(t, newAPI(r, nil, nil), func(t *testing.T, c *apitest.Client) {
		n++
		_, body := c.Ask("POST", "/v1/pets/7?full=true", strings.NewReader("hello"), "traceparent", parent, "User-Agent", "test/1")
		assert.Equal(t, "0af7651916cd43dd8448eb211c80319c", body, "the handler sees it")
		s := r.span(t, n)
		assert.Equal(t, "POST /v1/pets/{petId}", s.Name())
		assert.Equal(t, trace.SpanKindServer, s.SpanKind())
		assert.Equal(t, "b7ad6b7169203331", s.Parent().SpanID().String())
		got := attributes(s)
		for name, want := range map[string]any{
			"http.request.method": "POST", "http.route": "/v1/pets/{petId}", "http.response.status_code": int64(200), "url.path": "/v1/pets/7",
			"url.query": "full=true", "url.scheme": "http", "server.address": "127.0.0.1", "client.address": "127.0.0.1", "network.peer.address": "127.0.0.1",
			"network.protocol.name": "http", "network.protocol.version": "1.1", "user_agent.original": "test/1", "tornado.operation": "POST /pets/{petId}",
		} {
			assert.Equal(t, want, got[name], name)
		}
		assert.NotZero(t, got["server.port"])
		assert.NotContains(t, got, "error.type")
		assert.Equal(t, codes.Unset, s.Status().Code)
	})
}

// TestSecretsOfQueries: what the API takes for a key does not leave for where traces are kept, whether it is well written, accepted, or none.
func TestSecretsOfQueries(t *testing.T) {
	r := record()
	a := newAPI(r, nil, nil)
	tornado.AddAPIKey(a, "key", tornado.InQuery, "api key", func(ctx context.Context, _ tornado.APIKey) (context.Context, error) { return ctx, nil })
	tornado.AddAPIKey(a, "head", tornado.InHeader, "plain", func(ctx context.Context, _ tornado.APIKey) (context.Context, error) { return ctx, nil })
	c := apitest.NewClient(t, apitest.Serve(t, a))
	n := 0
	for query, want := range map[string]string{
		"a=1&api+key=secret&b=2":              "a=1&api+key=REDACTED&b=2",
		"%61pi%20key=secret&api%20key=secret": "%61pi%20key=REDACTED&api%20key=REDACTED",
		"api+key":                             "api+key=REDACTED",
		"plain=1&xapi+key=2&%zz=3&&=":         "plain=1&xapi+key=2&%zz=3&&=",
		"X-Amz-Signature=s&sig=secret&Sig=1":  "X-Amz-Signature=REDACTED&sig=REDACTED&Sig=1",
	} {
		for _, path := range []string{"/v1/pets/7", "/nowhere"} {
			n++
			c.Ask("POST", path+"?"+query, nil)
			assert.Equal(t, want, attributes(r.span(t, n))["url.query"])
		}
	}
}

// TestFailures: what the server has failed at is an error, and what the client has is none.
func TestFailures(t *testing.T) {
	r := record()
	c := apitest.NewClient(t, apitest.Serve(t, newAPI(r, nil, nil)))
	c.Ask("POST", "/v1/pets/7", strings.NewReader("fail"))
	assert.Equal(t, "500", attributes(r.span(t, 1))["error.type"])
	assert.Equal(t, codes.Error, r.span(t, 1).Status().Code)
	c.Ask("BREW", "/nowhere", nil)
	s := r.span(t, 2)
	got := attributes(s)
	assert.Equal(t, "_OTHER", s.Name())
	assert.Equal(t, "BREW", got["http.request.method_original"])
	assert.Equal(t, int64(501), got["http.response.status_code"])
	c.Get("/v1/pets/7")
	got = attributes(r.span(t, 3))
	assert.Equal(t, int64(405), got["http.response.status_code"])
	assert.NotContains(t, got, "error.type")
	assert.NotContains(t, got, "http.route")
}

// TestCut: a handler that cuts its connection is not a client that is gone, nor a socket that was opened.
func TestCut(t *testing.T) {
	r, n := record(), 0
	apitest.Each(t, newAPI(r, nil, nil), func(t *testing.T, c *apitest.Client) {
		for _, request := range []string{
			"POST /v1/pets/7 HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nabort",
			"GET /v1/chat?abort HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
				"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
		} {
			conn, err := net.Dial("tcp", strings.TrimPrefix(c.URL, "http://"))
			require.NoError(t, err)
			defer conn.Close()
			_, err = io.WriteString(conn, request)
			require.NoError(t, err)
			n++
			got := attributes(r.span(t, n))
			assert.Equal(t, "cut", got["error.type"])
			assert.NotContains(t, got, "http.response.status_code")
		}
	})
}

// TestKinds: spans of answers that come later, and of those that go on, end with them.
func TestKinds(t *testing.T) {
	r, replies, streams := record(), make(chan *tornado.Deferred, 1), make(chan *tornado.EventStream[string], 1)
	url := apitest.Serve(t, newAPI(r, replies, streams))
	c := apitest.NewClient(t, url)
	t.Run("deferred", func(t *testing.T) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.Get("/v1/poll")
		}()
		d := <-replies
		assert.Empty(t, r.spans.Ended())
		d.Fail(&tornado.StatusError{Status: http.StatusGone})
		<-done
		assert.Equal(t, int64(410), attributes(r.span(t, 1))["http.response.status_code"])
	})
	t.Run("stream", func(t *testing.T) {
		res, err := c.Client.Get(url + "/v1/events")
		require.NoError(t, err)
		defer res.Body.Close()
		out := <-streams
		assert.Len(t, r.spans.Ended(), 1)
		out.Close()
		_, err = io.ReadAll(res.Body)
		require.NoError(t, err)
		assert.Equal(t, int64(200), attributes(r.span(t, 2))["http.response.status_code"])
		assert.Equal(t, "GET /v1/events", r.span(t, 2).Name())
	})
	t.Run("socket", func(t *testing.T) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, "GET /v1/chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
		require.NoError(t, err)
		assert.Equal(t, int64(101), attributes(r.span(t, 3))["http.response.status_code"])
	})
	t.Run("client gone", func(t *testing.T) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		require.NoError(t, err)
		_, err = io.WriteString(conn, "GET /v1/poll HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		<-replies
		require.NoError(t, conn.Close())
		assert.Equal(t, "client_gone", attributes(r.span(t, 4))["error.type"])
	})
}

// TestMetrics: the metrics of the conventions, with their buckets.
func TestMetrics(t *testing.T) {
	r := record()
	c := apitest.NewClient(t, apitest.Serve(t, newAPI(r, nil, nil)))
	for range 3 {
		c.Ask("POST", "/v1/pets/7", strings.NewReader("hello"))
	}
	r.span(t, 3)
	var got metricdata.ResourceMetrics
	require.NoError(t, r.reader.Collect(context.Background(), &got))
	byName := map[string]metricdata.Aggregation{}
	for _, m := range got.ScopeMetrics[0].Metrics {
		byName[m.Name] = m.Data
	}
	duration := byName["http.server.request.duration"].(metricdata.Histogram[float64]).DataPoints[0]
	assert.Equal(t, uint64(3), duration.Count)
	assert.Equal(t, []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}, duration.Bounds)
	for name, want := range map[attribute.Key]any{
		"http.request.method": "POST", "http.route": "/v1/pets/{petId}", "http.response.status_code": int64(200), "url.scheme": "http",
		"network.protocol.name": "http", "network.protocol.version": "1.1",
	} {
		value, _ := duration.Attributes.Value(name)
		assert.Equal(t, want, value.AsInterface(), name)
	}
	assert.Equal(t, int64(15), byName["http.server.request.body.size"].(metricdata.Histogram[int64]).DataPoints[0].Sum)
	assert.Equal(t, int64(3*32), byName["http.server.response.body.size"].(metricdata.Histogram[int64]).DataPoints[0].Sum)
	assert.Zero(t, byName["http.server.active_requests"].(metricdata.Sum[int64]).DataPoints[0].Value)
}

// TestNewTraces: what a stranger sends is linked, and no parent.
func TestNewTraces(t *testing.T) {
	r := record()
	r.opts = append(r.opts, oteltornado.WithNewTraces())
	c := apitest.NewClient(t, apitest.Serve(t, newAPI(r, nil, nil)))
	_, body := c.Ask("POST", "/v1/pets/7", strings.NewReader(""), "traceparent", parent)
	s := r.span(t, 1)
	assert.False(t, s.Parent().IsValid())
	assert.Equal(t, body, s.SpanContext().TraceID().String())
	require.Len(t, s.Links(), 1)
	assert.Equal(t, "0af7651916cd43dd8448eb211c80319c", s.Links()[0].SpanContext.TraceID().String())
}

// TestMount: a mounted handler has a span, too.
func TestMount(t *testing.T) {
	r := record()
	pages := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.WriteString(w, trace.SpanContextFromContext(req.Context()).TraceID().String())
	})
	c := apitest.NewClient(t, apitest.Serve(t, nil, oteltornado.Mount("/pages", pages, r.opts...)))
	_, body := c.Get("/pages/1", "traceparent", parent)
	assert.Equal(t, "0af7651916cd43dd8448eb211c80319c", body)
	assert.Equal(t, "GET /pages", r.span(t, 1).Name())
}

// TestLogs: the access log and what is logged with the context name the request, the trace and what the handler has added.
func TestLogs(t *testing.T) {
	var out lockedBuffer
	l := slog.New(requestid.Logger(oteltornado.Logger(slog.NewTextHandler(&out, nil))))
	r := record()
	var id string
	t.Run("serve", func(t *testing.T) {
		a := apitest.New(oteltornado.New(r.opts...), requestid.New())
		apitest.Handle(a, "GET", "/", func(ctx context.Context, _ []byte) (apitest.Answer, error) {
			l.InfoContext(ctx, "called")
			tornado.Raw(ctx).Log(slog.Int("rows", 3))
			return apitest.Text(requestid.From(ctx)), nil
		})
		_, id = apitest.NewClient(t, apitest.Serve(t, a, tornado.WithAccessLog(l))).Get("/", "traceparent", parent)
	})
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 2)
	span := r.span(t, 1).SpanContext().SpanID().String()
	for _, line := range lines {
		assert.Contains(t, line, "request_id="+id)
		assert.Contains(t, line, "trace_id=0af7651916cd43dd8448eb211c80319c span_id="+span)
	}
	assert.Contains(t, lines[1], "rows=3")
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
