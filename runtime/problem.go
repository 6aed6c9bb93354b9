package tornado

import (
	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// ProblemType is the media type of a Problem.
const ProblemType = "application/problem+json"

// Problem is the body of every refusal that the runtime itself sends: problem details as RFC 9457 has them, and the list of
// violations. The type member is absent, which means "about:blank": the status says it all.
type Problem struct {
	Title  string      `json:"title"`
	Status int         `json:"status"`
	Detail string      `json:"detail,omitempty"` // "" is left out
	Errors []Violation `json:"errors,omitempty"` // empty is left out
}

// AppendJSON appends p as JSON to b and returns it.
func (p *Problem) AppendJSON(b []byte) []byte {
	b = jsonwire.AppendString(append(b, `{"title":`...), p.Title)
	b = jsonwire.AppendInt64(append(b, `,"status":`...), int64(p.Status))
	if p.Detail != "" {
		b = jsonwire.AppendString(append(b, `,"detail":`...), p.Detail)
	}
	if len(p.Errors) > 0 {
		b = append(b, `,"errors":[`...)
		for i := range p.Errors {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendViolation(b, &p.Errors[i])
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func appendViolation(b []byte, v *Violation) []byte {
	b = jsonwire.AppendString(append(b, `{"in":`...), v.In)
	b = jsonwire.AppendString(append(b, `,"pointer":`...), v.Pointer)
	b = jsonwire.AppendString(append(b, `,"keyword":`...), v.Keyword)
	b = jsonwire.AppendString(append(b, `,"message":`...), v.Message)
	return append(b, '}')
}

// problem makes p the answer.
func (w *Reply) problem(p *Problem) {
	if p.Title == "" {
		p.Title = http1.StatusText(p.Status)
	}
	w.Done(p.AppendJSON(w.JSON(p.Status, ProblemType)))
}

// refuse answers with status and detail.
func (w *Reply) refuse(status int, detail string) {
	w.problem(&Problem{Status: status, Detail: detail})
}
