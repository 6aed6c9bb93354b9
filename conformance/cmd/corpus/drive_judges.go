package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// judges are the two independent opinions on requests of a document: openapi3filter judges what is sent, and JSON Schema the
// values that were put into it.
type judges struct {
	doc      *openapi3.T
	tree     map[string]any // the document, its schemas in the words of JSON Schema 2020-12
	basePath string
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema // by pointer; nil for one that does not compile
}

// operation is one operation of the document.
type operation struct {
	method, path string
	route        *openapi3.Operation
	item         *openapi3.PathItem
	params       []param
	body         map[string]any // its schema; nil for none
	bodyPointer  string
	bodyType     string
	bodyRequired bool
}

// param is one parameter.
type param struct {
	name, in, style string
	explode         bool
	required        bool
	schema          map[string]any
	pointer         string
}

const treeURL = "mem:///openapi.json"

func newJudges(path string, tree map[string]any) (*judges, error) {
	version, _ := tree["openapi"].(string)
	if !strings.HasPrefix(version, "3.0") && !strings.HasPrefix(version, "3.1") {
		return nil, fmt.Errorf("version %q is not driven", version)
	}
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = false
	doc, err := loader.LoadFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("kin-openapi does not load it: %w", err)
	}
	j := &judges{doc: doc, tree: tree, compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	if strings.HasPrefix(version, "3.0") {
		modernise(tree)
	}
	j.compiler.DefaultDraft(jsonschema.Draft2020)
	j.compiler.AssertFormat()
	if err := j.compiler.AddResource(treeURL, tree); err != nil {
		return nil, fmt.Errorf("jsonschema does not load it: %w", err)
	}
	if len(doc.Servers) > 0 {
		if path, err := doc.Servers[0].BasePath(); err == nil {
			j.basePath = strings.TrimSuffix(path, "/")
		}
	}
	return j, nil
}

// operations lists those whose parameters and body this command can write.
func (j *judges) operations() []*operation {
	var all []*operation
	for path, item := range j.doc.Paths.Map() {
		for method, route := range item.Operations() {
			op := &operation{method: method, path: path, route: route, item: item}
			if j.describe(op) {
				all = append(all, op)
			}
		}
	}
	slices.SortFunc(all, func(a, b *operation) int { return strings.Compare(a.path+" "+a.method, b.path+" "+b.method) })
	return all
}

// describe fills in parameters and body from the tree; it reports whether all of them are of a kind that is driven.
func (j *judges) describe(op *operation) bool {
	itemPointer := "/paths/" + escapePointer(op.path)
	item, itemPointer := j.deref(itemPointer)
	if item == nil || strings.ContainsAny(op.path, "?#") {
		return false
	}
	raw, opPointer := j.deref(itemPointer + "/" + strings.ToLower(op.method))
	if raw == nil {
		return false
	}
	seen := map[string]bool{}
	for _, from := range []string{opPointer, itemPointer} {
		list, _ := lookup(j.tree, from+"/parameters").([]any)
		for i := range list {
			p, ok := j.param(fmt.Sprintf("%s/parameters/%d", from, i))
			if !ok {
				return false
			}
			if !seen[p.in+" "+p.name] {
				seen[p.in+" "+p.name] = true
				op.params = append(op.params, p)
			}
		}
	}
	if raw["requestBody"] == nil {
		return op.covers()
	}
	body, pointer := j.deref(opPointer + "/requestBody")
	content, _ := body["content"].(map[string]any)
	if media, ok := content["application/json"].(map[string]any); ok && media["schema"] != nil {
		op.bodyRequired, _ = body["required"].(bool)
		op.bodyType, op.bodyPointer = "application/json", pointer+"/content/application~1json/schema"
		op.body, _ = media["schema"].(map[string]any)
		return op.body != nil && op.covers()
	}
	return false
}

// covers reports whether the parameters are those of the path.
func (op *operation) covers() bool {
	for _, p := range op.params {
		if p.in == "path" && !strings.Contains(op.path, "{"+p.name+"}") {
			return false
		}
	}
	left := op.path
	for _, p := range op.params {
		if p.in == "path" {
			left = strings.ReplaceAll(left, "{"+p.name+"}", "")
		}
	}
	return !strings.ContainsAny(left, "{}")
}

