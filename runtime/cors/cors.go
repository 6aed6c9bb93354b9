// Package cors lets pages of other origins call an API (the CORS protocol of the Fetch standard): it answers preflights and marks
// answers of every kind, refusals included, so that a page can read why it was refused.
package cors

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Options say who may call, and what they see. The zero value admits nobody.
type Options struct {
	// Origins are those of the pages that may call: "https://shop.example", "https://*.shop.example" for all below a domain, or "*"
	// for all of them.
	Origins []string
	// Headers are the request header fields that pages may send. Nil: all that they ask for.
	Headers []string
	// Exposed are the answer header fields that pages may read, beside those that they always may.
	Exposed []string
	// Credentials lets pages send cookies and other credentials of the user. It needs Origins that are named.
	Credentials bool
	// MaxAge is how long a browser may remember a preflight. 0: 10 minutes; negative: not at all.
	MaxAge time.Duration
}

// New applies o to the API. The methods that a preflight allows are those that the path has. A preflight of an origin that is not
// admitted is answered as any other OPTIONS is, without what would let the page go on. An origin that is none, and "*" with
// Credentials, are errors of Serve.
func New(o Options) tornado.APIOption {
	p := &policy{Options: o, maxAge: "600"}
	switch {
	case o.MaxAge < 0:
		p.maxAge = "0"
	case o.MaxAge > 0:
		p.maxAge = strconv.Itoa(int(o.MaxAge / time.Second))
	}
	p.exposed = strings.Join(o.Exposed, ", ")
	var fault error
	for _, text := range o.Origins {
		switch at, err := parsePattern(text); {
		case text == "*" && o.Credentials:
			fault = fmt.Errorf(`cors: Credentials need origins that are named, not "*"`)
		case text == "*":
			p.all = true
		case err != nil:
			fault = err
		default:
			p.patterns = append(p.patterns, at)
		}
	}
	return func(a *tornado.API) {
		if fault != nil {
			a.Fail(fault)
		}
		tornado.WithFilter(p.filter)(a)
	}
}

// policy is Options, ready to be applied. Immutable.
type policy struct {
	Options
	all      bool
	patterns []pattern
	maxAge   string
	exposed  string
}

// pattern is an origin, or all below a domain.
type pattern struct {
	scheme, host string // the host with its port
	below        bool   // the host is a suffix that begins with a dot
}

func parsePattern(text string) (pattern, error) {
	scheme, host, found := strings.Cut(text, "://")
	host, below := strings.CutPrefix(host, "*")
	u, err := url.Parse(scheme + "://" + strings.TrimPrefix(host, "."))
	if !found || err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || below && !strings.HasPrefix(host, ".") {
		return pattern{}, fmt.Errorf("cors: %q is no origin; write https://shop.example or https://*.shop.example", text)
	}
	return pattern{strings.ToLower(scheme), strings.ToLower(host), below}, nil
}

// admits reports whether pages of an origin may call. "null" is that of a page without one.
func (p *policy) admits(origin string) bool {
	if p.all {
		return true
	}
	scheme, host, _ := strings.Cut(strings.ToLower(origin), "://")
	for _, at := range p.patterns {
		if at.scheme == scheme && (at.host == host || at.below && len(host) > len(at.host) && strings.HasSuffix(host, at.host)) {
			return true
		}
	}
	return false
}

// filter marks the answer, and answers a preflight.
func (p *policy) filter(t *tornado.Transit) {
	raw := tornado.Raw(t.Context())
	origin := raw.Header("Origin")
	if !p.all {
		vary(t, "Origin")
	}
	if origin == "" || !p.admits(origin) {
		return
	}
	if p.all {
		origin = "*"
	}
	if t.AddHeader("Access-Control-Allow-Origin", origin) != nil {
		return
	}
	if p.Credentials {
		_ = t.AddHeader("Access-Control-Allow-Credentials", "true") // always can be sent
	}
	wanted := raw.Header("Access-Control-Request-Method")
	if raw.Method() != http.MethodOptions || wanted == "" {
		if p.exposed != "" {
			_ = t.AddHeader("Access-Control-Expose-Headers", p.exposed) // what cannot be sent is exposed to nobody
		}
		return
	}
	if t.OperationFor(wanted) == nil {
		return // 404, or 204 with what the path allows
	}
	t.Respond(func(w *tornado.Reply) {
		w.Header("Access-Control-Allow-Methods", t.Allow())
		if fields := p.allowed(raw.Header("Access-Control-Request-Headers")); fields != "" {
			w.Header("Access-Control-Allow-Headers", fields)
		}
		w.Header("Access-Control-Max-Age", p.maxAge)
		w.Vary("Access-Control-Request-Method")
		w.Vary("Access-Control-Request-Headers")
		w.NoBody(http.StatusNoContent)
	})
}

// allowed is what a preflight says of the header fields that the page asks for.
func (p *policy) allowed(asked string) string {
	if p.Headers == nil {
		return asked
	}
	return strings.Join(p.Headers, ", ")
}

// vary tells caches that the answer depends on a header field, once.
func vary(t *tornado.Transit, name string) {
	t.OnAnswer(func(w *tornado.Reply) { w.Vary(name) })
	t.OnStream(func(w *tornado.Reply) tornado.Coder { w.Vary(name); return nil })
}
