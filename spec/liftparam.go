package spec

import (
	"slices"
	"strings"
)

// merged are the parameters of the path and of the operation, as they stand there (OpenAPI 3.1 section 4.8.9.1).
func (l *lifter) merged(n, common *node) []*node {
	own, replaced := l.declared(n.get("parameters"))
	shared, _ := l.declared(common)
	list := make([]*node, 0, len(shared)+len(own))
	for _, p := range shared {
		if !replaced[parameterKey(p.end())] {
			list = append(list, p)
		}
	}
	return append(list, own...)
}

// parameters lifts those of an operation and holds them against the template.
func (l *lifter) parameters(t template, n *node, list []*node) []*Parameter {
	inPath := map[string]*Parameter{}
	var others []*Parameter
	for _, p := range list {
		if !l.spend(p) {
			return nil
		}
		lifted := l.parameter(p.end())
		if text := p.value("description"); p.ref != nil && text != "" {
			lifted.Description = text
		}
		if name := t.also[lifted.Name]; lifted.In == InPath && name != "" {
			lifted.Name = name
		}
		switch {
		case lifted.In != InPath:
			if !l.ignoredHeader(lifted, p) {
				others = append(others, lifted)
			}
		case t.has[lifted.Name]:
			if !lifted.Required {
				l.warn(p.end(), "path-required", "the path parameter "+quote(lifted.Name)+" is not marked as required; it is required", "add required: true")
			}
			lifted.Required = true
			t.says[lifted.Name].apply(l, p.end(), lifted)
			inPath[lifted.Name] = lifted
		default:
			if name, cut := t.cut[lifted.Name]; cut {
				l.warn(p, "path-query", "the parameter "+quote(lifted.Name)+" stands in the query of its path; it is read as one of the query", "declare it with in: query")
				lifted.Name, lifted.In, lifted.Style, lifted.Explode = name, InQuery, "form", true
				others = append(others, lifted)
				continue
			}
			l.warn(p, "unused-path-parameter", "the path "+quote(t.path)+" has no parameter "+quote(lifted.Name)+"; the parameter is left out", "add it to the path, or correct the name")
		}
	}
	out := make([]*Parameter, 0, len(t.names)+len(others))
	for _, name := range t.names {
		p := inPath[name]
		if p == nil {
			p = l.undeclared(n, name, t.says[name])
		}
		out = append(out, p)
	}
	return append(out, l.wholeQuery(n, others)...)
}

// wholeQuery leaves out what stands in the query beside a parameter that is the query as a whole.
func (l *lifter) wholeQuery(n *node, list []*Parameter) []*Parameter {
	i := slices.IndexFunc(list, func(p *Parameter) bool { return p.In == InQueryString })
	if i < 0 {
		return list
	}
	whole := list[i]
	return slices.DeleteFunc(list, func(p *Parameter) bool {
		if p == whole || p.In != InQuery && p.In != InQueryString {
			return false
		}
		l.warn(n, "bad-parameter", "the parameter "+quote(whole.Name)+" is the query as a whole; "+quote(p.Name)+" is left out", "make it a part of that, or put it into a header")
		return true
	})
}

// declared are the parameters of one list as they stand there, references among them, without those of the same name and
// place as an earlier one, and their keys.
func (l *lifter) declared(n *node) (list []*node, seen map[string]bool) {
	seen = map[string]bool{}
	for _, item := range n.end().items() {
		if item.dead() {
			continue
		}
		p := item.end()
		if key := parameterKey(p); seen[key] {
			l.warn(item, "duplicate-parameter", "there is a parameter "+quote(p.value("name"))+" in "+quote(p.value("in"))+" already; this one is left out", "remove one of the two")
			continue
		}
		seen[parameterKey(p)] = true
		list = append(list, item)
	}
	return list, seen
}

// parameterKey tells parameters apart: names of headers are not case-sensitive.
func parameterKey(n *node) string {
	in, name := n.value("in"), n.value("name")
	if In(in) == InHeader {
		name = strings.ToLower(name)
	}
	return in + " " + name
}

// ignoredHeader reports headers that are described by other means (OpenAPI 3.1 section 4.8.12.1).
func (l *lifter) ignoredHeader(p *Parameter, n *node) bool {
	if p.In != InHeader {
		return false
	}
	switch strings.ToLower(p.Name) {
	case "accept", "content-type":
		l.warn(n, "ignored-header", "the header "+quote(p.Name)+" follows from the media types; the parameter has no effect by the standard and is left out", "remove it")
	case "authorization":
		l.warn(n, "ignored-header", "the header "+quote(p.Name)+" follows from the security schemes; the parameter has no effect by the standard and is left out", "declare a security scheme")
	default:
		return false
	}
	return true
}

// undeclared makes the parameter that the template names and nobody declares.
func (l *lifter) undeclared(n *node, name string, says pathVariable) *Parameter {
	schema, what := says.schema(n.loc())
	l.warn(n, "missing-path-parameter", "the path parameter "+quote(name)+" is not declared; it is read as "+what, "declare it with in: path, required: true and a schema")
	return &Parameter{Loc: schema.Loc, Name: name, In: InPath, Required: true, Style: "simple", Schema: schema}
}

