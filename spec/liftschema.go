package spec

import "slices"

// identity follows references that only annotate, to the schema that a place means.
func (r *reader) identity(n *node) *node {
	for n.ref != nil && r.onlyAnnotates(n) {
		n = n.ref
	}
	return n
}

// reached is a schema of the document and the scope that it is reached in.
type reached struct {
	n     *node
	scope *scope
}

// follow is identity in the scope at hand. named is the first schema on the way that has a name.
func (l *lifter) follow(n *node) (to reached, named *node) {
	if l.dynamics == nil {
		return reached{n: l.identity(n)}, nil
	}
	for at := (reached{n, l.dynamics.enter(l.scope, n)}); ; {
		if _, ok := l.nameOf(at.n); ok && named == nil {
			named = at.n
		}
		if at.n.ref == nil || !l.onlyAnnotates(at.n) {
			return at, named
		}
		at.n = l.dynamics.next(at.scope, at.n)
		at.scope = l.dynamics.enter(at.scope, at.n)
	}
}

// schema returns the schema that a place means. One and the same is returned for one and the same; what is reached by
// reference is filled later, so that no chain of references is deep for the stack.
func (l *lifter) schema(n *node) *Schema {
	to, first := l.follow(n)
	if s, ok := l.schemas[to]; ok {
		return s
	}
	s := &Schema{}
	l.schemas[to], l.nodes[s] = s, to.n
	l.all = append(l.all, s)
	name, named := l.nameOf(to.n)
	if named {
		s.Name, s.Ref = name, l.identityText(to.n)
	}
	if to.scope != nil {
		l.dynamics.of[s] = to.scope
		if first != nil {
			s.Name, named = l.nameOf(first)
			s.Ref = l.identityText(first)
			l.dynamics.from[s] = first
		}
	}
	if to.n != n || named {
		l.queue = append(l.queue, s)
	} else {
		l.fill(s, to.n)
	}
	return s
}

// drain fills all schemas that wait.
func (l *lifter) drain() {
	for len(l.queue) > 0 {
		s := l.queue[0]
		l.queue = l.queue[1:]
		l.fill(s, l.nodes[s])
	}
}

// fill lifts the keywords of n.
func (l *lifter) fill(s *Schema, n *node) {
	if l.dynamics != nil {
		defer func(outer *scope) { l.scope = outer }(l.scope)
		l.scope = l.dynamics.of[s]
	}
	s.Loc = n.loc()
	defer l.dynamics.entitle(s)
	switch {
	case n.broken:
		s.Always, s.Broken = true, true
		return
	case n.shape == shapeBool:
		s.Always, s.Never = n.isTrue(), !n.isTrue()
		return
	case n.shape != shapeObject:
		s.Always = true
		return
	case n.ref != nil:
		s.AllOf = append(s.AllOf, l.schema(l.dynamics.next(l.scope, n)))
	case len(n.kids) == 0:
		s.Always = true
	}
	s.Untold = n.untold
	for _, kid := range n.kids {
		switch kid.key {
		case "format", "pattern", "required", "contentEncoding", "multipleOf":
			s.Places = append(s.Places, Keyword{kid.loc(), kid.key})
		}
		_ = kid.isExtension() || unknowable(n, kid) || l.annotation(s, kid) || l.assertion(s, n, kid) || l.applicator(s, n, kid) || l.condition(s, n, kid)
	}
	s.Extensions = l.extensions(n)
	if encoding := n.get("contentEncoding"); encoding != nil && encoding.text == "binary" && s.Format == "" { // as OpenAPI 3.0 says it
		s.Format, s.ContentEncoding = "binary", ""
	}
	l.finishTypes(s, n)
	l.finishBounds(s, n)
	l.finishEnum(s, n)
	if d := n.get("discriminator"); d != nil && !d.dead() {
		l.discriminator(s, n, d.end())
	}
}

// unknowable reports whether a keyword is left out since it refers to what is not known: to take that for anything would refuse
// what may be valid.
func unknowable(n, kid *node) bool {
	switch kid.key {
	case "not", "contains":
		return kid.dead()
	case "if", "then", "else":
		return n.get("if").dead()
	}
	return false
}

// annotation lifts a keyword that says something about values and asserts nothing.
func (l *lifter) annotation(s *Schema, kid *node) bool {
	switch kid.key {
	case "title":
		s.Title = kid.text
	case "description":
		s.Description = kid.text
	case "format":
		if !l.config.noted || kid.text == "binary" || kid.text == "password" {
			s.Format = kid.text
		}
	case "deprecated":
		s.Deprecated = kid.isTrue()
	case "readOnly":
		s.ReadOnly = kid.isTrue()
	case "writeOnly":
		s.WriteOnly = kid.isTrue()
	case "contentEncoding":
		if !l.config.noted {
			s.ContentEncoding = kid.text
		}
	case "contentMediaType":
		s.ContentMediaType = kid.text
	case "contentSchema":
		s.ContentSchema = l.schema(kid)
	case "xml":
		s.XML = l.xml(kid)
	case "default":
		l.values = append(l.values, valueCheck{s, kid, valueDefault})
	case "example":
		l.values = append(l.values, valueCheck{s, kid, valueExample})
	case "examples":
		for _, item := range kid.items() {
			l.values = append(l.values, valueCheck{s, item, valueExample})
		}
	case "$ref", "$dynamicRef", "$id", "$schema", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$comment", "$vocabulary", "$defs", "definitions",
		"externalDocs", "discriminator", "collectionFormat":
	default:
		return false
	}
	return true
}

