// Package requestid gives each request of an API an id: in the context of handlers, on every answer, in the access log, and in what is
// logged with the context.
package requestid

import (
	"context"
	"crypto/rand"
	"log/slog"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// DefaultHeader is the header field that carries the id unless WithHeader names another one.
const DefaultHeader = "X-Request-Id"

// Option changes what New does. Each says what holds without it.
type Option func(*settings)

type settings struct {
	header  string
	believe bool
	fresh   func() string
}

// WithHeader names the header field. The default is DefaultHeader.
func WithHeader(name string) Option { return func(s *settings) { s.header = name } }

// WithIncomingID takes over the id that a request brings, where it is one: up to 128 letters, digits and -_.:+/=@. Use it behind a proxy that
// sets the field. The default is to believe nobody and to make one.
func WithIncomingID() Option { return func(s *settings) { s.believe = true } }

// WithGenerator replaces what makes an id; it is called on many goroutines. The default gives 26 random letters and digits.
func WithGenerator(fresh func() string) Option { return func(s *settings) { s.fresh = fresh } }

type key struct{}

// New gives each request an id.
func New(opts ...Option) tornado.APIOption {
	s := settings{header: DefaultHeader, fresh: rand.Text}
	for _, opt := range opts {
		opt(&s)
	}
	return tornado.WithFilter(func(t *tornado.Transit) {
		id := ""
		if s.believe {
			id = tornado.Raw(t.Context()).Header(s.header)
		}
		if !valid(id) {
			id = s.fresh()
		}
		t.SetContext(context.WithValue(t.Context(), key{}, id))
		t.Log(slog.String("request_id", id))
		_ = t.AddHeader(s.header, id) // what cannot be sent is still logged
	})
}

// From is the id of the request that ctx belongs to, "" for none.
func From(ctx context.Context) string {
	id, _ := ctx.Value(key{}).(string)
	return id
}

func valid(id string) bool {
	if id == "" || len(id) > 128 {
		return false
	}
	for i := range len(id) {
		c := id[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-', c == '_', c == '.', c == ':', c == '+', c == '/', c == '=', c == '@':
		default:
			return false
		}
	}
	return true
}

// Logger adds the id to each record that is logged with the context of a request: slog.New(requestid.Logger(handler)).
func Logger(h slog.Handler) slog.Handler { return logger{h} }

type logger struct{ slog.Handler }

// Handle implements slog.Handler.
func (l logger) Handle(ctx context.Context, r slog.Record) error {
	if id := From(ctx); id != "" {
		r.AddAttrs(slog.String("request_id", id))
	}
	return l.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (l logger) WithAttrs(attrs []slog.Attr) slog.Handler { return logger{l.Handler.WithAttrs(attrs)} }

// WithGroup implements slog.Handler.
func (l logger) WithGroup(name string) slog.Handler { return logger{l.Handler.WithGroup(name)} }
