package spec

import "slices"

// finishTypes makes one list of types of the forms of 3.0 and 3.1.
func (l *lifter) finishTypes(s *Schema, n *node) {
	if t := n.get("type"); t != nil {
		names := []string{t.text}
		if t.shape == shapeList {
			names = names[:0]
			for _, item := range t.kids {
				names = append(names, item.text)
			}
		}
		onlyNull := true
		for _, name := range names {
			switch {
			case name == "null":
				s.Nullable = true
			case name == "file": // of OpenAPI 2.0
				s.Types, s.Format, onlyNull = []string{"string"}, "binary", false
			case !slices.Contains(s.Types, name):
				onlyNull = false
				s.Types = append(s.Types, name)
			}
		}
		if onlyNull && s.Const == nil {
			loc := t.loc()
			s.Const = &Literal{Loc: loc, JSON: "null"}
		}
	}
	if l.config.exact && n.get("type") == nil && s.impliesType() {
		s.Types, s.Nullable = []string{"object", "array", "string", "number", "boolean"}, true
		return
	}
	if null := l.nullable(n); null != nil {
		if l.version >= version31 && !s.Nullable {
			l.warn(null, "old-keyword", "nullable is no keyword since OpenAPI 3.1; it is read as the type null", `write type: [..., "null"]`)
		}
		s.Nullable = true
	}
}

// impliesType reports whether s has keywords of objects or arrays, and none that says more of types.
func (s *Schema) impliesType() bool {
	if s.Const != nil || len(s.AllOf)+len(s.OneOf)+len(s.AnyOf) > 0 {
		return false
	}
	return len(s.Properties) > 0 || len(s.Required) > 0 || s.AdditionalProperties != nil || len(s.PatternProperties) > 0 ||
		s.MinProperties != nil || s.MaxProperties != nil || s.Items != nil || len(s.PrefixItems) > 0
}

// nullable is the member of a schema that allows null; nil for none.
func (r *reader) nullable(n *node) *node {
	for _, kid := range n.kids {
		if kid.key == "nullable" && kid.isTrue() || r.isNullable(kid) {
			return kid
		}
	}
	return nil
}

// isNullable reports whether a member of a schema is the extension by which documents of OpenAPI 2.0 allow null.
func (r *reader) isNullable(kid *node) bool {
	return r.version == version20 && kid.key == "x-nullable" && kid.isTrue()
}

// finishBounds turns a boolean exclusive bound of 3.0 into the number of 3.1.
func (l *lifter) finishBounds(s *Schema, n *node) {
	for _, bound := range []struct {
		key                  string
		inclusive, exclusive **Literal
	}{{"exclusiveMinimum", &s.Minimum, &s.ExclusiveMinimum}, {"exclusiveMaximum", &s.Maximum, &s.ExclusiveMaximum}} {
		kid := n.get(bound.key)
		switch {
		case kid == nil:
		case kid.shape == shapeNumber:
			*bound.exclusive = literalOf(kid)
		case kid.isTrue() && *bound.inclusive != nil:
			*bound.exclusive, *bound.inclusive = *bound.inclusive, nil
		}
	}
}

// finishEnum lifts the values that the types of the schema allow. Where a string is expected, numbers and booleans are taken
// as they are written: YAML needs no quotes, and authors forget them.
func (l *lifter) finishEnum(s *Schema, n *node) {
	enum := n.get("enum")
	if enum == nil {
		return
	}
	if len(enum.items()) == 0 && l.version >= version31 {
		l.warn(enum, "wrong-value", "enum has no value: nothing is valid", "add the values, or remove it")
		s.Never = true
	}
	const remedy = "correct the value or the type"
	seen := make(map[string]bool, len(enum.kids)+1)
	for _, item := range enum.items() {
		v := item.literal()
		switch {
		case s.hasType(item):
		case slices.Contains(s.Types, "string") && (item.shape == shapeNumber || item.shape == shapeBool):
			l.warn(item, "enum-type", "the value "+item.text+" is "+item.shape.String()+" where a string is expected; it is read as one", "put it in quotes")
			v.JSON = string(appendString(nil, item.text))
		default:
			l.warn(item, "enum-type", "the value "+short(v.JSON)+" can never be valid beside the type; it is left out", remedy)
			continue
		}
		if seen[v.JSON] {
			l.warn(item, "duplicate-enum", "the value "+short(v.JSON)+" is there already", "remove one of the two")
			continue
		}
		seen[v.JSON] = true
		s.Enum = append(s.Enum, v)
	}
	if null := l.nullable(n); null != nil && len(s.Enum) > 0 && !seen["null"] {
		s.Enum = append(s.Enum, Literal{Loc: null.loc(), JSON: "null"})
	}
}

