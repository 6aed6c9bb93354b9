package main

import (
	"slices"
	"strings"
)

// untyping are the findings that tell of a schema that became tornado.JSON though the document asks for something else: the class, and
// what one of this class says where it is about that, one of these or nothing.
var untyping = map[string][]string{
	"untyped-schema":       nil,
	"undeclared-property":  nil,
	"all-of-ring":          nil,
	"contradiction":        {"no value is valid", "no value but null is valid"},
	"unknown-type":         {"any value is valid"},
	"unresolved-reference": {"any value is valid"},
	"network-reference":    {"any value is valid"},
	"reference-ring":       {"any value is valid"},
	"wrong-type":           {"a schema is expected"},
	"wrong-value":          {"nothing is valid"},
	"no-value":             {"a schema is expected"},
}

// untypes reports whether f is one of them.
func (f finding) untypes() bool {
	says, known := untyping[f.Class]
	return known && (len(says) == 0 || slices.ContainsFunc(says, func(words string) bool { return strings.Contains(f.What, words) }))
}

// ofNamed reports whether f is about a named schema as a whole.
func (f finding) ofNamed() bool {
	for _, place := range []string{"#/components/schemas/", "#/definitions/"} {
		name, ok := strings.CutPrefix(f.Pointer, place)
		if name, _ = strings.CutSuffix(name, "/type"); ok && !strings.Contains(strings.TrimSuffix(name, "/$ref"), "/") {
			return true
		}
	}
	return false
}
