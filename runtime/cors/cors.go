// Package cors lets pages of other origins call an API (the CORS protocol of the Fetch standard): it answers preflights and marks
// answers of every kind, refusals included, so that a page can read why it was refused.
package cors

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
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
	// Methods are those that pages may use, of those that a path has, in capitals as there. Nil, or "*": all of them.
	Methods []string
	// Headers are the request header fields that pages may send. Nil: all that they ask for.
	Headers []string
	// Exposed are the answer header fields that pages may read, beside those that they always may.
	Exposed []string
	// Credentials lets pages send cookies and other credentials of the user. It needs Origins that are named.
	Credentials bool
	// MaxAge is how long a browser may remember a preflight. 0: 10 minutes; negative: not at all.
	MaxAge time.Duration
}

// Rule is what some operations have in place of what all have.
type Rule struct {
	// Operations are named by their IDs, as in the document. One that the API does not have is an error of Serve.
	Operations []string
	// Options is who may call them, and nobody where it is zero.
	Options Options
}

// New applies o to all operations of the API, in place of what its document says by x-tornado-cors. A preflight of an origin that is not
// admitted is answered as any other OPTIONS is, without what would let the page go on. An origin that is none, and "*" with
// Credentials, are errors of Serve.
func New(o Options) tornado.APIOption { return Rules(o) }

// Rules is New with rules for some operations. Generated code makes it of what the document says.
func Rules(all Options, rules ...Rule) tornado.APIOption {
	r := &ruled{}
	var err error
	if r.all, err = newPolicy(all); len(rules) > 0 {
		r.of = make(map[string]*policy)
	}
	for _, rule := range rules {
		p, fault := newPolicy(rule.Options)
		err = errors.Join(err, fault)
		for _, id := range rule.Operations {
			r.of[id] = p
		}
	}
	return func(a *tornado.API) {
		if err != nil {
			a.Fail(err)
		}
		for _, rule := range rules {
			a.Demand(rule.Operations...)
		}
		tornado.WithNamedFilter("cors", r.filter)(a)
	}
}

// ruled are the policies of the operations of an API. Immutable.
type ruled struct {
	all *policy
	of  map[string]*policy // by operation ID; nil for none
}

// filter finds the policy for the request: a preflight is one for the operation that it asks for.
func (r *ruled) filter(t *tornado.Transit) {
	if r.of == nil {
		r.all.filter(t, false)
		return
	}
	raw := tornado.Raw(t.Context())
	method := raw.Method()
	if wanted := raw.Header("Access-Control-Request-Method"); method == http.MethodOptions && wanted != "" {
		method = wanted
	}
	p := r.all
	if op := t.OperationFor(method); op != nil && r.of[op.ID] != nil {
		p = r.of[op.ID]
	}
	p.filter(t, true)
}

// policy is Options, ready to be applied. Immutable.
type policy struct {
	Options
	all      bool
	patterns []pattern
	maxAge   string
	exposed  string
}

func newPolicy(o Options) (p *policy, fault error) {
	p = &policy{Options: o, maxAge: "600"}
	switch {
	case o.MaxAge < 0:
		p.maxAge = "0"
	case o.MaxAge > 0:
		p.maxAge = strconv.Itoa(int(o.MaxAge / time.Second))
	}
	p.exposed = strings.Join(o.Exposed, ", ")
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
	return p, fault
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
	scheme, host = strings.ToLower(scheme), strings.ToLower(host)
	if port, ok := defaultPorts[scheme]; ok {
		host = strings.TrimSuffix(host, port)
	}
	return pattern{scheme, host, below}, nil
}

// defaultPorts are left out of the Origin that a browser sends (RFC 6454 section 6.2).
var defaultPorts = map[string]string{"https": ":443", "http": ":80"}

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

// filter marks the answer, and answers a preflight: for the method that it asks for alone where other ones of the path may have other
// policies.
func (p *policy) filter(t *tornado.Transit, alone bool) {
	raw := tornado.Raw(t.Context())
	origin := raw.Header("Origin")
	if !p.all {
		vary(t, "Origin")
	}
	wanted := ""
	if raw.Method() == http.MethodOptions {
		wanted = raw.Header("Access-Control-Request-Method")
	}
	if origin == "" || !p.admits(origin) || !p.takes(cmp.Or(wanted, raw.Method())) {
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
	if wanted == "" {
		if p.exposed != "" {
			_ = t.AddHeader("Access-Control-Expose-Headers", p.exposed) // what cannot be sent is exposed to nobody
		}
		return
	}
	if t.OperationFor(wanted) == nil {
		return // 404, or 204 with what the path allows
	}
	methods := wanted
	if !alone {
		methods = p.among(t.Allow())
	}
	t.Respond(func(w *tornado.Reply) {
		w.Header("Access-Control-Allow-Methods", methods)
		if fields := p.allowed(raw.Header("Access-Control-Request-Headers")); fields != "" {
			w.Header("Access-Control-Allow-Headers", fields)
		}
		w.Header("Access-Control-Max-Age", p.maxAge)
		w.Vary("Access-Control-Request-Method")
		w.Vary("Access-Control-Request-Headers")
		w.NoBody(http.StatusNoContent)
	})
}

// takes reports whether pages may use a method. Who may GET may ask for the head, and OPTIONS tells nothing of its own.
func (p *policy) takes(method string) bool {
	return p.Methods == nil || method == http.MethodOptions || slices.Contains(p.Methods, method) || slices.Contains(p.Methods, "*") ||
		method == http.MethodHead && slices.Contains(p.Methods, http.MethodGet)
}

// among are the methods of an Allow field that pages may use.
func (p *policy) among(allow string) string {
	if p.Methods == nil {
		return allow
	}
	list := strings.Split(allow, ", ")
	return strings.Join(slices.DeleteFunc(list, func(method string) bool { return !p.takes(method) }), ", ")
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