// xml lifts how a value stands in XML.
func (l *lifter) xml(kid *node) *XML {
	n := kid.end()
	if n.dead() || n.shape != shapeObject {
		return nil
	}
	x := &XML{Loc: kid.keyLoc(), Name: n.value("name"), Namespace: n.value("namespace"), Prefix: n.value("prefix"), NodeType: n.value("nodeType")}
	attribute, _ := n.truth("attribute")
	wrapped, _ := n.truth("wrapped")
	switch {
	case x.NodeType != "":
	case attribute:
		x.NodeType = "attribute"
	case wrapped:
		x.NodeType = "element"
	}
	return x
}

// assertion lifts a keyword that holds a value against something.
func (l *lifter) assertion(s *Schema, n, kid *node) bool {
	switch kid.key {
	case "type", "nullable", "enum", "exclusiveMinimum", "exclusiveMaximum": // see the finish methods
	case "const":
		s.Const = literalOf(kid)
	case "minimum":
		s.Minimum = literalOf(kid)
	case "maximum":
		s.Maximum = literalOf(kid)
	case "multipleOf":
		s.MultipleOf = l.multipleOf(kid)
	case "minLength":
		s.MinLength = countOf(kid)
	case "maxLength":
		s.MaxLength = countOf(kid)
	case "pattern":
		s.Pattern = kid.text
	case "minItems":
		s.MinItems = countOf(kid)
	case "maxItems":
		s.MaxItems = countOf(kid)
	case "uniqueItems":
		s.UniqueItems = kid.isTrue()
	case "minProperties":
		s.MinProperties = countOf(kid)
	case "maxProperties":
		s.MaxProperties = countOf(kid)
	case "required":
		s.Required = l.required(kid)
	default:
		return false
	}
	return true
}

// applicator lifts a keyword that holds schemas.
func (l *lifter) applicator(s *Schema, n, kid *node) bool {
	switch kid.key {
	case "items":
		s.Items = l.schema(kid)
	case "prefixItems":
		s.PrefixItems = l.schemaList(kid)
	case "properties":
		s.Properties = l.properties(kid)
	case "patternProperties":
		s.PatternProperties = l.properties(kid)
	case "additionalProperties":
		s.AdditionalProperties = l.schema(kid)
	case "allOf":
		s.AllOf = append(s.AllOf, l.schemaList(kid)...)
	case "oneOf":
		l.oneOf(s, n, kid)
	case "anyOf":
		s.AnyOf = l.schemaList(kid)
	default:
		return false
	}
	return true
}

// oneOf lifts the members of a union. Where one of them is not known, nobody can tell that a value is valid against it and no
// other: it asserts nothing, and says as an anyOf, where there is none, what to expect.
func (l *lifter) oneOf(s *Schema, n, kid *node) {
	switch {
	case !slices.ContainsFunc(kid.end().items(), (*node).dead):
		s.OneOf = l.schemaList(kid)
	case n.get("anyOf") == nil:
		s.AnyOf = l.schemaList(kid)
	}
}

func (l *lifter) schemaList(n *node) []*Schema {
	if n = n.end(); n == nil {
		return nil
	}
	out := make([]*Schema, 0, len(n.kids))
	for _, item := range n.items() {
		out = append(out, l.schema(item))
	}
	return out
}

func (l *lifter) properties(n *node) []*Property {
	kids := l.kids(n)
	out := make([]*Property, 0, len(kids))
	for _, kid := range kids {
		p := &Property{Loc: kid.keyLoc(), Name: kid.key, Schema: l.schema(kid)}
		if kid.ref != nil && l.onlyAnnotates(kid) {
			p.Description = kid.value("description")
			p.Deprecated, _ = kid.truth("deprecated")
			p.Extensions = l.extensions(kid)
		}
		out = append(out, p)
	}
	return out
}

func (l *lifter) required(n *node) []string {
	seen := make(map[string]bool, len(n.kids))
	var out []string
	for _, item := range n.items() {
		if seen[item.text] {
			l.warn(item, "duplicate-required", quote(item.text)+" is required twice", "remove one of the two")
			continue
		}
		seen[item.text] = true
		out = append(out, item.text)
	}
	return out
}

func literalOf(n *node) *Literal {
	v := n.literal()
	return &v
}

// countOf is the value of an integer from 0, as the checker has made sure.
func countOf(n *node) *int64 {
	v, ok := whole(n.text)
	if !ok {
		return nil
	}
	return &v
}

func (l *lifter) multipleOf(n *node) *Literal {
	if r := rational(n.text); r != nil && r.Sign() <= 0 {
		l.warn(n, "wrong-value", "multipleOf is a number above 0, not "+n.text+"; it is left out", "write such a number or remove it")
		return nil
	}
	return literalOf(n)
}
