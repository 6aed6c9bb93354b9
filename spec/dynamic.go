package spec

import (
	"net/url"
	"slices"
	"strings"
)

// A $dynamicRef names what the outermost resource on the way to it has under that anchor (JSON Schema 2020-12 Core section
// 8.2.3.2). The ways are known before any value is: each schema that has such a reference below it is lifted once for each
// scope that it is reached in, so that the model has plain references alone.

// scope binds dynamic anchors on a way. Equal ones are the same pointer; nil binds nothing.
type scope struct {
	bound []*node // the schemas that have the anchors, by index of name; nil: not bound yet
}

// dynamics are the dynamic references of a document; nil where it has none.
type dynamics struct {
	names     []string           // anchors that dynamic references name
	declared  map[*node][]*node  // by resource: its schemas with such anchors, by index of name
	reach     map[*node]bool     // from where a dynamic reference may be reached
	scopes    map[string]*scope  // by what they bind
	positions map[*node]int      // of bound schemas, for keys of scopes
	of        map[*Schema]*scope // the scope that a schema was reached in, where that binds anything
	from      map[*Schema]*node  // what has its name, where that is not the schema itself
}

// dynamicName is the anchor that n refers to dynamically, "" where it does not: what it names by itself has no such anchor.
func dynamicName(n *node) string {
	ref := refOf(n)
	if n.ref == nil || ref == nil || ref.key != "$dynamicRef" {
		return ""
	}
	_, name, _ := strings.Cut(ref.text, "#")
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	if name == "" || n.ref.value("$dynamicAnchor") != name {
		return ""
	}
	return name
}

// findDynamics collects the dynamic references among all references.
func findDynamics(files []*file, refs []*node) *dynamics {
	var found []*node
	d := &dynamics{
		declared: map[*node][]*node{}, reach: map[*node]bool{}, scopes: map[string]*scope{}, positions: map[*node]int{},
		of: map[*Schema]*scope{}, from: map[*Schema]*node{},
	}
	for _, n := range refs {
		if name := dynamicName(n); name != "" {
			found = append(found, n)
			if !slices.Contains(d.names, name) {
				d.names = append(d.names, name)
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	for _, f := range files {
		for _, n := range f.names.candidates {
			i := slices.Index(d.names, n.value("$dynamicAnchor"))
			if i < 0 {
				continue
			}
			at := resource(n)
			if d.declared[at] == nil {
				d.declared[at] = make([]*node, len(d.names))
			}
			if d.declared[at][i] == nil {
				d.declared[at][i] = n
			}
		}
	}
	d.spread(found, refs)
	return d
}

// spread finds from where the dynamic references may be reached: what holds them, what refers to that, and so on.
func (d *dynamics) spread(found, refs []*node) {
	from := map[*node][]*node{}
	for _, n := range refs {
		from[n.ref] = append(from[n.ref], n)
	}
	for todo := found; len(todo) > 0; {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if n == nil || d.reach[n] {
			continue
		}
		d.reach[n] = true
		todo = append(append(todo, n.parent), from[n]...)
	}
}

// enter is the scope on the way into n.
func (d *dynamics) enter(s *scope, n *node) *scope {
	if d == nil || !d.reach[n] {
		return nil
	}
	declared := d.declared[resource(n)]
	if declared == nil {
		return s
	}
	bound := slices.Clone(declared)
	if s != nil {
		for i, outer := range s.bound {
			if outer != nil {
				bound[i] = outer
			}
		}
	}
	var key strings.Builder
	for _, n := range bound {
		at, known := d.positions[n]
		if !known {
			at = len(d.positions)
			d.positions[n] = at
		}
		key.WriteString(count(at) + ";")
	}
	if d.scopes[key.String()] == nil {
		d.scopes[key.String()] = &scope{bound}
	}
	return d.scopes[key.String()]
}

// next is what a reference names in a scope.
func (d *dynamics) next(s *scope, n *node) *node {
	if d == nil || s == nil {
		return n.ref
	}
	name := dynamicName(n)
	if i := slices.Index(d.names, name); i >= 0 && s.bound[i] != nil {
		return s.bound[i]
	}
	return n.ref
}

// entitle gives a schema the place and the description of what has its name.
func (d *dynamics) entitle(s *Schema) {
	if d == nil || d.from[s] == nil {
		return
	}
	n := d.from[s]
	s.Loc = n.loc()
	if text := n.value("description"); text != "" {
		s.Description = text
	}
	if text := n.value("title"); text != "" {
		s.Title = text
	}
}
