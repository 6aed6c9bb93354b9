package drive

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Mutate gives a request with one fault, likely: a value of another type, one beyond a bound, a member less or more. It does not
// change in. false: there is nothing to spoil.
func (j *Judges) Mutate(op *Operation, in *Input, choices Choices) (*Input, bool) {
	out := &Input{Params: maps.Clone(in.Params), path: map[string]string{}, Body: in.Body, HasBody: in.HasBody}
	m := &maker{tree: j.tree, choices: choices}
	places := len(out.Params)
	if in.HasBody {
		places += 3 // a body has more that can go wrong
	}
	if places == 0 {
		return nil, false
	}
	at := choices.IntN(places)
	names := slices.Sorted(maps.Keys(out.Params))
	if at >= len(names) {
		if op.bodyKind == bodyBytes || op.bodyKind == bodyItems { // a handler may go on behind an item that is wrong
			if op.takes(undeclared) { // by a range
				return nil, false
			}
			out.MediaType = undeclared
			return out, true
		}
		out.Body = m.spoil(in.Body)
		return out, true
	}
	name := names[at]
	if !strings.HasPrefix(name, "path ") && choices.IntN(5) == 0 {
		delete(out.Params, name)
		return out, true
	}
	switch v := out.Params[name].(type) {
	case json.Number:
		out.Params[name] = []any{json.Number("1e30"), json.Number("-99999999999"), "word", json.Number("0.123")}[choices.IntN(4)]
	case bool:
		out.Params[name] = "maybe"
	case string:
		out.Params[name] = []any{v + strings.Repeat("~", 300), "~", "no such value"}[choices.IntN(3)]
	case []any:
		out.Params[name] = []any{[]any{"~"}, slices.Repeat(append(v, "x"), 200)}[choices.IntN(2)]
	default:
		return nil, false
	}
	return out, true
}

// undeclared is a media type that no document has.
const undeclared = "application/x-undeclared"

// spoil is a copy of a value with one fault at some depth.
func (m *maker) spoil(v any) any {
	switch of := v.(type) {
	case map[string]any:
		names := slices.Sorted(maps.Keys(of))
		out := maps.Clone(of)
		switch roll := m.choices.IntN(6); {
		case len(names) == 0 || roll == 0:
			out["no such member"] = "~"
		case roll == 1:
			delete(out, names[m.choices.IntN(len(names))])
		default:
			name := names[m.choices.IntN(len(names))]
			out[name] = m.spoil(of[name])
		}
		return out
	case []any:
		if len(of) == 0 || m.choices.IntN(4) == 0 {
			return "no list"
		}
		out := slices.Clone(of)
		i := m.choices.IntN(len(out))
		out[i] = m.spoil(out[i])
		return out
	case string:
		return []any{json.Number("7"), true, map[string]any{"a": json.Number("1")}, "", "~", strings.Repeat("~", 5000), nil}[m.choices.IntN(7)]
	case json.Number:
		return []any{"word", json.Number("1.5"), json.Number("-1e40"), json.Number("1e40"), true, []any{}, nil}[m.choices.IntN(7)]
	case bool:
		return []any{"true", json.Number("1"), nil}[m.choices.IntN(3)]
	}
	return []any{"word", json.Number("1"), []any{}, map[string]any{}}[m.choices.IntN(4)]
}
