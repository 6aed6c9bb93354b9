// Package clienttrace makes spans and metrics of the calls of a generated client, with OpenTelemetry:
//
//	c, err := petapi.NewClient(url, clienttrace.New())
//
// Each attempt of a call is a client span, "GET /pets/{petId}", below the span of the context that the call was made with, and tells the
// server of itself by the header fields of the propagator (traceparent). Names and attributes are those of the semantic conventions of
// HTTP clients: http.request.method, url.template, url.full, server.address, server.port, network.protocol.version,
// http.response.status_code, http.request.resend_count of attempts behind the first, and error.type. The metric is
// http.client.request.duration, in seconds. Neither holds a query, a password or a header field.
//
// A span ends when the body was read to its end or closed, so that the span of a stream is as long as the stream; that of a WebSocket ends
// with its handshake.
package clienttrace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/httpconv"
	"go.opentelemetry.io/otel/trace"

	"github.com/tornadogen/tornadogen/runtime/client"
)

// Option changes what New gives.
type Option func(*settings)

type settings struct {
	tracers     trace.TracerProvider
	meters      metric.MeterProvider
	propagators propagation.TextMapPropagator
}

// WithTracerProvider makes the spans with p. The default is the global one.
func WithTracerProvider(p trace.TracerProvider) Option { return func(s *settings) { s.tracers = p } }

// WithMeterProvider makes the metric with p. The default is the global one.
func WithMeterProvider(p metric.MeterProvider) Option { return func(s *settings) { s.meters = p } }

// WithPropagator tells the server of a span with p. The default is the global one, which tells nothing unless the program has set
// it.
func WithPropagator(p propagation.TextMapPropagator) Option {
	return func(s *settings) { s.propagators = p }
}

const scope = "github.com/tornadogen/tornadogen/runtime/client/clienttrace"

// New gives the option of a client whose calls are traced and measured. It is a middleware: those that are named before it are
// outside of the spans, those behind it inside.
func New(opts ...Option) client.Option {
	s := settings{tracers: otel.GetTracerProvider(), meters: otel.GetMeterProvider(), propagators: otel.GetTextMapPropagator()}
	for _, opt := range opts {
		opt(&s)
	}
	duration, err := httpconv.NewClientRequestDuration(s.meters.Meter(scope))
	if err != nil {
		otel.Handle(err)
	}
	t := &tracing{tracer: s.tracers.Tracer(scope), duration: duration, propagators: s.propagators}
	return client.WithMiddleware(func(next client.Doer) client.Doer {
		return client.DoerFunc(func(req *http.Request) (*http.Response, error) { return t.do(next, req) })
	})
}

type tracing struct {
	tracer      trace.Tracer
	duration    httpconv.ClientRequestDuration
	propagators propagation.TextMapPropagator
}

// do sends one attempt.
func (t *tracing) do(next client.Doer, req *http.Request) (*http.Response, error) {
	common, name := describe(req)
	own := []attribute.KeyValue{semconv.URLFull(shownURL(req.URL))}
	if knownMethod(req.Method) == httpconv.RequestMethodOther {
		own = append(own, semconv.HTTPRequestMethodOriginal(req.Method))
	}
	if n := client.AttemptOf(req.Context()); n > 1 {
		own = append(own, semconv.HTTPRequestResendCount(n-1))
	}
	ctx, span := t.tracer.Start(req.Context(), name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(common...), trace.WithAttributes(own...))
	m := &measured{t: t, ctx: ctx, span: span, start: time.Now(), common: common}
	req = req.WithContext(ctx)
	t.propagators.Inject(ctx, propagation.HeaderCarrier(req.Header))
	res, err := next.Do(req)
	if err != nil {
		m.end(err)
		return res, err
	}
	m.answered(res)
	switch {
	case res.Body == nil, res.Body == http.NoBody, res.StatusCode == http.StatusSwitchingProtocols:
		m.end(nil)
	default:
		res.Body = &body{res.Body, m}
	}
	return res, nil
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

// describe gives what spans and metrics say of a request alike, and the name of the span.
func describe(req *http.Request) (attributes []attribute.KeyValue, name string) {
	method := knownMethod(req.Method)
	attributes = append(attributes, semconv.HTTPRequestMethodKey.String(string(method)))
	if name = req.Method; method == httpconv.RequestMethodOther {
		name = "HTTP"
	}
	if op := client.OperationOf(req.Context()); op != nil {
		attributes = append(attributes, semconv.URLTemplate(op.Path))
		name += " " + op.Path
	}
	attributes = append(attributes, semconv.ServerAddress(req.URL.Hostname()))
	port, err := strconv.Atoi(req.URL.Port())
	switch {
	case err == nil:
	case req.URL.Scheme == "https":
		port = 443
	default:
		port = 80
	}
	return append(attributes, semconv.ServerPort(port)), name
}

// shownURL is a URL without what may be secret.
func shownURL(u *url.URL) string {
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return shown.String()
}

// measured is one attempt that is under way.
type measured struct {
	t      *tracing
	ctx    context.Context // of the span
	span   trace.Span
	start  time.Time
	common []attribute.KeyValue // of the span and of the metric
	once   sync.Once
	failed bool // the answer has said so
}

// answered notes what the head of an answer says.
func (m *measured) answered(res *http.Response) {
	m.common = append(m.common, semconv.HTTPResponseStatusCode(res.StatusCode))
	switch res.ProtoMajor {
	case 1:
		m.common = append(m.common, semconv.NetworkProtocolVersion(fmt.Sprintf("1.%d", res.ProtoMinor)))
	case 2, 3:
		m.common = append(m.common, semconv.NetworkProtocolVersion(strconv.Itoa(res.ProtoMajor)))
	}
	if res.StatusCode >= http.StatusBadRequest {
		m.failed = true
		m.common = append(m.common, semconv.ErrorTypeKey.String(strconv.Itoa(res.StatusCode)))
		m.span.SetStatus(codes.Error, "")
	}
}

// end ends the span and counts the time, once. err is why there is no answer, or why it was cut off.
func (m *measured) end(err error) {
	m.once.Do(func() {
		if err != nil {
			if !m.failed {
				m.common = append(m.common, semconv.ErrorTypeKey.String(errorType(err)))
			}
			m.span.SetStatus(codes.Error, reason(err))
		}
		m.span.SetAttributes(m.common...)
		m.span.End()
		m.t.duration.RecordSet(m.ctx, time.Since(m.start).Seconds(), attribute.NewSet(m.common...))
	})
}

// errorType is a name of few values for an error.
func errorType(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.As(err, &dns):
		return "dns"
	case errors.As(err, &op):
		return op.Op
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "eof"
	}
	return semconv.ErrorTypeOther.Value.AsString()
}

// reason is the text of an error without the URL of the request, which net/http puts before it.
func reason(err error) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return err.Error()
}

// body ends its attempt when it ends.
type body struct {
	io.ReadCloser
	m *measured
}

// Read reads on.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		b.m.end(nil)
	case err != nil:
		b.m.end(err)
	}
	return n, err
}

// Close ends it where it stands.
func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.m.end(nil)
	return err
}
