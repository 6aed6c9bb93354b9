package spec

import (
	"slices"
	"strings"
)

// value holds n against f and repairs what is harmless. It returns false, with a warning told, where n has no meaning and
// is to be left out.
func (c *checker) value(n *node, f field) bool {
	switch f.form {
	case formText:
		return c.text(n)
	case formBool:
		return c.boolean(n)
	case formNumber:
		return c.number(n)
	case formCount:
		return c.count(n)
	case formBound:
		return n.shape == shapeBool || c.number(n)
	case formObject:
		return c.object(n, f)
	case formList:
		return c.list(n, f, func(item *node) bool { return c.object(item, obj(f.role)) })
	case formMap:
		return c.members(n, f, func(kid *node) bool { return c.object(kid, obj(f.role)) })
	case formTexts:
		return c.list(n, f, c.text)
	case formAnys:
		return c.list(n, f, func(*node) bool { return true })
	case formTextMap:
		return c.members(n, f, c.text)
	case formTextsMap:
		return c.members(n, f, func(kid *node) bool { return c.list(kid, plainly(formTexts), c.text) })
	case formDependencies:
		return c.members(n, f, func(kid *node) bool {
			if kid.shape == shapeList {
				return c.list(kid, plainly(formTexts), c.text)
			}
			return c.object(kid, obj(roleSchema))
		})
	case formAnyMap:
		return c.members(n, f, func(*node) bool { return true })
	case formTypes:
		return c.types(n)
	case formItems:
		return c.items(n)
	case formDiscriminator:
		return n.shape == shapeText || c.object(n, obj(roleDiscriminator))
	default:
		return true
	}
}

// wrong tells that n has another type than it should, and is left out.
func (c *checker) wrong(n *node, want string) bool {
	c.warn(n, "wrong-type", want+" is expected, not "+n.shape.String()+"; it is left out", "write "+want+" or remove it")
	return false
}

// text takes numbers and booleans as what is written.
func (c *checker) text(n *node) bool {
	switch n.shape {
	case shapeText:
		return true
	case shapeNumber, shapeBool:
		c.warn(n, "wrong-type", "a string is expected, not "+n.shape.String()+"; it is read as "+quote(n.text), "put it in quotes")
		n.shape = shapeText
		return true
	default:
		return c.wrong(n, "a string")
	}
}

func (c *checker) boolean(n *node) bool {
	if n.shape == shapeBool {
		return true
	}
	if n.shape == shapeText && (n.text == "true" || n.text == "false") {
		c.warn(n, "wrong-type", "a boolean is expected, not a string; it is read as "+n.text, "remove the quotes")
		n.shape = shapeBool
		return true
	}
	return c.wrong(n, "a boolean")
}

func (c *checker) number(n *node) bool {
	if n.shape == shapeNumber {
		return true
	}
	if n.shape == shapeText && isJSONNumber(n.text) {
		c.warn(n, "wrong-type", "a number is expected, not a string; it is read as "+short(n.text), "remove the quotes")
		n.shape = shapeNumber
		return true
	}
	return c.wrong(n, "a number")
}

// count takes integers from 0, 1.0 and 1e3 among them.
func (c *checker) count(n *node) bool {
	if !c.number(n) {
		return false
	}
	if v, ok := whole(n.text); !ok || v < 0 {
		c.warn(n, "wrong-value", "an integer from 0 is expected, not "+short(n.text)+"; it is left out", "write such an integer or remove it")
		return false
	}
	return true
}

// list holds the items of n against item, and drops those that have no meaning. One value where a list is expected is a list
// of one.
func (c *checker) list(n *node, f field, item func(*node) bool) bool {
	switch {
	case n.shape == shapeList:
	case c.refersToList(n):
		return c.reference(n, f)
	case n.shape == shapeObject && f.role != roleNone, n.shape == shapeText && (f.form == formTexts || f.role == roleSecurityRequirement):
		c.warn(n, "wrong-type", "a list is expected, not "+n.shape.String()+"; it is read as a list of one", "write a list")
		wrapList(n)
	default:
		return c.wrong(n, "a list")
	}
	n.keep(func(kid *node) bool {
		if kid.shape == shapeNull && f.form != formAnys {
			c.warn(kid, "no-value", "an item without a value is left out", "write a value or remove it")
			return false
		}
		return item(kid)
	})
	return true
}

