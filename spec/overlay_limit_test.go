package spec

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// overlayOf is an overlay of actions that all look at every value, behind one that does nothing.
func overlayOf(t *testing.T, actions int, update string) string {
	action := `, {"target": "$..*", "update": ` + update + `}`
	return write(t, "o.json", `{"overlay": "1.0.0", "info": {"title": "o", "version": "1"}, "actions": [{"target": "$", "update": {}}`+strings.Repeat(action, actions)+`]}`)
}

// TestOverlayThatGrows: an overlay that nests objects wherever there are some ends where the document has too many values, and with that.
func TestOverlayThatGrows(t *testing.T) {
	document := write(t, "a.json", `{"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": {}}`)
	overlay := overlayOf(t, 30, `{"x-a": {"x-b": {"x-c": {}}}}`)
	_, found, err := Load(document, WithOverlays(overlay), WithLimits(Limits{Nodes: 5_000}))
	require.NoError(t, err)
	require.Len(t, found, 1, "the actions behind it are not done")
	assert.Contains(t, found[0].What, "more than 5,000 values in the document")
}

// TestOverlayOfDeepDocument: to look at every value takes memory for the path of each.
func TestOverlayOfDeepDocument(t *testing.T) {
	chain := strings.Repeat(`{"a":`, 300) + "1" + strings.Repeat("}", 300)
	document := write(t, "a.json", `{"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": {}, "x-a": [`+strings.Repeat(chain+",", 99)+chain+`]}`)
	overlay := overlayOf(t, 1, `1`)
	_, found, err := Load(document, WithOverlays(overlay), WithLimits(Limits{Nodes: 40_000}))
	require.NoError(t, err)
	require.Len(t, found, 1)
	assert.Equal(t, "limit", found[0].Class)
	assert.Contains(t, found[0].What, `"$..*" looks at too many values of the document`)
}

// TestOverlayOfPathsThatMultiply: what several descents find many times is found once, and a filter that would look at all of the document for each of
// its values, or at what is in a value again and again, ends before it begins.
func TestOverlayOfPathsThatMultiply(t *testing.T) {
	chain := strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100)
	document := write(t, "a.json", `{"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": {}, "x-a": [`+strings.Repeat(chain+",", 9)+chain+`]}`)
	for target, refused := range map[string]bool{
		"$..*..*":                               true,
		"$..a..a..a":                            true,
		"$[*]..a[*][*,*]":                       false,
		`$..["x-a"]..*`:                         false,
		`$["x-a"][?@..a]`:                       false,
		`$["x-a"][*][?@..a..a..a..a..a]`:        true,
		`$..[?$..a]`:                            true,
		`$..[?@ == $]`:                          false,
		`$..[?$["x-a"] == $["x-a"]]`:            true,
		`$..[?@["..*?$.."] == ",,$*..\"..**$"]`: false,
		`$["x-a"][?@[?@[?@[?@[?@.a]]]]]`:        true,
	} {
		overlay := write(t, "o.json", `{"overlay": "1.0.0", "info": {"title": "o", "version": "1"}, "actions": [{"target": `+strconv.Quote(target)+`, "remove": true}]}`)
		start := time.Now()
		_, found, err := Load(document, WithOverlays(overlay), WithLimits(Limits{Nodes: 20_000}))
		require.NoError(t, err, target)
		assert.Less(t, time.Since(start), 10*time.Second, target)
		limited := len(found) > 0 && found[0].Class == "limit"
		assert.Equal(t, refused, limited, "%s: %v", target, found)
	}
}

// TestOverlayOfManyDescents: four of them in a small document find each value once.
func TestOverlayOfManyDescents(t *testing.T) {
	chain := strings.Repeat(`{"a":`, 30) + "1" + strings.Repeat("}", 30)
	document := write(t, "a.json", `{"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": {}, "x-a": [`+strings.Repeat(chain+",", 99)+chain+`]}`)
	overlay := write(t, "o.json", `{"overlay": "1.0.0", "info": {"title": "o", "version": "1"}, "actions": [{"target": "$..a..a..a..a", "update": {}}]}`)
	start := time.Now()
	_, found, err := Load(document, WithOverlays(overlay))
	require.NoError(t, err)
	assert.Empty(t, found)
	assert.Less(t, time.Since(start), 5*time.Second)
}
