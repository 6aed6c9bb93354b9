package ir

import "strings"

// finish names and prints the shapes of all parameters and bodies.
func (l *shaper) finish() []Shape {
	for _, r := range l.roots {
		if r.param != nil {
			r.param.TextShape = l.paramShape(r)
		} else {
			r.content.TextShape = l.bodyShape(r)
		}
	}
	return l.list
}

// bodyShape returns the name of the shape of a body, or its notation.
func (l *shaper) bodyShape(r *shapeRoot) string {
	text := ""
	if len(r.marks) == 0 && r.prefix == nil && r.item == nil {
		text = l.ref(r.node)
		if r.node.name != "" && l.rootMarks(r, r.node.name) == "" || !r.node.structured() {
			return text
		}
	}
	name := l.b.nameOf(r.node.core)
	if len(r.marks) > 0 {
		name += mediaName(r.content.MediaTypes[0])
	}
	if r.node.name == "" || text == "" {
		text = l.text(r.node, r)
	}
	if marks := l.rootMarks(r, name); marks != "" {
		text = "(" + marks + ") " + text
	}
	return l.entry(name, text)
}

// paramShape is bodyShape for a parameter. What is not longer than a name has none.
func (l *shaper) paramShape(r *shapeRoot) string {
	if !r.wide && len(r.others) == 0 && len(r.marks) == 0 && !r.node.kinds["null"] {
		text := l.ref(r.node)
		if r.node.name != "" {
			return text
		}
	}
	text := l.text(r.node, r)
	if !r.node.structured() || len(r.node.members) == 0 && len(r.others) == 0 && r.node.flatItems() {
		return text
	}
	return l.entry(l.b.nameOf(r.schema), text)
}

// entry returns the name of a text, which gets one like name where it has none.
func (l *shaper) entry(name, text string) string {
	if own := l.named[text]; own != "" {
		return own
	}
	name = l.scope.Take(name)
	l.named[text] = name
	l.list = append(l.list, Shape{name, text})
	return name
}

// ref prints a node where it is used: by its name where it has one. A node within which it is met again gets one.
func (l *shaper) ref(n *shapeNode) string {
	if n.name != "" {
		return n.name
	}
	if n.shared() || n.begun {
		n.name, n.at = l.scope.Take(l.b.nameOf(n.core)), len(l.list)
		l.list = append(l.list, Shape{Name: n.name})
		if n.begun {
			return n.name
		}
	}
	n.begun = true
	text := l.text(n, nil)
	n.begun = false
	if n.name == "" {
		return text
	}
	if x := l.xmlOf(n.core); l.xml && x != nil {
		if marks := l.marksOf(x, n, n.name); marks != "" {
			text = "(" + marks + ") " + text
		}
	}
	l.list[n.at].Text = text
	l.named[text] = n.name
	return n.name
}

// shared tells that a node is printed once, under a name: it has members, and is a component or used several times.
func (n *shapeNode) shared() bool {
	return (n.uses > 1 || n.single && n.core.Name != "") && (len(n.members) > 0 || n.rest != nil && n.rest.structured() || n.uses > 1 && n.structured() && !n.flatItems())
}

// flatItems tells that a node is a list of scalars, or a map of them: it is as short as a name.
func (n *shapeNode) flatItems() bool {
	return len(n.prefix) == 0 && (n.items == nil || n.items.scalar()) && (n.rest == nil || n.rest.scalar())
}

// text prints a node, as a whole body or parameter with what its root says.
func (l *shaper) text(n *shapeNode, root *shapeRoot) string {
	if n.kinds["any"] {
		return "any"
	}
	var parts []string
	if n.kinds["string"] {
		if n.open || !n.structured() {
			parts = append(parts, "string")
		} else {
			parts = append(parts, n.literals...)
		}
	}
	for _, kind := range []string{"time", "number", "integer", "boolean", "file"} {
		if n.kinds[kind] && (kind != "integer" || !n.kinds["number"]) {
			parts = append(parts, kind)
		}
	}
	if n.kinds["array"] {
		parts = append(parts, l.array(n, root))
	}
	if n.kinds["object"] {
		parts = append(parts, l.object(n, root))
	}
	if n.kinds["null"] && (root == nil || root.param == nil) { // no parameter is null as a whole
		parts = append(parts, "null")
	}
	if len(parts) == 0 {
		return "never"
	}
	return strings.Join(parts, " | ")
}

func (l *shaper) array(n *shapeNode, root *shapeRoot) string {
	var parts []string
	for i, p := range n.prefix {
		var within *shapeRoot
		mark := ""
		if root != nil && i < len(root.prefix) {
			within, mark = root.firsts[i], partMarks(root.prefix[i].ContentType, p)
		}
		parts = append(parts, marked(mark, l.partText(p, within)))
	}
	items := ""
	if n.items != nil {
		var within *shapeRoot
		if root != nil {
			within = root.rest
		}
		items = l.partText(n.items, within)
		mark := l.itemMarks(n.item, n.items, root != nil)
		if root != nil && root.item != nil {
			mark = joinMarks(mark, partMarks(root.item.ContentType, n.items))
		}
		items = marked(mark, items)
	}
	if len(parts) == 0 {
		return "[" + items + "]"
	}
	return "[" + strings.Join(append(parts, "..."+items), ", ") + "]"
}

func marked(marks, text string) string {
	if marks == "" {
		return text
	}
	return "(" + marks + ") " + text
}

func (l *shaper) object(n *shapeNode, root *shapeRoot) string {
	var parts []string
	for _, m := range n.members {
		text, mark := shapeWord(m.name), ""
		var within *shapeRoot
		if root != nil {
			within, mark = root.within[m.name], root.marks[m.name]
		}
		of := l.partText(m.node, within)
		mark = joinMarks(mark, n.part[m.name])
		mark = joinMarks(mark, l.xmlMarks(m.schemas[0], m.node, m.name))
		if l.xml && m.required && m.node.kinds["array"] && !strings.Contains(mark, "wrapped") {
			mark = joinMarks(mark, "required")
		}
		if mark != "" {
			text += "(" + mark + ")"
		}
		if of != "string" {
			text += ": " + of
		}
		parts = append(parts, text)
	}
	switch alone := root != nil && root.alone; {
	case alone:
		parts = append(parts, "-*")
	case n.rest != nil && l.ref(n.rest) != "any": // which the others are anyhow
		parts = append(parts, "*: "+l.ref(n.rest))
	case root != nil && root.wide && n.closed:
		parts = append(parts, "*: never")
	}
	if root != nil {
		for _, name := range root.others {
			parts = append(parts, "-"+shapeWord(name))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// shapeWord prints a name of a shape, in quotes where it is no word.
func shapeWord(name string) string {
	rest := strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$")
	if name != "" && rest == "" && !strings.HasPrefix(name, "...") && name[0] != '-' {
		return name
	}
	return quote(name)
}
