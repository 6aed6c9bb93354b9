package client

import (
	"encoding/json"
	"fmt"
	"strings"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// Problem is what a body of type application/problem+json says (RFC 9457). A server of this project sends one for what it refuses
// before a handler is called. errors.As finds it behind an [UnexpectedResponse].
type Problem struct { //nolint:errname // the name of RFC 9457
	Type     string // the URI of the kind of problem; "" for "about:blank", where the status says it all
	Title    string // the same for each problem of the kind
	Status   int    // of the answer
	Detail   string // what went wrong this time; "" for nothing more
	Instance string // the URI of this occurrence; "" for none
	// Errors are the rules that the request breaks; nil where there are none, or in a form of another server, which is left in the
	// body of the UnexpectedResponse.
	Errors []validate.Violation
}

// Error gives the status, title and detail, and the first violations: "422 Unprocessable Content: the request breaks the rules of
// the API: body /name is required".
func (p *Problem) Error() string {
	text := statusText(p.Status)
	if p.Title != "" && p.Title != tornado.StatusText(p.Status) {
		text += ": " + p.Title
	}
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	if len(p.Errors) > 0 {
		text += ": " + strings.Join(told(p.Errors), "; ")
	}
	return text
}

// readProblem returns what a body says; nil if it is no object. A member of another type than RFC 9457 gives it is left out
// (section 3.1).
func readProblem(status int, body []byte) *Problem {
	var members map[string]json.RawMessage
	if _ = json.Unmarshal(body, &members); members == nil {
		return nil
	}
	p := &Problem{Status: status}
	for name, target := range map[string]*string{"type": &p.Type, "title": &p.Title, "detail": &p.Detail, "instance": &p.Instance} {
		_ = json.Unmarshal(members[name], target) // it stays empty
	}
	if json.Unmarshal(members["errors"], &p.Errors) != nil {
		p.Errors = nil
	}
	return p
}

// shownViolations is how many violations the text of an error tells.
const shownViolations = 3

// told says each of the first violations, and how many more there are.
func told(violations []validate.Violation) (texts []string) {
	for i, v := range violations {
		if i == shownViolations {
			return append(texts, fmt.Sprintf("and %d more", len(violations)-i))
		}
		texts = append(texts, strings.TrimSuffix(v.In+" "+v.Pointer, " ")+" "+v.Message)
	}
	return texts
}
