package spec

import "slices"

// isolate makes of an object whose reference names nothing what does the least harm in its place, so that the operation that
// it belongs to is served all the same. What stands beside the reference stays, as far as it counts. It returns false where
// the object is to be left out.
func (c *checker) isolate(n *node, f field) bool {
	if f.form != formObject {
		n.broken = true
		return false
	}
	c.siblings(n, f)
	c.replace(n, f.role)
	return !n.broken || c.grammar(f.role).refable
}

// replace takes the reference out of n. A schema becomes what stands beside it, else anything; a body becomes bytes of any
// media type; an operation takes and gives such bytes; the rest is marked as broken, for its users to leave out.
func (c *checker) replace(n *node, r role) {
	ref := refOf(n)
	switch r {
	case roleSchema:
		n.drop(ref)
		n.broken = c.onlyAnnotates(n)
	case rolePathItem, roleMediaType:
		n.drop(ref)
	case roleResponse:
		n.drop(ref)
		c.fill(n, r, c.responseOfBytes())
	case roleRequestBody:
		n.drop(ref)
		c.fill(n, r, bodyOfBytes)
	case roleOperation:
		n.drop(ref)
		c.fill(n, r, c.operationOfBytes(n.key))
	case roleSecurityRequirement: // to leave it out would open the operation
		ref.key, ref.shape, ref.text = ref.text, shapeList, ""
		n.kids = []*node{ref}
		ref.index = 0
		delete(n.file.members, n)
	default:
		n.broken = true
	}
	n.ref = nil
}

// bodyOfBytes, responseOfBytes and operationOfBytes stand in the place of what is not known.
const bodyOfBytes = `{"content":{"*/*":{}}}`

func (c *checker) responseOfBytes() string {
	if c.version == version20 {
		return `{"description":"","schema":{"type":"file"}}`
	}
	return `{"description":"","content":{"*/*":{}}}`
}

func (c *checker) operationOfBytes(method string) string {
	body := ""
	if c.version != version20 && !slices.Contains([]string{"get", "head", "delete", "options", "trace"}, method) {
		body = `"requestBody":` + bodyOfBytes + `,`
	}
	return `{` + body + `"responses":{"default":` + c.responseOfBytes() + `}}`
}

// fill gives n the members of a text that it lacks, at the place of n.
func (c *checker) fill(n *node, r role, text string) {
	f := newFile(n.file.name, n.file.id, n.file.path, []byte(text))
	made, _ := scanJSON(f, &budget{limits: c.config.limits})
	move(made, n)
	for _, kid := range made.kids {
		if n.get(kid.key) == nil {
			n.add(kid)
		}
	}
	c.fields(n, c.grammar(r))
}

// move makes n and all below part of the file of at, and of its place.
func move(n, at *node) {
	n.file, n.off, n.keyOff = at.file, at.off, at.keyOff
	for _, kid := range n.kids {
		move(kid, at)
	}
}

// effect says what isolate does, for a message.
func effect(f field) string {
	if f.form != formObject {
		return "it is left out"
	}
	switch f.role {
	case roleSchema:
		return "any value is valid in its place"
	case roleResponse, roleRequestBody:
		return "a body of any media type is taken in its place, as bytes"
	case roleOperation:
		return "the operation takes and gives bodies of any media type, as bytes"
	case rolePathItem:
		return "the path has what stands beside the reference alone"
	case roleSecurityRequirement:
		return "it asks for a scheme that nobody has"
	case roleMediaType:
		return "any value is valid in its place"
	default:
		return "it is left out"
	}
}
