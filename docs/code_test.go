package docs_test

import (
	"encoding/json"
	"go/ast"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/tornadogen/tornadogen/docs/internal/code"
	"github.com/tornadogen/tornadogen/docs/internal/page"
)

// The documents that the guide speaks of, by the names of their packages, each made of these files.
//
// The context of a page, testdata/context/PAGE.go, may begin with lines that say more. "// document: chatapi" names the document that the
// page adds to or changes by its blocks of YAML, api otherwise, and behind it the file that it is made of on this page. "// with: shop auth" names
// other files of surroundings.
var documents = map[string][]string{
	"petapi":  {"../examples/petstore/openapi.yaml", "testdata/petapi.yaml"},
	"chatapi": {"../examples/chat/openapi.yaml"},
	"api":     {"testdata/api.yaml"},
}

var shared = sync.OnceValues(func() (*code.Checker, error) { return code.NewChecker("internal/code/imports.go") })

// TestCode compiles every block of Go of the guide, and reads every one of YAML and of JSON. CONTRIBUTING.md says how a block tells what it
// belongs to.
func TestCode(t *testing.T) {
	checker, err := shared()
	require.NoError(t, err)
	require.NoError(t, checker.Source("money", "testdata/money.go"))
	for _, name := range pages(t) {
		p, err := page.Read("..", name)
		require.NoError(t, err)
		t.Run(name, func(t *testing.T) { checkPage(t, checker, p) })
	}
}

// pages lists what is written for users, below the root of the project.
func pages(t *testing.T) []string {
	t.Helper()
	all := []string{"README.md", "CONTRIBUTING.md", "SECURITY.md"}
	for _, below := range []string{"docs/*.md", "docs/guide/*.md", "docs/reference/*.md", "examples/*/README.md"} {
		found, err := filepath.Glob("../" + below)
		require.NoError(t, err)
		for _, f := range found {
			all = append(all, strings.TrimPrefix(filepath.ToSlash(f), "../"))
		}
	}
	return all
}

// surroundings are what the blocks of a page stand in.
type surroundings struct {
	checker   *code.Checker
	page      *page.Page
	context   []string // files
	name      string   // of the document that the page adds to
	document  *code.Document
	generated []*ast.File // of that document as it is now
}

func checkPage(t *testing.T, checker *code.Checker, p *page.Page) {
	s := &surroundings{checker: checker, page: p, context: []string{"testdata/context/common.go"}, name: "api"}
	documents := maps.Clone(documents)
	if own := "testdata/context/" + strings.TrimSuffix(path.Base(p.Path), ".md") + ".go"; exists(own) {
		s.context = append(s.context, own)
		text, err := os.ReadFile(own)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			switch words := strings.Fields(line); {
			case strings.HasPrefix(line, "// document: "):
				s.name = words[2]
				if len(words) > 3 {
					documents[s.name] = words[3:]
				}
			case strings.HasPrefix(line, "// with: "):
				for _, name := range words[2:] {
					s.context = append(s.context, "testdata/context/"+name+".go")
				}
			}
		}
	}
	for _, b := range p.Blocks { // only those pages that have code cost something
		if b.Language == "go" || b.Language == "yaml" {
			for name := range documents {
				s.begin(t, name, documents[name])
			}
			break
		}
	}
	for _, b := range p.Blocks {
		s.check(t, b)
	}
}

// begin makes the package of a document as it is before the page says anything.
func (s *surroundings) begin(t *testing.T, name string, parts []string) {
	document, err := code.NewDocument(nil)
	require.NoError(t, err)
	for _, file := range parts {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		part := map[string]any{}
		require.NoError(t, yaml.Unmarshal(text, &part), file)
		require.NoError(t, document.Put(part, ""), file)
	}
	if name == s.name {
		s.document = document
	}
	s.generate(t, name, document, 0)
}

func (s *surroundings) generate(t *testing.T, name string, document *code.Document, line int, overlays ...string) {
	text, err := document.Text()
	require.NoError(t, err)
	files, err := s.checker.Generate(name, text, overlays...)
	if err != nil {
		t.Errorf("%s:%d: %v", s.page.Path, line, err)
		return
	}
	if name == s.name {
		s.generated = files
	}
}

