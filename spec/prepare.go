package spec

import (
	"slices"
	"strings"
)

// prepare brings forms of other versions and common slips into the form that the grammar knows.
func (c *checker) prepare(n *node, r role) {
	switch r {
	case roleParameter, roleHeader:
		if c.version != version20 { // there the keywords of its schema are its own
			c.prepareParameter(n)
		}
	case roleSchema:
		c.prepareSchema(n)
	}
}

// parameterKeywords are the schema keywords that OpenAPI 2.0 puts into the parameter itself.
var parameterKeywords = []string{
	"type", "format", "items", "default", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
	"minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "nullable", "$schema",
}

// prepareParameter gives a parameter a schema.
func (c *checker) prepareParameter(n *node) {
	if schema, content := n.get("schema"), n.get("content"); content != nil {
		if schema != nil && schema.shape != shapeNull {
			c.warn(schema, "schema-and-content", "a parameter has either schema or content; content is taken", "remove one of the two")
			n.drop(schema)
		}
		if content.shape == shapeObject && len(content.kids) > 0 {
			return
		}
		n.drop(content)
	} else if schema != nil && schema.shape != shapeNull {
		return
	}
	schema := n.made("schema", shapeObject)
	for _, key := range parameterKeywords {
		if kid := n.get(key); kid != nil {
			n.drop(kid)
			schema.add(kid)
		}
	}
	if old := n.get("schema"); old != nil {
		n.drop(old)
	}
	n.add(schema)
	if len(schema.kids) > 0 {
		c.warn(n, "missing-schema", "the parameter has no schema but keywords of one, as in OpenAPI 2.0; they are read as its schema", "move them into schema")
		return
	}
	c.warn(n, "missing-schema", "the parameter has neither schema nor content; it is read as a string", "add a schema")
	schema.add(n.madeText("type", "string"))
}

// completeParameter drops parameters that nobody could send.
func (c *checker) completeParameter(n *node) bool {
	if n.value("name") == "" {
		c.warn(n, "bad-parameter", "the parameter has no name; it is left out", "add a name")
		return false
	}
	in := n.get("in")
	if in == nil {
		c.warn(n, "bad-parameter", "it is not said where the parameter stands; it is left out", "add in: path, query, header or cookie")
		return false
	}
	switch In(in.text) {
	case InPath, InQuery, InHeader, InCookie:
		return true
	case InQueryString:
		return c.completeQueryString(n, in)
	}
	if lower := strings.ToLower(in.text); slices.Contains([]In{InPath, InQuery, InHeader, InCookie}, In(lower)) {
		c.warn(in, "bad-parameter", "a parameter stands in "+quote(lower)+", not in "+quote(in.text), "write it in lower case")
		in.text = lower
		return true
	}
	c.warn(in, "bad-parameter", "a parameter does not stand in "+quote(in.text)+"; it is left out",
		c.didYouMean(in.text, []string{"path", "query", "header", "cookie"}, "use path, query, header or cookie; a body is a requestBody"))
	return false
}

// prepareReference makes of the references of a schema one: a second one moves to allOf. The $recursiveRef of older drafts leads
// to the outermost schema around it.
func (c *checker) prepareReference(n *node) {
	if old := n.get("$recursiveRef"); old != nil && old.shape == shapeText && n.get("$dynamicRef") == nil {
		outer := n
		for at := n.parent; at != nil && outer != resource(n); at = at.parent {
			if at.role == roleSchema {
				outer = at
			}
		}
		c.warn(old, "old-keyword", "$recursiveRef is a keyword of an older draft; it is read as a reference to "+quote(outer.pointer()), "write $ref or $dynamicRef")
		old.key, old.text = "$dynamicRef", escapeFragment(outer.pointer())
		delete(n.file.members, n)
	}
	ref, dynamic := n.get("$ref"), n.get("$dynamicRef")
	if ref == nil || ref.shape != shapeText || dynamic == nil || dynamic.shape != shapeText || n.get("allOf") != nil {
		return
	}
	n.drop(dynamic)
	all, member := dynamic.made("allOf", shapeList), dynamic.made("", shapeObject)
	member.add(dynamic)
	all.add(member)
	n.add(all)
}

