package drive

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// isXML tells XML by a media type without parameters.
func isXML(media string) bool {
	return media == "application/xml" || media == "text/xml" || strings.HasSuffix(media, "+xml")
}

// xmlNil is the namespace of the attribute that makes an element null.
const xmlNil = "http://www.w3.org/2001/XMLSchema-instance"

// xmlName is what an element or an attribute may be called here; a colon has a meaning of its own.
var xmlName = regexp.MustCompile(`^[\pL_][\pL\pN._-]*$`)

// node is how a schema stands in XML, by its xml object (OpenAPI 3.2 section 4.26).
type node struct {
	schema                  map[string]any // references followed
	name, prefix, namespace string         // name is "" where the document has none
	attribute, text         bool
	wrapped                 bool // of an array
}

// nodeOf reads a schema; an xml object beside a reference comes before that of what it leads to.
func (j *Judges) nodeOf(s map[string]any) node {
	n := node{schema: s}
	for range 20 {
		if of, ok := n.schema["xml"].(map[string]any); ok {
			n.describe(of)
		}
		to := j.resolved(n.schema)
		if n.schema["$ref"] == nil || len(to) == 0 {
			break
		}
		n.schema = to
	}
	return n
}

func (n *node) describe(of map[string]any) {
	for key, to := range map[string]*string{"name": &n.name, "prefix": &n.prefix, "namespace": &n.namespace} {
		if text, _ := of[key].(string); *to == "" {
			*to = text
		}
	}
	attribute, _ := of["attribute"].(bool)
	wrapped, _ := of["wrapped"].(bool)
	kind, _ := of["nodeType"].(string)
	n.attribute = n.attribute || attribute || kind == "attribute"
	n.text = n.text || kind == "text" || kind == "cdata"
	n.wrapped = n.wrapped || wrapped || kind == "element"
}

// component is the name of the component that a schema is a reference to, "" for none.
func component(s map[string]any) string {
	ref, _ := s["$ref"].(string)
	name, _ := strings.CutPrefix(ref, "#/components/schemas/")
	if !xmlName.MatchString(name) {
		return ""
	}
	return name
}

// memberSchemas are the properties of an object, those of an allOf too, and those of members of unions where they agree on what they share. false:
// it is none, or has others that depend on its value.
func (j *Judges) memberSchemas(s map[string]any) (properties map[string]map[string]any, required []any, ok bool) {
	return j.membersBelow(s, deepest)
}

func (j *Judges) membersBelow(s map[string]any, depth int) (properties map[string]map[string]any, required []any, ok bool) {
	if depth == 0 || s["patternProperties"] != nil {
		return nil, nil, false
	}
	if s["oneOf"] != nil || s["anyOf"] != nil {
		if s = j.onlyWay(s); s == nil {
			return nil, nil, false
		}
	}
	properties = map[string]map[string]any{}
	required, _ = s["required"].([]any)
	own, isObject := s["properties"].(map[string]any)
	for name, item := range own {
		properties[name], _ = item.(map[string]any)
	}
	all, _ := s["allOf"].([]any)
	for _, item := range all {
		of, _ := item.(map[string]any)
		more, needed, ok := j.membersBelow(j.nodeOf(of).schema, depth-1)
		if !ok {
			return nil, nil, false
		}
		maps.Copy(properties, more)
		required = append(slices.Clone(required), needed...)
	}
	return properties, required, isObject || len(all) > 0 || slices.Contains(typesOf(s), "object")
}

// itemNode is how the items of an array stand, in an array of that name.
func (j *Judges) itemNode(array map[string]any, name string) node {
	items, _ := array["items"].(map[string]any)
	n := j.nodeOf(items)
	if n.name == "" {
		n.name = name
	}
	return n
}

// element is an element that was read.
type element struct {
	xml.Name
	attributes []xml.Attr
	children   []*element
	text       string // all that stands directly in it
}

func (e *element) isNil() bool {
	return slices.ContainsFunc(e.attributes, func(a xml.Attr) bool {
		return a.Name.Space == xmlNil && a.Name.Local == "nil" && (a.Value == "true" || a.Value == "1")
	})
}

// readElement reads a document.
func readElement(text []byte) (*element, error) {
	dec := xml.NewDecoder(bytes.NewReader(text))
	var open []*element
	var root *element
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch of := token.(type) {
		case xml.StartElement:
			e := &element{Name: of.Name, attributes: of.Copy().Attr}
			switch {
			case len(open) > 0:
				open[len(open)-1].children = append(open[len(open)-1].children, e)
			case root != nil:
				return nil, errors.New("it has several elements at its root")
			default:
				root = e
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(of)
			} else if len(bytes.TrimSpace(of)) > 0 {
				return nil, errors.New("it has a text at its root")
			}
		}
	}
	if root == nil {
		return nil, errors.New("it has no element")
	}
	return root, nil
}

// errUntold is for schemas of which it cannot be told how a value of theirs stands in XML.
var errUntold = errors.New("what stands in XML depends on the value")

// reading is one document of XML that is read as what stands in it for one side.
type reading struct {
	*Judges

	to   direction
	done map[unionAt]unionRead
}

// readXML is the value of a document of XML. errUntold: that cannot be told.
func (j *Judges) readXML(to direction, s map[string]any, text []byte) (any, error) {
	r := &reading{j, to, map[unionAt]unionRead{}}
	return r.document(s, text)
}

