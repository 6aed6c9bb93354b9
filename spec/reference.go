package spec

import "slices"

// trouble is why a reference names nothing.
type trouble struct {
	severity            Severity
	class, what, remedy string
	later               bool // a file that is not read yet may have the address
}

func unresolved(what string) *trouble {
	return &trouble{severity: Warning, class: "unresolved-reference", what: what, remedy: "correct the reference"}
}

// unknown is an address that nothing has so far.
func unknown(what string) *trouble {
	bad := unresolved(what)
	bad.later = true
	return bad
}

// refOf is the member that makes an object a reference: a string $ref, or in a schema a string $dynamicRef. nil: it is none.
func refOf(n *node) *node {
	if ref := n.get("$ref"); ref != nil && ref.shape == shapeText {
		return ref
	}
	if n.role == roleSchema {
		if ref := n.get("$dynamicRef"); ref != nil && ref.shape == shapeText {
			return ref
		}
	}
	return nil
}

// waiting is a reference that names nothing that is known yet: a file that is read later may have the address.
type waiting struct {
	n *node
	f field // formText for a value of a discriminator's mapping
}

// reference resolves the reference of n, which stands where f is expected.
func (c *checker) reference(n *node, f field) bool {
	ref := refOf(n)
	proper := c.grammar(f.role).refable && f.form == formObject
	if !proper {
		c.warn(ref, "misplaced-reference", "the standard knows no reference in this place; it is followed all the same", "write what is meant in its place")
	}
	to, bad := c.resolve(ref.text, n)
	switch {
	case bad == nil:
		return c.refer(n, to, f)
	case bad.later:
		c.waiting = append(c.waiting, waiting{n, f})
		return true
	default:
		return c.unresolvable(n, f, bad)
	}
}

// refer makes n a reference to what was found.
func (c *checker) refer(n, to *node, f field) bool {
	if bad := c.misfit(to, f.role); bad != nil {
		return c.unresolvable(n, f, bad)
	}
	c.follow(n, to, f)
	c.siblings(n, f)
	return true
}

// unresolvable tells that n names nothing.
func (c *checker) unresolvable(n *node, f field, bad *trouble) bool {
	ref := refOf(n)
	what := bad.what
	if bad.severity == Warning {
		what += "; " + effect(f)
	}
	c.report(ref.file, bad.severity, bad.class, ref.loc(), what, bad.remedy)
	return c.isolate(n, f)
}

// settle looks again for what references wait for, as long as there is something new: the network is asked last, for one
// address after the other, since what was read may name itself what the next one refers to.
func (c *checker) settle() {
	for len(c.waiting) > 0 {
		if !c.again(false) {
			c.asking, c.asked = true, false
			if !c.again(false) {
				c.again(true)
			}
			c.asking = false
		}
		c.work()
	}
}

// again tries all references that wait, for the last time or not, and reports whether some of them wait no longer.
func (c *checker) again(last bool) bool {
	all := c.waiting
	c.waiting = nil
	for _, w := range all {
		c.resume(w, last)
	}
	return len(c.waiting) < len(all)
}

// resume tries a reference that waits, for the last time or not.
func (c *checker) resume(w waiting, last bool) {
	mapped := w.f.form == formText
	ref := w.n
	if !mapped {
		ref = refOf(w.n)
	}
	if ref == nil {
		return // as another role it is isolated already
	}
	to, bad := c.resolve(ref.text, w.n)
	switch {
	case bad == nil && mapped:
		c.follow(w.n, to, obj(roleSchema))
	case bad == nil:
		c.refer(w.n, to, w.f)
	case bad.later && !last:
		c.waiting = append(c.waiting, w)
	case mapped:
		c.unmapped(w.n, bad)
		w.n.parent.drop(w.n)
	case !c.unresolvable(w.n, w.f, bad) && w.n.parent != nil:
		w.n.parent.drop(w.n)
	}
}

// refersToList reports whether an object in the place of a list is a reference to one.
func (c *checker) refersToList(n *node) bool {
	ref := refOf(n)
	if ref == nil {
		return false
	}
	to, bad := c.resolve(ref.text, n)
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
	"$ref", "$dynamicRef", "title", "description", "summary", "deprecated", "example", "examples", "externalDocs", "xml", "$comment", "$defs",
	"definitions", "$id", "$anchor", "$dynamicAnchor", "$schema",
}

// siblings looks at what stands beside a $ref. In a schema of 3.1 it counts; in 3.0 it does not, by the standard.
func (c *checker) siblings(n *node, f field) {
	if len(n.kids) == 1 || f.form != formObject {
		return
	}
	if f.role == rolePathItem || f.role == roleSchema && c.version >= version31 {
		c.prepare(n, f.role)
		g := c.grammar(f.role)
		n.keep(func(kid *node) bool { return kid == refOf(n) || c.field(n, kid, g) })
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
