package spec

import (
	"net/url"
	"strconv"
	"strings"
)

// maxHops bounds how many references one pointer may pass through.
const maxHops = 50

// resolve finds what a reference at n names. It opens files, and never the network.
func (c *checker) resolve(text string, n *node) (*node, *trouble) {
	c.hops = 0
	return c.hop(text, n)
}

// hop is resolve for one of the references that a pointer passes through.
func (c *checker) hop(text string, n *node) (*node, *trouble) {
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
	f, bad := c.document(u, n, text)
	if bad != nil {
		return nil, bad
	}
	return c.inside(f.root, f, fragment, text)
}

// document finds the file that u names as seen from n: one beside the file of n, or one on the network.
func (c *checker) document(u *url.URL, n *node, text string) (*file, *trouble) {
	base := baseOf(n)
	onNetwork := base != nil && isNetwork(base)
	switch {
	case isNetwork(u):
		return c.networkDocument(u, n, text)
	case u.Scheme == "file" && n.file.url != nil:
		return nil, &trouble{severity: Error, class: "outside-reference", what: "a document on the network refers to " + quote(text) + " on this machine", remedy: "refer to it relative to that document"}
	case u.Scheme == "file" && (u.Host == "" || u.Host == "localhost"):
		return c.open(u.Path, n.file)
	case u.Scheme != "":
		return nil, unknown("nothing here has the address " + quote(text))
	case n.file.url != nil || onNetwork && strings.HasPrefix(u.Path, "/"):
		return c.networkDocument(base.ResolveReference(u), n, text)
	}
	f, bad := c.open(u.Path, n.file)
	if bad != nil && bad.later && onNetwork && c.config.fetch != nil {
		return c.networkDocument(base.ResolveReference(u), n, text)
	}
	return f, bad
}

// isNetwork reports whether an address is on the network.
func isNetwork(u *url.URL) bool {
	return u.Host != "" && u.Scheme != "file" || u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "ftp"
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
		if to := anchored(at, name); to != nil {
			return to, nil
		}
		return nil, unresolved("nothing here has the anchor " + quote(fragment))
	}
}

// walk follows a JSON pointer (RFC 6901), through references where it has to.
func (c *checker) walk(at *node, pointer, text string) (*node, *trouble) {
	for token := range strings.SplitSeq(pointer[1:], "/") {
		next := step(at, token)
		for next == nil && refOf(at) != nil {
			to, bad := c.hop(refOf(at).text, at)
			if bad != nil {
				return nil, bad
			}
			at = to
			next = step(at, token)
		}
		if next == nil {
			return nil, c.missing(at, token, text)
		}
		at = next
	}
	return at, nil
}

// missing tells that a pointer leads nowhere.
func (c *checker) missing(at *node, token, text string) *trouble {
	where := quote(at.pointer())
	switch {
	case at == c.root.root:
		where = "the document"
	case at.parent == nil:
		where = quote(at.file.name)
	}
	bad := unresolved("the reference " + quote(text) + " names nothing: there is no " + quote(unescapePointer(token)) + " in " + where)
	if at.shape == shapeObject {
		bad.remedy = c.didYouMean(unescapePointer(token), keysOf(at), bad.remedy)
	}
	return bad
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
