package ir

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// Layout is an entry of the table that says how values stand in media types other than JSON: see tornado.NewLayouts.
type Layout struct {
	Name string // "Pet"
	Text string // `{name, size: number}`
}

// layouter plans the layouts of a package. Nodes are made when the bodies are planned, names and texts at the end, once it is known
// what is used more than once.
type layouter struct {
	b     *builder
	ids   map[*spec.Schema]int
	nodes map[string]*layoutNode
	roots []*layoutRoot
	scope *naming.Scope
	named map[string]string // the name of a text
	list  []Layout
	xml   bool // some body is XML
}

// layoutRoot is one body.
type layoutRoot struct {
	content *Content
	node    *layoutNode
	schema  *spec.Schema
	xml     bool
	marks   map[string]string // of members: how they are encoded
	prefix  []*spec.Encoding  // of parts by position
	item    *spec.Encoding
}

// layoutNode is what some schemas say together: one, or those of which a value meets any.
type layoutNode struct {
	core     *spec.Schema // the first
	kinds    map[string]bool
	literals []string // strings that are valid, as JSON; of an open set none
	open     bool     // any string is valid
	members  []*layoutMember
	rest     *layoutNode // of members without a declaration; nil: nothing is known
	prefix   []*layoutNode
	items    *layoutNode
	item     *spec.Schema // of items
	uses     int
	name     string
	single   bool // core is the only schema
}

type layoutMember struct {
	name     string
	schemas  []*spec.Schema
	node     *layoutNode
	required bool
}

func newLayouter(b *builder) *layouter {
	return &layouter{
		b: b, ids: make(map[*spec.Schema]int), nodes: make(map[string]*layoutNode), scope: naming.NewScope(), named: make(map[string]string),
	}
}

// maxLiterals is how many strings an entry lists: more are any string.
const maxLiterals = 8

// node returns what schemas say together; nil schemas allow anything.
func (l *layouter) node(schemas ...*spec.Schema) *layoutNode {
	var cores []*spec.Schema
	null := false
	seen := make(map[*spec.Schema]bool)
	for _, s := range schemas {
		null = l.expand(s, seen, &cores) || null
	}
	key := strconv.FormatBool(null)
	for _, c := range cores {
		if l.ids[c] == 0 {
			l.ids[c] = len(l.ids) + 1
		}
		key += " " + strconv.Itoa(l.ids[c])
	}
	n := l.nodes[key]
	if n == nil {
		n = &layoutNode{kinds: map[string]bool{}, single: len(cores) == 1 && !null}
		l.nodes[key] = n
		if null {
			n.kinds["null"] = true
		}
		if len(cores) == 0 {
			n.kinds["any"] = true
		}
		l.fill(n, cores)
	}
	return n
}

// use is node for a place that is printed.
func (l *layouter) use(schemas ...*spec.Schema) *layoutNode {
	n := l.node(schemas...)
	n.uses++
	return n
}

// expand adds the schemas that a value of s may meet, and reports whether null is one.
func (l *layouter) expand(s *spec.Schema, seen map[*spec.Schema]bool, cores *[]*spec.Schema) (null bool) {
	if s == nil {
		return false
	}
	core, null := l.b.settle(s)
	if seen[core] || isNull(core) {
		return null || isNull(core)
	}
	seen[core] = true
	members := slices.Concat(core.OneOf, core.AnyOf)
	if len(members) == 0 || len(core.Properties) > 0 {
		*cores = append(*cores, core)
	}
	for _, m := range members {
		null = l.expand(m, seen, cores) || null
	}
	return null
}

func (l *layouter) fill(n *layoutNode, cores []*spec.Schema) {
	var rest, items []*spec.Schema
	known := map[string]*layoutMember{}
	for i, c := range cores {
		if i == 0 {
			n.core = c
		}
		l.kinds(n, c)
		for _, p := range c.Properties {
			m := known[p.Name]
			if m == nil {
				m = &layoutMember{name: p.Name}
				known[p.Name] = m
				n.members = append(n.members, m)
			}
			m.schemas = append(m.schemas, p.Schema)
			m.required = m.required || slices.Contains(c.Required, p.Name)
		}
		if c.AdditionalProperties != nil && !c.AdditionalProperties.Never {
			rest = append(rest, c.AdditionalProperties)
		}
		for _, p := range c.PatternProperties {
			rest = append(rest, p.Schema)
		}
		if c.Items != nil && !c.Items.Never {
			items = append(items, c.Items)
		}
		if len(c.PrefixItems) > 0 && n.prefix == nil {
			for _, p := range c.PrefixItems {
				n.prefix = append(n.prefix, l.use(p))
			}
		}
	}
	for _, m := range n.members {
		m.node = l.use(m.schemas...)
	}
	if len(rest) > 0 {
		n.rest = l.use(rest...)
	}
	if len(items) > 0 {
		n.items, n.item = l.use(items...), items[0]
	}
}

