package client

import (
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/operation"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// Error says that a call came to no answer.
type Error struct {
	Operation *operation.Operation
	// URL is where it was sent to, without its query and without a password; "" if it was not sent.
	URL string
	// Attempts is how often it was sent.
	Attempts int
	// OutOfBudget tells that it was not sent again because the budget of WithRetryBudget had nothing left.
	OutOfBudget bool
	// Err is what went wrong in the last attempt.
	Err error
}

// Error gives the operation, the URL and the reason: "getPet: GET http://localhost:8080/pets/1: connection refused".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Operation.ID + ": " + e.Operation.Method + " ")
	if e.URL == "" {
		b.WriteString(e.Operation.Path)
	} else {
		b.WriteString(e.URL)
	}
	b.WriteString(": " + e.Err.Error())
	b.WriteString(attemptsText(e.Attempts))
	if e.OutOfBudget {
		b.WriteString(", and no more within the budget of retries")
	}
	return b.String()
}

// attemptsText tells how often a call was sent, where that was more than once.
func attemptsText(n int) string {
	if n <= 1 {
		return ""
	}
	return " (" + strconv.Itoa(n) + " attempts)"
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

func (c *Call) error(url string, attempts int, err error) *Error {
	if scheme, rest, ok := strings.Cut(url, "://"); ok {
		host, path, _ := strings.Cut(rest, "/")
		url = scheme + "://" + host[strings.LastIndexByte(host, '@')+1:] + "/" + path
	}
	return &Error{Operation: c.op, URL: url, Attempts: attempts, Err: err}
}

// UnexpectedResponse is an answer that the document does not declare: of another status, or of another media type than it has for
// the status.
type UnexpectedResponse struct { //nolint:errname // generated clients and their users know it by this name: an answer, not a fault
	Operation  *operation.Operation
	StatusCode int
	Header     http.Header
	Body       []byte
	// Declared are the media types that the document has for the status; nil where it does not declare the status.
	Declared []string
	// Problem is what the body says if it is of type application/problem+json; nil for others.
	Problem *Problem
	// Attempts is how often the call was sent.
	Attempts int
}

// shownBody is how many bytes of a body an error shows.
const shownBody = 200

// Error gives the operation and what the problem says; without one the status, the media type and the beginning of the body, if
// that is text.
func (e *UnexpectedResponse) Error() string {
	if e.Problem != nil {
		return e.Operation.ID + ": " + e.Problem.Error() + attemptsText(e.Attempts)
	}
	s := e.Operation.ID + ": " + e.Operation.String() + ": unexpected status " + statusText(e.StatusCode)
	contentType := shown(e.Header.Get("Content-Type"))
	switch {
	case e.Declared != nil:
		s = e.Operation.ID + ": " + e.Operation.String() + ": status " + statusText(e.StatusCode) + " with " + contentType + " in place of " +
			strings.Join(e.Declared, ", ")
	case contentType != "":
		s += ", " + contentType
	}
	if text := shown(string(e.Body)); text != "" {
		s += ": " + text
	}
	return s + attemptsText(e.Attempts)
}

// Unwrap returns the problem, if there is one.
func (e *UnexpectedResponse) Unwrap() error {
	if e.Problem == nil {
		return nil
	}
	return e.Problem
}

// statusText returns "404 Not Found".
func statusText(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + tornado.StatusText(code))
}

// shown returns the beginning of a text in one line, "" if it is no text.
func shown(text string) string {
	cut := false
	if len(text) > shownBody {
		text, cut = text[:shownBody], true
		for n := len(text) - 1; n > 0 && n > shownBody-utf8.UTFMax && !utf8.ValidString(text); n-- {
			text = text[:n]
		}
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' }) {
		return ""
	}
	text = strings.Join(strings.Fields(text), " ")
	if cut {
		text += " …"
	}
	return text
}

// InvalidResponse is an answer that cannot be read into the type that the document declares for its status or, with
// WithResponseChecks, that does not meet its schema.
type InvalidResponse struct { //nolint:errname // named like UnexpectedResponse
	Operation  *operation.Operation
	StatusCode int
	// Syntax says why the body is not JSON; nil if it is.
	Syntax *jsonwire.SyntaxError
	// Malformed says why a body that is not JSON, or a header field, cannot be read; "" if all can.
	Malformed string
	// Violations are what the schema does not allow.
	Violations []validate.Violation
}

// Error gives the operation, the status and what is wrong.
func (e *InvalidResponse) Error() string {
	var faults []string
	if e.Syntax != nil {
		faults = append(faults, "the body is not valid "+e.Syntax.Error())
	}
	if e.Malformed != "" {
		faults = append(faults, e.Malformed)
	}
	faults = append(faults, told(e.Violations)...)
	return e.Operation.ID + ": " + e.Operation.String() + ": invalid answer with status " + statusText(e.StatusCode) + ": " +
		strings.Join(faults, "; ")
}
