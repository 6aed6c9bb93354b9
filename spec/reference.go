package spec

import (
	"errors"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// trouble is why a reference names nothing.
type trouble struct {
	severity            Severity
	class, what, remedy string
}

func unresolved(what string) *trouble {
	return &trouble{Warning, "unresolved-reference", what, "correct the reference"}
}

// isReference reports whether an object is a reference: $ref is a string.
func (c *checker) isReference(n *node) bool {
	ref := n.get("$ref")
	return ref != nil && ref.shape == shapeText
}

// reference resolves the $ref of n, which stands where f is expected.
func (c *checker) reference(n *node, f field) bool {
	ref := n.get("$ref")
	proper := c.grammar(f.role).refable && f.form == formObject
	if !proper {
		c.warn(ref, "misplaced-reference", "the standard knows no reference in this place; it is followed all the same", "write what is meant in its place")
	}
	to, bad := c.resolve(ref.text, n, f.role)
	if bad == nil {
		bad = c.misfit(to, f.role)
	}
	if bad != nil {
		if bad.severity == Warning {
			bad.what += "; " + effect(f)
		}
		c.report(ref.file, bad.severity, bad.class, ref.loc(), bad.what, bad.remedy)
		return c.isolate(n, f)
	}
	c.follow(n, to, f)
	c.siblings(n, f)
	return true
}

// refersToList reports whether an object in the place of a list is a reference to one.
func (c *checker) refersToList(n *node) bool {
	if !c.isReference(n) {
		return false
	}
	to, bad := c.resolve(n.get("$ref").text, n, roleNone)
	return bad == nil && to.shape == shapeList
}

// follow notes that n names to, which is checked in its turn.
func (c *checker) follow(n, to *node, f field) {
	n.ref = to
	c.refs = append(c.refs, n)
	t := target{to, f}
	if !c.queued[t] {
		c.queued[t] = true
		c.queue = append(c.queue, t)
		c.targets = append(c.targets, t)
	}
}

// annotations are keywords beside a $ref that assert nothing.
var annotations = []string{
	"$ref", "title", "description", "summary", "deprecated", "example", "examples", "externalDocs", "xml", "$comment", "$defs",
	"definitions", "$id", "$anchor", "$dynamicAnchor", "$schema",
}

// siblings looks at what stands beside a $ref. In a schema of 3.1 it counts; in 3.0 it does not, by the standard.
func (c *checker) siblings(n *node, f field) {
	if len(n.kids) == 1 || f.form != formObject {
		return
	}
	if f.role == rolePathItem || f.role == roleSchema && c.version == version31 {
		c.prepare(n, f.role)
		g := c.grammar(f.role)
		n.keep(func(kid *node) bool { return kid.key == "$ref" || c.field(n, kid, g) })
		return
	}
	n.keep(func(kid *node) bool {
		switch {
		case f.role == roleSchema && (kid.key == "description" || kid.key == "title" || kid.key == "deprecated"):
			return c.value(kid, schemaFields[kid.key])
		case kid.isExtension() || slices.Contains(annotations, kid.key):
			return true
		}
		c.report(kid.file, Warning, "reference-siblings", kid.keyLoc(), quote(kid.key)+" stands beside a reference and has no effect by the standard; it is ignored",
			"write allOf with the reference as its only member, and "+quote(kid.key)+" beside that")
		return false
	})
}

// onlyAnnotates reports whether nothing beside the $ref of n changes what is valid.
func (r *reader) onlyAnnotates(n *node) bool {
	for _, kid := range n.kids {
		if r.isNullable(kid) {
			return false
		}
		if !kid.isExtension() && !slices.Contains(annotations, kid.key) {
			return false
		}
	}
	return true
}

// misfit tells where a reference names an object of components that is something else.
func (c *checker) misfit(to *node, r role) *trouble {
	section := to.parent
	if section == nil || section.parent == nil || section.parent != c.holder(to.file.root) {
		return nil
	}
	want := c.grammar(r).section
	is, known := c.section(section.key)
	if !known || want == "" || is == r || is == roleParameter && r == roleHeader {
		return nil
	}
	return unresolved("the reference names " + grammars[is].name + " where " + grammars[r].name + " is expected")
}

// maxHops bounds how many references one pointer may pass through.
const maxHops = 50

// resolve finds what a reference at n names. It opens files, and never the network.
func (c *checker) resolve(text string, n *node, r role) (*node, *trouble) {
	c.hops = 0
	return c.hop(text, n, r)
}

// hop is resolve for one of the references that a pointer passes through.
func (c *checker) hop(text string, n *node, r role) (*node, *trouble) {
	if c.hops++; c.hops > maxHops {
		return nil, unresolved("the reference passes through too many others")
	}
	doc, fragment, _ := strings.Cut(text, "#")
	if doc == "" {
		if text == "" {
			return nil, unresolved("the reference is empty")
		}
		return c.inside(resource(n), n.file, fragment, text)
	}
	u, err := url.Parse(doc)
	if err != nil || len(u.Scheme) == 1 {
		u = &url.URL{Path: doc}
	}
	if to := c.byID(n, u); to != nil {
		return c.inside(to, to.file, fragment, text)
	}
	if u.Scheme == "file" {
		return nil, &trouble{Error, "outside-reference", "the reference names the file " + quote(text) + " by an absolute address", "refer to it relative to this document"}
	}
	if u.Host != "" || u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "ftp" {
		return nil, network(u, text)
	}
	if u.Scheme != "" {
		return nil, unresolved("nothing here has the address " + quote(text))
	}
	f, bad := c.open(u.Path, n.file, r)
	if bad != nil {
		return nil, bad
	}
	return c.inside(f.root, f, fragment, text)
}

// network tells of a reference to another host. It is left open like one that names nothing, but for addresses that only
// mean something from the inside: who writes those wants this machine to call them.
func network(u *url.URL, text string) *trouble {
	host := strings.ToLower(u.Hostname())
	_, err := netip.ParseAddr(host)
	if err == nil || host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".internal") {
		return &trouble{Error, "network-reference", "the reference " + quote(text) + " leads into a private network", "refer to a file beside this document"}
	}
	return &trouble{
		Warning, "network-reference", "the reference " + quote(text) + " leads to the network, which is never used",
		"save that document beside this one and refer to the file",
	}
}