func (j *judges) param(pointer string) (param, bool) {
	raw, pointer := j.deref(pointer)
	if raw == nil {
		return param{}, false
	}
	p := param{pointer: pointer + "/schema"}
	p.name, _ = raw["name"].(string)
	p.in, _ = raw["in"].(string)
	p.required, _ = raw["required"].(bool)
	p.schema, _ = raw["schema"].(map[string]any)
	p.style = map[string]string{"query": "form", "cookie": "form", "path": "simple", "header": "simple"}[p.in]
	if style, ok := raw["style"].(string); ok {
		p.style = style
	}
	p.explode = p.style == "form"
	if explode, ok := raw["explode"].(bool); ok {
		p.explode = explode
	}
	ignored := p.in == "header" && slices.Contains([]string{"accept", "content-type", "authorization"}, strings.ToLower(p.name))
	return p, p.schema != nil && p.style != "" && !ignored && p.in != "cookie"
}

// deref is the object at a pointer, references followed, and where it really stands.
func (j *judges) deref(pointer string) (map[string]any, string) {
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

// verdict asks both judges about a request. agreed is false where they differ or one of them cannot tell; why is what they say
// against it.
func (c *caller) verdict(ctx context.Context, op *operation, in *input, w *wire) (accepted, agreed bool, why string) {
	one, oneFault := c.kin(ctx, op, in, w)
	two, twoFault := c.schema(op, in)
	if one == unknown || two == unknown || one != two {
		return false, false, ""
	}
	if one == refuses {
		return false, true, twoFault + " | " + oneFault
	}
	return true, true, ""
}

type opinion int

const (
	unknown opinion = iota
	accepts
	refuses
)

// kin is the opinion of openapi3filter.
func (c *caller) kin(ctx context.Context, op *operation, in *input, w *wire) (o opinion, fault string) {
	defer func() {
		if recover() != nil { // it has no opinion on what it cannot bear
			o = unknown
		}
	}()
	req, err := w.request(ctx, "http://localhost")
	if err != nil {
		return unknown, ""
	}
	pathParams := map[string]string{}
	for name, text := range in.path {
		if pathParams[name], err = url.PathUnescape(text); err != nil {
			return unknown, ""
		}
	}
	err = openapi3filter.ValidateRequest(ctx, &openapi3filter.RequestValidationInput{
		Request: req, PathParams: pathParams, QueryParams: req.URL.Query(),
		Route:   &routers.Route{Spec: c.doc, Path: op.path, PathItem: op.item, Method: op.method, Operation: op.route},
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true, ExcludeReadOnlyValidations: true},
	})
	if err != nil {
		return refuses, strings.SplitN(err.Error(), "\nSchema:", 2)[0]
	}
	return accepts, ""
}

// schema is the opinion of JSON Schema on each value.
func (c *caller) schema(op *operation, in *input) (opinion, string) {
	check := func(pointer string, v any) (opinion, string) {
		s := c.compiled(pointer)
		if s == nil {
			return unknown, ""
		}
		if err := s.Validate(v); err != nil {
			return refuses, strings.Join(strings.Fields(err.Error()), " ")
		}
		return accepts, ""
	}
	for _, p := range op.params {
		v, ok := in.params[p.in+" "+p.name]
		if !ok && p.required {
			return refuses, p.name + " is required"
		}
		if ok {
			if o, fault := check(p.pointer, v); o != accepts {
				return o, p.name + ": " + fault
			}
		}
	}
	if op.body == nil {
		return accepts, ""
	}
	if !in.hasBody {
		if op.bodyRequired {
			return refuses, "the body is required"
		}
		return accepts, ""
	}
	return check(op.bodyPointer, in.body)
}

func (j *judges) compiled(pointer string) *jsonschema.Schema {
	s, ok := j.schemas[pointer]
	if !ok {
		s, _ = j.compiler.Compile(treeURL + "#" + escapeFragment(pointer)) // nil where it does not compile
		j.schemas[pointer] = s
	}
	return s
}

func escapeFragment(pointer string) string { return (&url.URL{Fragment: pointer}).EscapedFragment() }

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
func readTree(path string) (map[string]any, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var tree any
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.UseNumber()
	if dec.Decode(&tree) != nil {
		var n yaml.Node
		if err := yaml.Unmarshal(data, &n); err != nil {
			return nil, err
		}
		if tree, err = plain(&n); err != nil {
			return nil, err
		}
	}
	object, ok := tree.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s is no object", path)
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
