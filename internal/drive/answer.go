package drive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3filter"
)

// Answer is what came for a request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // what was read of it
	Whole  bool   // to its end
}

// Declares reports whether the document has a status for an operation, and whether only as part of its default.
func (j *Judges) Declares(op *Operation, status int) (declared, byDefault bool) {
	r, key, _ := j.response(op, status)
	return r != nil, key == "default"
}

// DeclaresByNumber reports whether the document has a status for an operation by its number, not as one of a range or of the default.
func (j *Judges) DeclaresByNumber(op *Operation, status int) bool {
	_, key, _ := j.response(op, status)
	return key == strconv.Itoa(status)
}

// DeclaresMedia reports whether the document names a media type, without parameters, for a status of an operation; a range is no name.
func (j *Judges) DeclaresMedia(op *Operation, status int, media string) bool {
	r, _, _ := j.response(op, status)
	content, _ := r["content"].(map[string]any)
	for name := range content {
		if bare, _, err := mime.ParseMediaType(name); err == nil && bare == media {
			return true
		}
	}
	return false
}

// DeclaresPart reports whether the document has the status 206 by its number, and whether a Range is a parameter that requests have anyway.
func (j *Judges) DeclaresPart(op *Operation) (declared, inRequests bool) {
	_, key, _ := j.response(op, http.StatusPartialContent)
	return key == "206", slices.ContainsFunc(op.params, func(p param) bool { return p.in == "header" && p.required && strings.EqualFold(p.name, "Range") })
}

// Statuses lists what the document has: "200, 404, default".
func (j *Judges) Statuses(op *Operation) string {
	all, _ := lookup(j.tree, op.pointer+"/responses").(map[string]any)
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// response is what the document has for a status.
func (j *Judges) response(op *Operation, status int) (r map[string]any, key, pointer string) {
	all, _ := lookup(j.tree, op.pointer+"/responses").(map[string]any)
	exact := strconv.Itoa(status)
	for _, key := range []string{exact, exact[:1] + "XX", exact[:1] + "xx", "default"} {
		if all[key] != nil {
			r, pointer := j.deref(op.pointer + "/responses/" + key)
			return r, key, pointer
		}
	}
	return nil, "", ""
}

// Judge holds an answer against what the document declares for its status. fault is what both opinions find wrong with it, "" for
// nothing; split is what one of them alone does.
func (j *Judges) Judge(ctx context.Context, op *Operation, in *Input, w *Wire, a *Answer) (fault, split string) {
	r, key, pointer := j.response(op, a.Status)
	if r == nil {
		return fmt.Sprintf("the status %d is not documented; the document has %s", a.Status, j.Statuses(op)), ""
	}
	place := "response " + key
	fault, certain := j.judgeHead(r, pointer, a, op.Method == http.MethodHead)
	if certain && fault != "" {
		return place + ": " + fault, ""
	}
	other, second := j.kinAnswer(ctx, op, in, w, a)
	switch {
	case fault != "" && other != accepts:
		if second != "" {
			second = " | openapi3filter: " + second
		}
		return place + ": " + fault + second, ""
	case fault != "":
		return "", place + ": " + fault + "; openapi3filter accepts it"
	case other == refuses:
		return "", place + ": openapi3filter alone refuses it: " + second
	}
	return "", ""
}

// judgeHead is the own opinion on header fields and body. certain: it needs no second one. Of several faults one that is certain is told, then
// the first by name.
func (j *Judges) judgeHead(r map[string]any, pointer string, a *Answer, head bool) (fault string, certain bool) {
	headers, _ := r["headers"].(map[string]any)
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(headers)), func(name string) bool { return strings.EqualFold(name, "Content-Type") })
	for _, name := range names {
		h, _ := j.deref(pointer + "/headers/" + escapePointer(name))
		if required, _ := h["required"].(bool); required && len(a.Header.Values(name)) == 0 {
			return "the header field " + name + " is missing, which the document requires", true
		}
	}
	if fault := judgePart(a, head); fault != "" {
		return fault, true
	}
	content, _ := r["content"].(map[string]any)
	media, fault := judgeContent(content, a, head)
	if fault != "" {
		return fault, true
	}
	for _, name := range names {
		values := a.Header.Values(name)
		if len(values) == 0 {
			continue
		}
		h, at := j.deref(pointer + "/headers/" + escapePointer(name))
		if fault := j.judgeHeader(h, at, strings.Join(values, ",")); fault != "" {
			return "the header field " + name + ": " + fault, false
		}
	}
	if media == "" {
		return "", true
	}
	return j.judgeBody(pointer+"/content/"+escapePointer(media), a), false
}

