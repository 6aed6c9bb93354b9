package spec

import (
	"slices"
	"strings"
)

// inBody and inForm are the places of a parameter that OpenAPI 2.0 has and the model does not: both are part of the body.
const (
	inBody = "body"
	inForm = "formData"
)

var places20 = []string{string(InPath), string(InQuery), string(InHeader), inBody, inForm}

// completeParameter20 drops parameters of OpenAPI 2.0 that nobody could send.
func (c *checker) completeParameter20(n *node) bool {
	in := n.get("in")
	if in == nil {
		c.warn(n, "bad-parameter", "it is not said where the parameter stands; it is left out", "add in: path, query, header, formData or body")
		return false
	}
	if !slices.Contains(places20, in.text) {
		i := slices.IndexFunc(places20, func(place string) bool { return strings.EqualFold(place, in.text) })
		switch {
		case i >= 0:
			c.warn(in, "bad-parameter", "a parameter stands in "+quote(places20[i])+", not in "+quote(in.text), "correct its capitals")
			in.text = places20[i]
		case in.text == string(InCookie):
			c.warn(in, "bad-parameter", "OpenAPI 2.0 has no parameters in cookies; it is read as in OpenAPI 3", "state OpenAPI 3")
		default:
			c.warn(in, "bad-parameter", "a parameter does not stand in "+quote(in.text)+"; it is left out",
				c.didYouMean(in.text, places20, "use path, query, header, formData or body"))
			return false
		}
	}
	if n.value("name") == "" && in.text != inBody {
		c.warn(n, "bad-parameter", "the parameter has no name; it is left out", "add a name")
		return false
	}
	c.schemaOf20(n, in.text)
	return true
}

// schemaOf20 tells where a parameter does not say in the words of its place what its value is.
func (c *checker) schemaOf20(n *node, in string) {
	schema, kind := n.get("schema"), n.get("type")
	switch {
	case in == inBody && schema == nil && kind != nil:
		c.warn(n, "missing-schema", "the body has no schema but keywords of one; they are read as its schema", "move them into schema")
	case in == inBody && schema == nil:
		c.warn(n, "missing-schema", "the body has no schema; any value is valid", "add a schema")
	case in != inBody && schema != nil && kind == nil:
		c.warn(schema, "misplaced-schema", "a parameter in "+in+" has no schema in OpenAPI 2.0; it is read as in OpenAPI 3", "write its keywords into the parameter")
	case in != inBody && kind == nil && n.get("enum") == nil:
		c.warn(n, "missing-schema", "the parameter has no type; it is read as a string", "add a type")
	}
}