// parameter lifts a declaration. Each operation gets a copy of its own.
func (l *lifter) parameter(n *node) *Parameter {
	p, known := l.shared[n]
	if !known {
		p = l.value(n, In(n.value("in")))
		p.Name = n.value("name")
		l.shared[n] = p
	}
	own := *p
	return &own
}

// value lifts what parameters and headers have in common.
func (l *lifter) value(n *node, in In) *Parameter {
	p := &Parameter{Loc: n.loc(), In: in, Description: n.value("description"), Extensions: l.extensions(n)}
	p.Required, _ = n.truth("required")
	p.Deprecated, _ = n.truth("deprecated")
	if l.version == version20 {
		l.value20(p, n)
		return p
	}
	p.AllowReserved, _ = n.truth("allowReserved")
	p.AllowEmptyValue, _ = n.truth("allowEmptyValue")
	p.Style, p.Explode = l.style(n, in)
	p.Examples = l.examples(n)
	if content := l.kids(n.get("content")); len(content) > 0 {
		if len(content) > 1 {
			l.warn(content[1], "parameter-content", "a parameter has one media type; the others are left out", "keep one")
		}
		p.ContentType = strings.ToLower(content[0].key)
		p.Encoding, _, _ = l.encodings(content[0].end())
		if schema := content[0].end().get("schema"); schema != nil {
			p.Schema = l.schema(schema)
		}
	} else if schema := n.get("schema"); schema != nil {
		p.Schema = l.schema(schema)
	}
	if p.Schema == nil {
		p.Schema = &Schema{Loc: p.Loc, Always: true}
	}
	return p
}

// styles are those that a place allows; the first is the default.
var styles = map[In][]string{
	InPath: {"simple", "label", "matrix"}, InQuery: {"form", "spaceDelimited", "pipeDelimited", "deepObject"},
	InHeader: {"simple"}, InCookie: {"form", "cookie"}, InQueryString: {"form"},
}

// style returns style and explode with their defaults filled in.
func (l *lifter) style(n *node, in In) (string, bool) {
	style := styles[in][0]
	if s := n.get("style"); s != nil {
		if slices.Contains(styles[in], s.text) {
			style = s.text
		} else {
			l.warn(s, "bad-style", "there is no style "+quote(s.text)+" in "+string(in)+"; "+style+" is taken",
				l.didYouMean(s.text, styles[in], "use "+strings.Join(styles[in], ", ")))
		}
	}
	if explode, ok := n.truth("explode"); ok {
		return style, explode
	}
	return style, style == "form" || style == "cookie"
}

// headers lifts a map of headers. Content-Type follows from the media types (OpenAPI 3.1 section 4.8.17.1).
func (l *lifter) headers(n *node) []*Parameter {
	out, known := l.headerLists[n]
	if known || n == nil {
		return out
	}
	defer func() { l.headerLists[n] = out }()
	for _, kid := range l.kids(n) {
		if kid.dead() || kid.role != roleHeader || strings.EqualFold(kid.key, "content-type") {
			continue
		}
		if !IsToken(kid.key) {
			l.warn(kid, "bad-parameter", "the name "+quote(kid.key)+" of a header is no token (RFC 9110 section 5.1): no field can have it; it is left out", "correct the name")
			continue
		}
		p := l.value(kid.end(), InHeader)
		p.Name = kid.key
		out = append(out, p)
	}
	return out
}

// ownHeaders lifts the headers of a response but for those that the server sets itself, by what it sends and when (RFC 9110 sections
// 6.6.1, 7.6.1 and 8.6), of an answer to HEAD, too: what a handler would say of them has no effect.
func (l *lifter) ownHeaders(n *node) []*Parameter {
	return slices.DeleteFunc(slices.Clone(l.headers(n)), func(p *Parameter) bool {
		switch strings.ToLower(p.Name) {
		case "date", "content-length", "transfer-encoding", "connection":
			l.warn(n.get(p.Name), "ignored-header", "the server sets the header "+quote(p.Name)+" itself; it is left out", "remove it")
			return true
		}
		return false
	})
}

// examples lifts example and the values of examples.
func (l *lifter) examples(n *node) []Literal {
	var out []Literal
	if v := n.get("example"); v != nil {
		out = append(out, v.literal())
	}
	for _, kid := range l.kids(n.get("examples")) {
		if kid.dead() {
			continue
		}
		e := kid.end()
		v := e.get("value")
		if v == nil {
			v = e.get("dataValue")
		}
		serialized := e.get("serializedValue")
		if n.role != roleMediaType || serialized.dead() {
			serialized = nil // a parameter would have its name in it
		}
		if v == nil {
			v = serialized
		}
		if v != nil {
			example := v.literal()
			example.Name = kid.key
			if serialized != nil {
				example.Serialized = serialized.text
			}
			out = append(out, example)
		}
	}
	return out
}