// judgeContent finds the entry of a content map that an answer has, "" where it has no body.
func judgeContent(content map[string]any, a *Answer, head bool) (media, fault string) {
	sent := a.Header.Get("Content-Type")
	switch {
	case head || !a.Whole && sent == "":
		return "", ""
	case len(content) == 0 && len(a.Body) > 0:
		return "", "it has a body, and the document none"
	case len(content) == 0:
		return "", ""
	}
	media, declared := contentFor(content, sent)
	if !declared {
		return "", fmt.Sprintf("the content type %q is not documented", sent)
	}
	return media, ""
}

func (j *Judges) judgeHeader(h map[string]any, pointer, text string) string {
	schema, _ := h["schema"].(map[string]any)
	if schema == nil {
		return ""
	}
	types := typesOf(j.resolved(schema))
	if slices.Contains(types, "object") {
		return "" // left to the second opinion
	}
	value := scalarOf(types, text)
	if slices.Contains(types, "array") {
		list := []any{}
		items, _ := j.resolved(schema)["items"].(map[string]any)
		for item := range strings.SplitSeq(text, ",") {
			list = append(list, scalarOf(typesOf(j.resolved(items)), strings.TrimSpace(item)))
		}
		value = list
	}
	_, fault := j.check(answer, pointer+"/schema", value)
	return fault
}

// scalarOf is a text as a value of the first type that it is one of.
func scalarOf(types []string, text string) any {
	for _, t := range types {
		switch {
		case (t == "integer" || t == "number") && json.Valid([]byte(text)) && strings.Trim(text, "0123456789+-.eE") == "":
			return json.Number(text)
		case t == "boolean" && (text == "true" || text == "false"):
			return text == "true"
		}
	}
	return text
}

// contentFor finds the entry of a content map for a media type: its own, then a range; of several that it does not contradict the one whose
// parameters it has most of, then the first by name.
func contentFor(content map[string]any, sent string) (name string, ok bool) {
	media, params, err := mime.ParseMediaType(sent)
	if err != nil {
		return "", false
	}
	major, _, _ := strings.Cut(media, "/")
	for _, wanted := range []string{media, major + "/*", "*/*"} {
		best := -1
		for _, entry := range slices.Sorted(maps.Keys(content)) {
			bare, has, err := mime.ParseMediaType(entry)
			if err != nil || bare != wanted {
				continue
			}
			if n := agreement(has, params); n > best {
				name, best = entry, n
			}
		}
		if best >= 0 {
			return name, true
		}
	}
	return "", false
}

// agreement is how well the parameters of an entry fit those that were sent: 0 where one was not sent, below where one was with another
// value. A charset alone makes no other media type.
func agreement(has, sent map[string]string) int {
	n, all := 1, true
	for key, value := range has {
		switch got, ok := sent[key]; {
		case ok && got == value:
			n++
		case key == "charset":
		case ok:
			return -1
		default:
			all = false
		}
	}
	if !all {
		return 0
	}
	return n
}

// judgeBody holds a body against what the document says at a pointer of its media type.
func (j *Judges) judgeBody(pointer string, a *Answer) string {
	media, pointer := j.deref(pointer)
	schema, ok := media["schema"].(map[string]any)
	bare, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type")) // it was read before
	if HasItems(bare) {
		return j.judgeItems(pointer, bare, a)
	}
	if !ok || !a.Whole || a.Status == http.StatusPartialContent {
		return ""
	}
	var value any
	switch {
	case isJSON(bare):
		var fault string
		if value, fault = decodeJSON(a.Body); fault != "" {
			return "the body is no JSON: " + fault
		}
	case isXML(bare):
		var err error
		if value, err = j.readXML(answer, schema, a.Body); errors.Is(err, errUntold) || !j.readsXML(bare, schema) {
			return ""
		} else if err != nil {
			return "the body " + err.Error()
		}
	case bare == "text/plain":
		value = scalarOf(typesOf(j.resolved(schema)), string(a.Body))
	default:
		return ""
	}
	_, fault := j.check(answer, pointer+"/schema", value)
	if fault != "" {
		fault = "the body breaks its schema: " + fault
	}
	return fault
}

// kinAnswer is the opinion of openapi3filter on an answer.
func (j *Judges) kinAnswer(ctx context.Context, op *Operation, in *Input, w *Wire, a *Answer) (o opinion, fault string) {
	defer func() {
		if recover() != nil { // it has no opinion on what it cannot bear
			o = unknown
		}
	}()
	of, err := j.kinInput(ctx, answer, op, in, w)
	if err != nil {
		return unknown, ""
	}
	bare, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type")) // "" for one that cannot be read
	judged := a.Whole && isJSON(bare) && a.Status != http.StatusPartialContent
	err = openapi3filter.ValidateResponse(ctx, &openapi3filter.ResponseValidationInput{
		RequestValidationInput: of, Status: a.Status, Header: a.Header, Body: io.NopCloser(bytes.NewReader(a.Body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: !judged},
	})
	switch {
	case err != nil:
		return refuses, firstLine(err)
	case !judged:
		return unknown, "" // it knows but few media types
	}
	return accepts, ""
}
