package spec

import "strings"

// checker holds nodes against the grammar. It recurses inside of one object as deep as the limits let files nest; what
// references name waits in a queue, so that no chain of references is deep for the stack.
type checker struct {
	*reader
	root    *file
	queue   []target
	also    map[target]bool // objects that serve as more than one role
	queued  map[target]bool
	refs    []*node // objects and values that have a ref, in the order of their finding
	targets []target
	waiting []waiting
	asking  bool // all files are read: the network may be asked, for one address
	asked   bool
	failed  map[string]*trouble // addresses that gave nothing
	hops    int                 // references that the resolution at hand has passed through
}

// target is what a reference names, and as what.
type target struct {
	n *node
	f field
}

// references are what the checker has found.
type references struct {
	nodes   []*node
	targets []target // each once, by first use
}

// check repairs the root document and all that it refers to, and resolves the references in them.
func (r *reader) check(f *file) references {
	c := &checker{reader: r, root: f, also: map[target]bool{}, queued: map[target]bool{}, failed: map[string]*trouble{}}
	r.register(f)
	c.object(f.root, obj(roleDocument))
	c.work()
	c.settle()
	c.breakRings()
	return references{c.refs, c.targets}
}

// work checks what references name, until nothing waits in the queue.
func (c *checker) work() {
	for len(c.queue) > 0 {
		t := c.queue[0]
		c.queue = c.queue[1:]
		t.n.broken = !c.value(t.n, t.f) || t.n.broken
	}
}

// object holds n against the grammar of a role. What has no meaning is marked, as references may lead there too.
func (c *checker) object(n *node, f field) bool {
	sound := c.objectIs(n, f)
	n.broken = n.broken || !sound
	return sound
}

func (c *checker) objectIs(n *node, f field) bool {
	r := f.role
	g := c.grammar(r)
	switch {
	case n.shape == shapeObject:
	case r == roleSchema && n.shape == shapeBool:
		return true
	case n.shape == shapeNull, n.shape == shapeList && len(n.kids) == 0:
		c.warn(n, "no-value", g.name+" is expected, not "+emptiness(n)+"; it is read as an empty object", "write {} or what is meant")
		n.shape, n.text = shapeObject, ""
	case r == roleSecurityRequirement && n.shape == shapeText:
		c.warn(n, "wrong-type", "a security requirement is an object, not a string; it is read as the scheme "+quote(n.text), "write an object with the scheme as member")
		n.kids = []*node{{file: n.file, parent: n, key: n.text, off: n.off, keyOff: n.off, shape: shapeList}}
		n.shape, n.text = shapeObject, ""
	default:
		return c.wrong(n, g.name)
	}
	if n.role == r || c.also[target{n, f}] {
		return true
	}
	if n.role != roleNone {
		c.also[target{n, f}] = true
	} else {
		n.role = r
	}
	if r == roleSchema {
		c.prepareReference(n)
		c.prepareType(n)
	}
	if refOf(n) != nil {
		return c.reference(n, f)
	}
	c.prepare(n, r)
	c.fields(n, g)
	return c.complete(n, r)
}

func emptiness(n *node) string {
	if n.shape == shapeNull {
		return "nothing"
	}
	return "an empty list"
}

// fields holds the members of an object against its grammar.
func (c *checker) fields(n *node, g *grammar) {
	n.keep(func(kid *node) bool { return c.field(n, kid, g) })
}

// field holds one member of n against the grammar. It returns false where the member is to be left out.
func (c *checker) field(n, kid *node, g *grammar) bool {
	f, known := g.fields[kid.key]
	switch {
	case known:
	case kid.isExtension() && n.role != roleSecurityRequirement:
		if isMisplaced(kid.key, n.role) {
			c.report(kid.file, Warning, "bad-extension", kid.keyLoc(), kid.key+" is left out: "+g.name+" has none of this name", "correct it")
		}
		return true
	case g.hasRest:
		f = g.rest
	default:
		c.report(kid.file, Warning, "unknown-field", kid.keyLoc(), g.name+" has no member "+quote(kid.key)+"; it is ignored",
			c.didYouMean(kid.key, fieldNames(g, n), "correct the name, remove it, or begin it with x-"))
		return true
	}
	if kid.shape == shapeNull && known && f.form != formAny {
		c.warn(kid, "no-value", quote(kid.key)+" has no value; it is left out", "write a value or remove it")
		return false
	}
	if c.value(kid, f) {
		return true
	}
	if n.role == roleSecurityRequirement { // to leave it out would open the operation
		kid.shape, kid.text, kid.kids = shapeList, "", nil
		return true
	}
	return false
}

// isMisplaced says whether an extension of the generator has no meaning at an object. Of those at operations and above them, the generator knows.
func isMisplaced(name string, at role) bool {
	switch at {
	case roleDocument, rolePathItem, roleOperation:
		return false
	case roleMediaType:
		return strings.HasPrefix(name, ownPrefix) && name != ExtensionStream
	default:
		return strings.HasPrefix(name, ownPrefix)
	}
}

// complete looks at an object as a whole. It returns false where it has no meaning.
func (c *checker) complete(n *node, r role) bool {
	switch r {
	case roleDocument:
		c.need(n, "info", "missing-info", "the document has no info", "add info with title and version")
		if n.get("paths") == nil && (c.version == version20 || n.get("components") == nil && n.get("webhooks") == nil) {
			c.warn(n, "missing-paths", "the document has no paths", "add paths")
		}
	case roleInfo:
		c.need(n, "title", "missing-info", "the API has no title", "add a title")
		c.need(n, "version", "missing-info", "the API has no version", "add a version, the one of your API")
	case roleResponse:
		if c.version >= version32 {
			break
		}
		c.need(n, "description", "missing-description", "the response has no description", "add a description; an empty one will do")
	case roleOperation:
		c.need(n, "responses", "missing-responses", "the operation has no responses", "add responses, at least a default")
	case roleRequestBody:
		c.need(n, "content", "missing-content", "the request body has no content", "add content with a media type")
	case roleServer:
		return c.must(n, "url", "bad-server", "the server has no url; it is left out", "add a url, / for the place of the document itself")
	case roleTag:
		return c.must(n, "name", "bad-tag", "the tag has no name; it is left out", "add a name")
	case roleDiscriminator:
		c.mapping(n)
		return c.must(n, "propertyName", "bad-discriminator", "the discriminator has no propertyName; it is left out", "add the name of the property that tells the members apart")
	case roleParameter:
		if c.version == version20 {
			return c.completeParameter20(n)
		}
		return c.completeParameter(n)
	case roleSecurityScheme:
		c.completeScheme(n)
	case roleLink:
		c.completeLink(n)
	}
	return true
}

// need tells that a member is missing that the standard asks for and this package can do without.
func (c *checker) need(n *node, key, class, what, remedy string) {
	if n.get(key) == nil {
		c.warn(n, class, what, remedy)
	}
}

// must tells that an object is of no use without a member.
func (c *checker) must(n *node, key, class, what, remedy string) bool {
	if n.get(key) != nil {
		return true
	}
	c.warn(n, class, what, remedy)
	return false
}
