package spec

import (
	"net/url"
	"slices"
	"strings"
)

// This file lifts what OpenAPI 2.0 says in words of its own. Places are those of the document as it is: the schema of a
// parameter stands in the parameter, a body in the list of parameters, and what both are made of in the model has no place of
// its own.

// servers20 makes servers of schemes, host and basePath: one for each scheme.
func (l *lifter) servers20() {
	host, base := l.root.get("host"), l.root.get("basePath")
	if host == nil && base == nil {
		return
	}
	path := "/" + strings.Trim(l.root.value("basePath"), "/")
	if host == nil {
		l.server20(base, path)
		return
	}
	schemes := l.root.get("schemes").items()
	if len(schemes) == 0 { // the one by which the document is served, which is unknown here
		l.server20(host, "https://"+host.text+path)
	}
	for _, scheme := range schemes {
		l.server20(host, scheme.text+"://"+host.text+path)
	}
}

func (l *lifter) server20(at *node, address string) {
	address = strings.TrimSuffix(address, "/")
	if u, err := url.Parse(address); err != nil || strings.ContainsAny(address, noURL) || u.RawQuery != "" {
		l.warn(at, "bad-server", "host and basePath make no valid URL: "+quote(address)+"; they are left out", "write a host without scheme and path, and a basePath that begins with a slash")
		return
	}
	l.api.Servers = append(l.api.Servers, &Server{Loc: at.loc(), URL: []ServerPart{{Text: address}}, Address: address})
}

// value20 lifts a parameter or a header whose schema is its own keywords.
func (l *lifter) value20(p *Parameter, n *node) {
	p.Examples = l.examples(n)
	p.Style, p.Explode = l.collection(n, p.In)
	p.Schema = l.schema20(n)
}

// schema20 is the schema of a parameter or a header.
func (l *lifter) schema20(n *node) *Schema {
	if schema := n.get("schema"); schema != nil && (n.get("type") == nil || n.value("in") == inBody) {
		return l.schema(schema)
	}
	s := &Schema{Loc: n.loc()}
	l.nodes[s] = n
	l.all = append(l.all, s)
	for _, kid := range n.kids {
		if slices.Contains(parameterKeywords, kid.key) {
			_ = l.annotation(s, kid) || l.assertion(s, n, kid) || l.applicator(s, n, kid)
		}
	}
	l.finishTypes(s, n)
	l.finishBounds(s, n)
	if len(s.Types) == 0 && s.Const == nil && n.get("enum") == nil {
		if n.value("in") == inBody {
			s.Always = true
			return s
		}
		s.Types = []string{"string"}
	}
	l.finishEnum(s, n)
	return s
}

// collections are the words of collectionFormat, with style and explode of OpenAPI 3; tabs have no style there.
var collections = map[string]struct {
	style   string
	explode bool
}{
	"csv": {"form", false}, "ssv": {"spaceDelimited", false}, "tsv": {"tabDelimited", false}, "pipes": {"pipeDelimited", false},
	"multi": {"form", true},
}

// collection is the style of an array; csv where nothing is said.
func (l *lifter) collection(n *node, in In) (style string, explode bool) {
	list := in == InPath || in == InHeader
	c := collections["csv"]
	if word := n.get("collectionFormat"); word != nil {
		found, known := collections[word.text]
		switch {
		case !known:
			l.warn(word, "bad-style", "there is no collectionFormat "+quote(word.text)+"; csv is taken", "use csv, ssv, tsv, pipes or multi")
		case list && found.explode:
			l.warn(word, "bad-style", "collectionFormat multi has no form in "+string(in)+"; csv is taken", "use csv, ssv, tsv or pipes")
		default:
			c = found
		}
	}
	if list && c.style == "form" {
		return "simple", false
	}
	return c.style, c.explode
}

// body20 takes what makes the body out of the parameters of an operation.
func (l *lifter) body20(op *node, list []*node) (rest []*node, b *RequestBody) {
	var bodies, parts []*node
	for _, p := range list {
		switch p.end().value("in") {
		case inBody:
			bodies = append(bodies, p)
		case inForm:
			parts = append(parts, p)
		default:
			rest = append(rest, p)
		}
	}
	for i, p := range bodies {
		if i > 0 {
			l.warn(p, "duplicate-parameter", "an operation has one body; this one is left out", "remove one of the two")
		}
	}
	if len(bodies) == 0 {
		return rest, l.form20(op, parts)
	}
	for _, p := range parts {
		l.warn(p, "duplicate-parameter", "an operation has either a body or a form; this part of a form is left out", "remove one of the two")
	}
	n := bodies[0].end()
	b = &RequestBody{Loc: n.loc(), Description: n.value("description")}
	b.Required, _ = n.truth("required")
	schema := l.schema20(n)
	for _, name := range l.mediaTypes20(op, "consumes", "application/json") {
		b.Content = append(b.Content, &MediaType{Loc: schemaLoc20(n), Name: name, Schema: schema})
	}
	return rest, b
}

// schemaLoc20 is the place of the schema of a body or an answer.
func schemaLoc20(n *node) Location {
	if schema := n.get("schema"); schema != nil {
		return schema.keyLoc()
	}
	return n.loc()
}

// mediaTypes20 are the media types that an operation consumes or produces: its own, else those of the document.
func (l *lifter) mediaTypes20(op *node, key, otherwise string) []string {
	list := op.get(key).items()
	if op.get(key) == nil {
		list = l.root.get(key).items()
	}
	var names []string
	for _, item := range list {
		if name := mediaTypeName(item.text); name != "" && !slices.Contains(names, name) {
			l.checkMediaType(item, item.text)
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return []string{otherwise}
	}
	return names
}

// content20 makes one media type of the schema of an answer for each that the operation produces. Operations that share an
// answer and what they produce share its content.
func (l *lifter) content20(op, n *node) []*MediaType {
	schema := n.get("schema")
	if schema == nil {
		return nil
	}
	names := l.mediaTypes20(op, "produces", "application/json")
	if schema.end().value("type") == "file" {
		names = l.fileTypes20(op, schema)
	}
	key := produced{n, strings.Join(names, " ")}
	out, known := l.produced[key]
	if known {
		return out
	}
	for _, name := range names {
		m := &MediaType{Loc: schemaLoc20(n), Name: name, Schema: l.schema(schema)}
		for _, example := range l.kids(n.get("examples")) {
			if strings.EqualFold(example.key, name) {
				m.Examples = append(m.Examples, example.literal())
			}
		}
		out = append(out, m)
	}
	l.produced[key] = out
	return out
}

// fileTypes20 are the media types of an answer that is a file. JSON among them is what other answers have, or the file is one
// that happens to be JSON: its bytes are any.
func (l *lifter) fileTypes20(op, schema *node) []string {
	var names []string
	for _, name := range l.mediaTypes20(op, "produces", "application/octet-stream") {
		if !strings.HasSuffix(name, "/json") && !strings.HasSuffix(name, "+json") {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		return names
	}
	l.warn(schema, "file-media-type", "the operation produces JSON, and this answer is a file; a file of any media type is taken", "name its media type in produces")
	return []string{"*/*"}
}

// produced is an answer with the media types that an operation produces.
type produced struct {
	answer *node
	names  string
}
