// Package oteltornado makes OpenTelemetry spans and metrics of the requests of an API, by the semantic conventions for HTTP servers that are
// stable.
//
//	api := petapi.New(handler, oteltornado.New())
//	server := tornado.NewServer(oteltornado.Mount("/pages", pages)).Handle(api)
//
// A span begins with the head of a request, as a child of what its traceparent field names, and ends when the request has ended: an answer
// that is given later, or a stream that goes on when its handler has returned, is in it to its end. It stands in the context of
// authenticators, middleware and handlers. The access log has its ids, as trace_id and span_id.
package oteltornado

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/httpconv"
	"go.opentelemetry.io/otel/trace"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// scope names what makes the spans and the metrics.
const scope = "github.com/tornadogen/tornadogen/runtime/oteltornado"

// Option changes what New does. Each says what holds without it.
type Option func(*settings)

type settings struct {
	tracers    trace.TracerProvider
	meters     metric.MeterProvider
	propagator propagation.TextMapPropagator
	public     bool
}

// WithTracerProvider sets who makes spans. The default is the global one (otel.SetTracerProvider).
func WithTracerProvider(p trace.TracerProvider) Option { return func(s *settings) { s.tracers = p } }

// WithMeterProvider sets who makes metrics. The default is the global one (otel.SetMeterProvider).
func WithMeterProvider(p metric.MeterProvider) Option { return func(s *settings) { s.meters = p } }

// WithPropagator sets what reads the context of a trace from the header. The default is W3C Trace Context and Baggage.
func WithPropagator(p propagation.TextMapPropagator) Option {
	return func(s *settings) { s.propagator = p }
}

// WithNewTraces begins a trace with each request, and links it to what the client has sent: for a service that strangers call, who would
// decide what is sampled. The default is to go on with the client's.
func WithNewTraces() Option { return func(s *settings) { s.public = true } }

// New makes a span and metrics of each request of an API. Give it before other filters: it then sees what they answer with.
func New(opts ...Option) tornado.APIOption {
	s := defaults(opts)
	i := &instruments{settings: s, tracer: s.tracers.Tracer(scope)}
	meter := s.meters.Meter(scope)
	var errs [4]error
	i.duration, errs[0] = httpconv.NewServerRequestDuration(meter)
	i.active, errs[1] = httpconv.NewServerActiveRequests(meter)
	i.received, errs[2] = httpconv.NewServerRequestBodySize(meter)
	i.sent, errs[3] = httpconv.NewServerResponseBodySize(meter)
	return func(a *tornado.API) {
		for _, err := range errs {
			if err != nil {
				a.Fail(err)
			}
		}
		tornado.WithFilter(func(t *tornado.Transit) { i.filter(a, t) })(a)
	}
}

func defaults(opts []Option) settings {
	s := settings{
		tracers: otel.GetTracerProvider(), meters: otel.GetMeterProvider(),
		propagator: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
	}
	for _, opt := range opts {
		opt(&s)
	}
	return s
}

// Mount serves a net/http handler as tornado.WithMount does, with spans and metrics by package otelhttp; prefix is the route.
func Mount(prefix string, h http.Handler, opts ...Option) tornado.Option {
	s := defaults(opts)
	with := []otelhttp.Option{
		otelhttp.WithTracerProvider(s.tracers), otelhttp.WithMeterProvider(s.meters), otelhttp.WithPropagators(s.propagator),
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string { return r.Method + " " + prefix }),
	}
	if s.public {
		with = append(with, otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true }))
	}
	return tornado.WithMount(prefix, otelhttp.NewHandler(h, prefix, with...))
}

// instruments are what New has made.
type instruments struct {
	settings
	tracer   trace.Tracer
	duration httpconv.ServerRequestDuration
	active   httpconv.ServerActiveRequests
	received httpconv.ServerRequestBodySize
	sent     httpconv.ServerResponseBodySize
}

// request is one on its way.
type request struct {
	*instruments
	ctx    context.Context // with the span
	span   trace.Span
	begun  time.Time
	method httpconv.RequestMethodAttr
	scheme string
	op     *tornado.Operation
	common []attribute.KeyValue // of metrics
	status int
	in     int // bytes of the body; -1: not known
	out    int
}