// inside finds a fragment in a resource, which is a file or a schema with an $id.
func (c *checker) inside(at *node, f *file, fragment, text string) (*node, *trouble) {
	switch {
	case fragment == "":
		if at == c.root.root {
			return nil, unresolved("the reference names the whole document")
		}
		return at, nil
	case fragment[0] == '/':
		to, bad := c.walk(at, fragment, text)
		if bad != nil && at != f.root { // most authors count from the document, whatever $id says
			if other, otherBad := c.walk(f.root, fragment, text); otherBad == nil {
				return other, nil
			}
		}
		return to, bad
	default:
		name, err := url.PathUnescape(fragment)
		if err != nil {
			name = fragment
		}
		if to := f.anchors[name]; to != nil {
			return to, nil
		}
		return nil, unresolved("nothing here has the anchor " + quote(fragment))
	}
}

// walk follows a JSON pointer (RFC 6901), through references where it has to.
func (c *checker) walk(at *node, pointer, text string) (*node, *trouble) {
	for token := range strings.SplitSeq(pointer[1:], "/") {
		next := step(at, token)
		for next == nil && c.isReference(at) {
			to, bad := c.hop(at.get("$ref").text, at, roleNone)
			if bad != nil {
				return nil, bad
			}
			at = to
			next = step(at, token)
		}
		if next == nil {
			return nil, unresolved("the reference " + quote(text) + " names nothing: there is no " + quote(token) + " in " + quote(at.pointer()))
		}
		at = next
	}
	return at, nil
}

func step(at *node, token string) *node {
	if decoded, err := url.PathUnescape(token); err == nil {
		if kid := child(at, unescapePointer(decoded)); kid != nil {
			return kid
		}
	}
	return child(at, unescapePointer(token))
}

func child(at *node, name string) *node {
	if at.shape != shapeList {
		return at.get(name)
	}
	if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(at.kids) {
		return at.kids[i]
	}
	return nil
}

// open returns a file that a reference in from names, parsed.
func (c *checker) open(path string, from *file, r role) (*file, *trouble) {
	name := quote(path)
	path = filepath.FromSlash(path)
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(from.path), path)
	}
	real, rel, err := c.folder.locate(path)
	switch {
	case errors.Is(err, errOutside):
		return nil, &trouble{Error, "outside-reference", "the file " + name + " lies outside of the folder of the document", "copy it into the folder, or name a folder that holds both with --root"}
	case err != nil:
		return nil, unresolved("the file " + name + " does not exist")
	}
	f, known := c.files[real]
	if !known {
		data, err := c.folder.read(rel, c.config.limits.Size-c.budget.size)
		switch {
		case errors.Is(err, errTooLarge):
			return nil, &trouble{Error, "limit", "with the file " + name + " the document has more than " + count(int(c.config.limits.Size)) + " bytes", "split the API into several documents"}
		case errors.Is(err, errFolder):
			return nil, unresolved(name + " is a folder")
		case errors.Is(err, errNotRegular):
			return nil, &trouble{Error, "not-a-file", name + " is not a regular file; nothing else is opened", "refer to a file"}
		case err != nil:
			return nil, &trouble{Error, "not-a-file", "the file " + name + " cannot be read: " + err.Error(), "look at its permissions"}
		}
		f = c.newNeighbour(real, data)
		before := len(c.diags)
		if c.parse(f) {
			c.register(f)
		} else {
			for i := before; i < len(c.diags); i++ {
				if c.diags[i].Class != "limit" {
					c.diags[i].Severity = Warning
				}
			}
		}
	}
	if f.root == nil {
		return nil, unresolved("the file " + name + " is neither JSON nor YAML")
	}
	return f, nil
}

// newNeighbour names a file for people as reached from the path that the user gave, and for identity from the root document.
func (c *checker) newNeighbour(path string, data []byte) *file {
	rel, err := filepath.Rel(c.dir, path)
	if err != nil {
		rel = path
	}
	return newFile(filepath.Join(c.userDir, rel), filepath.ToSlash(rel), path, data)
}