func (j *reading) document(s map[string]any, text []byte) (any, error) {
	root, err := readElement(text)
	if err != nil {
		return nil, fmt.Errorf("is no XML: %w", err)
	}
	n := j.nodeOf(s)
	if n.name != "" && root.Local != n.name {
		return nil, fmt.Errorf("has the root %s and not %s", root.Local, n.name)
	}
	if n.namespace != "" && root.Space != n.namespace {
		return nil, fmt.Errorf("has a root of the namespace %q and not %q", root.Space, n.namespace)
	}
	return j.readValue(n.schema, root)
}

// readItems is the value of an element that is around the items of an array, whatever they are called.
func (j *reading) readItems(s map[string]any, e *element) (any, error) {
	list := []any{}
	item := j.itemNode(s, "")
	for _, child := range e.children {
		v, err := j.readValue(item.schema, child)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// readValue is the value of an element of a schema.
func (j *reading) readValue(s map[string]any, e *element) (any, error) {
	types := typesOf(s)
	if len(types) == 0 {
		types = literalTypes(s)
	}
	properties, required, isObject := j.memberSchemas(s)
	switch {
	case e.isNil():
		return nil, nil
	case j.hasUnion(s):
		return j.readUnion(s, e)
	case isObject:
		return j.readObject(s, properties, required, e)
	case slices.Equal(types, []string{"array"}):
		return j.readItems(s, e)
	case len(types) == 0 && (len(s) > 0 || len(e.children) > 0), slices.Contains(types, "array"):
		return nil, errUntold
	case len(e.children) > 0:
		return nil, fmt.Errorf("has elements in %s, which is a text", e.Local)
	}
	return readScalar(types, e.text), nil
}

// literalTypes are the types of the values that a schema lists.
func literalTypes(s map[string]any) (types []string) {
	values, _ := s["enum"].([]any)
	if v, ok := s["const"]; ok {
		values = []any{v}
	}
	for _, v := range values {
		switch v.(type) {
		case string:
			types = append(types, "string")
		case bool:
			types = append(types, "boolean")
		case json.Number:
			types = append(types, "number")
		}
	}
	return types
}

// readScalar is a text as a value: white space counts in strings.
func readScalar(types []string, text string) any {
	if v := scalarOf(types, strings.TrimSpace(text)); v != any(strings.TrimSpace(text)) {
		return v
	}
	return text
}

// readObject is the value of an element that has members: what is none of its properties is as additionalProperties has it, else a text.
func (j *reading) readObject(s map[string]any, properties map[string]map[string]any, required []any, e *element) (any, error) {
	object := map[string]any{}
	known := map[string]bool{}
	for name, schema := range properties {
		n := j.nodeOf(schema)
		if n.name == "" {
			n.name = name
		}
		if !n.text && !n.attribute {
			known[n.name] = true
		}
		switch v, there, err := j.readMember(n, e, known); {
		case err != nil:
			return nil, err
		case there:
			object[name] = v
		case slices.Equal(typesOf(n.schema), []string{"array"}) && !n.wrapped && slices.Contains(required, any(name)):
			object[name] = []any{} // no element is an empty one
		}
	}
	extra, _ := s["additionalProperties"].(map[string]any)
	for _, child := range e.children {
		if known[child.Local] {
			continue
		}
		v, err := any(child.text), error(nil)
		if extra != nil {
			v, err = j.readValue(j.nodeOf(extra).schema, child)
		}
		if err != nil {
			return nil, err
		}
		object[child.Local] = v
	}
	return object, nil
}

// readMember is the value of a property, if it is there. It notes the elements that it is made of.
func (j *reading) readMember(n node, e *element, known map[string]bool) (v any, there bool, err error) {
	switch {
	case n.text:
		return readScalar(typesOf(n.schema), e.text), true, nil
	case n.attribute:
		at := slices.IndexFunc(e.attributes, func(a xml.Attr) bool { return a.Name.Local == n.name && a.Name.Space != "xmlns" })
		if at < 0 {
			return nil, false, nil
		}
		return readScalar(typesOf(n.schema), e.attributes[at].Value), true, nil
	case !slices.Contains(typesOf(n.schema), "array"):
		for _, child := range e.children {
			if child.Local == n.name {
				v, err = j.readValue(n.schema, child)
				return v, true, err
			}
		}
		return nil, false, nil
	}
	item := j.itemNode(n.schema, n.name)
	from := e
	if n.wrapped {
		at := slices.IndexFunc(e.children, func(child *element) bool { return child.Local == n.name })
		if at < 0 {
			return nil, false, nil
		}
		if from = e.children[at]; from.isNil() {
			return nil, true, nil
		}
	}
	known[item.name] = known[item.name] || !n.wrapped
	list := []any{}
	for _, child := range from.children {
		if child.Local != item.name {
			if n.wrapped {
				return nil, false, fmt.Errorf("has an element %s in %s, where each is called %s", child.Local, n.name, item.name)
			}
			continue
		}
		v, err := j.readValue(item.schema, child)
		if err != nil {
			return nil, false, err
		}
		list = append(list, v)
	}
	return list, n.wrapped || len(list) > 0, nil
}
