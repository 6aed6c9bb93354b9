package ir

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// literalTypes returns the types of the values, null left out, each once.
func literalTypes(values []spec.Literal) []string {
	var types []string
	for _, v := range values {
		if t := literalType(v.JSON); t != "null" && !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	return types
}

func literalType(text string) string {
	switch text = strings.TrimSpace(text); {
	case text == "" || text == "null":
		return "null"
	case text[0] == '"':
		return "string"
	case text[0] == '{':
		return "object"
	case text[0] == '[':
		return "array"
	case text == "true" || text == "false":
		return "boolean"
	}
	if n, ok := exact(text); ok && n.IsInt() {
		return "integer"
	}
	return "number"
}

// textOf returns the string that the JSON text stands for, false if it stands for something else.
func textOf(literal string) (string, bool) {
	var s string
	if literalType(literal) != "string" || json.Unmarshal([]byte(literal), &s) != nil {
		return "", false
	}
	return s, true
}

// quote returns s as a JSON string without needless escapes.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

// compact returns JSON text without white space.
func compact(text string) string {
	var b bytes.Buffer
	if json.Compact(&b, []byte(text)) != nil {
		return text
	}
	return b.String()
}

// canonical returns a text that is the same for equal JSON values: members are sorted, and 1.0 is 1.
func canonical(text string) string {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return text
	}
	out, err := json.Marshal(normalize(v))
	if err != nil {
		return text
	}
	return string(out)
}

func normalize(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, ok := exact(v.String()); ok {
			return "number " + n.RatString()
		}
		return "number " + v.String()
	case string:
		return "string " + v
	case []any:
		for i := range v {
			v[i] = normalize(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = normalize(v[k])
		}
	}
	return v
}
