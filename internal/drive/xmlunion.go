package drive

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// maxWays is how many ways a schema may be made of members of its unions for its values to be read from XML.
const maxWays = 64

// hasUnion reports whether a schema, or one of its allOf, has a oneOf or anyOf.
func (j *Judges) hasUnion(s map[string]any) bool {
	seen := map[uintptr]bool{}
	for todo := []map[string]any{s}; len(todo) > 0; todo = todo[1:] {
		at := reflect.ValueOf(todo[0]).Pointer()
		if seen[at] {
			continue
		}
		seen[at] = true
		if todo[0]["oneOf"] != nil || todo[0]["anyOf"] != nil {
			return true
		}
		all, _ := todo[0]["allOf"].([]any)
		for _, of := range all {
			part, _ := of.(map[string]any)
			todo = append(todo, j.nodeOf(part).schema)
		}
	}
	return false
}

// ways are what a value of a schema may be a value of: schemas without unions, one for each choice of their members. nil: there are too many, or
// one of them cannot be read.
func (j *Judges) ways(s map[string]any) []map[string]any {
	left := 10 * maxWays
	return j.waysOf(s, &left)
}

// waysOf is ways, for as many schemas as are left.
func (j *Judges) waysOf(s map[string]any, left *int) []map[string]any {
	*left--
	if *left < 0 || s["patternProperties"] != nil {
		return nil
	}
	own := map[string]any{}
	for _, keyword := range []string{"type", "properties", "required", "additionalProperties", "items", "enum", "const"} {
		if v, ok := s[keyword]; ok {
			own[keyword] = v
		}
	}
	ways := []map[string]any{own}
	parts, _ := s["allOf"].([]any)
	for _, part := range parts {
		of, _ := part.(map[string]any)
		ways = cross(ways, j.waysOf(j.nodeOf(of).schema, left))
	}
	for _, keyword := range []string{"oneOf", "anyOf"} {
		members, ok := s[keyword].([]any)
		if !ok {
			continue
		}
		var choices []map[string]any
		for _, member := range members {
			of, _ := member.(map[string]any)
			more := j.waysOf(j.nodeOf(of).schema, left)
			if more == nil {
				return nil
			}
			choices = append(choices, more...)
		}
		ways = cross(ways, choices)
	}
	if len(ways) > maxWays {
		return nil
	}
	return ways
}

// cross are all pairs of two lists of ways, each made one.
func cross(one, other []map[string]any) []map[string]any {
	var all []map[string]any
	for _, a := range one {
		for _, b := range other {
			if len(all) > maxWays {
				return nil
			}
			all = append(all, both(a, b))
		}
	}
	return all
}

// both is a way that two are together.
func both(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	for keyword, v := range b {
		switch before := out[keyword].(type) {
		case nil:
			out[keyword] = v
		case map[string]any: // properties; of schemas the first tells how to read
			if more, ok := v.(map[string]any); ok && keyword == "properties" {
				joined := maps.Clone(more)
				maps.Copy(joined, before)
				out[keyword] = joined
			}
		case []any:
			if more, ok := v.([]any); ok && keyword == "required" {
				out[keyword] = slices.Concat(before, more)
			}
		}
	}
	return out
}

// onlyWay is what a value of a schema is in XML, whichever members of its unions it is of. nil: they do not agree on that.
func (j *Judges) onlyWay(s map[string]any) map[string]any {
	ways := j.ways(s)
	if len(ways) == 0 {
		return nil
	}
	out := ways[0]
	for _, way := range ways[1:] {
		if !j.agree(out, way) {
			return nil
		}
		out = both(out, way)
	}
	return out
}

// agree reports whether what two ways have in common stands alike in XML.
func (j *Judges) agree(a, b map[string]any) bool {
	kind := func(way map[string]any) []string {
		if way["properties"] != nil {
			return []string{"object"}
		}
		if types := typesOf(way); types != nil {
			return types
		}
		types := literalTypes(way)
		slices.Sort(types)
		return slices.Compact(types)
	}
	if !slices.Equal(kind(a), kind(b)) {
		return false
	}
	for _, keyword := range []string{"additionalProperties", "items"} {
		_, one := a[keyword].(map[string]any)
		_, other := b[keyword].(map[string]any)
		if (one || other) && !reflect.DeepEqual(a[keyword], b[keyword]) {
			return false
		}
	}
	mine, _ := a["properties"].(map[string]any)
	others, _ := b["properties"].(map[string]any)
	if j.emptyIn(a) != j.emptyIn(b) {
		return false
	}
	for name, of := range mine {
		other, shared := others[name].(map[string]any)
		if !shared || reflect.DeepEqual(of, others[name]) {
			continue
		}
		own, _ := of.(map[string]any)
		one, two := j.nodeOf(own), j.nodeOf(other)
		alike := slices.Equal(typesOf(one.schema), typesOf(two.schema)) && slices.Equal(literalTypes(one.schema), literalTypes(two.schema))
		scalars := !slices.ContainsFunc(typesOf(one.schema), func(t string) bool { return t == "object" || t == "array" })
		one.schema, two.schema = nil, nil
		if !alike || !scalars || !reflect.DeepEqual(one, two) {
			return false
		}
	}
	return true
}

