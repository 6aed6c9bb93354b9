package spec

import (
	"net/url"
	"strings"
)

// paths lifts the operations.
func (l *lifter) paths() {
	for _, n := range l.kids(l.root.get("paths")) {
		if !n.isExtension() && !n.dead() {
			l.pathItem(n)
		}
	}
	l.drain()
}

// methods are the members of a path item that are operations.
var methods = map[string]bool{
	"get": true, "put": true, "post": true, "delete": true, "options": true, "head": true, "patch": true, "trace": true, "query": true,
}

// pathItem lifts the operations of one path.
func (l *lifter) pathItem(n *node) {
	t := l.template(n)
	left, kept := false, false
	l.operations(n, func(method string, kid, common *node) {
		if !l.filter.keeps(kid, n.key) {
			left = true
			return
		}
		kept = true
		if op := l.operation(t, method, kid, common); op != nil {
			op.Security = l.requirements(kid.end(), l.root)
			op.Callbacks = l.callbacks(kid.end())
			op.OfPath = l.own(n)
			l.operationServers(op, kid.end(), n)
			l.twin(op, t)
			l.api.Operations = append(l.api.Operations, op)
			if l.lifted[kid.end()] == nil {
				l.lifted[kid.end()] = op
				members := kid.key
				if !methods[kid.key] {
					members = "additionalOperations/" + escapePointer(kid.key)
				}
				l.places[kid.end()] = operationPlace{n.key, members}
			}
		}
	})
	l.filter.left[n] = left && !kept
}

// operationPlace is where an operation stands: the key of its path, and the members below.
type operationPlace struct{ path, members string }

// operations finds those of a path item, with the parameters that they have in common.
func (l *lifter) operations(n *node, found func(method string, kid, common *node)) {
	members := itemMembers(n)
	var common *node
	for _, kid := range members {
		if kid.key == "parameters" {
			common = kid
		}
	}
	for _, kid := range members {
		switch {
		case methods[kid.key]:
			found(strings.ToUpper(kid.key), kid, common)
		case kid.key == "additionalOperations":
			for _, op := range l.kids(kid) {
				if !IsToken(op.key) {
					l.warn(op, "bad-method", quote(op.key)+" is no HTTP method; the operation is left out", "use letters")
					continue
				}
				found(methodOf(op.key), op, common)
			}
		}
	}
}

// methodOf is the method that a key of additionalOperations names: as it is written (OpenAPI 3.2 section 4.9.1), but for the
// standard ones.
func methodOf(key string) string {
	if methods[strings.ToLower(key)] {
		return strings.ToUpper(key)
	}
	return key
}

// itemMembers are the members of a path item, then those of the ones that it refers to and does not replace.
func itemMembers(n *node) []*node {
	var out []*node
	seen := map[string]bool{}
	for ; n != nil; n = n.ref {
		for _, kid := range n.kids {
			if kid.key != "$ref" && !seen[kid.key] {
				seen[kid.key] = true
				out = append(out, kid)
			}
		}
	}
	return out
}

// IsToken reports whether s is a token (RFC 9110 section 5.6.2), as methods, names of fields and those of subprotocols are (RFC 6455 section 4.1).
func IsToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"(),/:;<=>?@[\\]{}", c) >= 0 {
			return false
		}
	}
	return s != ""
}

// template is the path of a path item and what it says about parameters.
type template struct {
	at    *node
	path  string
	rest  string                  // what was cut off, with its mark
	names []string                // of parameters, in order, each once
	has   map[string]bool         // the same as a set
	cut   map[string]string       // parameters of the query that was cut off: by placeholder, the name in the query
	also  map[string]string       // how parameters are called that the path cannot call by their name
	says  map[string]pathVariable // what the path says of the values of parameters; nil for nothing
	shape string                  // the path with nameless parameters
}

// route is what a router goes by.
type route struct{ method, shape string }

// maxPathParameters bounds the parameters of one path.
const maxPathParameters = 100