// filter is the tornado.Filter of an API.
func (i *instruments) filter(a *tornado.API, t *tornado.Transit) {
	raw := tornado.Raw(t.Context())
	r := &request{
		instruments: i, begun: time.Now(), method: knownMethod(raw.Method()), scheme: raw.Scheme(), in: announced(raw), out: -1,
		common: []attribute.KeyValue{semconv.NetworkProtocolName("http"), semconv.NetworkProtocolVersion(version(raw.Proto()))},
	}
	r.start(t, raw, redact(raw.Query(), a.QueryKeys()))
	r.active.Add(r.ctx, 1, r.method, r.scheme)
	t.OnRouted(func() { r.routed(t.Operation(), t.Route()) })
	t.OnBody(func(body []byte) {
		if body != nil {
			r.in = len(body)
		}
	})
	t.OnAnswer(func(w *tornado.Reply) { r.status, r.out = w.Status(), len(w.Body()) })
	t.OnStream(func(w *tornado.Reply) tornado.Coder {
		r.status = w.Status()
		return nil
	})
	t.OnEnd(func() { r.end(t.Ended()) })
}

// start begins the span. query is that of the request, as it may be shown.
func (r *request) start(t *tornado.Transit, raw tornado.Request, query string) {
	ctx := r.propagator.Extract(t.Context(), propagation.HeaderCarrier(raw.Headers()))
	with := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer), trace.WithTimestamp(r.begun), trace.WithAttributes(r.attributes(raw, query)...)}
	if r.public {
		with = append(with, trace.WithNewRoot(), trace.WithLinks(trace.Link{SpanContext: trace.SpanContextFromContext(ctx)}))
	}
	r.ctx, r.span = r.tracer.Start(ctx, string(r.method), with...)
	t.SetContext(r.ctx)
	if id := r.span.SpanContext(); id.IsValid() {
		t.Log(ids(id)...)
	}
}

// text is what a client has written, as an attribute may have it: exporters drop all that they send with one that is not UTF-8.
func text(written string) string { return strings.ToValidUTF8(written, "\uFFFD") }

