package tornado

import (
	"context"
	"fmt"
	"sync"
)

// Register enters an operation whose handler returns a value. Generated code calls it: decode fills a request and records
// what is wrong with it, handle is the user's method, write fills the answer. It is not safe for concurrent use.
func Register[Req, Res any](a *API, op *Operation, decode func(*Req, *Input), handle func(context.Context, Req) (Res, error), write func(*Reply, Res)) {
	handle = wrap(a, op, handle)
	take := taker(decode)
	a.add(op, func(x *exchange) {
		req, ok := take(x)
		if !ok {
			return
		}
		res, err := handle(x.ctx, req)
		if err != nil {
			x.fail(err)
			return
		}
		write(&x.reply, res)
	})
}

// RegisterPtr is Register for a handler that returns a pointer: nil without an error is a fault of the handler.
func RegisterPtr[Req, Res any](a *API, op *Operation, decode func(*Req, *Input), handle func(context.Context, Req) (*Res, error), write func(*Reply, *Res)) {
	handle = wrap(a, op, handle)
	take := taker(decode)
	a.add(op, func(x *exchange) {
		req, ok := take(x)
		if !ok {
			return
		}
		res, err := handle(x.ctx, req)
		switch {
		case err != nil:
			x.fail(err)
		case res == nil:
			x.fail(errNothing(op))
		default:
			write(&x.reply, res)
		}
	})
}

// RegisterAny is Register for a handler that chooses among several answers, each of which writes itself.
func RegisterAny[Req any, Res Responder](a *API, op *Operation, decode func(*Req, *Input), handle func(context.Context, Req) (Res, error)) {
	handle = wrap(a, op, handle)
	take := taker(decode)
	a.add(op, func(x *exchange) {
		req, ok := take(x)
		if !ok {
			return
		}
		res, err := handle(x.ctx, req)
		switch {
		case err != nil:
			x.fail(err)
		case any(res) == nil:
			x.fail(errNothing(op))
		default:
			res.WriteResponse(&x.reply)
		}
	})
}

// RegisterNoContent is Register for a handler that returns an error alone; success is status without a body.
func RegisterNoContent[Req any](a *API, op *Operation, decode func(*Req, *Input), handle func(context.Context, Req) error, status int) {
	call := wrap(a, op, func(ctx context.Context, req Req) (struct{}, error) { return struct{}{}, handle(ctx, req) })
	take := taker(decode)
	a.add(op, func(x *exchange) {
		req, ok := take(x)
		if !ok {
			return
		}
		if _, err := call(x.ctx, req); err != nil {
			x.fail(err)
			return
		}
		x.reply.NoBody(status)
	})
}

func errNothing(op *Operation) error {
	return fmt.Errorf("%s returned neither a value nor an error", op.ID)
}

// taker returns a function that decodes and validates a request. What it decodes into is reused, since it would escape to
// the heap for every request otherwise; the handler gets a copy.
func taker[Req any](decode func(*Req, *Input)) func(x *exchange) (req Req, ok bool) {
	pool := sync.Pool{New: func() any { return new(Req) }}
	var zero Req
	return func(x *exchange) (req Req, ok bool) {
		in := pool.Get().(*Req)
		decode(in, &x.in)
		req = *in
		*in = zero
		pool.Put(in)
		return req, x.accepted()
	}
}

// wrap puts the middleware of op around handle, if there is any.
func wrap[Req, Res any](a *API, op *Operation, handle func(context.Context, Req) (Res, error)) func(context.Context, Req) (Res, error) {
	if !a.hasMiddleware(op) {
		return handle
	}
	inner := a.chain(op, func(ctx context.Context, call *Call) (any, error) {
		req, ok := call.Request.(Req)
		if !ok {
			return nil, fmt.Errorf("middleware of %s passed on a %T where a %T is due", op.ID, call.Request, req)
		}
		return handle(ctx, req)
	})
	return func(ctx context.Context, req Req) (Res, error) {
		result, err := inner(ctx, &Call{Operation: op, Request: req})
		res, ok := result.(Res)
		if !ok && err == nil && result != nil {
			err = fmt.Errorf("middleware of %s returned a %T where a %T is due", op.ID, result, res)
		}
		return res, err
	}
}
