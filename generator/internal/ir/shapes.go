package ir

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// Shape is an entry of the table that says how values stand in texts that are not JSON, parameters and bodies: see
// tornado.NewShapes.
type Shape struct {
	Name string // "Pet"
	Text string // `{name, size: number}`
}

// shaper plans the shapes of a package. Nodes are made when parameters and bodies are planned, names and texts at the end, once it is known
// what is used more than once.
type shaper struct {
	b     *builder
	nodes map[string]*shapeNode
	roots []*shapeRoot
	scope *naming.Scope
	named map[string]string // the name of a text
	list  []Shape
	xml   bool // some body is XML
}

// shapeRoot is one body, or one parameter.
type shapeRoot struct {
	content *Content
	node    *shapeNode
	schema  *spec.Schema
	xml     bool
	marks   map[string]string     // of members: how they are encoded
	within  map[string]*shapeRoot // of members: those that have parts or fields themselves
	firsts  []*shapeRoot          // likewise of parts by position, nil for others, and of the items
	rest    *shapeRoot
	prefix  []*spec.Encoding // of parts by position
	item    *spec.Encoding

	param  *Param   // nil for a body
	others []string // names of a query that are not members
	wide   bool     // the members of an object are parameters of their own
	alone  bool     // those that it does not declare are not
}

// shapeNode is what some schemas say together: one, or those of which a value meets any.
type shapeNode struct {
	core     *spec.Schema // the first
	kinds    map[string]bool
	literals []string // strings that are valid, as JSON; of an open set none
	open     bool     // any string is valid
	members  []*shapeMember
	names    []string   // of members that are required or discriminate, declared or not
	rest     *shapeNode // of members without a declaration; nil: nothing is known
	prefix   []*shapeNode
	items    *shapeNode
	item     *spec.Schema // of items
	uses     int
	name     string
	at       int               // index of its entry, once it has a name
	begun    bool              // its text is being printed
	single   bool              // core is the only schema
	closed   bool              // members without a declaration are not allowed
	part     map[string]string // of a part with header fields: how these are written; nil for others
}

type shapeMember struct {
	name     string
	schemas  []*spec.Schema
	node     *shapeNode
	required bool
}

func newShaper(b *builder) *shaper {
	return &shaper{
		b: b, nodes: make(map[string]*shapeNode), scope: naming.NewScope(), named: make(map[string]string),
	}
}

// maxLiterals is how many strings an entry lists: more are any string.
const maxLiterals = 8

// node returns what schemas say together; nil schemas allow anything.
func (l *shaper) node(schemas ...*spec.Schema) *shapeNode {
	var cores []*spec.Schema
	null := false
	seen := make(map[*spec.Schema]bool)
	for _, s := range schemas {
		null = l.expand(s, seen, &cores) || null
	}
	key := strconv.FormatBool(null)
	for _, c := range cores {
		key += " " + strconv.Itoa(l.b.id(c))
	}
	n := l.nodes[key]
	if n == nil {
		n = &shapeNode{kinds: map[string]bool{}, single: len(cores) == 1 && !null}
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
func (l *shaper) use(schemas ...*spec.Schema) *shapeNode {
	n := l.node(schemas...)
	n.uses++
	return n
}

// expand adds the schemas that a value of s may meet, and reports whether null is one.
func (l *shaper) expand(s *spec.Schema, seen map[*spec.Schema]bool, cores *[]*spec.Schema) (null bool) {
	if s == nil {
		return false
	}
	core, null := l.b.settle(s)
	if seen[core] || isNull(core) {
		return null || isNull(core)
	}
	seen[core] = true
	members := slices.Concat(core.OneOf, core.AnyOf)
	if len(members) == 0 || len(core.Properties) > 0 || len(core.Types) > 0 {
		*cores = append(*cores, core)
	}
	for _, m := range members {
		null = l.expand(m, seen, cores) || null
	}
	return null
}

func (l *shaper) fill(n *shapeNode, cores []*spec.Schema) {
	var rest, items []*spec.Schema
	known := map[string]*shapeMember{}
	typed := slices.ContainsFunc(cores, func(c *spec.Schema) bool { return isUnion(c) && len(c.Types) > 0 })
	n.closed = true
	for i, c := range cores {
		if i == 0 {
			n.core = c
		}
		l.kinds(n, c, typed)
		if n.names = append(n.names, c.Required...); c.Discriminator != nil {
			n.names = append(n.names, c.Discriminator.PropertyName)
		}
		n.closed = n.closed && c.AdditionalProperties != nil && c.AdditionalProperties.Never && len(c.PatternProperties) == 0
		for _, p := range c.Properties {
			m := known[p.Name]
			if m == nil {
				m = &shapeMember{name: p.Name}
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

// kinds adds what a value of a schema may be; where typed is set, the types of another one hold for it too.
func (l *shaper) kinds(n *shapeNode, s *spec.Schema, typed bool) {
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
	case !typed:
		types = []string{"any"}
	}
	for _, t := range types {
		if t == "string" && (s.Format == "date-time" || s.Format == "time") {
			t = "time"
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

func (n *shapeNode) structured() bool { return n.kinds["object"] || n.kinds["array"] }

// textual reports whether a value may be a string.
func (n *shapeNode) textual() bool { return n.kinds["string"] || n.kinds["time"] }

// scalar reports whether all that a value may be has a form as text.
func (n *shapeNode) scalar() bool { return !n.structured() && !n.kinds["any"] }