// check holds one block against what it says it is.
func (s *surroundings) check(t *testing.T, b page.Block) {
	if reason, ok := strings.CutPrefix(b.Note, "not compiled"); ok {
		require.NotEmpty(t, strings.Trim(reason, ": "), "%s:%d: why is it not compiled?", s.page.Path, b.Line)
		return
	}
	var err error
	switch b.Language {
	case "go":
		if b.Note == "generated" {
			err = s.checker.Generated(s.page.Path, b.Line, b.Text, s.generated)
		} else {
			err = s.checker.Go(s.page.Path, b.Line, b.Text, s.context...)
		}
	case "yaml":
		s.yaml(t, b)
	case "json":
		var v any
		err = json.Unmarshal([]byte(b.Text), &v)
	case "", "text", "sh", "console", "ini", "dockerfile":
	default:
		t.Errorf("%s:%d: nothing checks blocks of %q", s.page.Path, b.Line, b.Language)
	}
	if err != nil {
		t.Errorf("%s:%d: does not compile; the files of testdata/context say what surrounds it:\n%v", s.page.Path, b.Line, err)
	}
}

// yaml reads a block of YAML: settings, an overlay of the page's document, a part of that document, or what others read.
func (s *surroundings) yaml(t *testing.T, b page.Block) {
	block := map[string]any{}
	dec := yaml.NewDecoder(strings.NewReader(b.Text))
	require.NoError(t, dec.Decode(&block), "%s:%d", s.page.Path, b.Line)
	at, pointed := strings.CutPrefix(b.Note, "at ")
	switch {
	case block["apiVersion"] != nil, b.Note == "of others": // their words are not ours
	case block["overlay"] != nil:
		overlay := filepath.Join(t.TempDir(), "overlay.yaml")
		require.NoError(t, os.WriteFile(overlay, []byte(b.Text), 0o600))
		s.generate(t, s.name, s.document, b.Line, overlay)
	case !pointed && settings(t, block):
	default:
		require.NoError(t, s.document.Put(block, at), "%s:%d", s.page.Path, b.Line)
		s.generate(t, s.name, s.document, b.Line)
	}
}

// settings reports whether all keys of a block are those of tornadogen.yaml.
func settings(t *testing.T, block map[string]any) bool {
	text, err := os.ReadFile("reference/tornadogen.schema.json")
	require.NoError(t, err)
	var schema struct{ Properties map[string]any }
	require.NoError(t, json.Unmarshal(text, &schema))
	for key := range block {
		if schema.Properties[key] == nil {
			return false
		}
	}
	return true
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// TestCodeFails shows that what does not compile is found, at its line.
func TestCodeFails(t *testing.T) {
	checker, err := shared()
	require.NoError(t, err)
	for text, want := range map[string]string{
		"x := tornado.Nowhere()":                               "p.md:7: undefined: tornado.Nowhere",
		"func f() error {\n\ttornado.Listen(\"tcp\", \"\")\n}": "p.md:9: missing return",
		"import \"example.com/away\"\n\nvar _ = away.X":        "away is not among those that the guide imports",
		"return nil, unknown":                                  "p.md:7: undefined: unknown",
		"if {":                                                 "p.md:7: missing condition",
	} {
		require.ErrorContains(t, checker.Go("p.md", 7, text), want, text)
	}
	for _, text := range []string{
		"listener, err := tornado.Listen(\"tcp\", \"\")", "type a struct {\n\t...\n}", "func f() int {\n\t...\n}", "tornado.Limits{Queue: 1}", "F() error",
		"x, err := os.Open(\"x\")\nif err != nil {\n\treturn nil, err\n}", "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println() }",
	} {
		require.NoError(t, checker.Go("p.md", 7, text), text)
	}

	document, err := os.ReadFile("testdata/api.yaml")
	require.NoError(t, err)
	files, err := checker.Generate("shown", document)
	require.NoError(t, err)
	require.NoError(t, checker.Generated("p.md", 7, "type Pet struct {\n\tName string `json:\"name\"`\n\t...\n}", files))
	require.NoError(t, checker.Generated("p.md", 7, "type Pet struct {\n\tName string\n}", files))
	require.ErrorContains(t, checker.Generated("p.md", 7, "type Pet struct {\n\tName int\n}", files), "p.md:8: Pet.Name is generated as")
	require.ErrorContains(t, checker.Generated("p.md", 7, "type Dog struct{}", files), "p.md:7: Dog is not generated")
	_, err = checker.Generate("broken", []byte("openapi: 3.1.0\ninfo: { title: A, version: \"1\" }\npaths: { /a: { get: {} } }\n"))
	require.ErrorContains(t, err, "the operation has no responses")
}
