package ir

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// statusName is the part of a Go name that stands for a status as spec.Response has it: "NotFound", "ClientError", "Default".
func statusName(status int) string {
	switch status {
	case 0:
		return "Default"
	case 1:
		return "Informational"
	case 2:
		return "Success"
	case 3:
		return "Redirect"
	case 4:
		return "ClientError"
	case 5:
		return "ServerError"
	}
	if text := http.StatusText(status); text != "" {
		return naming.Exported(strings.ReplaceAll(text, "'", ""))
	}
	return "Status" + strconv.Itoa(status)
}

// class returns the first digit of a status or of a range of them, 0 for the default.
func class(status int) int {
	const hundred = 100
	if status >= hundred {
		return status / hundred
	}
	return status
}

// successes returns the answers that are results and no errors: 2XX and 3XX, or the default where there are none.
func successes(op *spec.Operation) []*spec.Response {
	var list []*spec.Response
	var byDefault *spec.Response
	for _, r := range op.Responses {
		switch class(r.Status) {
		case 2, 3:
			list = append(list, r)
		case 0:
			byDefault = r
		}
	}
	if len(list) == 0 && byDefault != nil {
		list = append(list, byDefault)
	}
	return list
}

// contentOf returns the content of an answer that can have one: not for HEAD, and not where the status forbids it (RFC 9110
// sections 9.3.2, 15.3.5, 15.3.6 and 15.4.5).
func contentOf(op *spec.Operation, r *spec.Response) []*spec.MediaType {
	switch {
	case op.Method == http.MethodHead, r.Status == http.StatusNoContent, r.Status == http.StatusResetContent,
		r.Status == http.StatusNotModified:
		return nil
	}
	return r.Content
}

// isPlain says whether r is the only success, and its body is all there is to it: the result needs no struct around it.
func isPlain(op *spec.Operation, r *spec.Response) bool {
	list := successes(op)
	if len(list) != 1 || list[0] != r || r.Status < 100 || len(r.Headers) > 0 {
		return false
	}
	return kindsOfContent(r.Content) < 2
}

// kindsOfContent counts the variants that media types will most likely make: one for each schema that is carried, one for bytes.
func kindsOfContent(list []*spec.MediaType) int {
	schemas := make(map[*spec.Schema]bool)
	for _, m := range list {
		name := mediaType(m.Name)
		switch {
		case streamShape(name, m) != BodyTyped:
			schemas[&spec.Schema{}] = true
		case spec.IsJSON(name), m.Schema != nil && (name == formMedia || strings.HasPrefix(name, "text/") || spec.IsXML(name) || isMultipart(name)):
			schemas[m.Schema] = true
		default:
			schemas[rawBytes] = true
		}
	}
	return len(schemas)
}

// rawBytes stands for the schema of all media types that are handed over as bytes.
var rawBytes = &spec.Schema{Always: true}

// answers plans a response: one answer for each variant of its content, or one without.
func (b *builder) answers(op *spec.Operation, r *spec.Response, name string, isError bool) []*Answer {
	of := answer
	if isError {
		of = failure
	}
	content := contentOf(op, r)
	if len(content) < len(r.Content) && op.Method != http.MethodHead {
		b.warn(r.Content[0].Loc, classBodiless, "an answer with status "+strconv.Itoa(r.Status)+" has no body: its content is left out", "remove the content, or use another status")
	}
	variants := b.contents(content, of)
	label := statusName(r.Status)
	if len(variants) == 0 {
		a := b.answer(r, nil, name, isError)
		a.Label = label
		return []*Answer{a}
	}
	if !isError {
		b.streamBytes(op, r, variants)
	}
	out := make([]*Answer, len(variants))
	for i, c := range variants {
		suffix := ""
		if i > 0 {
			suffix = strings.TrimPrefix(c.Field, "Body")
		}
		c.Field = "Body"
		out[i] = b.answer(r, c, name+suffix, isError)
		out[i].Label = label + suffix
	}
	return out
}

// answer plans the struct of one answer; whether it is needed, and its name taken, is decided by the caller.
func (b *builder) answer(r *spec.Response, c *Content, name string, isError bool) *Answer {
	a := &Answer{Source: r, Name: name, Content: c, Error: isError}
	methods := answerMethods
	statusField := "StatusCode"
	if isError {
		methods, statusField = errorMethods, "Status"
	}
	scope := naming.NewScope(methods...)
	switch {
	case r.Status >= 100:
		a.Status, a.Low, a.High = r.Status, r.Status, r.Status
	case r.Status > 0:
		a.Low, a.High = r.Status*100, r.Status*100+99
		a.StatusField = scope.Take(statusField)
	default:
		a.StatusField = scope.Take(statusField)
	}
	if c != nil {
		c.Field = scope.Take(c.Field)
	}
	for _, h := range r.Headers {
		p := b.param(h, nil)
		p.Each = p.Kind == ParamArray && strings.EqualFold(h.Name, "Set-Cookie")
		p.Field = fieldName(scope, h)
		p.Doc = deprecate(describe(p.Field, h.Description), h.Deprecated, h.Extensions)
		a.Headers = append(a.Headers, p)
	}
	return a
}

// nameAnswer takes the name of an answer that is a type of its own, and completes what depends on it.
func (b *builder) nameAnswer(a *Answer, op *Operation) {
	a.Name = b.scope.Take(a.Name)
	a.Doc = describe(a.Name, a.Source.Description)
	if a.Doc == "" {
		a.Doc = describe(a.Name, a.Source.Summary)
	}
	if a.Doc == "" {
		a.Doc = a.Name + " is an answer of " + op.Name + "."
	}
	if a.Error && a.Content != nil && a.Content.Shape == BodyTyped && a.Content.Presence == Plain && a.Content.Type.Kind == KindStruct {
		a.ErrorText = errorText(a.Content.Type.Struct)
	}
}

// errorText returns the member of an error's body that says in words what went wrong.
func errorText(s *Struct) *Field {
	for _, name := range []string{"title", "message", "detail", "error", "description"} {
		for _, f := range s.Fields {
			if f.JSON == name && f.Type.Kind == KindString {
				return f
			}
		}
	}
	return nil
}
