package spec

import "slices"

// maxChain bounds how many references may lead from one to the next.
const maxChain = 1000

// breakRings finds references that lead to one another and never to a value, and chains of them that are too long.
func (c *checker) breakRings() {
	const onPath, done = 1, 2
	state := map[*node]uint8{}
	length := map[*node]int{}
	for _, start := range c.refs {
		var path []*node
		n := start
		for n != nil && n.ref != nil && state[n] == 0 {
			state[n] = onPath
			path = append(path, n)
			n = n.ref
		}
		if n != nil && state[n] == onPath {
			c.cut(n)
		}
		for i := len(path) - 1; i >= 0; i-- {
			p := path[i]
			state[p] = done
			if length[p] = length[p.ref] + 1; length[p] == maxChain {
				c.fail(p, "limit", "the reference leads through more than "+count(maxChain)+" others", "refer to what is meant directly")
			}
		}
	}
}

// cut takes a reference out of the ring that it closes. A schema that is nothing but itself has no meaning; in all other places
// it is as if the reference named nothing.
func (c *checker) cut(n *node) {
	ref := refOf(n)
	sev, what := Error, "the reference leads back to itself, and never to a value"
	f := obj(n.role)
	if n.role != roleSchema {
		sev = Warning
		if n.shape != shapeObject || n.role == roleNone {
			f = anyField
		}
		what += "; " + effect(f)
	}
	c.report(n.file, sev, "reference-ring", ref.loc(), what, "write in one place of the ring what is meant")
	c.replace(n, f.role)
}

// edge is a schema on a path and the member that the path goes on with, counted as inPlace does.
type edge struct {
	s    *Schema
	next int
}

// inPlace returns the members of a schema that apply to the same value, one by one; nil after the last.
func inPlace(s *Schema, i int) *Schema {
	for _, list := range [][]*Schema{s.AllOf, s.OneOf, s.AnyOf} {
		if i < len(list) {
			return list[i]
		}
		i -= len(list)
	}
	for _, member := range conditions(s) {
		if *member == nil {
			continue
		}
		if i == 0 {
			return *member
		}
		i--
	}
	return nil
}

// conditions are the places of a schema for single members that apply to the same value.
func conditions(s *Schema) []**Schema {
	all := []**Schema{&s.Not, &s.If, &s.Then, &s.Else}
	for _, p := range s.DependentSchemas {
		all = append(all, &p.Schema)
	}
	return all
}

// maxCuts bounds the rings that are cut.
const maxCuts = 1000

// cutRings finds schemas that contain themselves with nothing in between, by allOf, oneOf, anyOf, not, if or
// dependentSchemas alone. A ring of allOf has no meaning; in the others the member that leads back adds nothing and is left out.
func (l *lifter) cutRings() {
	const onPath, done = 1, 2
	state := map[*Schema]uint8{}
	cuts := 0
	for _, start := range l.all {
		if state[start] != 0 {
			continue
		}
		state[start] = onPath
		path := []edge{{s: start}}
		for len(path) > 0 && cuts <= maxCuts {
			top := &path[len(path)-1]
			member := inPlace(top.s, top.next)
			switch {
			case member == nil:
				state[top.s] = done
				path = path[:len(path)-1]
			case state[member] == onPath:
				cuts++
				kept := l.cutRing(path, member)
				for _, e := range path[kept:] {
					state[e.s] = 0
				}
				path = path[:kept]
			case state[member] == done:
				top.next++
			default:
				state[member] = onPath
				path = append(path, edge{s: member})
			}
		}
	}
	if cuts > maxCuts {
		l.fail(l.root, "limit", "more than "+count(maxCuts)+" schemas are members of themselves", "put the members that lead back under properties")
	}
}

// cutRing cuts the ring that the last edge of a path closes, at the first union on it, and returns how much of the path is
// left.
func (l *lifter) cutRing(path []edge, to *Schema) int {
	from := len(path) - 1
	for path[from].s != to {
		from--
	}
	for i, e := range path[from:] {
		if e.next < len(e.s.AllOf) {
			continue
		}
		l.warn(l.nodes[e.s], "union-ring", "the schema is a member of itself; the member that leads back is left out", "remove that member, or put it under a property")
		dropMember(e.s, e.next)
		return from + i + 1
	}
	last := path[len(path)-1]
	l.fail(l.nodes[last.s], "all-of-ring", "the schema is part of itself by allOf: no value can be checked against it", "take the reference that leads back out of allOf")
	dropMember(last.s, last.next)
	return len(path)
}

// dropMember removes a member as inPlace counts, and all that are the same.
func dropMember(s *Schema, i int) {
	member := inPlace(s, i)
	for _, list := range []*[]*Schema{&s.AllOf, &s.OneOf, &s.AnyOf} {
		if i < len(*list) {
			*list = slices.DeleteFunc(*list, func(m *Schema) bool { return m == member })
			return
		}
		i -= len(*list)
	}
	for _, place := range conditions(s) {
		if *place == member {
			*place = nil
		}
	}
	s.DependentSchemas = slices.DeleteFunc(s.DependentSchemas, func(p *Property) bool { return p.Schema == nil })
}
