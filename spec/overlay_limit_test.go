package spec

import (
	"strings"
	"testing"

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
	assert.Contains(t, found[0].What, `"$..*" looks at every value of the document`)
}