// kinds adds what a value of a schema may be.
func (l *layouter) kinds(n *layoutNode, s *spec.Schema) {
	if l.b.files[s] {
		n.kinds["file"] = true
		return
	}
	types := typesOf(s)
	values := s.Enum
	if s.Const != nil {
		values = []spec.Literal{*s.Const}
	}
	if len(types) == 0 {
		types = literalTypes(values)
	}
	switch {
	case len(types) > 0:
	case len(s.Properties) > 0 || s.AdditionalProperties != nil || len(s.Required) > 0:
		types = []string{"object"}
	case s.Items != nil || len(s.PrefixItems) > 0:
		types = []string{"array"}
	default:
		types = []string{"any"}
	}
	for _, t := range types {
		if t == "integer" {
			t = "number"
		}
		n.kinds[t] = true
	}
	if !slices.Contains(types, "string") {
		return
	}
	n.open = n.open || len(values) == 0 || len(values) > maxLiterals
	for _, v := range values {
		if strings.HasPrefix(v.JSON, `"`) && !slices.Contains(n.literals, v.JSON) {
			n.literals = append(n.literals, v.JSON)
		}
	}
	n.open = n.open || len(n.literals) > maxLiterals
}

func (n *layoutNode) structured() bool { return n.kinds["object"] || n.kinds["array"] }

// scalar reports whether all that a value may be has a form as text.
func (n *layoutNode) scalar() bool { return !n.structured() && !n.kinds["any"] }

// finish names and prints the layouts of all bodies.
func (l *layouter) finish() []Layout {
	for _, r := range l.roots {
		if len(r.marks) == 0 && r.prefix == nil && r.item == nil {
			r.content.Layout = l.ref(r.node)
			if r.node.name != "" && l.rootMarks(r, r.node.name) == "" || !r.node.structured() {
				continue
			}
		}
		name := l.b.nameOf(r.node.core)
		if len(r.marks) > 0 {
			name += mediaName(r.content.MediaTypes[0])
		}
		text := r.content.Layout
		if r.node.name == "" || text == "" {
			text = l.text(r.node, r)
		}
		if marks := l.rootMarks(r, name); marks != "" {
			text = "(" + marks + ") " + text
		}
		r.content.Layout = l.entry(name, text)
	}
	return l.list
}

// entry returns the name of a text, which gets one like name where it has none.
func (l *layouter) entry(name, text string) string {
	if own := l.named[text]; own != "" {
		return own
	}
	name = l.scope.Take(name)
	l.named[text] = name
	l.list = append(l.list, Layout{name, text})
	return name
}

// ref prints a node where it is used: by its name where it has one.
func (l *layouter) ref(n *layoutNode) string {
	switch {
	case n.name != "":
		return n.name
	case !n.shared():
		return l.text(n, nil)
	}
	n.name = l.scope.Take(l.b.nameOf(n.core))
	at := len(l.list)
	l.list = append(l.list, Layout{Name: n.name})
	text := l.text(n, nil)
	if x := l.xmlOf(n.core); l.xml && x != nil {
		if marks := l.marksOf(x, n, n.name); marks != "" {
			text = "(" + marks + ") " + text
		}
	}
	l.list[at].Text = text
	l.named[text] = n.name
	return n.name
}

// shared tells that a node is printed once, under a name: it has members, and is a component or used several times.
func (n *layoutNode) shared() bool {
	return (n.uses > 1 || n.single && n.core.Name != "") && (len(n.members) > 0 || n.rest != nil && n.rest.structured() || n.uses > 1 && n.structured() && !n.flatItems())
}

// flatItems tells that a node is a list of scalars, or a map of them: it is as short as a name.
func (n *layoutNode) flatItems() bool {
	return len(n.prefix) == 0 && (n.items == nil || n.items.scalar()) && (n.rest == nil || n.rest.scalar())
}

// text prints a node, as a whole body with what its root says.
func (l *layouter) text(n *layoutNode, root *layoutRoot) string {
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
	for _, kind := range []string{"number", "boolean", "file"} {
		if n.kinds[kind] {
			parts = append(parts, kind)
		}
	}
	if n.kinds["array"] {
		parts = append(parts, l.array(n, root))
	}
	if n.kinds["object"] {
		parts = append(parts, l.object(n, root))
	}
	if n.kinds["null"] {
		parts = append(parts, "null")
	}
	return strings.Join(parts, " | ")
}

func (l *layouter) array(n *layoutNode, root *layoutRoot) string {
	var parts []string
	for i, p := range n.prefix {
		of, mark := l.ref(p), ""
		if root != nil && i < len(root.prefix) {
			mark = typeMark(root.prefix[i].ContentType, p)
		}
		parts = append(parts, marked(mark, of))
	}
	items := ""
	if n.items != nil {
		items = l.ref(n.items)
		mark := l.itemMarks(n.item, n.items, root != nil)
		if root != nil && root.item != nil {
			mark = joinMarks(mark, typeMark(root.item.ContentType, n.items))
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

func (l *layouter) object(n *layoutNode, root *layoutRoot) string {
	var parts []string
	for _, m := range n.members {
		text, of, mark := layoutName(m.name), l.ref(m.node), ""
		if root != nil {
			mark = root.marks[m.name]
		}
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
	if n.rest != nil {
		parts = append(parts, "...: "+l.ref(n.rest))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// layoutName prints a name of a layout, in quotes where it is no word.
func layoutName(name string) string {
	rest := strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$")
	if name != "" && rest == "" && !strings.HasPrefix(name, "...") {
		return name
	}
	return quote(name)
}
