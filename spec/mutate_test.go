package spec

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// replacements stand in for any value of a document.
var replacements = []string{"null", "true", "-1.5", `"text"`, "[]", "{}", `[[null]]`, `{"a":{"a":0}}`, `{"$ref":"#/paths"}`, `{"$ref":"#/components/schemas/Pet"}`}

// Whatever stands in the place of any value of a document, Load comes back with a model or a refusal, and what it could repair
// is sound to kin-openapi.
func TestAnyValueAnywhere(t *testing.T) {
	dirs, err := filepath.Glob("testdata/cases/*/openapi.*")
	require.NoError(t, err)
	rapid.Check(t, func(rt *rapid.T) {
		data, err := os.ReadFile(rapid.SampledFrom(dirs).Draw(rt, "document"))
		require.NoError(rt, err)
		f := newFile("a", "a", "", data)
		r := newReader(config{limits: Limits{}.withDefaults()}, &folder{})
		require.True(rt, r.parse(f))
		root := f.root
		var all []*node
		for todo := []*node{root}; len(todo) > 0; todo = todo[1:] {
			todo = append(todo, todo[0].kids...)
			all = append(all, todo[0].kids...)
		}
		for range rapid.IntRange(1, 3).Draw(rt, "changes") {
			at := rapid.SampledFrom(all).Draw(rt, "place")
			text := rapid.SampledFrom(replacements).Draw(rt, "value")
			other, _ := scanJSON(newFile("b", "b", "", []byte(text)), newBudget())
			at.shape, at.text, at.kids = other.shape, other.text, other.kids
		}
		text := root.appendJSON(nil)
		r = newReader(config{limits: Limits{}.withDefaults()}, &folder{})
		api, diags := r.load(newFile("a.json", "a.json", "", text))
		if (api == nil) != diags.HasErrors() {
			rt.Fatalf("neither refused nor read: %s", text)
		}
		for _, d := range diags {
			if d.Class == "structure" {
				rt.Fatalf("%s\n%s", d.Text(), text)
			}
		}
	})
}