// readsXML reports whether values of a schema stand in elements of XML: those of some members of a union at least.
func (j *Judges) readsXML(media string, schema map[string]any) bool {
	s := j.nodeOf(schema).schema
	return kindOf(media, s, true) == bodyXML || j.hasUnion(s) && slices.ContainsFunc(j.ways(s), func(way map[string]any) bool {
		return kindOf(media, way, true) == bodyXML
	})
}

// writesXML reports whether values of a schema with unions can be written as XML so that it is known what they are to who gets them.
func (j *Judges) writesXML(media string, schema map[string]any) bool {
	s := j.nodeOf(schema).schema
	way := j.onlyWay(s)
	return way != nil && j.hasUnion(s) && kindOf(media, way, true) == bodyXML
}

// emptyIn are the names of the arrays that a way requires and that are no element at all when they are empty.
func (j *Judges) emptyIn(way map[string]any) string {
	properties, _ := way["properties"].(map[string]any)
	required, _ := way["required"].([]any)
	var names []string
	for name, of := range properties {
		schema, _ := of.(map[string]any)
		if n := j.nodeOf(schema); slices.Contains(required, any(name)) && !n.wrapped && slices.Contains(typesOf(n.schema), "array") {
			names = append(names, strconv.Quote(name))
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// unionAt is an element and a schema with unions that it is read by, and unionRead what became of it.
type (
	unionAt struct {
		schema uintptr
		e      *element
	}
	unionRead struct {
		v   any
		err error
	}
)

// readUnion is the value of an element of a schema with unions: for who gets it the one that all members agree on, and for who judges what was sent
// the first that the schema takes of those that it may stand for, as a text does not tell 5 from "5". Where it takes none, it is the first.
func (j *reading) readUnion(s map[string]any, e *element) (any, error) {
	at := unionAt{reflect.ValueOf(s).Pointer(), e}
	read, known := j.done[at]
	if !known {
		read.v, read.err = j.readWays(s, e)
		j.done[at] = read
	}
	return read.v, read.err
}

func (j *reading) readWays(s map[string]any, e *element) (any, error) {
	if j.to == request {
		way := j.onlyWay(s)
		if way == nil {
			return nil, errUntold
		}
		return j.readValue(way, e)
	}
	pointer, known := j.pointerOf(s)
	ways := j.ways(s)
	if !known || len(ways) == 0 {
		return nil, errUntold
	}
	var first unionRead
	for i, way := range ways {
		v, err := j.readValue(way, e)
		if errors.Is(err, errUntold) {
			return nil, err
		}
		if err == nil {
			switch o, _ := j.check(j.to, pointer, v); o {
			case accepts:
				return v, nil
			case unknown:
				return nil, errUntold
			}
		}
		if i == 0 || first.err != nil {
			first = unionRead{v, err}
		}
	}
	return first.v, first.err
}

// pointerOf is where a schema stands in the document.
func (j *Judges) pointerOf(s map[string]any) (string, bool) {
	if j.places == nil {
		j.places = map[uintptr]string{}
		j.locate(j.tree, "")
	}
	pointer, ok := j.places[reflect.ValueOf(s).Pointer()]
	return pointer, ok
}

func (j *Judges) locate(v any, pointer string) {
	switch of := v.(type) {
	case map[string]any:
		at := reflect.ValueOf(of).Pointer()
		if _, known := j.places[at]; known {
			return
		}
		j.places[at] = pointer
		for name, item := range of {
			j.locate(item, pointer+"/"+escapePointer(name))
		}
	case []any:
		for i, item := range of {
			j.locate(item, pointer+"/"+strconv.Itoa(i))
		}
	}
}
