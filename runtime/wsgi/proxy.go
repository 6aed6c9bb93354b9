package wsgi

import (
	"context"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"net/url"
	"os"
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
			r.SetXForwarded()
			r.Out.Host = tornado.HostOf(r.In) // the URLs that the application makes are those of the client
			r.Out.Header.Set("X-Forwarded-Host", r.Out.Host)
			r.Out.Header.Set("X-Forwarded-Proto", tornado.SchemeOf(r.In))
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

// refuse answers where no worker did.
func (a *App) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var tooLong *http.MaxBytesError
	var upload uploadError
	status, text := http.StatusBadGateway, "the application did not answer"
	switch {
	case r.Context().Err() != nil:
		panic(http.ErrAbortHandler) // the client is gone
	case errors.As(err, &tooLong):
		status, text = http.StatusRequestEntityTooLarge, "the body is too long"
	case errors.As(err, &upload):
		w.Header().Set("Connection", "close") // where the next request begins is not known
		status, text = http.StatusBadRequest, "the body cannot be read"
		if errors.Is(err, os.ErrDeadlineExceeded) {
			status, text = http.StatusRequestTimeout, "the body did not come in time"
		}
	case errors.Is(err, errGone):
		w.Header().Set("Retry-After", "1")
		status, text = http.StatusServiceUnavailable, "the application is not there"
	case isLate(err):
		status, text = http.StatusGatewayTimeout, "the application took too long"
	}
	if status >= http.StatusInternalServerError {
		a.config.Logger.Error("wsgi request failed", "app", a.config.App, "method", r.Method, "path", r.URL.Path, "error", err)
	}
	http.Error(w, text, status)
}

// balancer sends each request to the worker that has the fewest.
type balancer App

// RoundTrip implements http.RoundTripper. For a worker, and for a free thread of one, it waits Config.Answer in all.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	until := time.Now().Add(b.config.Answer)
	for {
		if w := b.pick(); w != nil {
			res, err := w.ask(r, until)
			if !errors.Is(err, errLeft) {
				return res, err
			}
		}
		if err := b.pause(r.Context(), until); err != nil {
			return nil, err
		}
	}
}

// errLeft says that the worker takes no requests any more, and has not seen this one.
var errLeft = errors.New("wsgi: the worker is leaving")

// ask sends the request to the worker, which has counted it already. until is how long it may wait for a free thread: errGone then. A
// worker that had a thread for it, and did not answer in time, is to be replaced.
func (w *worker) ask(r *http.Request, until time.Time) (*http.Response, error) {
	var wrote atomic.Bool // the worker may have seen the request, and died of it: no other one gets it
	var had bool          // a connection, and a thread with it
	release := func() {}
	ctx, cancel := context.WithCancelCause(r.Context())
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { // once more, where a kept connection was found closed
			moved := context.AfterFunc(w.here, func() { cancel(errLeft) })
			late := time.AfterFunc(time.Until(until), func() { cancel(errGone) })
			release = func() { moved(); late.Stop() }
		},
		GotConn:      func(httptrace.GotConnInfo) { had = true; release() },
		WroteHeaders: func() { wrote.Store(true) },
	})
	caller := r.Context()
	var over atomic.Bool // it is late for stuck
	stuck := time.AfterFunc(w.transport.ResponseHeaderTimeout, func() {
		if !over.Load() {
			cancel(errStuck)
		}
	})
	stuck.Stop() // until there is something that can be taken
	r = r.WithContext(ctx)
	if r.Body != nil {
		r.Body = &sending{r.Body, &had, stuck, w.transport.ResponseHeaderTimeout}
	}
	res, err := w.transport.RoundTrip(r)
	over.Store(true)
	stuck.Stop()
	release()
	if err == nil {
		res.Body = &counted{ReadCloser: res.Body, w: w, cancel: cancel}
		return res, nil
	}
	late := had && isLate(err) && caller.Err() == nil
	cancel(err)
	w.load.Add(-1)
	var dial *net.OpError
	switch {
	case wrote.Load() && errors.Is(err, errLeft):
		return nil, errLost
	case errors.As(err, &dial) && dial.Op == "dial" && !wrote.Load(): // it has just gone
		return nil, errLeft
	case late:
		w.retire()
	}
	return nil, err
}

// sending is the body of a request on its way to a worker. It stays open until there is a connection: the next worker is to have it
// otherwise. stuck goes off when the worker takes nothing of what there is: the transport waits for an answer only when all is sent.
type sending struct {
	io.ReadCloser
	had    *bool
	stuck  *time.Timer
	answer time.Duration
}

// Read is called by the transport when the worker has taken what came before. Meanwhile it is the client that is waited for.
func (s *sending) Read(p []byte) (int, error) {
	s.stuck.Stop()
	n, err := s.ReadCloser.Read(p)
	s.stuck.Reset(s.answer)
	return n, err
}

// Close is called by the transport, also where it had no connection. The proxy closes the body in the end.
func (s *sending) Close() error {
	if !*s.had {
		return nil
	}
	return s.ReadCloser.Close()
}

// errStuck is of a worker that takes nothing of a body: it is late, as one that does not answer.
var errStuck = fmt.Errorf("wsgi: the application does not read the body: %w", os.ErrDeadlineExceeded)

// errLost is of a request that the worker may have seen before it left.
var errLost = errors.New("wsgi: the worker has left")

// isLate reports whether the worker let the time pass. What the client is late with is an uploadError.
func isLate(err error) bool {
	var upload uploadError
	var timeout net.Error
	return !errors.As(err, &upload) && errors.As(err, &timeout) && timeout.Timeout()
}

// uploadError is what reading the body of a request has ended with: the client's doing, whatever it was.
type uploadError struct{ error }

func (e uploadError) Unwrap() error { return e.error }

// upload is the body of a request, whose errors can be told from those of workers.
type upload struct{ io.ReadCloser }

func (u upload) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = uploadError{err}
	}
	return n, err
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
	w      *worker
	cancel context.CancelCauseFunc // of the request
	done   bool
}

// Close is called once by the proxy.
func (c *counted) Close() error {
	if !c.done {
		c.done = true
		c.w.load.Add(-1)
	}
	err := c.ReadCloser.Close()
	c.cancel(nil)
	return err
}
