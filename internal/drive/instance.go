package drive

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/internal/matching"
)

// Choices are what a generator of values chooses by: at random, or by a property test that makes a failure smaller. Smaller
// numbers give simpler values.
type Choices interface {
	IntN(n int) int   // from 0 to n-1
	Float64() float64 // from 0 to 1
}

// Input is what a request carries, as values.
type Input struct {
	Params    map[string]any    // by place and name: "query limit"
	path      map[string]string // path parameters as they are written
	Body      any
	HasBody   bool
	MediaType string // of the body in place of the operation's; "" for that
}

// Given are values that stand in the place of generated ones.
type Given interface {
	Param(name string) (values []any)
	Body() (values []any)
}

// Instance makes values for an operation, only what is required unless full. given may be nil. false: there is a schema that it knows no
// value of.
func (j *Judges) Instance(op *Operation, full bool, choices Choices, given Given) (*Input, bool) {
	in := &Input{Params: map[string]any{}, path: map[string]string{}}
	m := &maker{tree: j.tree, choices: choices, full: full}
	for _, p := range op.params {
		var values []any
		if given != nil {
			values = given.Param(p.name)
		}
		if !p.required && p.in != "path" && (!full && values == nil || full && choices.IntN(2) == 0) {
			continue
		}
		if values != nil {
			in.Params[p.in+" "+p.name] = values[choices.IntN(len(values))]
			continue
		}
		v, ok := m.make(p.schema)
		if !ok {
			return nil, false
		}
		in.Params[p.in+" "+p.name] = v
	}
	if op.bodyKind == bodyNone || !op.bodyRequired && !full {
		return in, true
	}
	in.HasBody = true
	if given != nil {
		if values := given.Body(); values != nil {
			in.Body = values[choices.IntN(len(values))]
			return in, true
		}
	}
	if op.bodyKind == bodyBytes {
		in.Body = "some bytes"
		return in, true
	}
	if op.bodyKind == bodyItems {
		list := []any{}
		for range 1 + choices.IntN(2) {
			v, ok := m.make(op.schema)
			if !ok {
				return in, false
			}
			list = append(list, v)
		}
		in.Body = list
		return in, true
	}
	v, ok := m.make(op.schema)
	in.Body = j.writable(op, v)
	return in, ok
}

// maker makes values of schemas. They are likely to be valid; the judges tell.
type maker struct {
	tree    map[string]any
	choices Choices
	full    bool // with members that may be left out
	depth   int
}

const deepest = 12

// make gives a value of a schema; false where this package knows none.
func (m *maker) make(s map[string]any) (any, bool) {
	if m.depth > deepest {
		return nil, false
	}
	m.depth++
	defer func() { m.depth-- }()
	if ref, ok := s["$ref"].(string); ok {
		after, local := strings.CutPrefix(ref, "#")
		to, _ := lookup(m.tree, unescape(after)).(map[string]any)
		if !local || to == nil {
			return nil, false
		}
		return m.make(to)
	}
	if v, ok := s["const"]; ok {
		return v, true
	}
	if list, ok := s["enum"].([]any); ok && len(list) > 0 {
		return list[m.choices.IntN(len(list))], true
	}
	for _, keyword := range []string{"oneOf", "anyOf"} {
		if list, ok := s[keyword].([]any); ok && len(list) > 0 {
			return m.member(s, list)
		}
	}
	if list, ok := s["allOf"].([]any); ok && len(list) > 0 {
		return m.all(s, list)
	}
	types := slices.DeleteFunc(typesOf(s), func(t string) bool { return t == "null" && m.choices.IntN(4) > 0 })
	switch {
	case len(types) > 0:
		return m.ofType(s, types[m.choices.IntN(len(types))])
	case s["properties"] != nil:
		return m.ofType(s, "object")
	case s["items"] != nil:
		return m.ofType(s, "array")
	}
	return "any", true
}

// member is a value of one of the members of a union, together with what the schema itself has.
func (m *maker) member(s map[string]any, list []any) (any, bool) {
	first := m.choices.IntN(len(list))
	for i := range list {
		of, ok := list[(first+i)%len(list)].(map[string]any)
		if !ok {
			continue
		}
		v, ok := m.make(of)
		if !ok {
			continue
		}
		object, isObject := v.(map[string]any)
		if isObject && (s["properties"] != nil || s["allOf"] != nil) {
			object = maps.Clone(object) // it may be a const of the document
			v = object
			rest := maps.Clone(s)
			delete(rest, "oneOf")
			delete(rest, "anyOf")
			if more, ok := m.make(rest); ok {
				if more, ok := more.(map[string]any); ok {
					for name, item := range more {
						if _, has := object[name]; !has {
							object[name] = item
						}
					}
				}
			}
		}
		return v, true
	}
	return nil, false
}

