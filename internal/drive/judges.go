package drive

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// Judges are the two opinions on requests and answers of a document. One goroutine at a time may use them.
type Judges struct {
	BasePath string // path of the first server, "" for the root

	docs     map[direction]*openapi3.T
	tree     map[string]any // the document, its schemas in the words of JSON Schema 2020-12
	compiler map[direction]*jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema // by direction and pointer; nil for one that does not compile
	places   map[uintptr]string            // where the maps of tree stand; nil until it is asked for
}

// direction is who sends: what is readOnly is not required of a request, what is writeOnly not of an answer.
type direction string

const (
	request direction = "request"
	answer  direction = "answer"
)

// New reads a document with all that it refers to: Swagger 2.0 or OpenAPI 3, YAML or JSON.
func New(document []byte) (*Judges, error) {
	tree, err := readTree(document)
	if err != nil {
		return nil, err
	}
	if version, _ := tree["swagger"].(string); version == "2.0" {
		lifted, err := lift(tree)
		if err != nil {
			return nil, err
		}
		before := tree
		if tree, err = readTree(lifted); err != nil {
			return nil, err
		}
		liftForms(tree, before)
	}
	version, _ := tree["openapi"].(string)
	if !strings.HasPrefix(version, "3.") {
		return nil, fmt.Errorf("version %q is not driven", version)
	}
	schemes, _ := lookup(tree, "/components/securitySchemes").(map[string]any)
	nameSchemes(tree, schemes, tree["$self"])
	j := &Judges{docs: map[direction]*openapi3.T{}, tree: tree, compiler: map[direction]*jsonschema.Compiler{}, schemas: map[string]*jsonschema.Schema{}}
	told := map[direction]string{request: "readOnly", answer: "writeOnly"}
	for to, keyword := range told {
		if j.docs[to], err = load(j.withoutRequired(tree, keyword)); err != nil {
			return nil, fmt.Errorf("kin-openapi does not load it: %w", err)
		}
	}
	if strings.HasPrefix(version, "3.0") {
		modernise(tree)
	}
	for to, keyword := range told {
		c := jsonschema.NewCompiler()
		c.DefaultDraft(jsonschema.Draft2020)
		c.AssertFormat()
		if err := c.AddResource(treeURL(to), j.withoutRequired(tree, keyword)); err != nil {
			return nil, fmt.Errorf("jsonschema does not load it: %w", err)
		}
		j.compiler[to] = c
	}
	doc := j.docs[request]
	if len(doc.Servers) > 0 {
		if path, err := doc.Servers[0].BasePath(); err == nil {
			j.BasePath = strings.TrimSuffix(path, "/")
		}
	}
	return j, nil
}

// load has kin-openapi load a tree.
func load(tree any) (*openapi3.T, error) {
	data, err := json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = false
	return loader.LoadFromData(data)
}

// lift rewrites a document of Swagger 2.0 to OpenAPI 3.0.
func lift(tree map[string]any) ([]byte, error) {
	data, err := json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	var old openapi2.T
	if err := json.Unmarshal(data, &old); err != nil {
		return nil, err
	}
	doc, err := openapi2conv.ToV3(&old)
	if err != nil {
		return nil, err
	}
	return doc.MarshalJSON()
}

func treeURL(to direction) string { return "mem:///" + string(to) + ".json" }

// withoutRequired is a copy of a tree in which no member is required that has a keyword.
func (j *Judges) withoutRequired(v any, keyword string) any {
	switch of := v.(type) {
	case []any:
		out := make([]any, len(of))
		for i, item := range of {
			out[i] = j.withoutRequired(item, keyword)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(of))
		for name, item := range of {
			out[name] = j.withoutRequired(item, keyword)
		}
		required, isList := of["required"].([]any)
		properties, isObject := of["properties"].(map[string]any)
		if isList && isObject {
			out["required"] = slices.DeleteFunc(slices.Clone(required), func(name any) bool {
				text, _ := name.(string)
				member, _ := properties[text].(map[string]any)
				told, _ := resolved(j.tree, member)[keyword].(bool)
				return told
			})
		}
		return out
	}
	return v
}

