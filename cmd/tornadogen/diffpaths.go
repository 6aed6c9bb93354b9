package main

import (
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// variable is one in the key of a path.
var variable = regexp.MustCompile(`\{[^{}]*\}`)

// keepApart gives those paths keys of their own that differ in names of variables alone, in either document: oasdiff compares none that do.
// It puts the names behind them, and returns what takes these away from a text.
func keepApart(documents ...*openapi3.T) *strings.Replacer {
	alike := map[string]bool{}
	for _, doc := range documents {
		seen := map[string]bool{}
		for key := range doc.Paths.Map() {
			shape := variable.ReplaceAllString(key, "{}")
			alike[shape] = alike[shape] || seen[shape]
			seen[shape] = true
		}
	}
	var names []string
	for _, doc := range documents {
		for key, item := range doc.Paths.Map() {
			if alike[variable.ReplaceAllString(key, "{}")] {
				apart := key + "#" + strings.NewReplacer("{", "", "}", "/").Replace(strings.Join(variable.FindAllString(key, -1), ""))
				doc.Paths.Delete(key)
				doc.Paths.Set(apart, item)
				names = append(names, apart, key)
			}
		}
	}
	return strings.NewReplacer(names...)
}