// signatures are query parameters whose values no trace has by the conventions, whatever the API says of them.
var signatures = []string{"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "sig", "X-Goog-Signature"}

// redact takes what may be a secret out of a query: the values of these parameters, and of signatures.
func redact(query string, secret []string) string {
	if query == "" {
		return ""
	}
	parts := strings.Split(query, "&")
	for i, part := range parts {
		written, _, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(written)
		if err == nil && (slices.Contains(secret, name) || slices.Contains(signatures, name)) {
			parts[i] = written + "=REDACTED"
		}
	}
	return strings.Join(parts, "&")
}

// attributes are those of the span that are known when it begins: a sampler may ask for them.
func (r *request) attributes(raw tornado.Request, query string) []attribute.KeyValue {
	all := append([]attribute.KeyValue{
		semconv.HTTPRequestMethodKey.String(string(r.method)), semconv.URLScheme(r.scheme), semconv.URLPath(text(raw.Path())),
	}, r.common...)
	if r.method == httpconv.RequestMethodOther {
		all = append(all, semconv.HTTPRequestMethodOriginal(text(raw.Method())))
	}
	if query != "" {
		all = append(all, semconv.URLQuery(text(query)))
	}
	if agent := raw.Header("User-Agent"); agent != "" {
		all = append(all, semconv.UserAgentOriginal(text(agent)))
	}
	if host, port := split(raw.Host()); host != "" {
		all = append(all, semconv.ServerAddress(text(host)))
		if port != 0 {
			all = append(all, semconv.ServerPort(port))
		}
	}
	if host, _ := split(raw.RemoteAddr().String()); host != "" {
		all = append(all, semconv.ClientAddress(host))
	}
	if host, port := split(raw.PeerAddr().String()); host != "" {
		all = append(all, semconv.NetworkPeerAddress(host))
		if port != 0 {
			all = append(all, semconv.NetworkPeerPort(port))
		}
	}
	return all
}

// routed names the span by the operation.
func (r *request) routed(op *tornado.Operation, route string) {
	r.op = op
	r.common = append(r.common, semconv.HTTPRoute(route))
	r.span.SetName(string(r.method) + " " + route)
	r.span.SetAttributes(semconv.HTTPRoute(route), attribute.String("tornado.operation", op.ID))
}

// end ends the span, and records the metrics.
func (r *request) end(ended tornado.Ending) {
	if r.status == 0 && ended == tornado.EndedAnswered && r.op != nil && r.op.Socket != nil {
		r.status = http.StatusSwitchingProtocols // any other answer would have been seen
	}
	switch {
	case r.status == 0 && ended == tornado.EndedCut:
		r.fails("cut", "the server has cut the connection without an answer")
	case r.status == 0:
		r.fails("client_gone", "the client was gone before it was answered")
	case r.status >= http.StatusInternalServerError:
		r.fails(strconv.Itoa(r.status), "")
	}
	if r.status != 0 {
		r.common = append(r.common, semconv.HTTPResponseStatusCode(r.status))
		r.span.SetAttributes(semconv.HTTPResponseStatusCode(r.status))
	}
	defer r.span.End()
	r.active.Add(r.ctx, -1, r.method, r.scheme)
	r.duration.Record(r.ctx, time.Since(r.begun).Seconds(), r.method, r.scheme, r.common...)
	if r.in >= 0 {
		r.received.Record(r.ctx, int64(r.in), r.method, r.scheme, r.common...)
	}
	if r.out >= 0 {
		r.sent.Record(r.ctx, int64(r.out), r.method, r.scheme, r.common...)
	}
}

// fails marks the request as one that has failed.
func (r *request) fails(kind, why string) {
	r.common = append(r.common, semconv.ErrorTypeKey.String(kind))
	r.span.SetAttributes(semconv.ErrorTypeKey.String(kind))
	r.span.SetStatus(codes.Error, why)
}

// knownMethod is the method as the conventions have it.
func knownMethod(method string) httpconv.RequestMethodAttr {
	switch m := httpconv.RequestMethodAttr(method); m {
	case httpconv.RequestMethodConnect, httpconv.RequestMethodDelete, httpconv.RequestMethodGet, httpconv.RequestMethodHead,
		httpconv.RequestMethodOptions, httpconv.RequestMethodPatch, httpconv.RequestMethodPost, httpconv.RequestMethodPut,
		httpconv.RequestMethodTrace, httpconv.RequestMethodQuery:
		return m
	}
	return httpconv.RequestMethodOther
}

// version is that of HTTP, "1.1" of "HTTP/1.1", and "2" of "HTTP/2.0".
func version(proto string) string {
	if proto == "HTTP/2.0" {
		return "2"
	}
	return strings.TrimPrefix(proto, "HTTP/")
}

// announced is how long the body is by its head; 0 where there is none, -1 where that is not known.
func announced(raw tornado.Request) int {
	if raw.Header("Transfer-Encoding") != "" {
		return -1
	}
	n, err := strconv.Atoi(raw.Header("Content-Length"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// split takes an address apart; the port is 0 where it has none.
func split(address string) (host string, port int) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return strings.Trim(address, "[]"), 0
	}
	port, _ = strconv.Atoi(text) // 0 for a name
	return host, port
}

// ids are the attributes of a record that name a span.
func ids(c trace.SpanContext) []slog.Attr {
	return []slog.Attr{slog.String("trace_id", c.TraceID().String()), slog.String("span_id", c.SpanID().String())}
}

// Logger adds trace_id and span_id to each record that is logged with a context in which there is a span:
// slog.New(oteltornado.Logger(handler)).
func Logger(h slog.Handler) slog.Handler { return logger{h} }

type logger struct{ slog.Handler }

// Handle implements slog.Handler.
func (l logger) Handle(ctx context.Context, r slog.Record) error {
	if id := trace.SpanContextFromContext(ctx); id.IsValid() {
		r.AddAttrs(ids(id)...)
	}
	return l.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (l logger) WithAttrs(attrs []slog.Attr) slog.Handler { return logger{l.Handler.WithAttrs(attrs)} }

// WithGroup implements slog.Handler.
func (l logger) WithGroup(name string) slog.Handler { return logger{l.Handler.WithGroup(name)} }
