package client

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"math"
	random "math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Backoff says how long a call waits before it is sent again: a time at random (full jitter), so that clients that failed together do
// not come back together. Zero stands for the default.
type Backoff struct {
	// First is the longest wait before the second attempt; it doubles from one attempt to the next. The default is 100 ms.
	First time.Duration
	// Longest is the longest wait of all. The default is 2 s.
	Longest time.Duration
	// RetryAfter is how long a server may have a call wait by Retry-After. One that asks for more is taken at its word: its answer is
	// the result. The default is 10 s.
	RetryAfter time.Duration
}

const (
	defaultFirst      = 100 * time.Millisecond
	defaultLongest    = 2 * time.Second
	defaultRetryAfter = 10 * time.Second
)

// WithBackoff says how long a call waits before it is sent again. See Backoff for the default.
func WithBackoff(b Backoff) Option { return func(c *Client) { c.backoff = b } }

// WithIdempotencyKeys gives each POST and PATCH an Idempotency-Key, a text at random that is the same in all attempts of a call, so
// that they are sent again as GET is. It is for servers that honour it, of one operation where [WithOperation] says so: others may do
// twice what was asked once. A call that sets the field itself keeps its key. There are none by default.
func WithIdempotencyKeys() Option { return func(c *Client) { c.keys = true } }

const idempotencyKey = "Idempotency-Key"

// giveKey sets the key of a call that is to have one.
func (c *Call) giveKey() {
	if c.client.keys && (c.op.Method == http.MethodPost || c.op.Method == http.MethodPatch) && !c.hasKey() {
		c.setHeader(idempotencyKey, rand.Text())
	}
}

func (c *Call) hasKey() bool {
	return c.header.Get(idempotencyKey) != "" || c.client.header.Get(idempotencyKey) != ""
}

// isIdempotent says whether a request may be sent twice (RFC 9110 section 9.2.2).
func isIdempotent(method string) bool {
	return isSafe(method) || method == http.MethodPut || method == http.MethodDelete
}

// isSafe says whether a request changes nothing (RFC 9110 section 9.2.1).
func isSafe(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, "QUERY":
		return true
	}
	return false
}

// canResend says whether the body can be sent again.
func (c *Call) canResend() bool { return c.source == nil || c.source.seeker != nil }

// mayRepeat says whether the server may get the request twice.
func (c *Call) mayRepeat() bool { return isIdempotent(c.op.Method) || c.hasKey() }

// permanentError is an error that would come again.
type permanentError struct{ error }

func (e permanentError) Unwrap() error { return e.error }

// slowError is that of an attempt whose own time is over.
type slowError struct{ error }

func (e slowError) Unwrap() error { return e.error }

// mayImprove says whether another attempt may end better.
func (a *attempts) mayImprove(res *Response, err error) bool {
	switch {
	case a.limits.ctx.Err() != nil:
		return false
	case err == nil:
		return a.call.mayRepeat() && (passes(res.StatusCode) || res.StatusCode == http.StatusConflict && a.count > 1 && a.call.hasKey())
	case isPermanent(err):
		return false
	}
	return a.call.mayRepeat() || neverSent(err)
}

// passes says whether a status tells of a state that passes. 409 is the answer to an Idempotency-Key whose first request is not
// answered yet, which mayImprove looks at itself.
func passes(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// isPermanent says whether an error would come again. That a time is over, or that something was given up, does not say so by itself: net
// and http.Client have times of their own. The end of the call is for mayImprove to see, by its context.
func isPermanent(err error) bool {
	var permanent permanentError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var slow slowError
	switch {
	case errors.As(err, &slow):
		return false
	case errors.As(err, &permanent), errors.As(err, &certificate), errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return true
	}
	return false
}

// neverSent says whether there was no connection, so that the server has seen nothing.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// wait waits before the attempt that follows the round, and returns false if there should be none.
func (a *attempts) wait(round int, res *Response) bool {
	b := a.call.client.backoff
	delay := 1 + random.N(b.limit(round))
	if res != nil {
		if demand, ok := retryAfter(res.Header.Get("Retry-After"), time.Now()); ok {
			if demand > orDefault(b.RetryAfter, defaultRetryAfter) {
				return false
			}
			delay = max(delay, demand)
		}
	}
	if a.limits.endsBefore(delay) {
		return false
	}
	if a.spent = !a.call.client.budget.take(); a.spent {
		return false
	}
	if !pause(a.limits.ctx, delay) {
		a.call.client.budget.giveBack()
		return false
	}
	return true
}

// limit is the longest wait after a round.
func (b Backoff) limit(round int) time.Duration {
	first, longest := orDefault(b.First, defaultFirst), orDefault(b.Longest, defaultLongest)
	if round > 30 || first > longest>>(round-1) {
		return longest
	}
	return first << (round - 1)
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// retryAfter reads Retry-After (RFC 9110 section 10.2.3): seconds or a date.
func retryAfter(field string, now time.Time) (d time.Duration, ok bool) {
	if seconds, err := strconv.ParseUint(field, 10, 64); err == nil {
		return time.Duration(min(seconds, uint64(math.MaxInt64/time.Second))) * time.Second, true
	}
	if t, err := http.ParseTime(field); err == nil {
		return max(0, t.Sub(now)), true
	}
	return 0, false
}
