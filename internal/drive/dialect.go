package drive

import (
	"encoding/json"
	"strings"
)

// modernise rewrites the schemas of a document of OpenAPI 3.0 to JSON Schema 2020-12, in place.
func modernise(v any) {
	switch of := v.(type) {
	case []any:
		for _, item := range of {
			modernise(item)
		}
	case map[string]any:
		if _, ok := of["$ref"].(string); ok {
			for name := range of {
				if name != "$ref" {
					delete(of, name) // 3.0 ignores what stands beside a reference
				}
			}
			return
		}
		for name, item := range of {
			switch named, ok := item.(map[string]any); {
			case isValue(name):
			case ok && namesItsMembers(name):
				for _, member := range named {
					modernise(member)
				}
			default:
				modernise(item)
			}
		}
		if isSchema(of) {
			moderniseSchema(of)
		}
	}
}

// isValue tells the members of objects of a document that hold values of the API, or what extensions say.
func isValue(name string) bool {
	return name == "example" || name == "examples" || name == "default" || name == "enum" || strings.HasPrefix(name, "x-") && name != socketKey // which has schemas
}

// namesItsMembers tells the members of objects of a document whose own members have names of the API: one of them may be called default.
func namesItsMembers(name string) bool {
	switch name {
	case "properties", "patternProperties", "responses", "headers", "content", "callbacks", "encoding", "paths",
		"schemas", "parameters", "requestBodies": // of the components
		return true
	}
	return false
}

// isSchema tells schemas from other objects of a document: by a keyword with a value that only schemas have.
func isSchema(v map[string]any) bool {
	switch v["type"].(type) {
	case string:
		return v["in"] == nil && v["flows"] == nil && v["scheme"] == nil
	}
	for _, name := range []string{"nullable", "exclusiveMinimum", "exclusiveMaximum"} {
		if _, ok := v[name].(bool); ok {
			return true
		}
	}
	return false
}

func moderniseSchema(v map[string]any) {
	for limit, keyword := range map[string]string{"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"} {
		exclusive, ok := v[keyword].(bool)
		if !ok {
			continue
		}
		delete(v, keyword)
		if bound, has := v[limit]; exclusive && has {
			v[keyword] = bound
			delete(v, limit)
		}
	}
	if nullable, _ := v["nullable"].(bool); nullable {
		if kind, ok := v["type"].(string); ok {
			v["type"] = []any{kind, "null"}
			if list, ok := v["enum"].([]any); ok {
				v["enum"] = append(list, nil)
			}
		}
	}
	delete(v, "nullable")
}

// typesOf are the types that a schema names.
func typesOf(v map[string]any) []string {
	switch of := v["type"].(type) {
	case string:
		return []string{of}
	case []any:
		var all []string
		for _, item := range of {
			if text, ok := item.(string); ok {
				all = append(all, text)
			}
		}
		return all
	}
	return nil
}

// whole is a keyword that is a number without a fraction, def where it is none.
func whole(v map[string]any, keyword string, def int) int {
	if n, ok := v[keyword].(json.Number); ok {
		if i, err := n.Int64(); err == nil && i >= 0 && i < 1<<20 {
			return int(i)
		}
	}
	return def
}

// number is a keyword that is a number.
func number(v map[string]any, keyword string) (float64, bool) {
	if n, ok := v[keyword].(json.Number); ok {
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}

// nameSchemes puts the names of schemes in the place of references to them in requirements (OpenAPI 3.2 section 4.30), which judges do not
// know. A name that there is is no reference.
func nameSchemes(v any, schemes map[string]any, self any) {
	switch of := v.(type) {
	case []any:
		for _, item := range of {
			nameSchemes(item, schemes, self)
		}
	case map[string]any:
		requirements, _ := of["security"].([]any)
		for _, item := range requirements {
			requirement, _ := item.(map[string]any)
			for key, scopes := range requirement {
				address, fragment, _ := strings.Cut(key, "#")
				name, named := strings.CutPrefix(fragment, "/components/securitySchemes/")
				name = strings.NewReplacer("~1", "/", "~0", "~").Replace(unescape(name))
				if schemes[key] == nil && named && (address == "" || address == self) && schemes[name] != nil {
					delete(requirement, key)
					requirement[name] = scopes
				}
			}
		}
		for name, item := range of {
			if !isValue(name) {
				nameSchemes(item, schemes, self)
			}
		}
	}
}