// template makes a path of a key of paths.
func (l *lifter) template(n *node) template {
	t := template{at: n, path: n.key}
	if i := strings.IndexAny(t.path, "?#"); i >= 0 && strings.Count(t.path[:i], "{") == strings.Count(t.path[:i], "}") {
		what := "a fragment, which no request carries; it is read as " + quote(t.path[:i])
		if t.path[i] == '?' {
			what = "a query, which no path can have; it is read as " + quote(t.path[:i]) + ", whose requests have that query"
		}
		l.warn(n, "path-query", "the path has "+what, "declare parameters of the query")
		t.cut = queryNames(t.path[i+1:])
		t.path, t.rest = t.path[:i], t.path[i:]
	}
	if !strings.HasPrefix(t.path, "/") {
		l.warn(n, "path-slash", "the path does not begin with a slash; it is read as "+quote("/"+t.path), "begin it with a slash")
		t.path = "/" + t.path
	}
	l.variables(&t)
	return t
}

// pairs are those of a query, or of a fragment, that have no variable.
func pairs(text string) (list []Pair) {
	decoded := func(s string) string {
		if plain, err := url.QueryUnescape(s); err == nil {
			return plain
		}
		return s
	}
	for pair := range strings.SplitSeq(text, "&") {
		name, value, found := strings.Cut(pair, "=")
		if name != "" && !strings.ContainsAny(pair, "{}") {
			list = append(list, Pair{decoded(name), decoded(value), !found})
		}
	}
	return list
}

// queryNames finds name={placeholder} in a query.
func queryNames(query string) map[string]string {
	out := map[string]string{}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, found := strings.Cut(pair, "=")
		if !found {
			value = name
		}
		if strings.HasPrefix(value, "{") && strings.HasSuffix(value, "}") {
			placeholder := strings.Trim(value, "{}")
			if !found {
				name = placeholder
			}
			out[placeholder] = name
		}
	}
	return out
}

// operation lifts one method of a path, nil where it has no meaning; n may be a reference.
func (l *lifter) operation(t template, method string, n, common *node) *Operation {
	if n.dead() || !l.spend(n) {
		return nil
	}
	n = n.end()
	op := &Operation{
		Loc: n.loc(), Method: method, Path: t.path, Suffix: t.rest,
		Summary: n.value("summary"), Description: n.value("description"), Extensions: l.extensions(n), Own: l.own(n),
	}
	query, fragment, _ := strings.Cut(t.rest, "#")
	op.Query, op.Fragment = pairs(strings.TrimPrefix(query, "?")), pairs(fragment)
	op.Deprecated, _ = n.truth("deprecated")
	op.Socket = l.socket(n.get(ExtensionSocket))
	l.operationID(op, n)
	l.operationTags(op, n)
	list := l.merged(n, common)
	if l.version == version20 {
		list, op.Body = l.body20(n, list)
	} else if body := n.get("requestBody"); body != nil && !body.dead() {
		op.Body = l.requestBody(body.end())
	}
	op.Parameters = l.parameters(t, n, list)
	op.demandBare()
	op.Responses = l.responses(n)
	return op
}

// demandBare makes the parameters required whose names stand in the key without a value: each request has them, and its client gives the value.
func (op *Operation) demandBare() {
	for _, pair := range op.Query {
		for _, p := range op.Parameters {
			if pair.Bare && p.In == InQuery && p.Name == pair.Name {
				p.Required = true
			}
		}
	}
}

// socket lifts the messages of a WebSocket, if there is one.
func (l *lifter) socket(n *node) *Socket {
	if n == nil || n.dead() || n.end().shape != shapeObject {
		return nil
	}
	n = n.end()
	s := &Socket{Loc: n.keyLoc()}
	if kid := n.get("receive"); kid != nil {
		s.Receive = l.schema(kid)
	}
	if kid := n.get("send"); kid != nil {
		s.Send = l.schema(kid)
	}
	return s
}

func (l *lifter) operationID(op *Operation, n *node) {
	id := n.value("operationId")
	if id == "" {
		return
	}
	if first, taken := l.opIDs[id]; taken {
		l.warn(n.get("operationId"), "duplicate-operation-id", "the operationId "+quote(id)+" is that of "+first.Method+" "+quote(first.Path)+" already; this operation has none", "give it one of its own")
		return
	}
	l.opIDs[id] = op
	op.ID = id
}

// twin finds the operation that the path does not tell from op.
func (l *lifter) twin(op *Operation, t template) {
	key := route{op.Method, t.shape}
	if first, taken := l.routes[key]; taken {
		op.Twin = first
		return
	}
	l.routes[key] = op
}