// wrapList makes n a list with what it was as its only item.
func wrapList(n *node) {
	inner := *n
	n.shape, n.text = shapeList, ""
	n.kids = []*node{&inner}
	inner.parent, inner.key, inner.index = n, "", 0
	for _, kid := range inner.kids {
		kid.parent = &inner
	}
	delete(n.file.members, n)
}

// members holds all members of n against member, and drops those that have no meaning.
func (c *checker) members(n *node, f field, member func(*node) bool) bool {
	if n.shape == shapeList && len(n.kids) == 0 {
		c.warn(n, "wrong-type", "an object is expected, not an empty list; it is read as an empty object", "write {}")
		n.shape = shapeObject
	}
	if n.shape != shapeObject {
		return c.wrong(n, "an object")
	}
	if f.role != roleNone && refOf(n) != nil {
		return c.reference(n, f)
	}
	n.keep(func(kid *node) bool {
		if f.role != roleSchema && f.role != roleNone && kid.isExtension() && kid.shape != shapeObject {
			return true // the standard knows no extensions in a map, and authors write them
		}
		return member(kid)
	})
	return true
}

// knownTypes are the types of JSON Schema.
var knownTypes = []string{"object", "array", "string", "integer", "number", "boolean", "null"}

// tellingKeywords are those that say of values what type tells, or more.
var tellingKeywords = []string{
	"properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties", "items", "prefixItems",
	"allOf", "oneOf", "anyOf", "enum", "const", "$ref",
}

// types makes a list of known types of the keyword type.
func (c *checker) types(n *node) bool {
	if n.shape != shapeList {
		if n.shape != shapeText {
			return c.wrong(n, "a type")
		}
		if c.knownType(n) {
			return true
		}
		n.parent.untold = true
		return false
	}
	n.keep(func(kid *node) bool {
		if kid.shape == shapeNull { // YAML: [string, null]
			kid.shape, kid.text = shapeText, "null"
		}
		if kid.shape != shapeText {
			return c.wrong(kid, "a type")
		}
		return c.knownType(kid)
	})
	n.parent.untold = len(n.kids) == 0
	return len(n.kids) > 0
}

func (c *checker) knownType(n *node) bool {
	if slices.Contains(knownTypes, n.text) || c.version == version20 && n.text == "file" {
		return true
	}
	effect := "; any value is valid"
	if strings.EqualFold(n.text, "any") {
		effect = "; it is left out, which means the same"
	} else if schema := n.parent; schema.shape == shapeList || slices.ContainsFunc(schema.kids, func(kid *node) bool { return slices.Contains(tellingKeywords, kid.key) }) {
		effect = "; what else is said tells what is valid"
	}
	c.warn(n, "unknown-type", "unknown type "+quote(n.text)+effect,
		c.didYouMean(n.text, knownTypes, "use one of object, array, string, integer, number, boolean or null"))
	return false
}

// items takes the list of older drafts, which is prefixItems now.
func (c *checker) items(n *node) bool {
	if n.shape != shapeList || len(n.kids) == 0 {
		return c.object(n, obj(roleSchema))
	}
	if n.parent.get("prefixItems") != nil {
		return c.wrong(n, "a schema")
	}
	c.warn(n, "old-keyword", "items is a list, as in old drafts of JSON Schema; it is read as prefixItems", "write prefixItems (OpenAPI 3.1) or one schema")
	n.key, n.old = "prefixItems", true
	delete(n.file.members, n.parent)
	return c.value(n, listOf(roleSchema))
}
