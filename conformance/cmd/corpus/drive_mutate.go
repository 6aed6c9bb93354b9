package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// mutate gives a request with one fault, likely: a value of another type, one beyond a bound, a member less or more. It does not
// change in.
func (c *caller) mutate(op *operation, in *input) (*input, bool) {
	out := &input{params: maps.Clone(in.params), path: map[string]string{}, body: in.body, hasBody: in.hasBody}
	places := len(out.params)
	if in.hasBody {
		places += 3 // a body has more that can go wrong
	}
	if places == 0 {
		return nil, false
	}
	at := c.random.IntN(places)
	names := slices.Sorted(maps.Keys(out.params))
	if at >= len(names) {
		out.body = c.spoil(in.body)
		return out, true
	}
	name := names[at]
	if !strings.HasPrefix(name, "path ") && c.random.IntN(5) == 0 {
		delete(out.params, name)
		return out, true
	}
	switch v := out.params[name].(type) {
	case json.Number:
		out.params[name] = []any{json.Number("1e30"), json.Number("-99999999999"), "word", json.Number("0.123")}[c.random.IntN(4)]
	case bool:
		out.params[name] = "maybe"
	case string:
		out.params[name] = []any{v + strings.Repeat("~", 300), "~", "no such value"}[c.random.IntN(3)]
	case []any:
		out.params[name] = []any{[]any{"~"}, slices.Repeat(append(v, "x"), 200)}[c.random.IntN(2)]
	default:
		return nil, false
	}
	return out, true
}

// spoil is a copy of a value with one fault at some depth.
func (c *caller) spoil(v any) any {
	switch of := v.(type) {
	case map[string]any:
		names := slices.Sorted(maps.Keys(of))
		out := maps.Clone(of)
		switch roll := c.random.IntN(6); {
		case len(names) == 0 || roll == 0:
			out["no such member"] = "~"
		case roll == 1:
			delete(out, names[c.random.IntN(len(names))])
		default:
			name := names[c.random.IntN(len(names))]
			out[name] = c.spoil(of[name])
		}
		return out
	case []any:
		if len(of) == 0 || c.random.IntN(4) == 0 {
			return "no list"
		}
		out := slices.Clone(of)
		i := c.random.IntN(len(out))
		out[i] = c.spoil(out[i])
		return out
	case string:
		return []any{json.Number("7"), true, map[string]any{"a": json.Number("1")}, "", "~", strings.Repeat("~", 5000), nil}[c.random.IntN(7)]
	case json.Number:
		return []any{"word", json.Number("1.5"), json.Number("-1e40"), json.Number("1e40"), true, []any{}, nil}[c.random.IntN(7)]
	case bool:
		return []any{"true", json.Number("1"), nil}[c.random.IntN(3)]
	}
	return []any{"word", json.Number("1"), []any{}, map[string]any{}}[c.random.IntN(4)]
}
