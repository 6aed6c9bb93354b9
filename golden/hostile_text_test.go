package golden

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
)

// hostileDocument is a document with a text wherever a document may have one: name where it names something, text elsewhere.
func hostileDocument(t *testing.T, name, text string) []byte {
	t.Helper()
	type m = map[string]any
	schema := m{
		"type": "string", "description": text, "title": text, "default": text, "example": text, "examples": []any{text},
		"pattern": regexp.QuoteMeta(text) + "|", "x-note": text, "deprecated": true,
	}
	ok := m{"description": text, "headers": m{"X-A": m{"description": text, "schema": schema}}, "content": m{"application/json": m{
		"schema": m{"$ref": "#/components/schemas/Thing"}, "example": m{"a": text}, "examples": m{"one": m{"summary": text, "value": m{"a": text}}},
	}}}
	document := m{
		"openapi": "3.1.0", "info": m{"title": text, "version": text, "description": text, "contact": m{"name": text}, "license": m{"name": text}, "x-note": text},
		"servers": []any{m{"url": "/", "description": text}}, "tags": []any{m{"name": name, "description": text}},
		"paths": m{"/things": m{"summary": text, "get": m{
			"operationId": name, "summary": text, "description": text, "tags": []any{name}, "externalDocs": m{"url": "https://example.com", "description": text},
			"parameters": []any{m{"name": name, "in": "query", "description": text, "schema": schema}}, "responses": m{"200": ok},
			"security": []any{m{name: []any{}}}, "x-note": text,
		}}},
		"components": m{
			"securitySchemes": m{name: m{"type": "apiKey", "in": "header", "name": "X-Key", "description": text}},
			"schemas": m{
				"Thing": m{"type": "object", "description": text, "properties": m{name: schema, "kind": m{"type": "string", "enum": []any{name}}}},
				name:    m{"type": "object", "description": text},
			},
		},
	}
	data, err := json.Marshal(document)
	require.NoError(t, err)
	return data
}

// generated gives the files of a document, nil where it is refused.
func generated(t *testing.T, dir string, data []byte) []generator.File {
	t.Helper()
	path := filepath.Join(dir, "openapi.json")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	api, findings, err := spec.Load(path)
	if err != nil || findings.HasErrors() {
		return nil
	}
	files, more, err := generator.Generate(api, generator.Options{Package: packageName})
	require.NoError(t, err)
	if more.HasErrors() {
		return nil
	}
	return files
}

// comment is what may stand in a comment: nothing that a tool takes for a directive, but for the one that embeds the document.
var comment = regexp.MustCompile(`^//( |\t|$|go:embed openapi\.json$)`)

// patternRule is the name of a rule, which is made from the pattern.
var patternRule = regexp.MustCompile(`^pattern.*Rule\d*$`)

// declared lists what the files declare and import, and finds what no generated package has.
func declared(t *testing.T, files []generator.File) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, f := range files {
		require.Equal(t, filepath.Base(f.Name), f.Name, "a file of the folder itself")
		if !strings.HasSuffix(f.Name, ".go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, group := range file.Comments {
			for _, c := range group.List {
				require.Regexp(t, comment, c.Text)
			}
		}
		for _, i := range file.Imports {
			found["import "+i.Path.Value]++
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				require.NotEqual(t, "init", d.Name.Name)
				if strings.EqualFold(strings.TrimPrefix(d.Name.Name, "Un"), "MarshalJSON") {
					continue // of a struct whose members have names that a tag cannot hold
				}
				found["func "+d.Name.Name]++
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						found["type "+s.Name.Name]++
					case *ast.ValueSpec:
						for _, n := range s.Names {
							found["value "+patternRule.ReplaceAllString(n.Name, "pattern*Rule")]++
						}
					}
				}
			}
		}
	}
	return found
}

// comparePlan generates with a hostile text, as a text and as a name, and holds what is declared against the same document with a harmless
// one.
func comparePlan(t *testing.T, text string) {
	t.Helper()
	dir := t.TempDir()
	plan := declared(t, generated(t, dir, hostileDocument(t, "plain", "plain")))
	require.Greater(t, len(plan), 20)
	if files := generated(t, dir, hostileDocument(t, "plain", text)); files != nil {
		assert.Equal(t, plan, declared(t, files), "a text declares nothing")
	}
	files := generated(t, dir, hostileDocument(t, text, "plain"))
	if files == nil {
		return
	}
	found := declared(t, files)
	total := func(m map[string]int) (n int) {
		for v := range maps.Values(m) {
			n += v
		}
		return n
	}
	assert.LessOrEqual(t, total(found), total(plan), "a name declares what is named, or that is left out")
	for what := range found {
		if strings.HasPrefix(what, "import ") {
			assert.Contains(t, plan, what)
		}
	}
}

var hostileTexts = []string{
	"plain", "*/ func init() { panic(1) } /*", "\n}\nfunc init() {}\n", "`+panic(1)+`", `"+panic(1)+"`, "\nimport \"os\"\n", "//go:build ignore", "\n//go:embed /etc/passwd\n",
	"\r//line x.go:1", "\u2028func init() {}", "\u202e", "\x00", "init", "main", "../../etc/passwd", "a/b", "C", "_", "func", "string", "nil", "1", "é", "\\", "\\\"", "'", "%s%d", "{{.}}",
	"${HOME}", "$(id)", "`", "\"", "\\u0022", "+build ignore", "\n\n+build x\n\n", "DO NOT EDIT.", "\ufeff", "//export X", "#cgo LDFLAGS: -lx", strings.Repeat("a", 5000),
}

// TestHostileTexts tries the texts that somebody would write who means harm.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	for _, text := range hostileTexts {
		t.Run(text[:min(len(text), 20)], func(t *testing.T) {
			t.Parallel()
			comparePlan(t, text)
		})
	}
}

// FuzzHostileText tries whatever the fuzzer finds.
func FuzzHostileText(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip("JSON has no such text")
		}
		comparePlan(t, text)
	})
}
