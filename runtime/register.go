package tornado

import (
	"context"
	"fmt"
	"reflect"
	"unsafe" // whether a pointer is nil whose type is a parameter: demandPointer has seen that it is a pointer
)

// Generated code calls the functions below: decode fills a request and records what is wrong with it, handle calls the user's method
// with a copy of it, write fills the answer. They are not safe for concurrent use. Req is a pointer to the request, and so is Res where
// that can be: the compiler makes one function for all pointers, and would make one for each operation otherwise.

// Register enters an operation whose handler returns a value.
func Register[Req, Res any](a *API, op *Operation, decode func(Req, *Input), handle func(context.Context, Req) (Res, error), write func(*Reply, Res)) {
	a.add(op, func(x *exchange) {
		in := x.takeRequest().(Req)
		if decode(in, &x.in); x.accepted() {
			var res Res
			var err error
			if x.match.middleware == nil {
				res, err = handle(x.ctx, in)
			} else {
				result, failure := x.through(in)
				typed, ok := result.(Res)
				res, err = typed, x.returned(result, ok, failure)
			}
			if err != nil {
				x.fail(err)
			} else {
				write(&x.reply, res)
			}
		}
		x.keepRequest()
	}, *new(Req), func(ctx context.Context, req any) (any, error) { return handle(ctx, req.(Req)) })
}

// RegisterPtr is Register for a handler that returns a pointer: nil without an error is a fault of the handler. It panics unless Res is a
// pointer.
func RegisterPtr[Req, Res any](a *API, op *Operation, decode func(Req, *Input), handle func(context.Context, Req) (Res, error), write func(*Reply, Res)) {
	demandPointer(*new(Res))
	a.add(op, func(x *exchange) {
		in := x.takeRequest().(Req)
		if decode(in, &x.in); x.accepted() {
			var res Res
			var err error
			if x.match.middleware == nil {
				res, err = handle(x.ctx, in)
			} else {
				result, failure := x.through(in)
				typed, ok := result.(Res)
				res, err = typed, x.returned(result, ok, failure)
			}
			// Res is a pointer, so the first word of it is all of it. As values of any they would be compared by a call, and with the
			// constraint comparable the compiler would make a function for each operation.
			if x.result(*(*unsafe.Pointer)(unsafe.Pointer(&res)) != nil, err) {
				write(&x.reply, res)
			}
		}
		x.keepRequest()
	}, *new(Req), func(ctx context.Context, req any) (any, error) { return handle(ctx, req.(Req)) })
}

// demandPointer panics unless v is a pointer, nil or not.
//
//go:noinline
func demandPointer(v any) {
	if t := reflect.TypeOf(v); t == nil || t.Kind() != reflect.Pointer {
		panic(fmt.Sprintf("tornado: RegisterPtr needs a handler that returns a pointer, not a %v", t))
	}
}

// RegisterAny is Register for a handler that chooses among several answers, each of which writes itself.
func RegisterAny[Req any, Res Responder](a *API, op *Operation, decode func(Req, *Input), handle func(context.Context, Req) (Res, error)) {
	a.add(op, func(x *exchange) {
		in := x.takeRequest().(Req)
		if decode(in, &x.in); x.accepted() {
			if x.match.middleware == nil {
				res, err := handle(x.ctx, in)
				x.respond(res, err)
			} else {
				result, err := x.through(in)
				_, ok := result.(Res)
				x.respond(result, x.returned(result, ok, err))
			}
		}
		x.keepRequest()
	}, *new(Req), func(ctx context.Context, req any) (any, error) { return handle(ctx, req.(Req)) })
}

// RegisterNoContent is Register for a handler that returns an error alone; success is status without a body.
func RegisterNoContent[Req any](a *API, op *Operation, decode func(Req, *Input), handle func(context.Context, Req) error, status int) {
	a.add(op, func(x *exchange) {
		in := x.takeRequest().(Req)
		if decode(in, &x.in); x.accepted() {
			var err error
			if x.match.middleware == nil {
				err = handle(x.ctx, in)
			} else {
				_, err = x.through(in)
			}
			if x.result(true, err) {
				x.reply.NoBody(status)
			}
		}
		x.keepRequest()
	}, *new(Req), func(ctx context.Context, req any) (any, error) { return nil, handle(ctx, req.(Req)) })
}

// result reports whether a handler has a result to write: it returned no error, and a value, where it must. Otherwise the reply
// is that of the error.
func (x *exchange) result(some bool, err error) bool {
	if err == nil && some {
		return true
	}
	x.noResult(err)
	return false
}

func (x *exchange) noResult(err error) {
	if err == nil {
		err = errNothing(x.match.op)
	}
	x.fail(err)
}

func errNothing(op *Operation) error {
	return fmt.Errorf("%s returned neither a value nor an error", op.ID)
}

// respond is what follows a handler that chooses among answers.
func (x *exchange) respond(result any, err error) {
	if x.result(result != nil, err) {
		result.(Responder).WriteResponse(&x.reply)
	}
}

// through calls the handler through the middleware of the operation, which sees what req points to.
func (x *exchange) through(req any) (result any, err error) {
	return x.match.middleware(x.ctx, newCall(x.match.op, req))
}

func newCall(op *Operation, req any) *Call {
	return &Call{Operation: op, Request: reflect.ValueOf(req).Elem().Interface()}
}

// returned is the error of a call that went through middleware, whose result is of the handler's type, or is not.
func (x *exchange) returned(result any, ok bool, err error) error {
	if !ok && err == nil && result != nil {
		return fmt.Errorf("middleware of %s returned a %T, which the handler does not", x.match.op.ID, result)
	}
	return err
}

// innermost is the end of a chain of middleware: it holds what that passes on against the type of request that is due, and calls handle
// with a pointer to it.
func innermost(op *Operation, due reflect.Type, handle func(ctx context.Context, req any) (any, error)) Handler {
	return func(ctx context.Context, call *Call) (any, error) {
		if reflect.TypeOf(call.Request) != due {
			return nil, fmt.Errorf("middleware of %s passed on a %T where a %s is due", op.ID, call.Request, due)
		}
		req := reflect.New(due)
		req.Elem().Set(reflect.ValueOf(call.Request))
		return handle(ctx, req.Interface())
	}
}