// short is a JSON text for a message.
func short(s string) string {
	const longest = 60
	if len(s) > longest {
		return quote(s[:longest]) + "..."
	}
	return s
}

// hasType reports whether the types of a schema allow a value. 1.0 is an integer.
func (s *Schema) hasType(n *node) bool {
	if len(s.Types) == 0 && !s.onlyNull() {
		return true
	}
	switch n.shape {
	case shapeNull:
		return s.Nullable
	case shapeBool:
		return slices.Contains(s.Types, "boolean")
	case shapeNumber:
		if slices.Contains(s.Types, "number") {
			return true
		}
		r := rational(n.text)
		return slices.Contains(s.Types, "integer") && (r == nil || r.IsInt())
	case shapeText:
		return slices.Contains(s.Types, "string")
	case shapeList:
		return slices.Contains(s.Types, "array")
	default:
		return slices.Contains(s.Types, "object")
	}
}

// onlyNull reports whether null is the only value.
func (s *Schema) onlyNull() bool {
	return len(s.Types) == 0 && s.Const != nil && s.Const.JSON == "null"
}

// discriminator lifts which value of a property selects which schema.
func (l *lifter) discriminator(s *Schema, n, d *node) {
	out := &Discriminator{Loc: d.loc(), PropertyName: d.value("propertyName")}
	if d.shape == shapeText { // OpenAPI 2.0
		out.PropertyName = d.text
	}
	if kid := d.get("defaultMapping"); kid != nil && kid.ref != nil {
		out.Default = l.schema(kid.ref)
	}
	mapped := map[*Schema]bool{}
	for _, kid := range l.kids(d.get("mapping")) {
		if kid.ref != nil {
			member := l.schema(kid.ref)
			mapped[member] = true
			out.Mapping = append(out.Mapping, DiscriminatorValue{Value: kid.key, Schema: member})
		}
	}
	add := func(name string, member *Schema) {
		if name != "" && !mapped[member] {
			mapped[member] = true
			out.Mapping = append(out.Mapping, DiscriminatorValue{Value: name, Schema: member})
		}
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		for _, member := range n.get(key).end().items() {
			if member.ref != nil && l.onlyAnnotates(member) {
				add(l.referredName(member), l.schema(member))
			}
		}
	}
	if len(s.OneOf) == 0 && len(s.AnyOf) == 0 {
		for _, child := range l.descendants(n) {
			add(child.key, l.schema(child))
		}
	}
	s.Discriminator = out
}

// referredName is the implicit value of a member: the name under which it is referred to.
func (l *lifter) referredName(n *node) string {
	if to := n.ref; to.parent != nil {
		return to.key
	}
	name, _ := l.nameOf(n.ref)
	return name
}

// maxKin bounds what the descendants of all schemas together may come to; beyond it only children count.
const maxKin = 200_000

// descendants are the schemas of components that have n in their allOf, or in that of one that does.
func (l *lifter) descendants(n *node) []*node {
	if l.kin > maxKin {
		return l.children[n]
	}
	var out []*node
	seen := map[*node]bool{n: true}
	for queue := []*node{n}; len(queue) > 0; queue = queue[1:] {
		for _, child := range l.children[queue[0]] {
			if !seen[child] {
				seen[child] = true
				l.kin++
				out = append(out, child)
				queue = append(queue, child)
			}
		}
	}
	return out
}
