package spec

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
		text := mutated(rt, rapid.SampledFrom(dirs).Draw(rt, "document"), replacements)
		r := newReader(config{limits: Limits{}.withDefaults()}, &folder{})
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

// mutated reads a file and replaces a few of its values by some of those given.
func mutated(t *rapid.T, path string, values []string) []byte {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	f := newFile("a", "a", "", data)
	r := newReader(config{limits: Limits{}.withDefaults()}, &folder{})
	require.True(t, r.parse(f))
	var all []*node
	for todo := []*node{f.root}; len(todo) > 0; todo = todo[1:] {
		todo = append(todo, todo[0].kids...)
		all = append(all, todo[0].kids...)
	}
	for range rapid.IntRange(0, 3).Draw(t, "changes") {
		at := all[rapid.IntRange(0, len(all)-1).Draw(t, "place")]
		text := rapid.SampledFrom(values).Draw(t, "value")
		other, _ := scanJSON(newFile("b", "b", "", []byte(text)), newBudget())
		at.shape, at.text, at.kids = other.shape, other.text, other.kids
	}
	return f.root.appendJSON(nil)
}

// Whatever stands in the files of a document, its bundle is a document that gives the same operations.
func TestBundleOfAnything(t *testing.T) {
	dir := t.TempDir()
	// Without references into paths: what is a schema in one place and a path item in another has no one place in a bundle.
	values := slices.DeleteFunc(slices.Clone(replacements), func(s string) bool { return strings.Contains(s, "#/paths") })
	files := []string{"openapi.yaml", "paths/pets.yaml", "paths/owners.json", "schemas/pet.yaml", "schemas/owner.yaml", "schemas/common.yaml"}
	for _, sub := range []string{"paths", "schemas"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, sub), 0o700))
	}
	rapid.Check(t, func(rt *rapid.T) {
		for _, name := range files {
			require.NoError(rt, os.WriteFile(filepath.Join(dir, name), mutated(rt, filepath.Join("testdata/cases/files", name), values), 0o600))
		}
		api, _, err := Load(filepath.Join(dir, "openapi.yaml"))
		require.NoError(rt, err)
		if api == nil {
			return
		}
		require.True(rt, json.Valid(api.Source), string(api.Source))
		bundle := filepath.Join(dir, "bundle.json")
		require.NoError(rt, os.WriteFile(bundle, api.Source, 0o600))
		again, diags, err := Load(bundle)
		require.NoError(rt, err)
		require.NotNil(rt, again, diags.Text())
		require.Len(rt, again.Operations, len(api.Operations), string(api.Source))
	})
}
