package spec

import (
	"net/url"
	"path/filepath"
	"strings"
)

// resource is the schema resource that n belongs to: the nearest object around it with an $id, else the root of its file
// (JSON Schema 2020-12 Core section 8.2.1).
func resource(n *node) *node {
	if len(n.file.ids) > 0 {
		for at := n; at != nil; at = at.parent {
			if at.value("$id") != "" && !strings.HasPrefix(at.value("$id"), "#") {
				return at
			}
		}
	}
	return n.file.root
}

// register makes the addresses known that a file gives itself and its schemas, so that references to them need no network.
func (r *reader) register(f *file) {
	if self := f.root.value("$self"); self != "" {
		r.name(baseOf(f.root), f.root)
	}
	for _, n := range f.ids {
		if id := n.value("$id"); strings.HasPrefix(id, "#") { // older drafts name anchors this way
			if f.anchors[id[1:]] == nil {
				f.anchors[id[1:]] = n
			}
			continue
		}
		r.name(baseOf(n), n)
	}
}

func (r *reader) name(u *url.URL, n *node) {
	if u == nil {
		return
	}
	u.Fragment = ""
	if key := u.String(); r.ids[key] == nil {
		r.ids[key] = n
	}
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
// $self of the document, or the path of the file. nil: some $id is no address.
func baseOf(n *node) *url.URL {
	var ids []string
	for at := n; at != nil; at = at.parent {
		if id := at.value("$id"); id != "" && !strings.HasPrefix(id, "#") {
			ids = append(ids, id)
		}
	}
	base := &url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(n.file.path), "/")}
	if id := n.file.root.value("$self"); id != "" {
		ids = append(ids, id)
	}
	for i := len(ids) - 1; i >= 0; i-- {
		u, err := url.Parse(ids[i])
		if err != nil {
			return nil
		}
		base = base.ResolveReference(u)
	}
	return base
}
