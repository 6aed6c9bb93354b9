package check

import "maps"

// way tells in which directions a member does not go.
type way struct{ readOnly, writeOnly bool }

func (w way) or(x way) way {
	return way{w.readOnly || x.readOnly, w.writeOnly || x.writeOnly}
}

// exempt notes which members that n and all below it require do not go in one direction; around says what the schemas around n
// say of the members of the same value.
func (n *node) exempt(around map[string]way) {
	ways := maps.Clone(around)
	if ways == nil {
		ways = map[string]way{}
	}
	n.ways(ways, map[*node]bool{})
	mark := func(all []requirement) {
		for i := range all {
			w := ways[all[i].name]
			all[i].readOnly, all[i].writeOnly = w.readOnly, w.writeOnly
		}
	}
	mark(n.required)
	for _, d := range n.dependentRequired {
		mark(d.required)
	}
	for _, same := range n.ofSameValue() {
		same.exempt(ways)
	}
	for _, part := range n.ofParts() {
		part.exempt(nil)
	}
}

// ways gathers what n, and what it refers to, says of the members of a value.
func (n *node) ways(all map[string]way, open map[*node]bool) {
	if n == nil || open[n] {
		return
	}
	open[n] = true
	for name, schema := range n.properties {
		all[name] = all[name].or(schema.way(0))
	}
	n.ref.ways(all, open)
	for _, same := range n.ofSameValue() {
		same.ways(all, open)
	}
}

// way returns what n says of itself.
func (n *node) way(depth int) way {
	w := way{n.readOnly, n.writeOnly}
	if depth == deepResemblance {
		return w
	}
	if n.ref != nil {
		w = w.or(n.ref.way(depth + 1))
	}
	for _, part := range n.allOf {
		w = w.or(part.way(depth + 1))
	}
	return w
}

// ofSameValue returns the schemas in n that are about the same value.
func (n *node) ofSameValue() []*node {
	var all []*node
	for _, list := range [][]*node{n.allOf, n.anyOf, n.oneOf, {n.not, n.condition, n.then, n.otherwise}} {
		for _, one := range list {
			if one != nil {
				all = append(all, one)
			}
		}
	}
	for _, d := range n.dependents {
		all = append(all, d.schema)
	}
	return all
}

// ofParts returns the schemas in n that are about its items and members.
func (n *node) ofParts() []*node {
	all := append([]*node(nil), n.prefix...)
	for _, one := range []*node{n.items, n.contains, n.unevaluatedItems, n.additional, n.names, n.unevaluatedProperties} {
		if one != nil {
			all = append(all, one)
		}
	}
	for _, one := range n.properties {
		all = append(all, one)
	}
	for _, p := range n.patterns {
		all = append(all, p.schema)
	}
	return all
}
