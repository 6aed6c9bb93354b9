package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// How long to wait before a call is sent again.
const (
	firstDelay    = 100 * time.Millisecond // doubled from one attempt to the next
	longestDelay  = 2 * time.Second
	longestDemand = 10 * time.Second // of Retry-After; a server that asks for more is taken at its word
)

// errTooLarge says that an answer is over the limit.
var errTooLarge = errors.New("the body of the answer is over the limit")

// Do sends the call and reads the answer, whatever its status is. An error is an *[Error]: the call was wrong, its context
// or its time has ended, no answer came, or its body is over the limit or was cut off.
func (c *Call) Do() (*Response, error) { return c.answer(timeCall, (*Response).load) }

// Open is Do for an answer whose body may be read part by part, by Reader, EventsOf or ItemsOf of the response; what else reads it
// reads it as a whole. The time of WithTimeout ends when one of the three has begun, and the answer must be read to its end, or be
// closed, or its context must end: until then it holds its connection.
func (c *Call) Open() (*Response, error) {
	return c.answer(timeAnswer, func(*Response) error { return nil })
}

// answer sends the call, and again where that may help. take reads what is to be read of an answer before it counts as one.
func (c *Call) answer(of timing, take func(*Response) error) (*Response, error) {
	if err := c.check(); err != nil {
		return nil, c.error("", 0, err)
	}
	full, place, err := c.url()
	if err != nil {
		return nil, c.error("", 0, err)
	}
	if c.source != nil {
		of = timeSender
	}
	limits := newLimits(context.WithValue(c.ctx, operationKey{}, c.op), c.client.timeout, of)
	ctx := limits.ctx
	retries := 0
	if isIdempotent(c.op.Method) && (c.source == nil || c.source.seeker != nil) {
		retries = c.client.retries
	}
	for attempt := 1; ; attempt++ {
		res, err := c.attempt(ctx, full, limits.late)
		if err == nil {
			res.limits, res.failure = limits, func(err error) error { return c.error(place, attempt, cause(ctx, err)) }
			if err = take(res); err != nil {
				res = nil
			}
		}
		last := attempt > retries || !shouldRetry(ctx, res, err) || !wait(ctx, attempt, res)
		switch {
		case !last:
			res.discard()
		case err != nil:
			err = c.error(place, attempt, cause(ctx, err))
			limits.end()
			return nil, err
		default:
			if res.rest == nil {
				limits.end()
			}
			return res, nil
		}
	}
}

// attempt sends the request once. late is called when the server takes too long for a body that is read meanwhile.
func (c *Call) attempt(ctx context.Context, url string, late func()) (*Response, error) {
	switch {
	case c.source != nil:
		body, err := c.source.open(c.client.timeout, late)
		if err != nil {
			return nil, err
		}
		res, err := c.send(ctx, url, body)
		if failed := body.end(); failed != nil && err != nil {
			err = permanentError{failed}
		}
		return res, err
	case c.hasBody:
		return c.send(ctx, url, bytes.NewReader(c.body))
	}
	return c.send(ctx, url, nil)
}

// send sends the request with a body, nil for none, and returns the answer, whose body is to be read.
func (c *Call) send(ctx context.Context, url string, body io.Reader) (*Response, error) {
	req, err := http.NewRequestWithContext(ctx, c.op.Method, url, body)
	if err != nil {
		return nil, permanentError{err}
	}
	if c.source != nil {
		req.ContentLength = c.source.length
		if c.source.length == 0 {
			req.Body = http.NoBody
		}
	}
	req.Header = c.fields()
	if err := c.client.authenticate(c.op, req); err != nil {
		return nil, permanentError{err}
	}
	res, err := c.client.doer.Do(req) //nolint:bodyclose // it belongs to the Response, which closes it
	if err != nil {
		return nil, err
	}
	return &Response{
		StatusCode: res.StatusCode, Header: res.Header, op: c.op, checked: c.client.checked, rest: res, maxBody: c.client.maxBody,
	}, nil
}

// closeBody closes a body that has been read or is given up. Middleware may have left it out.
func closeBody(res *http.Response) {
	if res.Body != nil {
		_ = res.Body.Close() // nothing of it is missing to anybody
	}
}

// readBody reads the body of an answer.
func readBody(res *http.Response, limit int64) (data []byte, err error) {
	if res.Body == nil || res.Body == http.NoBody {
		return nil, nil // to HEAD, say, with the length that there would be
	}
	if res.ContentLength > limit {
		return nil, permanentError{fmt.Errorf("%w of %d bytes", errTooLarge, limit)}
	}
	var b bytes.Buffer
	if res.ContentLength > 0 {
		b.Grow(int(res.ContentLength) + bytes.MinRead)
	}
	if _, err := b.ReadFrom(io.LimitReader(res.Body, limit+1)); err != nil {
		return nil, fmt.Errorf("status %d, reading the body: %w", res.StatusCode, err)
	}
	if int64(b.Len()) > limit {
		return nil, permanentError{fmt.Errorf("%w of %d bytes", errTooLarge, limit)}
	}
	return b.Bytes(), nil
}

// permanentError is an error that would come again.
type permanentError struct{ error }

func (e permanentError) Unwrap() error { return e.error }

// isIdempotent says whether a request may be sent twice (RFC 9110 section 9.2.2).
func isIdempotent(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY":
		return true
	}
	return false
}

// shouldRetry says whether another attempt may end better.
func shouldRetry(ctx context.Context, res *Response, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if err == nil {
		switch res.StatusCode {
		case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	var permanent permanentError
	var certificate *tls.CertificateVerificationError
	return !errors.As(err, &permanent) && !errors.As(err, &certificate) &&
		!errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// wait waits before the attempt that follows, and returns false if there should be none.
func wait(ctx context.Context, attempt int, res *Response) bool {
	delay := min(firstDelay<<min(attempt-1, 10), longestDelay)
	delay -= rand.N(delay / 2) // so that clients that failed together do not come back together
	if res != nil {
		if demand, ok := retryAfter(res.Header.Get("Retry-After"), time.Now()); ok {
			if demand > longestDemand {
				return false
			}
			delay = max(delay, demand)
		}
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= delay {
		return false
	}
	return pause(ctx, delay)
}

// retryAfter reads Retry-After (RFC 9110 section 10.2.3): seconds or a date.
func retryAfter(field string, now time.Time) (d time.Duration, ok bool) {
	if seconds, err := strconv.ParseUint(field, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if t, err := http.ParseTime(field); err == nil {
		return max(0, t.Sub(now)), true
	}
	return 0, false
}

// cause returns the error without the URL that net/http puts before it, which may hold a credential in its query, and says
// whose time was over.
func cause(ctx context.Context, err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return context.Cause(ctx)
	}
	return err
}
