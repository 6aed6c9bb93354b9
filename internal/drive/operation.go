package drive

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Operation is one operation of the document.
type Operation struct {
	ID           string       // its operationId, or its method and path
	Method, Path string       // Path is the key in the document
	Route        string       // the path of its requests: Path without a query and a fragment
	query        []string     // pairs that all of its requests have
	Skip         string       // why no request can be written for it; "" where it can
	Socket       bool         // it opens a WebSocket
	Deferred     bool         // its answer may come later
	Rivals       []*Operation // those that have its method and its route, whatever variables are called
	Unwritten    []string     // media types of the body that are not written

	body         // the one that is written
	bodies       []body
	bodyRequired bool
	params       []param
	pointer      string
}

// param is one parameter.
type param struct {
	name, in, style string
	explode         bool
	required        bool
	json            bool // its text is JSON
	schema          map[string]any
	pointer         string
}

// Operations lists the operations by path and method.
func (j *Judges) Operations() []*Operation {
	var all []*Operation
	for path, item := range j.docs[request].Paths.Map() {
		for method, route := range item.Operations() {
			op := &Operation{ID: route.OperationID, Method: method, Path: path, Route: path}
			if i := strings.IndexAny(path, "?#"); i >= 0 {
				op.Route = path[:i]
			}
			if op.ID == "" {
				op.ID = method + " " + path
			}
			if err := j.describe(op); err != nil {
				op.Skip = err.Error()
			}
			all = append(all, op)
		}
	}
	slices.SortFunc(all, func(a, b *Operation) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	shapes := map[string][]*Operation{}
	for _, op := range all {
		shape := op.Method + " " + variable.ReplaceAllString(op.Route, "{}")
		for _, other := range shapes[shape] {
			op.Rivals, other.Rivals = append(op.Rivals, other), append(other.Rivals, op)
		}
		shapes[shape] = append(shapes[shape], op)
	}
	return all
}

var variable = regexp.MustCompile(`\{[^{}]*\}`)

// name makes requests have what the key of the path says: a pair of its query, or of its fragment, may name a parameter, and another one of
// the query stands there as it is.
func (op *Operation) name() error {
	rest := op.Path[len(op.Route):]
	query, fragment, _ := strings.Cut(rest, "#")
	for _, part := range []string{strings.TrimPrefix(query, "?"), fragment} {
		for pair := range strings.SplitSeq(part, "&") {
			name, value, valued := strings.Cut(pair, "=")
			at := slices.IndexFunc(op.params, func(p param) bool {
				return p.name == name && (p.in == "query" || p.in == "header" && part == fragment)
			})
			switch {
			case at >= 0 && !valued:
				op.params[at].required = op.params[at].required || part != fragment
			case at >= 0:
				p := &op.params[at]
				if values, _ := p.schema["enum"].([]any); len(values) != 1 || values[0] != value {
					return errors.New("its path gives a value to a parameter that has others")
				}
				p.required = true
			case part != fragment && name != "" && !strings.ContainsAny(pair, "{}"):
				op.query = append(op.query, pair)
			}
		}
	}
	return nil
}

// describe fills in parameters and body from the tree. The error says why it is not driven.
func (j *Judges) describe(op *Operation) error {
	item, itemPointer := j.deref("/paths/" + escapePointer(op.Path))
	at := itemPointer + "/" + strings.ToLower(op.Method)
	if lookup(j.tree, at) == nil {
		at = itemPointer + "/additionalOperations/" + escapePointer(op.Method)
	}
	raw, opPointer := j.deref(at)
	if item == nil || raw == nil {
		return errors.New("its path is not found in the document")
	}
	op.pointer = opPointer
	_, op.Socket = raw[socketKey]
	op.Deferred, _ = raw["x-tornado-async"].(bool)
	seen := map[string]bool{}
	for _, from := range []string{opPointer, itemPointer} {
		list, _ := lookup(j.tree, from+"/parameters").([]any)
		for i := range list {
			p, err := j.param(fmt.Sprintf("%s/parameters/%d", from, i))
			if err != nil {
				return err
			}
			if p.name != "" && !seen[p.in+" "+p.name] {
				seen[p.in+" "+p.name] = true
				op.params = append(op.params, p)
			}
		}
	}
	if raw["requestBody"] != nil {
		if err := j.describeBody(op, opPointer+"/requestBody"); err != nil {
			return err
		}
	}
	if !op.covers() {
		return errors.New("the variables of its path are not its parameters")
	}
	return op.name()
}

// covers reports whether the parameters are those of the path.
func (op *Operation) covers() bool {
	left := op.Route
	for _, p := range op.params {
		if p.in != "path" {
			continue
		}
		if !strings.Contains(op.Route, "{"+p.name+"}") {
			return false
		}
		left = strings.ReplaceAll(left, "{"+p.name+"}", "")
	}
	return !strings.ContainsAny(left, "{}")
}

// param reads a parameter; one without a name says nothing.
func (j *Judges) param(pointer string) (param, error) {
	raw, pointer := j.deref(pointer)
	if raw == nil {
		return param{}, errors.New("a parameter is not found in the document")
	}
	p := param{pointer: pointer + "/schema"}
	p.name, _ = raw["name"].(string)
	p.in, _ = raw["in"].(string)
	p.required, _ = raw["required"].(bool)
	p.schema, _ = raw["schema"].(map[string]any)
	p.style = map[string]string{"query": "form", "cookie": "form", "path": "simple", "header": "simple"}[p.in]
	if p.in == "header" && slices.Contains([]string{"accept", "content-type", "authorization"}, strings.ToLower(p.name)) {
		return param{}, nil // ignored, OpenAPI 3.1 section 4.8.12.2
	}
	if style, ok := raw["style"].(string); ok {
		p.style = style
	}
	p.explode = p.style == "form"
	if explode, ok := raw["explode"].(bool); ok {
		p.explode = explode
	}
	if content, ok := raw["content"].(map[string]any); ok {
		media, _ := content["application/json"].(map[string]any)
		p.json, p.pointer = true, pointer+"/content/application~1json/schema"
		p.schema, _ = media["schema"].(map[string]any)
	}
	if p.schema == nil || p.style == "" {
		return p, fmt.Errorf("its parameter %s in %s is not written", p.name, p.in)
	}
	return p, nil
}

// Parameters are the names of the operation's parameters.
func (op *Operation) Parameters() (names []string) {
	for _, p := range op.params {
		names = append(names, p.name)
	}
	return names
}

// Takes reports whether a request of the operation has anything that can be wrong.
func (op *Operation) Takes() bool { return len(op.params) > 0 || op.bodyKind != bodyNone }
