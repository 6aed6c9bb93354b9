package check

import (
	"iter"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// compiler turns the texts of a set into nodes.
type compiler struct {
	named   map[string]*node
	count   uint32
	outline *jsonwire.Outline // of the text that is being compiled

	isDirected bool // there is a readOnly or writeOnly
}

func (s *Set) compile() {
	c := compiler{named: map[string]*node{}}
	for i := 0; i < len(s.texts); i += 2 {
		n := c.newNode()
		n.name, c.named[s.texts[i]] = s.texts[i], n
	}
	for i := 0; i < len(s.texts); i += 2 {
		var ok bool
		if c.outline, ok = jsonwire.OutlineOf([]byte(s.texts[i+1])); !ok {
			panic("schema " + s.texts[i] + " is no JSON")
		}
		c.fill(c.named[s.texts[i]], 0)
	}
	if c.isDirected {
		for _, n := range c.named {
			n.exempt(nil)
		}
	}
	s.named, s.texts = c.named, nil
}

func (c *compiler) newNode() *node {
	c.count++
	return &node{id: c.count, minContains: 1, maxContains: -1}
}

// node compiles value i of the outline.
func (c *compiler) node(i int) *node {
	n := c.newNode()
	c.fill(n, i)
	return n
}

func (c *compiler) nodes(i int) []*node {
	var all []*node
	for item := range c.items(i) {
		all = append(all, c.node(item))
	}
	return all
}

// fill compiles value i of the outline into n.
func (c *compiler) fill(n *node, i int) {
	if c.outline.Kind(i) == jsonwire.KindBoolean {
		n.never = !c.truth(i)
		return
	}
	for name, v := range c.members(i) {
		switch name {
		case "title":
			if n.name == "" {
				n.name = c.text(v)
			}
		case "$ref":
			n.ref = c.target(c.text(v))
		case "readOnly":
			n.readOnly = c.truth(v)
			c.isDirected = true
		case "writeOnly":
			n.writeOnly = c.truth(v)
			c.isDirected = true
		default:
			_ = c.composition(n, name, v) || c.assertion(n, name, v) || c.arrayKeyword(n, name, v) || c.objectKeyword(n, name, v)
		}
	}
}

func (c *compiler) composition(n *node, name string, v int) bool {
	switch name {
	case "allOf":
		n.allOf = c.nodes(v)
	case "anyOf":
		n.anyOf = c.nodes(v)
	case "oneOf":
		n.oneOf = c.nodes(v)
	case "not":
		n.not = c.node(v)
	case "if":
		n.condition = c.node(v)
	case "then":
		n.then = c.node(v)
	case "else":
		n.otherwise = c.node(v)
	case "discriminator":
		n.discriminator = c.discriminator(v)
	default:
		return false
	}
	return true
}

func (c *compiler) arrayKeyword(n *node, name string, v int) bool {
	switch name {
	case "prefixItems":
		n.prefix = c.nodes(v)
	case "items":
		n.items = c.node(v)
	case "contains":
		n.contains = c.node(v)
	case "minContains":
		n.minContains = c.size(v)
	case "maxContains":
		n.maxContains = c.size(v)
	case "minItems":
		n.arrayRule().MinItems = c.size(v)
	case "maxItems":
		n.arrayRule().MaxItems = most(c.size(v))
	case "uniqueItems":
		n.arrayRule().Unique = c.truth(v)
	case "unevaluatedItems":
		n.unevaluatedItems = c.node(v)
	default:
		return false
	}
	return true
}

func (c *compiler) objectKeyword(n *node, name string, v int) bool {
	switch name {
	case "properties":
		n.properties = map[string]*node{}
		for name, schema := range c.members(v) {
			n.properties[name] = c.node(schema)
		}
	case "patternProperties":
		for source, schema := range c.members(v) {
			n.patterns = append(n.patterns, pattern{validate.NewPattern(source), c.node(schema)})
		}
	case "additionalProperties":
		n.additional = c.node(v)
	case "propertyNames":
		n.names = c.node(v)
	case "required":
		n.required = c.requirements(v)
	case "dependentRequired":
		for name, names := range c.members(v) {
			n.dependentRequired = append(n.dependentRequired, dependentNames{name, c.requirements(names)})
		}
	case "dependentSchemas":
		for name, schema := range c.members(v) {
			n.dependents = append(n.dependents, dependentSchema{name, c.node(schema)})
		}
	case "minProperties":
		n.objectRule().MinProperties = c.size(v)
	case "maxProperties":
		n.objectRule().MaxProperties = most(c.size(v))
	case "unevaluatedProperties":
		n.unevaluatedProperties = c.node(v)
	default:
		return false
	}
	return true
}

func (n *node) arrayRule() *validate.ArrayRule {
	if n.array == nil {
		n.array = &validate.ArrayRule{}
	}
	return n.array
}

func (n *node) objectRule() *validate.ObjectRule {
	if n.object == nil {
		n.object = &validate.ObjectRule{}
	}
	return n.object
}

// most returns an upper bound as rules have it, where zero is no bound.
func most(size int) int {
	if size == 0 {
		return validate.LimitZero
	}
	return size
}

func (c *compiler) requirements(i int) []requirement {
	var all []requirement
	for item := range c.items(i) {
		all = append(all, requirement{name: c.text(item)})
	}
	return all
}

func (c *compiler) discriminator(i int) *discriminator {
	d := &discriminator{members: map[string]*node{}}
	for name, v := range c.members(i) {
		switch name {
		case "propertyName":
			d.property = c.text(v)
		case "mapping":
			for value, target := range c.members(v) {
				d.members[value] = c.target(c.text(target))
			}
		}
	}
	return d
}

func (c *compiler) target(name string) *node {
	n := c.named[name]
	if n == nil {
		panic("no schema " + name + " in the set")
	}
	return n
}

// members yields name and number of the members of object i.
func (c *compiler) members(i int) iter.Seq2[string, int] {
	o := c.outline
	return func(yield func(string, int) bool) {
		for m := i + 1; m < o.Next(i); m = o.Next(m) {
			if !o.IsShadowed(m) && !yield(string(o.Name(m)), m) {
				return
			}
		}
	}
}

// items yields the numbers of the items of array i.
func (c *compiler) items(i int) iter.Seq[int] {
	o := c.outline
	return func(yield func(int) bool) {
		for item := i + 1; item < o.Next(i); item = o.Next(item) {
			if !yield(item) {
				return
			}
		}
	}
}

func (c *compiler) text(i int) string { return string(c.outline.String(i)) }

func (c *compiler) truth(i int) bool { return string(c.outline.Raw(i)) == "true" }
