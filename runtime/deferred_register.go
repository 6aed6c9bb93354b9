package tornado

import (
	"context"
	"fmt"
)

// RegisterDeferred enters an operation whose handler gives its answer by a reply, now or later. Generated code calls it, see
// Register; Rep is the type with a method for each answer.
func RegisterDeferred[Req any, Rep ~struct{ *Deferred }](a *API, op *Operation, decode func(*Req, *Input), handle func(context.Context, Req, Rep)) {
	a.add(op, func(x *exchange) {
		in := x.takeRequest().(*Req)
		if decode(in, &x.in); x.accepted() {
			x.deferred = newDeferred(x)
			if x.match.middleware == nil {
				handle(x.ctx, *in, Rep(struct{ *Deferred }{x.deferred}))
			} else {
				x.throughDeferred(in)
			}
		}
		x.keepRequest()
	}, (*Req)(nil), func(ctx context.Context, req any) (any, error) {
		passed, ok := ctx.Value(passedKey{}).(*passedDeferred)
		if !ok {
			return nil, fmt.Errorf("middleware of %s passed on a context that is not made of its own", op.ID)
		}
		passed.reached = true
		handle(ctx, *req.(*Req), Rep(struct{ *Deferred }{passed.deferred}))
		return nil, nil
	})
}

// passedDeferred goes through middleware with the context.
type passedDeferred struct {
	deferred *Deferred
	reached  bool // the handler was called
}

type passedKey struct{}

// throughDeferred is through for a handler that answers by a Deferred: its result is nil, also for middleware, whose error is the
// answer unless there is one.
func (x *exchange) throughDeferred(req any) {
	d := x.deferred
	passed := &passedDeferred{deferred: d}
	_, err := x.match.middleware(context.WithValue(x.ctx, passedKey{}, passed), newCall(x.match.op, req))
	switch {
	case err == nil && passed.reached:
	case err == nil:
		d.Fail(fmt.Errorf("middleware of %s neither called the handler nor returned an error", x.match.op.ID))
	case !d.Fail(err):
		x.log("middleware failed after the answer was given", "error", err)
	}
}

// AnswerWith answers d with what write makes of v. Generated code calls it.
func AnswerWith[Res any](d *Deferred, v Res, write func(*Reply, Res)) bool {
	return d.give(func(a *answerer) { write(&a.reply, v) })
}

// AnswerPtr is AnswerWith for a pointer: nil is a fault of the handler. Generated code calls it.
func AnswerPtr[Res any](d *Deferred, v *Res, write func(*Reply, *Res)) bool {
	if v == nil {
		return d.Fail(errNothing(d.match.op))
	}
	return AnswerWith(d, v, write)
}

// Answer answers d with what writes itself. Generated code calls it.
func Answer(d *Deferred, v Responder) bool {
	return d.give(func(a *answerer) { v.WriteResponse(&a.reply) })
}

// AnswerStatus answers d with a status alone. Generated code calls it.
func AnswerStatus(d *Deferred, status int) bool {
	return d.give(func(a *answerer) { a.reply.NoBody(status) })
}