// completeQueryString looks at a parameter that is the query as a whole (OpenAPI 3.2 section 4.12.1): it has content.
func (c *checker) completeQueryString(n, in *node) bool {
	if n.get("content") != nil {
		return true
	}
	c.warn(in, "bad-parameter", "a parameter in querystring has content, and this one has none; it is read as a form", "move its schema to content: "+formURLEncoded)
	media := n.made(formURLEncoded, shapeObject)
	if schema := n.get("schema"); schema != nil {
		n.drop(schema)
		media.add(schema)
	}
	content := n.made("content", shapeObject)
	content.add(media)
	n.add(content)
	return c.value(content, mapOf(roleMediaType))
}

// completeLink resolves an operationRef, which is a reference without the words of one.
func (c *checker) completeLink(n *node) {
	ref := n.get("operationRef")
	if ref == nil || ref.shape != shapeText {
		return
	}
	to, bad := c.resolve(ref.text, n)
	if bad != nil {
		c.report(ref.file, Warning, bad.class, ref.loc(), bad.what+"; the link is left out", "refer to an operation of this document, or name its operationId")
		n.broken = true
		return
	}
	if methods[to.key] || to.parent != nil && to.parent.key == "additionalOperations" {
		c.follow(ref, to, obj(roleOperation))
	}
}

// prepareSchema brings old forms of keywords into that of 2020-12, as far as that changes no meaning.
func (c *checker) prepareSchema(n *node) {
	if required := n.get("required"); required != nil && required.shape == shapeBool {
		c.warn(required, "wrong-type", "required of a schema is a list of property names, not a boolean; it is left out",
			"name the property in the required list of the object that has it")
		n.drop(required)
	}
	if d := n.get("discriminator"); d != nil && d.shape == shapeText && c.version != version20 {
		c.warn(d, "wrong-type", "a discriminator is an object, not a string; it is read as its propertyName", "write {propertyName: ...}")
		name := d.madeText("propertyName", d.text)
		d.shape, d.text = shapeObject, ""
		d.add(name)
	}
	if ref := n.get("$ref"); ref != nil && ref.shape != shapeText {
		c.warn(ref, "wrong-type", "a reference is a string, not "+ref.shape.String()+"; it is ignored", "write a string")
		n.drop(ref)
	}
}

// securityTypes are the words for security schemes that are not those of the standard.
var securityTypes = map[string][2]string{
	"basic": {"http", "basic"}, "bearer": {"http", "bearer"}, "apikey": {"apiKey", ""}, "openidconnect": {"openIdConnect", ""},
	"mutualtls": {"mutualTLS", ""}, "http": {"http", ""}, "oauth2": {"oauth2", ""},
}

// completeScheme makes a security scheme say how it works. One that does not say stays an HTTP scheme without a name: it must
// not become a door without a lock.
func (c *checker) completeScheme(n *node) {
	kind := n.get("type")
	if kind == nil {
		c.warn(n, "bad-security-scheme", "the security scheme has no type; it is read as an HTTP scheme", "add a type: apiKey, http, oauth2, openIdConnect or mutualTLS")
		n.add(n.madeText("type", "http"))
		return
	}
	if kind.text == "basic" && c.version == version20 {
		return
	}
	switch kind.text {
	case "http", "oauth2", "openIdConnect", "mutualTLS":
	case "apiKey":
		c.completeAPIKey(n)
	default:
		words, known := securityTypes[strings.ToLower(kind.text)]
		if !known {
			words = [2]string{"http", ""}
		}
		c.warn(kind, "bad-security-scheme", "there is no type "+quote(kind.text)+" of security schemes; it is read as "+words[0],
			"use apiKey, http, oauth2, openIdConnect or mutualTLS")
		kind.text = words[0]
		if words[1] != "" && n.get("scheme") == nil {
			n.add(kind.madeText("scheme", words[1]))
		}
		if kind.text == "apiKey" {
			c.completeAPIKey(n)
		}
	}
	if kind.text == "http" && n.value("scheme") == "" {
		c.warn(n, "bad-security-scheme", "the HTTP security scheme has no scheme", "add scheme: basic, bearer or another name of the IANA registry")
	}
}

func (c *checker) completeAPIKey(n *node) {
	if in := n.get("in"); in == nil || !slices.Contains([]string{"query", "header", "cookie"}, in.text) {
		c.warn(n, "bad-security-scheme", "it is not said where the API key stands; it is read from a header", "add in: query, header or cookie")
		if in != nil {
			n.drop(in)
		}
		n.add(n.madeText("in", "header"))
	}
	if n.value("name") == "" {
		c.warn(n, "bad-security-scheme", "the API key has no name; that of the scheme is taken", "add the name of the parameter")
		if old := n.get("name"); old != nil {
			n.drop(old)
		}
		n.add(n.madeText("name", n.key))
	}
}
