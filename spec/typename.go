package spec

import (
	"slices"
	"strings"
)

// foreignTypes are names of types in other languages, and formats that stand where a type does, with what they are in JSON Schema: a
// type, and its format behind a space.
var foreignTypes = map[string]string{
	"str": "string", "text": "string", "date": "string date", "date-time": "string date-time", "uuid": "string uuid", "email": "string email",
	"uri": "string uri", "url": "string uri", "byte": "string byte", "binary": "string binary",
	"int": "integer", "int32": "integer int32", "int64": "integer int64", "long": "integer int64", "uint32": "integer uint32", "uint64": "integer uint64",
	"float": "number float", "double": "number double", "bool": "boolean", "list": "array", "map": "object", "dict": "object",
}

// prepareType reads the type of a schema, and each of a list of them, as the one that is meant, where that is sure: one in capitals,
// or one by another name.
func (c *checker) prepareType(n *node) {
	t := n.get("type")
	switch {
	case t == nil:
	case t.shape == shapeList:
		for _, item := range t.kids {
			c.meantType(item)
		}
	case c.version != version20 || t.text != "file":
		if format := c.meantType(t); format != "" && n.get("format") == nil {
			n.add(t.madeText("format", format))
		}
	}
}

// meantType puts the type that is meant in the place of another name, and returns the format that this name says besides.
func (c *checker) meantType(t *node) (format string) {
	if t.shape != shapeText || slices.Contains(knownTypes, t.text) {
		return ""
	}
	meant := strings.ToLower(t.text)
	if !slices.Contains(knownTypes, meant) {
		if meant, format, _ = strings.Cut(foreignTypes[meant], " "); meant == "" {
			return ""
		}
	}
	c.warn(t, "unknown-type", "unknown type "+quote(t.text)+"; it is read as "+quote(meant), "write "+strings.TrimSuffix(meant+", with the format "+format, ", with the format "))
	t.text = meant
	return format
}
