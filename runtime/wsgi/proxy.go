package wsgi

import (
	"context"
	"errors"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// newProxy makes what hands requests to workers.
func (a *App) newProxy() http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: "wsgi"})
			r.Out.Host = r.In.Host
			r.SetXForwarded()
			if scheme := schemeOf(r.In); scheme != "" {
				r.Out.Header.Set("X-Forwarded-Proto", scheme)
			}
			r.Out.Header.Del("Expect") // it was answered here
			for name := range r.Out.Header {
				if strings.Contains(name, "_") { // to an application it would be the same as one with a dash
					delete(r.Out.Header, name)
				}
			}
		},
		Transport:     (*balancer)(a),
		FlushInterval: -1, // what the application sends is sent
		ErrorHandler:  a.refuse,
		ErrorLog:      stdlog.New(io.Discard, "", 0), // of answers that were cut off; the server tells of them
	}
}

// schemeOf is what the client speaks as far as the server knows: "" on a server of net/http, whose request says it.
func schemeOf(r *http.Request) string {
	if !tornado.InRequest(r.Context()) {
		return ""
	}
	return tornado.Raw(r.Context()).Scheme()
}

// refuse answers where no worker did.
func (a *App) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var tooLong *http.MaxBytesError
	var timeout net.Error
	status, text := http.StatusBadGateway, "the application did not answer"
	switch {
	case r.Context().Err() != nil:
		panic(http.ErrAbortHandler) // the client is gone
	case errors.As(err, &tooLong):
		status, text = http.StatusRequestEntityTooLarge, "the body is too long"
	case errors.Is(err, errGone):
		w.Header().Set("Retry-After", "1")
		status, text = http.StatusServiceUnavailable, "the application is not there"
	case errors.As(err, &timeout) && timeout.Timeout():
		status, text = http.StatusGatewayTimeout, "the application took too long"
	}
	if status != http.StatusRequestEntityTooLarge {
		a.config.Logger.Error("wsgi request failed", "app", a.config.App, "method", r.Method, "path", r.URL.Path, "error", err)
	}
	http.Error(w, text, status)
}

// balancer sends each request to the worker that has the fewest.
type balancer App

// RoundTrip implements http.RoundTripper. A worker that is just being replaced is waited for.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	until := time.Now().Add(b.config.Answer)
	var wrote atomic.Bool // a worker may have seen the request, and died of it: no other one gets it
	r = r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }}))
	for {
		w := b.pick()
		if w == nil {
			if err := b.pause(r.Context(), until); err != nil {
				return nil, err
			}
			continue
		}
		res, err := w.transport.RoundTrip(r)
		var dial *net.OpError
		switch {
		case err == nil:
			res.Body = &counted{ReadCloser: res.Body, w: w}
			return res, nil
		case errors.As(err, &dial) && dial.Op == "dial" && !wrote.Load(): // it has just gone
			w.load.Add(-1)
			if err := b.pause(r.Context(), until); err != nil {
				return nil, err
			}
			continue
		}
		w.load.Add(-1)
		if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() && r.Context().Err() == nil {
			w.retire()
		}
		return nil, err
	}
}

// pick takes the worker with the fewest requests, nil if none serves.
func (b *balancer) pick() (best *worker) {
	for _, s := range b.slots {
		if w := s.current(); w != nil && (best == nil || w.load.Load() < best.load.Load()) {
			best = w
		}
	}
	if best != nil {
		best.load.Add(1)
	}
	return best
}

// pause waits a moment for a worker.
func (b *balancer) pause(ctx context.Context, until time.Time) error {
	if time.Now().After(until) {
		return errGone
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-b.ctx.Done():
		return errGone
	case <-time.After(20 * time.Millisecond):
		return nil
	}
}

// counted is a body at whose end the worker has a request less.
type counted struct {
	io.ReadCloser
	w    *worker
	done bool
}

// Close is called once by the proxy.
func (c *counted) Close() error {
	if !c.done {
		c.done = true
		c.w.load.Add(-1)
	}
	return c.ReadCloser.Close()
}
