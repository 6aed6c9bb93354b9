package client

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/tornadogen/tornadogen/runtime/internal/operation"
)

// WithOperation changes what the client does for the operation of that ID, which is named as in the document: a longer time, more
// attempts, another budget. The options come behind those of the client, whatever their order is. WithHTTPClient and WithCertificate
// are not among them, as all calls of a client share its connections.
func WithOperation(id string, opts ...Option) Option {
	return func(c *Client) {
		if c.operations == nil {
			c.operations = make(map[string][]Option)
		}
		c.operations[id] = append(c.operations[id], opts...)
	}
}

// With returns a context whose calls have these options, behind those of the client and of the operation:
//
//	report, err := c.GetReport(client.With(ctx, client.WithTimeout(time.Minute), client.WithRetry(0)), req)
//
// With called upon such a context adds to what it has. WithHTTPClient, WithCertificate, WithOperation and WithRetryBudget are errors of
// the call: all of them are of many calls. What is called with the context of a request, by a middleware or by the source of a token,
// has none of the options.
func With(ctx context.Context, opts ...Option) context.Context {
	own := *carriedBy(ctx)
	own.opts = append(slices.Clip(own.opts), opts...)
	return context.WithValue(ctx, carriedKey{}, &own)
}

// OperationOf returns the operation that a request of this package calls, by the request's context; nil for others.
func OperationOf(ctx context.Context) *operation.Operation { return carriedBy(ctx).op }

// AttemptOf returns the number of the attempt that a request of this package is, by the request's context: 1 for the first one of its
// call; 0 for other requests. A call that is hedged may have several attempts under way.
func AttemptOf(ctx context.Context) int { return carriedBy(ctx).attempt }

type carriedKey struct{}

// carried is what a context tells this package: of the calls that are made with it, or the request that it is of. Immutable.
type carried struct {
	op      *operation.Operation
	attempt int
	opts    []Option
	page    *paging // of Pages; nil for other calls
	address *string // set by the call, which is not sent; nil for other calls
}

var nothingCarried carried

// carriedBy is never nil.
func carriedBy(ctx context.Context) *carried {
	if c, ok := ctx.Value(carriedKey{}).(*carried); ok {
		return c
	}
	return &nothingCarried
}

// requestContext is the context of a request, without what was said of calls.
func (c *Call) requestContext(ctx context.Context, attempt int) context.Context {
	return context.WithValue(ctx, carriedKey{}, &carried{op: c.op, attempt: attempt})
}

var (
	errShared     = errors.New("WithHTTPClient, WithCertificate and WithOperation are options of a whole client")
	errCallBudget = errors.New("WithRetryBudget is an option of a client or of an operation: a budget is of many calls")
)

// ofCall is c with the options of one call.
func (c *Client) ofCall(opts []Option) (*Client, error) {
	d, err := c.narrowed(opts)
	if err == nil && d.budget != c.budget {
		return nil, errCallBudget
	}
	return d, err
}

// narrowed is c with more options. The middleware of c stays the same, with what it has counted, unless the options have more of it.
func (c *Client) narrowed(opts []Option) (*Client, error) {
	d := *c
	d.credentials, d.header = maps.Clone(c.credentials), c.header.Clone()
	d.middleware, d.certificates = slices.Clip(c.middleware), slices.Clip(c.certificates)
	d.operations = nil
	for _, opt := range opts {
		opt(&d)
	}
	if d.http != c.http || len(d.certificates) > len(c.certificates) || d.operations != nil {
		return nil, errShared
	}
	if len(d.middleware) > len(c.middleware) {
		d.wrap()
	}
	return &d, nil
}

// ofOperations makes a client of each WithOperation.
func (c *Client) ofOperations() (err error) {
	c.narrow = make(map[string]*Client, len(c.operations))
	for id, opts := range c.operations {
		if c.narrow[id], err = c.narrowed(opts); err != nil {
			return errors.Join(errors.New("WithOperation of "+id), err)
		}
	}
	return nil
}