// all is a value of all members of an allOf: objects are put together, of others the last one wins.
func (m *maker) all(s map[string]any, list []any) (any, bool) {
	rest := maps.Clone(s)
	delete(rest, "allOf")
	var result any
	for _, item := range append(list, any(rest)) {
		of, ok := item.(map[string]any)
		if !ok || len(of) == 0 || of["type"] == nil && of["properties"] == nil && of["$ref"] == nil && of["oneOf"] == nil && of["anyOf"] == nil && of["allOf"] == nil && of["enum"] == nil {
			continue
		}
		v, ok := m.make(of)
		if !ok {
			return nil, false
		}
		object, isObject := v.(map[string]any)
		if before, ok := result.(map[string]any); ok && isObject {
			both := maps.Clone(before) // it may be a const of the document
			maps.Copy(both, object)
			result = both
			continue
		}
		result = v
	}
	return result, result != nil
}

func (m *maker) ofType(s map[string]any, kind string) (any, bool) {
	switch kind {
	case "null":
		return nil, true
	case "boolean":
		return m.choices.IntN(2) == 0, true
	case "string":
		return m.text(s)
	case "integer", "number":
		return m.number(s, kind == "integer")
	case "array":
		return m.array(s)
	case "object":
		return m.object(s)
	}
	return nil, false
}

// samples are values of formats.
var samples = map[string][]string{
	"date-time": {"2024-02-29T12:30:00Z", "1999-12-31T23:59:59.5+02:00"}, "date": {"2024-02-29"}, "time": {"12:30:00Z"}, "duration": {"P1DT2H"},
	"uuid": {"2eb8aa08-aa98-11ea-b4aa-73b441d16380"}, "uri": {"https://example.org/a?b=c"}, "url": {"https://example.org/"}, "uri-reference": {"/a/b"},
	"iri": {"https://example.org/é"}, "email": {"someone@example.org"}, "hostname": {"www.example.org"}, "ipv4": {"192.0.2.1"}, "ipv6": {"2001:db8::1"},
	"byte": {"aGVsbG8="}, "decimal": {"12.50"}, "json-pointer": {"/a/b"}, "regex": {"^a+$"}, "uri-template": {"/a/{b}"},
}

func (m *maker) text(s map[string]any) (any, bool) {
	shortest, longest := whole(s, "minLength", 0), whole(s, "maxLength", 1<<20)
	if format, ok := s["format"].(string); ok && samples[format] != nil && s["pattern"] == nil {
		list := samples[format]
		return list[m.choices.IntN(len(list))], true
	}
	if pattern, ok := s["pattern"].(string); ok {
		return matching.Text(pattern, m.choices, matching.Usual)
	}
	text := []string{"text", "a b", "é✓", "x/y?z=1&w", "0"}[m.choices.IntN(5)]
	for len([]rune(text)) < shortest {
		text += "m"
	}
	if r := []rune(text); len(r) > longest {
		text = string(r[:longest])
	}
	return text, true
}

func (m *maker) number(s map[string]any, integer bool) (any, bool) {
	low, high := -5.0, 40.0
	if v, ok := number(s, "minimum"); ok {
		low, high = v, max(high, v+10)
	}
	if v, ok := number(s, "exclusiveMinimum"); ok {
		low, high = v+1, max(high, v+10)
	}
	if v, ok := number(s, "maximum"); ok {
		low, high = min(low, v), v
	}
	if v, ok := number(s, "exclusiveMaximum"); ok {
		low, high = min(low, v-1), v-1
	}
	if v, ok := number(s, "minimum"); ok {
		low = v
	}
	f := low + m.choices.Float64()*(high-low)
	if step, ok := number(s, "multipleOf"); ok && step > 0 {
		f = math.Ceil(low/step) * step
	} else if integer {
		f = math.Ceil(low + float64(m.choices.IntN(int(min(max(high-low, 0), 100))+1)))
	} else if f = math.Round(f*4) / 4; f < low || f > high {
		f = low
	}
	return json.Number(strconv.FormatFloat(f, 'f', -1, 64)), true
}

func (m *maker) array(s map[string]any) (any, bool) {
	n := whole(s, "minItems", 0)
	if m.full && n < whole(s, "maxItems", 2) {
		n += m.choices.IntN(2)
	}
	list := []any{}
	if n > 50 {
		return nil, false
	}
	items, ok := s["items"].(map[string]any)
	for range n {
		var v any = "item"
		if ok {
			of, made := m.make(items)
			if !made {
				return list, len(list) >= whole(s, "minItems", 0)
			}
			v = of
		}
		list = append(list, v)
	}
	return list, true
}

func (m *maker) object(s map[string]any) (any, bool) {
	object := map[string]any{}
	properties, _ := s["properties"].(map[string]any)
	required, _ := s["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		of, ok := properties[name].(map[string]any)
		if !ok {
			continue
		}
		needed := slices.Contains(required, any(name))
		if readOnly, _ := resolved(m.tree, of)["readOnly"].(bool); readOnly {
			continue // a request has none
		}
		if !needed && (!m.full || m.depth > 6 || m.choices.IntN(3) == 0) {
			continue
		}
		v, ok := m.make(of)
		if !ok && needed {
			return nil, false
		}
		if ok {
			object[name] = v
		}
	}
	if extra, ok := s["additionalProperties"].(map[string]any); ok && len(properties) == 0 {
		for len(object) < max(whole(s, "minProperties", 0), m.choices.IntN(2)) {
			v, ok := m.make(extra)
			if !ok {
				break
			}
			object["key"+strconv.Itoa(len(object))] = v
		}
	}
	return object, true
}