// deref is the object at a pointer, references followed, and where it really stands.
func (j *Judges) deref(pointer string) (map[string]any, string) {
	for range 20 {
		v, _ := lookup(j.tree, pointer).(map[string]any)
		if v == nil {
			return nil, pointer
		}
		ref, ok := v["$ref"].(string)
		if !ok {
			return v, pointer
		}
		after, local := strings.CutPrefix(ref, "#")
		if !local {
			return nil, pointer
		}
		pointer = unescape(after)
	}
	return nil, pointer
}

func (j *Judges) resolved(s map[string]any) map[string]any { return resolved(j.tree, s) }

// resolved follows a reference once.
func resolved(tree, s map[string]any) map[string]any {
	if ref, ok := s["$ref"].(string); ok {
		if to, ok := lookup(tree, unescape(strings.TrimPrefix(ref, "#"))).(map[string]any); ok {
			return to
		}
	}
	return s
}

func (j *Judges) compiled(to direction, pointer string) *jsonschema.Schema {
	key := string(to) + pointer
	s, ok := j.schemas[key]
	if !ok {
		s, _ = j.compiler[to].Compile(treeURL(to) + "#" + escapeFragment(pointer)) // nil where it does not compile
		j.schemas[key] = s
	}
	return s
}

func escapeFragment(pointer string) string { return (&url.URL{Fragment: pointer}).EscapedFragment() }

func unescape(fragment string) string {
	if text, err := url.PathUnescape(fragment); err == nil {
		return text
	}
	return fragment
}

func escapePointer(s string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(s) }

// lookup follows a JSON pointer in a tree.
func lookup(v any, pointer string) any {
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		switch of := v.(type) {
		case map[string]any:
			v = of[step]
		case []any:
			i := -1
			if _, err := fmt.Sscan(step, &i); err != nil || i < 0 || i >= len(of) {
				return nil
			}
			v = of[i]
		default:
			return nil
		}
	}
	return v
}

// readTree reads a document as JSON values, numbers as json.Number.
func readTree(data []byte) (map[string]any, error) {
	var tree any
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.UseNumber()
	if dec.Decode(&tree) != nil {
		var n yaml.Node
		if err := yaml.Unmarshal(data, &n); err != nil {
			return nil, err
		}
		if len(n.Content) == 0 {
			return nil, errors.New("the document is empty")
		}
		var err error
		if tree, err = plain(&n); err != nil {
			return nil, err
		}
	}
	object, ok := tree.(map[string]any)
	if !ok {
		return nil, errors.New("the document is no object")
	}
	return object, nil
}

// plain is a YAML node as JSON has it.
func plain(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.DocumentNode:
		return plain(n.Content[0])
	case yaml.AliasNode:
		return plain(n.Alias)
	case yaml.MappingNode:
		object := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			v, err := plain(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			object[n.Content[i].Value] = v
		}
		return object, nil
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			v, err := plain(item)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
	switch n.Tag {
	case "!!null":
		return nil, nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true"), nil
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return json.Number(n.Value), nil
		}
	}
	return n.Value, nil
}

// Schemes are the security schemes of the document, by name.
func (j *Judges) Schemes() map[string]map[string]any {
	all, _ := lookup(j.tree, "/components/securitySchemes").(map[string]any)
	schemes := map[string]map[string]any{}
	for name := range all {
		schemes[name], _ = j.deref("/components/securitySchemes/" + escapePointer(name))
	}
	return schemes
}

// Security lists the requirements of an operation, each by the names of its schemes; none where callers need no credentials.
func (j *Judges) Security(op *Operation) [][]string {
	list, ok := lookup(j.tree, op.pointer+"/security").([]any)
	if !ok {
		list, _ = lookup(j.tree, "/security").([]any)
	}
	var all [][]string
	for _, item := range list {
		requirement, _ := item.(map[string]any)
		if len(requirement) == 0 {
			return nil
		}
		var names []string
		for name := range requirement {
			names = append(names, name)
		}
		slices.Sort(names)
		all = append(all, names)
	}
	return all
}
