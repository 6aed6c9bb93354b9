package main

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// countMode is the first argument that makes this command count one document and end.
const countMode = "-count-one"

// counts are what stands in a document.
type counts struct {
	Version    string
	Operations int // of paths
	Webhooks   int // operations of webhooks
	Callbacks  int // operations of callbacks
	Named      int // schemas with a name: of components, or of definitions
	Schemas    int // schema objects in all, references not counted
	Fault      string
}

// methods are the members of a path item that are operations.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}

// countFile counts the document at path. What it cannot read it says in Fault.
func countFile(path, folder string) counts {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return counts{Fault: err.Error()}
	}
	if folder, err = filepath.EvalSymlinks(folder); err != nil {
		return counts{Fault: err.Error()}
	}
	c := counter{files: files{folder, map[string]*value{}}, seen: map[*value]bool{}, looked: map[*value]bool{}}
	root, err := c.open(path)
	if err != nil {
		return counts{Fault: err.Error()}
	}
	c.document(place{root, path})
	return c.counts
}

type counter struct {
	files
	counts
	seen   map[*value]bool // schemas that were counted
	looked map[*value]bool // other values
}

func (c *counter) document(p place) {
	for _, name := range []string{"openapi", "swagger"} {
		if v := p.get(name); v != nil {
			c.Version = v.text
		}
	}
	for _, item := range sortedMembers(p.get("paths")) {
		if strings.HasPrefix(item.name, "x-") {
			continue
		}
		c.Operations += c.pathItem(place{item.value, p.file})
	}
	for _, name := range []string{"webhooks", "x-webhooks"} {
		for _, item := range sortedMembers(p.get(name)) {
			c.Webhooks += c.pathItem(place{item.value, p.file})
		}
	}
	for _, schemas := range []*value{p.get("definitions"), p.get("components").get("schemas")} {
		for _, s := range sortedMembers(schemas) {
			c.Named++
			c.schema(place{s.value, p.file})
		}
	}
	c.look(p)
}

// pathItem counts the operations of a path item: its own, and those of what it refers to.
func (c *counter) pathItem(p place) int {
	found := map[string]bool{}
	collect := func(p place) {
		for _, m := range methods {
			if m == "trace" && c.Version == "2.0" || m == "query" && !strings.HasPrefix(c.Version, "3.2") {
				continue
			}
			if v := p.get(m); v != nil && v.members != nil {
				found[m] = true
			}
		}
		for _, m := range sortedMembers(p.get("additionalOperations")) {
			found[strings.ToLower(m.name)] = true
		}
	}
	collect(p)
	if p.get("$ref") != nil {
		if to, ok := c.follow(p); ok {
			collect(to)
			c.look(to)
		}
	}
	return len(found)
}

// look finds the schemas and callbacks below a value that is no schema.
func (c *counter) look(p place) {
	if p.value == nil || c.seen[p.value] || c.looked[p.value] {
		return
	}
	c.looked[p.value] = true
	if p.get("$ref") != nil {
		if to, ok := c.follow(p); ok {
			c.look(to)
		}
		return
	}
	for _, m := range sortedMembers(p.value) {
		at := place{m.value, p.file}
		switch {
		case m.name == "example", m.name == "examples", strings.HasPrefix(m.name, "x-"):
		case m.name == "schema", m.name == "itemSchema":
			c.schema(at)
		case m.name == "callbacks":
			c.callbacks(at)
			c.look(at)
		default:
			c.look(at)
		}
	}
	for _, item := range p.items {
		c.look(place{item, p.file})
	}
}

func (c *counter) callbacks(p place) {
	for _, callback := range sortedMembers(p.value) {
		at, ok := c.follow(place{callback.value, p.file})
		if !ok {
			continue
		}
		for _, item := range sortedMembers(at.value) {
			c.Callbacks += c.pathItem(place{item.value, at.file})
		}
	}
}

// The keywords whose values are schemas, lists of them, and objects of them.
var (
	oneSchema = []string{
		"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems",
		"unevaluatedProperties", "contentSchema", "additionalItems",
	}
	listOfSchemas   = []string{"allOf", "anyOf", "oneOf", "prefixItems", "items"}
	objectOfSchemas = []string{"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
)

// schema counts a schema and those inside of it, each once.
func (c *counter) schema(p place) {
	if p.value == nil || p.members == nil || c.seen[p.value] {
		return
	}
	c.seen[p.value] = true
	if ref := p.get("$ref"); ref != nil && ref.members == nil {
		if to, ok := c.follow(p); ok {
			c.schema(to)
		}
	} else {
		c.Schemas++
	}
	for _, m := range sortedMembers(p.value) {
		if slices.Contains(oneSchema, m.name) {
			c.schema(place{m.value, p.file})
		}
		if slices.Contains(listOfSchemas, m.name) {
			for _, item := range m.value.items {
				c.schema(place{item, p.file})
			}
		}
		if slices.Contains(objectOfSchemas, m.name) {
			for _, item := range sortedMembers(m.value) {
				c.schema(place{item.value, p.file})
			}
		}
	}
}

type member struct {
	name  string
	value *value
}

// sortedMembers are those of an object in the order of their names, so that the same document is counted the same way.
func sortedMembers(v *value) []member {
	if v == nil {
		return nil
	}
	all := make([]member, 0, len(v.members))
	for name, item := range v.members {
		all = append(all, member{name, item})
	}
	slices.SortFunc(all, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return all
}

// unescape undoes percent-encoding where there is one.
func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}
