package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
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
	if err == nil {
		err = c.tellAddress(full)
	}
	if err != nil {
		return nil, c.error("", 0, err)
	}
	if c.page != nil {
		if full, place, err = c.page.ask(c, full, place); err != nil {
			return nil, c.error("", 0, err)
		}
	}
	if c.source != nil {
		of = timeSender
	}
	c.giveKey()
	c.client.budget.called()
	a := &attempts{call: c, of: of, limits: newLimits(c.ctx, c.client.timeout, of), url: full, place: place, take: take}
	retries := 0
	if c.canResend() {
		retries = c.client.retries
	}
	for round := 1; ; round++ {
		res, err := a.round()
		switch {
		case round <= retries && a.mayImprove(res, err) && a.wait(round, res):
			res.discard()
		case err != nil:
			err = a.error(cause(a.limits.ctx, err))
			a.limits.end()
			return nil, err
		default:
			res.attempts = a.count
			if c.page != nil {
				c.page.header = res.Header
			}
			if res.rest == nil {
				a.limits.end()
			}
			return res, nil
		}
	}
}

// error is that of a call that ends without an answer.
func (a *attempts) error(err error) error {
	e := a.call.error(a.place, a.count, err)
	e.OutOfBudget = a.spent
	return e
}

// once sends the request once, as the attempt of that number.
func (a *attempts) once(own *limits, attempt int) (*Response, error) {
	res, err := a.call.attempt(a.call.requestContext(own.ctx, attempt), a.url, own.late)
	if err == nil {
		res.limits, res.failure = own, func(err error) error { return a.error(cause(own.ctx, err)) }
		err = a.take(res)
	}
	if err != nil {
		err = cause(own.ctx, err)
		if own.isLate() {
			err = slowError{err}
		}
		own.drop()
		return nil, err
	}
	if res.rest == nil {
		own.drop()
	}
	return res, nil
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
