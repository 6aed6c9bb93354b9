package ir

import (
	"slices"

	"github.com/tornadogen/tornadogen/spec"
)

var textSchema = &spec.Schema{Types: []string{"string"}}

// paramShape gives a parameter that has parts its shape, and warns of what has no form but JSON.
func (b *builder) paramShape(p *Param, beside []*spec.Parameter) {
	root := &shapeRoot{param: p, schema: p.Source.Schema, node: b.shaper.node(p.Source.Schema)}
	if p.Type.Kind == KindMap && p.Type.Elem.Type.Kind == KindString && root.node.kinds["object"] {
		node := *root.node
		node.members, node.rest, node.name = nil, b.shaper.use(textSchema), ""
		root.node, root.wide = &node, true
	}
	object := root.node.kinds["object"]
	spread := p.Style == "FormExplode" || p.Style == "DeepObject"
	switch {
	case p.Style == "DeepObject" && !object:
		b.warn(p.Source.Loc, classStyle, "deepObject is not defined for arrays; "+p.Wire+"[]=a&"+p.Wire+"[]=b is read", "use style form")
	case p.Style == "FormExplode" && object:
		b.widen(root, beside)
	}
	if !spread || p.In != spec.InQuery {
		b.reportParts(p, root.node)
	}
	b.shaper.add(root)
}

// wholeQuery gives a parameter that is the query itself its shape: a form, whose members the media type says more of.
func (b *builder) wholeQuery(p *Param, beside []*spec.Parameter) {
	root := &shapeRoot{param: p, schema: p.Source.Schema, node: b.shaper.node(p.Source.Schema), wide: true, marks: make(map[string]string)}
	for _, e := range p.Source.Encoding {
		root.mark(formMedia, e)
	}
	for _, other := range beside {
		if other.In == spec.InQuery {
			root.others = append(root.others, other.Name)
		}
	}
	b.shaper.add(root)
}

// add enters a root.
func (l *shaper) add(root *shapeRoot) {
	root.node.uses++
	l.roots = append(l.roots, root)
}

// widen is for an object whose members are parameters of their own: it has all that no other parameter is, if it is to have more
// than it declares.
func (b *builder) widen(root *shapeRoot, beside []*spec.Parameter) {
	root.wide = true
	p := root.param
	core, _ := b.settle(p.Source.Schema)
	if core.AdditionalProperties == nil && len(core.PatternProperties) == 0 {
		if members := b.shaper.wideMembers(root.node); len(members) > 0 {
			node := *root.node
			node.members, node.rest, node.name = members, nil, ""
			root.node, root.alone = &node, true
			return
		}
	}
	for _, other := range beside {
		if other.In != p.In || other.Name == p.Source.Name {
			continue
		}
		root.others = append(root.others, other.Name)
		if styleOf(other) == "FormExplode" && other.ContentType == "" {
			for _, m := range b.shaper.wideMembers(b.shaper.node(other.Schema)) {
				root.others = append(root.others, m.name)
			}
		}
	}
}

// wideMembers are the members of an object, those that it only names among them: what it requires, and its discriminator.
func (l *shaper) wideMembers(n *shapeNode) []*shapeMember {
	members := slices.Clone(n.members)
	for _, name := range n.names {
		if !slices.ContainsFunc(members, func(m *shapeMember) bool { return m.name == name }) {
			members = append(members, &shapeMember{name: name, schemas: []*spec.Schema{anything}, node: l.use(anything)})
		}
	}
	return members
}

// reportParts warns of items and members that have parts themselves, in a style that has no form for them.
func (b *builder) reportParts(p *Param, n *shapeNode) {
	if n.items != nil && n.items.structured() || slices.ContainsFunc(n.prefix, (*shapeNode).structured) {
		b.asJSON(p, "an item of "+p.Wire)
	}
	for _, m := range n.members {
		list := p.Style == "FormExplode" && !m.node.kinds["object"] && (m.node.items == nil || !m.node.items.structured())
		if m.node.structured() && !list {
			b.asJSON(p, p.Wire+"/"+m.name)
		}
	}
	if n.rest != nil && n.rest.structured() {
		b.asJSON(p, "a member of "+p.Wire)
	}
}

func (b *builder) asJSON(p *Param, what string) {
	b.warn(p.Source.Loc, classParameterJSON, what+" has no form of its own in style "+p.Source.Style+"; it is read as JSON text",
		"give the parameter content application/json, or style deepObject in a query")
}
