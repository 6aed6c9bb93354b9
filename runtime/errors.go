package tornado

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
)

// ErrForbidden is what an authenticator returns, wrapped or as it is, when the caller is known but may not do this:
// the answer is 403. Any other error of an authenticator means that the caller is not known: 401.
var ErrForbidden = errors.New("forbidden")

// ErrClientGone is the cause (context.Cause) of a request's context that ended because the client hung up.
var ErrClientGone = errors.New("the client hung up")

// StatusError is an error that answers with an HTTP status of its own, as problem+json or as the operation's declared
// default. Return it from a handler where the document declares no error that fits. Its texts are sent to the client.
type StatusError struct {
	Status int    // 400 to 599
	Title  string // a short sentence that is the same for each such error; "" takes the text of the status
	Detail string // what went wrong this time; "" for nothing more
	Err    error  // the cause; logged, never sent; may be nil

	unwritten bool // says to who writes the service that it is not written: problem+json, whatever the document declares
}

// Error returns the status with its title and detail.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("%d %s", e.Status, e.title())
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *StatusError) Unwrap() error { return e.Err }

func (e *StatusError) title() string {
	if e.Title != "" {
		return e.Title
	}
	return http1.StatusText(e.Status)
}

// NotImplemented is the error of an operation that nobody has written yet: 501, as problem+json. It is not inlined, or every generated
// package would compile it twice for each of its operations.
//
//go:noinline
func NotImplemented(op *Operation) error {
	return unwritten(op.ID)
}

// unwritten is a 501 that says what is not implemented yet.
func unwritten(what string) *StatusError {
	return &StatusError{Status: http.StatusNotImplemented, Detail: what + " is not implemented yet", unwritten: true}
}

// Unimplemented is NotImplemented for the operation that ctx belongs to, for the handlers of a service that is begun. ctx is that
// of a running handler.
func Unimplemented(ctx context.Context) error {
	if op := Raw(ctx).Operation(); op != nil {
		return NotImplemented(op)
	}
	return &StatusError{Status: http.StatusNotImplemented, unwritten: true}
}

// Responder is an answer that writes itself. The generated answer types implement it.
type Responder interface {
	// WriteResponse fills w. It is called once, on the goroutine of the request, after the handler has returned.
	WriteResponse(w *Reply)
}

// ResponseError is an error that the document declares as an answer. The generated error types implement it. A handler can answer
// with those alone that its operation declares: their names are in Operation.Errors.
type ResponseError interface {
	error
	Responder
	// StatusCode is the status that is sent.
	StatusCode() int
}

// UndeclaredError is a ResponseError that any operation may answer with, for the document need not declare it: what HTTP itself
// has for every resource, such as 304 to a conditional request. Packages beside the generated code implement it.
type UndeclaredError interface {
	ResponseError
	// Undeclared does nothing.
	Undeclared()
}

// StatusText returns the reason phrase that IANA registered for a status, "" for none: "Unprocessable Content" (RFC 9110 section 15).
func StatusText(status int) string { return http1.StatusText(status) }

// ErrorText is the text of a declared error: its status and, unless it is "" or says the same, a message of its body:
// "404 Not Found: there is no pet 7". The Error methods of generated types return it.
func ErrorText(status int, message string) string {
	phrase := StatusText(status)
	text := strings.TrimRight(strconv.Itoa(status)+" "+phrase, " ")
	if message == "" || message == phrase {
		return text
	}
	return text + ": " + message
}

// ErrorMapper turns an error of a handler into another one before it becomes an answer: a ResponseError of the operation
// and a *StatusError are sent as they are, anything else is a 500 that tells the client nothing of the inside. It runs on
// the goroutine of the request, or the one that fails a deferred answer, and sees no ResponseError that op declares. See WithErrorMapper.
type ErrorMapper func(ctx context.Context, op *Operation, err error) error

// ValidationError lists how a value breaks the rules of the document.
type ValidationError struct{ Violations []Violation }

// Error names the first violation, and how many there are.
func (e *ValidationError) Error() string {
	first := e.Violations[0]
	text := fmt.Sprintf("%s %s", first.Pointer, first.Message)
	if more := len(e.Violations) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}
