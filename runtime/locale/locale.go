// Package locale chooses the language of an answer by what a client prefers, and writes messages, numbers and amounts in it, by
// golang.org/x/text.
package locale

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Option changes a Locales. Each says what holds without it.
type Option func(*Locales)

// WithCookie lets a cookie of that name, whose value is a language, go before what the client prefers in general. The default is none.
func WithCookie(name string) Option { return func(l *Locales) { l.cookie = name } }

// WithQuery lets a query parameter of that name go before everything else. The default is none.
func WithQuery(name string) Option { return func(l *Locales) { l.query = name } }

// WithCatalog is where messages are looked up. The default is message.DefaultCatalog, which `gotext` fills.
func WithCatalog(c catalog.Catalog) Option { return func(l *Locales) { l.catalog = c } }

// Locales are the languages that a service speaks. It is safe for concurrent use.
type Locales struct {
	tags    []language.Tag
	matcher language.Matcher
	catalog catalog.Catalog
	cookie  string
	query   string
}

// New names the languages, the first of which is spoken to who knows none of them.
func New(first language.Tag, more []language.Tag, opts ...Option) *Locales {
	tags := append([]language.Tag{first}, more...)
	l := &Locales{tags: tags, matcher: language.NewMatcher(tags), catalog: message.DefaultCatalog}
	for _, opt := range opts {
		opt(l)
	}
	return l
}

// chosen is the language of a request.
type chosen struct {
	tag     language.Tag
	printer *message.Printer
}

type key struct{}

// Option chooses the language of each request of an API by Accept-Language (RFC 9110 section 12.5.4), regions and scripts considered, and
// says it with Content-Language on answers that have a body and do not say another one, but for refusals that come before the handler:
// what the runtime says of a request is English.
func (l *Locales) Option() tornado.APIOption {
	return tornado.WithFilter(func(t *tornado.Transit) {
		raw := tornado.Raw(t.Context())
		c := l.choose(raw.Headers(), raw.Query())
		t.SetContext(context.WithValue(t.Context(), key{}, c))
		called := false
		t.OnCall(func() (after func()) { called = true; return nil })
		mark := func(w *tornado.Reply) {
			w.Vary("Accept-Language")
			if l.cookie != "" {
				w.Vary("Cookie")
			}
			if _, said := w.Field("Content-Language"); !said && w.ContentType() != "" && (called || w.Status() < http.StatusBadRequest) {
				w.Header("Content-Language", c.tag.String())
			}
		}
		t.OnAnswer(mark)
		t.OnStream(func(w *tornado.Reply) tornado.Coder { mark(w); return nil })
	})
}

// Handler does the same for a net/http handler.
func (l *Locales) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := l.choose(r.Header, r.URL.RawQuery)
		w.Header().Add("Vary", "Accept-Language")
		if l.cookie != "" {
			w.Header().Add("Vary", "Cookie")
		}
		w.Header().Set("Content-Language", c.tag.String())
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, c)))
	})
}

// choose returns the language that the client likes best of those that the service speaks.
func (l *Locales) choose(head http.Header, query string) *chosen {
	var wishes []string
	if l.query != "" {
		values, _ := url.ParseQuery(query) // what cannot be read is not there
		if values.Has(l.query) {
			wishes = append(wishes, values.Get(l.query))
		}
	}
	if l.cookie != "" {
		if c, err := (&http.Request{Header: head}).Cookie(l.cookie); err == nil {
			wishes = append(wishes, c.Value)
		}
	}
	wishes = append(wishes, strings.Join(head.Values("Accept-Language"), ","))
	_, at := language.MatchStrings(l.matcher, wishes...)
	tag := l.tags[at]
	return &chosen{tag, message.NewPrinter(tag, message.Catalog(l.catalog))}
}

// Of is the language of the request that ctx belongs to, language.Und where no [Locales] has chosen one.
func Of(ctx context.Context) language.Tag {
	if c, ok := ctx.Value(key{}).(*chosen); ok {
		return c.tag
	}
	return language.Und
}

// Printer writes in the language of the request that ctx belongs to: Printer(ctx).Sprintf("%d pets", n). It is for one goroutine at a
// time.
func Printer(ctx context.Context) *message.Printer {
	if c, ok := ctx.Value(key{}).(*chosen); ok {
		return c.printer
	}
	return message.NewPrinter(language.Und)
}
