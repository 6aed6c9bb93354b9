package spec

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// loadText reads a document that stands in no file.
func loadText(t interface{ Fatal(...any) }, text string) (*API, Diagnostics) {
	folder, err := openFolder(".")
	if err != nil {
		t.Fatal(err)
	}
	defer folder.close()
	r := newReader(config{limits: Limits{}.withDefaults()}, folder)
	r.dir, r.userDir = folder.dir, "."
	return r.load(newFile("openapi.json", "openapi.json", filepath.Join(folder.dir, "openapi.json"), []byte(text)))
}

// loadPath reads a document with one operation, whose path parameters are named.
func loadPath(t interface{ Fatal(...any) }, path string, names ...string) (*API, Diagnostics) {
	params := []map[string]any{}
	for _, name := range names {
		params = append(params, map[string]any{"name": name, "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
	}
	op := map[string]any{"parameters": params, "responses": map[string]any{"204": map[string]any{"description": "Done."}}}
	text, err := json.Marshal(map[string]any{
		"openapi": "3.1.0", "info": map[string]any{"title": "T", "version": "1"},
		"paths": map[string]any{path: map[string]any{"get": op}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return loadText(t, string(text))
}

var braced = regexp.MustCompile(`\{([^{}/]*)\}`)

// Whatever stands in a path, its parameters are the variables that a router finds in it, and one at most takes several segments.
func TestVariablesAreThoseOfTheRouter(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{
		"{", "}", "/", "//", "a", "id", "{id}", "{a}", "{}", "{id", "id}", "{{id}}", "{id:", "[0-9]+", "{2,3}", "{a/b}", "{+a}", "{a*}", "{b...}", "...", "*", ":id", "/:id/",
		"/<int:id>", "{?a,b}", "{/a,b}", "{.id}", "{;a}", "{a,b}", " ", "\\", "{ id }", "{#a}", "<", "=", "{...}", ".", "{a<x>}", "{b=x/*}", "{id:int?}",
	})
	rapid.Check(t, func(t *rapid.T) {
		path := "/" + strings.Join(rapid.SliceOfN(piece, 1, 8).Draw(t, "path"), "")
		names := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"id", "a", "b", "a/b", "a*", "b...", "id:int?"}), rapid.ID[string]).Draw(t, "names")
		requireVariables(t, path, names...)
	})
}

// What such paths were read as once had variables that were no parameters, or the other way round.
func TestVariablesOfOddPaths(t *testing.T) {
	t.Parallel()
	requireVariables(t, "/{}", "b...")
	requireVariables(t, "/{{#a}id}")
}

// fatalTest is a test of Go's or of rapid's.
type fatalTest interface {
	require.TestingT
	Fatal(args ...any)
}

// requireVariables holds what a path is read as against its parameters.
func requireVariables(t fatalTest, path string, names ...string) {
	api, diags := loadPath(t, path, names...)
	require.NotNil(t, api, diags)
	op := api.Operations[0]
	var found []string
	several := 0
	for _, m := range braced.FindAllStringSubmatch(op.Path, -1) {
		name := m[1]
		if short := strings.TrimSuffix(name, "..."); short != name && short != "" {
			name = short
			several++
		}
		if !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	var params []string
	for _, p := range op.Parameters {
		if p.In == InPath {
			params = append(params, p.Name)
		}
	}
	require.Equal(t, found, params, "%s read as %s", path, op.Path)
	require.LessOrEqual(t, several, 1, op.Path)
}

func TestConverters(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]struct {
		path, schema string
	}{
		"/{id:int}":               {"/{id}", "integer"},
		"/{id:int:min(1)}":        {"/{id}", "integer"},
		"/{id:guid?}":             {"/{id}", "string uuid"},
		"/{a:bool}/{b:decimal}":   {"/{a}/{b}", "boolean number"},
		"/{name:minlength(4)}":    {"/{name}", "string"},
		"/{name:regex(^a+$)}":     {"/{name}", "string ^(?:a+)$"},
		"/{name:3}":               {"/{name}", "string"},
		"/{name:en|fr}":           {"/{name}", "string ^(?:en|fr)$"},
		"/{name=index}":           {"/{name}", "string"},
		"/{name=things/**}":       {"/{name...}", "string ^(?:things/.+)$"},
		`/{price:a\$}`:            {"/{price}", `string ^(?:a\$)$`},
		`/{path:a\\$}`:            {"/{path}", `string ^(?:a\\)$`},
		"/{file:[^.]+}.json":      {"/{file...}.json", "string ^(?:[^.]+)$"},
		"/{slug:(?=a).+}":         {"/{slug}", "string ^(?:(?=a).+)$"},
		"/{a,b}":                  {"/{a},{b}", "string string"},
		"/x{/a,b}":                {"/x/{a}/{b}", "string string"},
		"/x{.a,b}":                {"/x.{a}.{b}", "string string"},
		"/x{;a,b}":                {"/x;a={a};b={b}", "string string"},
		"/{p+}/{q+}":              {"/{p...}/{q}", "string string"},
		"/{p}-{q+}":               {"/{p}-{q}", "string string"},
		"/{{#a}id}":               {"/%7Bid%7D", ""}, // the first brace and the last one are no pair
		"/{id:[a-z]{1,2}}{x:\\d}": {"/{id}{x}", `string ^(?:[a-z]{1,2})$ string ^(?:\d)$`},
	} {
		api, diags := loadPath(t, path)
		require.NotNil(t, api, diags)
		var schemas []string
		for _, p := range api.Operations[0].Parameters {
			schemas = append(schemas, strings.Join(slices.DeleteFunc([]string{p.Schema.Types[0], p.Schema.Format, p.Schema.Pattern},
				func(s string) bool { return s == "" }), " "))
		}
		assert.Equal(t, want.path, api.Operations[0].Path, path)
		assert.Equal(t, want.schema, strings.Join(schemas, " "), path)
	}
}

// Paths are of one shape where a router, which decodes them, finds the same.
func TestPathsOfOneShape(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first, second string
		same          bool
	}{
		"letters":          {"/a%62c", "/abc", true},
		"of hex":           {"/%c3%a9/{a}", "/é/{b}", true},
		"a brace":          {"/{a}%7b", "/{b}{", true},
		"a slash":          {"/a%2fb", "/a%2Fb", true},
		"none that divide": {"/a%2Fb", "/a/b", false},
		"no variable":      {"/%7B%7D", "/{a}", false},
		"a percent sign":   {"/50%25", "/50%", true},
		"encoded twice":    {"/%2541", "/A", false},
		"several segments": {"/{a}", "/{b...}", false},
	} {
		api, diags := loadText(t, `{"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {
			"`+c.first+`": {"get": {"responses": {}}}, "`+c.second+`": {"get": {"responses": {}}}}}`)
		require.NotNil(t, api, "%s: %v", name, diags)
		require.Len(t, api.Operations, 2)
		assert.Equal(t, c.same, api.Operations[1].Twin != nil, name)
	}
}

// Paths that are made to cost much: nothing of them grows faster than they do.
func TestPathsThatCostMuch(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"{", "}", "/:id", "/id}", "/{id", "/{}", "{?a}", "{{id}}", "/<id>", "/a", "/{id}", "{id:{", "//", "/{b*}", "{#", "/{a/b}"} {
		start := time.Now()
		_, diags := loadPath(t, "/"+strings.Repeat(piece, 100_000/len(piece)), "id", "a/b")
		assert.Less(t, time.Since(start), 10*time.Second, piece)
		assert.Less(t, len(diags), 400, piece)
	}
}
