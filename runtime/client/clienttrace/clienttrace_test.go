package clienttrace_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	eventsapi "github.com/tornadogen/tornadogen/golden/events/expected"
	pagesapi "github.com/tornadogen/tornadogen/golden/pages/expected"
	socketsapi "github.com/tornadogen/tornadogen/golden/sockets/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
	"github.com/tornadogen/tornadogen/runtime/client/clienttrace"
)

// traced keeps what is traced and measured of the calls to a server.
type traced struct {
	t       *testing.T
	url     string
	spans   *tracetest.SpanRecorder
	metrics *sdkmetric.ManualReader
	option  client.Option
	tracer  trace.Tracer
}

func start(t *testing.T, handler http.Handler) *traced {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	tr := &traced{t: t, url: s.URL, spans: tracetest.NewSpanRecorder(), metrics: sdkmetric.NewManualReader()}
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(tr.spans))
	tr.tracer = provider.Tracer("test")
	tr.option = clienttrace.New(clienttrace.WithTracerProvider(provider),
		clienttrace.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(tr.metrics))), clienttrace.WithPropagator(propagation.TraceContext{}))
	return tr
}

// ended are the spans so far, without that of the server's port, which differs.
func (tr *traced) ended() (all []string) {
	for _, s := range tr.spans.Ended() {
		if s.SpanKind() != trace.SpanKindClient {
			continue
		}
		text := s.Name() + " " + fmt.Sprint(s.Status().Code)
		for _, a := range s.Attributes() {
			if a.Key != "server.port" && a.Key != "server.address" && a.Key != "network.protocol.version" {
				text += " " + string(a.Key) + "=" + strings.TrimPrefix(a.Value.String(), tr.url)
			}
		}
		all = append(all, text)
	}
	return all
}

// measured counts what the metric has, by status.
func (tr *traced) measured() map[string]uint64 {
	var data metricdata.ResourceMetrics
	require.NoError(tr.t, tr.metrics.Collect(context.Background(), &data))
	counts := map[string]uint64{}
	for _, scope := range data.ScopeMetrics {
		for _, m := range scope.Metrics {
			require.Equal(tr.t, "http.client.request.duration s", m.Name+" "+m.Unit)
			for _, p := range m.Data.(metricdata.Histogram[float64]).DataPoints {
				status, _ := p.Attributes.Value("http.response.status_code")
				failed, _ := p.Attributes.Value("error.type")
				counts[strings.Trim(status.String()+" "+failed.String(), " ")] += p.Count
				_, secret := p.Attributes.Value("url.full")
				assert.False(tr.t, secret)
			}
		}
	}
	return counts
}

func TestSpans(t *testing.T) {
	var parents []string
	tr := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parents = append(parents, r.Header.Get("Traceparent"))
		w.Header().Set("Content-Type", "application/json")
		switch {
		case len(parents) == 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.URL.Query().Get("after") == "gone":
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"title":"gone"}`))
		default:
			_, _ = w.Write([]byte(`{"pets":[]}`))
		}
	}))
	c, err := pagesapi.NewClient(strings.Replace(tr.url, "http://", "http://user:secret@", 1)+"/v1", tr.option)
	require.NoError(t, err)
	ctx, span := tr.tracer.Start(t.Context(), "outer")
	_, err = c.ListByCursor(ctx, pagesapi.ListByCursorRequest{Limit: tornado.Some[int64](7)})
	require.NoError(t, err)
	_, err = c.ListByCursor(ctx, pagesapi.ListByCursorRequest{After: tornado.Some("gone")})
	require.ErrorAs(t, err, &pagesapi.ListByCursorNotFound{})
	span.End()
	const common = " http.request.method=GET url.template=/cursor url.full=/v1/cursor"
	assert.Equal(t, []string{
		"GET /cursor Error" + common + " http.response.status_code=503 error.type=503",
		"GET /cursor Unset" + common + " http.request.resend_count=1 http.response.status_code=200",
		"GET /cursor Error" + common + " http.response.status_code=404 error.type=404",
	}, tr.ended())
	assert.Equal(t, map[string]uint64{"200": 1, "503 503": 1, "404 404": 1}, tr.measured())
	for i, s := range tr.spans.Ended()[:3] {
		assert.Equal(t, span.SpanContext().SpanID(), s.Parent().SpanID())
		assert.Equal(t, "00-"+span.SpanContext().TraceID().String()+"-"+s.SpanContext().SpanID().String()+"-01", parents[i])
		assert.Contains(t, s.Attributes(), attribute.String("server.address", "127.0.0.1"))
		assert.Contains(t, s.Attributes(), attribute.String("network.protocol.version", "1.1"))
	}
}

func TestNoAnswer(t *testing.T) {
	tr := start(t, http.NotFoundHandler())
	c, err := pagesapi.NewClient("http://127.0.0.1:1", tr.option, client.WithRetry(0))
	require.NoError(t, err)
	_, err = c.ListByCursor(t.Context(), pagesapi.ListByCursorRequest{Limit: tornado.Some[int64](7)})
	require.Error(t, err)
	s := tr.spans.Ended()[0]
	assert.Equal(t, codes.Error, s.Status().Code)
	assert.NotContains(t, s.Status().Description, "limit", "the query is nowhere")
	assert.Contains(t, s.Attributes(), attribute.String("error.type", "dial"))
	assert.Equal(t, map[string]uint64{"dial": 1}, tr.measured())
}

// TestStream: the span is as long as the stream.
func TestStream(t *testing.T) {
	tr := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte("data: {\"pet\":1,\"kind\":\"born\"}\n\n"))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	c, err := eventsapi.NewClient(tr.url, tr.option)
	require.NoError(t, err)
	for _, err := range c.Watch(t.Context(), eventsapi.WatchRequest{}) {
		require.NoError(t, err)
		assert.Empty(t, tr.spans.Ended())
		break
	}
	assert.Len(t, tr.spans.Ended(), 1)
	assert.Equal(t, map[string]uint64{"200": 1}, tr.measured())
}

type echo struct {
	socketsapi.UnimplementedDefaultHandler
}

func (echo) Echo(_ context.Context, _ socketsapi.EchoRequest, ws *tornado.Socket[[]byte, []byte]) error {
	for msg := range ws.Messages() {
		if err := ws.Send(msg); err != nil {
			return err
		}
	}
	return ws.Err()
}

// TestSocket: a WebSocket is as writable as without the spans, whose one ends with the handshake.
func TestSocket(t *testing.T) {
	tr := start(t, socketsapi.New(echo{}, socketsapi.UnimplementedAuthenticator{}).HTTPHandler())
	c, err := socketsapi.NewClient(tr.url, tr.option)
	require.NoError(t, err)
	ws, err := c.Echo(t.Context(), socketsapi.EchoRequest{})
	require.NoError(t, err)
	require.NoError(t, ws.Send([]byte("hello")))
	for msg := range ws.Messages() {
		assert.Equal(t, "hello", string(msg))
		break
	}
	require.NoError(t, ws.Close(tornado.CloseNormal, ""))
	assert.Equal(t, []string{"GET /echo Unset http.request.method=GET url.template=/echo url.full=/echo http.response.status_code=101"}, tr.ended())
}
