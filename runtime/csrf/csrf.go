// Package csrf refuses requests by which a page of another origin would do something in the name of the user, by what browsers say of
// where a request comes from: net/http.CrossOriginProtection, for APIs. No token is needed.
package csrf

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Option changes what New does. Each says what holds without it.
type Option func(*settings)

type settings struct {
	protection *http.CrossOriginProtection
	trusted    []string
	exempt     []string
	fault      error
}

// WithTrustedOrigins admits pages of these origins: "https://app.example". The default is those of the server's own origin alone.
func WithTrustedOrigins(origins ...string) Option {
	return func(s *settings) { s.trusted = append(s.trusted, origins...) }
}

// WithExemptOperations does not look at requests to the operations of these ids: those that pages of others are meant to call, and those that do not act
// by cookies. The default is none.
func WithExemptOperations(operations ...string) Option {
	return func(s *settings) { s.exempt = append(s.exempt, operations...) }
}

// New refuses, with 403 and before anybody is authenticated, what changes something (all methods but GET, HEAD and OPTIONS) and comes from
// a page of another origin, as Sec-Fetch-Site or Origin tells. What is no browser sends neither and passes. It matters where callers are
// known by cookies or by their place in the network; a browser sends no bearer token by itself. WebSockets have a check of their own.
func New(opts ...Option) tornado.APIOption {
	s := &settings{protection: http.NewCrossOriginProtection()}
	for _, opt := range opts {
		opt(s)
	}
	for _, origin := range s.trusted {
		if err := s.protection.AddTrustedOrigin(origin); err != nil {
			s.fault = fmt.Errorf("csrf: %w", err)
		}
	}
	return func(a *tornado.API) {
		if s.fault != nil {
			a.Fail(s.fault)
		}
		a.Demand(s.exempt...)
		tornado.WithFilter(s.filter)(a)
	}
}

func (s *settings) filter(t *tornado.Transit) {
	t.OnRouted(func() {
		if slices.Contains(s.exempt, t.Operation().ID) {
			return
		}
		raw := tornado.Raw(t.Context())
		head := make(http.Header)
		for _, name := range []string{"Sec-Fetch-Site", "Origin"} {
			if value := raw.Header(name); value != "" {
				head.Set(name, value)
			}
		}
		r := &http.Request{Method: raw.Method(), Host: raw.Host(), Header: head, URL: &url.URL{Path: raw.Path()}}
		if s.protection.Check(r) != nil {
			t.Refuse(&tornado.StatusError{Status: http.StatusForbidden, Detail: "pages of another origin may not do this"})
		}
	})
}
