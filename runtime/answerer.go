package tornado

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// answerer makes the answer of one request, from a value or from an error. It belongs to one goroutine at a time: that of the
// request, or the one that gives a deferred answer.
type answerer struct {
	match   *registered
	ctx     context.Context // what the handler gets: request with what authenticators added
	request *requestContext
	reply   Reply
}

// fail makes the answer of an error: a declared one as it is, a *StatusError by its status, anything else a 500.
func (a *answerer) fail(err error) {
	api, op := a.match.api, a.match.op
	if a.declared(err) || a.answeredBody(err) {
		return
	}
	if api.mapError != nil {
		if err = api.mapError(a.ctx, op, err); err == nil {
			err = fmt.Errorf("the error mapper of %s returned no error", op.ID)
		}
		if a.declared(err) {
			return
		}
	}
	err = a.explain(err)
	var status *StatusError
	if !errors.As(err, &status) && a.late() {
		api.bounds.meet(BoundOperationTime)
		status = &StatusError{Status: http.StatusServiceUnavailable, Detail: tooLong, Err: err}
	}
	if status == nil || status.Status < 400 || status.Status > 599 {
		if a.request.Err() == nil { // else the client is gone, and the error most likely says so
			api.log().ErrorContext(a.ctx, "handler failed", "operation", op.ID, "error", err)
		}
		status = &StatusError{Status: http.StatusInternalServerError}
	} else if status.Err != nil {
		api.log().ErrorContext(a.ctx, "handler failed", "operation", op.ID, "error", err)
	}
	a.failWith(status)
}

// failWith answers with a status: the operation's declared default if it has one and is written, else problem+json.
func (a *answerer) failWith(status *StatusError) {
	if a.match.fallback != nil && !status.unwritten {
		title := status.title()
		if status.Detail != "" {
			title = status.Detail
		}
		if a.declared(a.match.fallback(status.Status, title)) {
			return
		}
	}
	a.reply.problem(&Problem{Status: status.Status, Title: status.title(), Detail: status.Detail})
}

// declared writes err if it is one that the operation declares, with a status that can be sent.
func (a *answerer) declared(err error) bool {
	var answer ResponseError
	if !errors.As(err, &answer) {
		return false
	}
	if !a.match.declares(answer) || !isFinal(answer.StatusCode()) {
		return false
	}
	answer.WriteResponse(&a.reply)
	return true
}

// explain says of a ResponseError that is not answered as one what to do about it; other errors stay as they are.
func (a *answerer) explain(err error) error {
	var answer ResponseError
	if !errors.As(err, &answer) {
		return err
	}
	name := typeOf(answer).Name()
	if op := a.match.op; !a.match.declares(answer) {
		instead := "declare the answer in the document"
		if len(op.Errors) > 0 {
			instead = "return one that it declares: " + strings.Join(op.Errors, ", ")
		}
		return fmt.Errorf("%s returned %s, which it does not declare: %s (%w)", op.Name, name, instead, err)
	}
	return fmt.Errorf("%s.Status is %d, which is no status of a final answer: set it (%w)", name, answer.StatusCode(), err)
}

// declares tells that the document has answer among the errors of the operation, or need not have it: types of other packages are
// never meant.
func (r *registered) declares(answer ResponseError) bool {
	if _, free := answer.(UndeclaredError); free {
		return true
	}
	t := typeOf(answer)
	return slices.Contains(r.op.Errors, t.Name()) && t.PkgPath() == typeOf(r.request).PkgPath()
}

// typeOf is the type of v, or what it points to.
func typeOf(v any) reflect.Type {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

func (a *answerer) log(text string, args ...any) {
	if a.match == nil {
		return
	}
	a.match.api.log().Error(text, append([]any{"operation", a.match.op.ID}, args...)...)
}
