package spec

// mapping resolves the values of a discriminator's mapping, which are names of components or references. A value becomes a
// node with a ref; one that names nothing is dropped.
func (c *checker) mapping(n *node) {
	if m := n.get("mapping"); m != nil && m.shape == shapeObject {
		m.keep(func(kid *node) bool { return c.mapped(n, kid) })
	}
	if kid := n.get("defaultMapping"); kid != nil && !c.mapped(n, kid) {
		n.drop(kid)
	}
}

// mapped resolves one value of a discriminator, and reports whether it names a schema.
func (c *checker) mapped(n, kid *node) bool {
	if kid.shape != shapeText {
		return true
	}
	to := c.component(n.file, kid.text)
	if to == nil {
		to = c.component(c.root, kid.text)
	}
	if to == nil {
		var bad *trouble
		if to, bad = c.resolve(kid.text, n); bad != nil && bad.later {
			c.waiting = append(c.waiting, waiting{kid, textField})
			return true
		} else if bad != nil {
			c.unmapped(kid, bad)
			return false
		}
	}
	c.follow(kid, to, obj(roleSchema))
	return true
}

// unmapped tells that a value of a mapping names nothing.
func (c *checker) unmapped(n *node, bad *trouble) {
	what := "the mapping of " + quote(n.key)
	if n.key == "defaultMapping" {
		what = "the default mapping"
	}
	c.report(n.file, bad.severity, bad.class, n.loc(), what+": "+bad.what+"; it is left out", "name a schema of components, or refer to one")
}

// component is the schema of that name.
func (c *checker) component(f *file, name string) *node {
	return c.schemaSection(f.root).get(name)
}
