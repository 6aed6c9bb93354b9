package spec

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// anchor is a name inside of a resource.
type anchor struct {
	resource *node
	name     string
}

// identifiers are the names that a file gives its parts. The parser collects candidates, register takes what stands in a schema.
type identifiers struct {
	candidates []*node          // objects with an $id, $anchor or $dynamicAnchor
	resources  map[*node]bool   // objects with an $id that is an address
	anchors    map[anchor]*node // by $anchor and $dynamicAnchor
	loose      map[string]*node // the same without their resource; the first of a name
}

// note remembers an object that a keyword gives a name.
func (i *identifiers) note(key string, object, value *node) {
	if value.shape != shapeText || key == "" || key[0] != '$' {
		return
	}
	switch key {
	case "$id", "$anchor", "$dynamicAnchor":
		if len(i.candidates) == 0 || i.candidates[len(i.candidates)-1] != object {
			i.candidates = append(i.candidates, object)
		}
	}
}

// isAddress reports whether an $id names a resource; in older drafts "#name" is an anchor.
func isAddress(id string) bool { return id != "" && id[0] != '#' }

// authorMaps are members whose own members have names of the author's choice.
var authorMaps = []string{
	"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas", "parameters", "responses",
	"requestBodies", "headers", "pathItems", "mediaTypes", "callbacks",
}

// isData reports whether n stands in a value, as an example does, in which no keyword means anything.
func isData(n *node) bool {
	for at := n; at.parent != nil; at = at.parent {
		if at.parent.shape == shapeList {
			if at.parent.key == "enum" || at.parent.key == "examples" {
				return true
			}
			continue
		}
		if slices.Contains(authorMaps, at.parent.key) {
			continue
		}
		switch at.key {
		case "example", "default", "const", "value", "dataValue":
			return true
		}
		if at.isExtension() {
			return true
		}
	}
	return false
}

// resource is the schema resource that n belongs to: the nearest object around it with an $id, else the root of its file
// (JSON Schema 2020-12 Core section 8.2.1).
func resource(n *node) *node {
	if resources := n.file.names.resources; len(resources) > 0 {
		for at := n; at != nil; at = at.parent {
			if resources[at] {
				return at
			}
		}
	}
	return n.file.root
}

// register makes the addresses and anchors known that a file gives itself and its schemas, so that references to them need no
// network.
func (r *reader) register(f *file) {
	i := &f.names
	if self := f.root.value("$self"); self != "" {
		r.name(baseOf(f.root), f.root)
	}
	i.candidates = slices.DeleteFunc(i.candidates, isData)
	for _, n := range i.candidates {
		if isAddress(n.value("$id")) {
			if i.resources == nil {
				i.resources = map[*node]bool{}
			}
			i.resources[n] = true
		}
	}
	for _, n := range i.candidates {
		id := n.value("$id")
		if i.resources[n] {
			r.name(baseOf(n), n)
		} else if id != "" {
			r.anchor(n, id[1:])
		}
		r.anchor(n, n.value("$anchor"))
		r.anchor(n, n.value("$dynamicAnchor"))
	}
}

// anchor makes a name of n known; the first of a name counts.
func (r *reader) anchor(n *node, name string) {
	i := &n.file.names
	if name == "" {
		return
	}
	if i.anchors == nil {
		i.anchors, i.loose = map[anchor]*node{}, map[string]*node{}
	}
	key := anchor{resource(n), name}
	switch first := i.anchors[key]; first {
	case nil:
		i.anchors[key] = n
	case n: // which has it as both kinds of anchor
	default:
		r.warn(n, "duplicate-id", "the anchor "+quote(name)+" is that of "+quote(first.pointer())+" already; references to it lead there", "give each its own")
	}
	if i.loose[name] == nil {
		i.loose[name] = n
	}
}

// anchored finds an anchor of the resource at, else one of anywhere in its file: most authors think of the document, whatever
// $id says.
func anchored(at *node, name string) *node {
	i := &at.file.names
	if to := i.anchors[anchor{at, name}]; to != nil {
		return to
	}
	return i.loose[name]
}

func (r *reader) name(u *url.URL, n *node) {
	if u == nil {
		return
	}
	u.Fragment = ""
	key := u.String()
	if first := r.ids[key]; first != nil && first != n {
		r.warn(n, "duplicate-id", "the address "+quote(key)+" is that of "+quote(first.pointer())+" already; references to it lead there", "give each its own")
		return
	}
	r.ids[key] = n
}

// byID finds the object that has the address u as seen from n.
func (c *checker) byID(n *node, u *url.URL) *node {
	if len(c.ids) == 0 {
		return nil
	}
	base := baseOf(n)
	if base == nil {
		return nil
	}
	to := base.ResolveReference(u)
	to.Fragment = ""
	return c.ids[to.String()]
}

// baseOf is the address that relative references at n start from: the $id around it, each relative to the one further out,
// $self of the document, or the path or address of the file. nil: some $id is no address.
func baseOf(n *node) *url.URL {
	var ids []string
	if resources := n.file.names.resources; len(resources) > 0 {
		for at := n; at != nil; at = at.parent {
			if resources[at] {
				ids = append(ids, at.value("$id"))
			}
		}
	}
	base := n.file.url
	if base == nil {
		base = n.file.base
	}
	if base == nil {
		base = &url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(n.file.path), "/")}
	}
	if id := n.file.root.value("$self"); id != "" {
		ids = append(ids, id)
	}
	for _, id := range slices.Backward(ids) {
		u, err := url.Parse(id)
		if err != nil {
			return nil
		}
		base = base.ResolveReference(u)
	}
	return base
}
