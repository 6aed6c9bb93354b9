package golden

import (
	"encoding/json"
	"go/ast"
	"go/types"
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
func hostileDocument(t testing.TB, name, text string) []byte {
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

// hostileExtensions is a document with a text wherever an extension, or what is written less often, may have one.
func hostileExtensions(t testing.TB, name, text string) []byte {
	t.Helper()
	type m = map[string]any
	thing := m{"$ref": "#/components/schemas/Thing"}
	operation := func(id string, more m) m {
		op := m{"operationId": id, "deprecated": true, "x-deprecated-reason": text, "responses": m{"204": m{"description": text}}}
		for member, value := range more {
			op[member] = value
		}
		return op
	}
	enum := m{"type": "string", "enum": []any{"a", "b"}, "x-enum-varnames": []any{name, "second"}, "x-enum-descriptions": []any{text, text}}
	stated := func(more m) m {
		more["type"], more["deprecated"], more["x-deprecated-reason"] = "string", true, text
		return more
	}
	answer := m{
		"description": text, "headers": m{name: m{"description": text, "schema": m{"type": "string"}}},
		"content": m{"application/json": m{"schema": thing}, "application/xml": m{"schema": thing}, "text/" + name: m{"schema": m{"type": "string"}}},
		"links":   m{name: m{"operationId": "list", "parameters": m{"q": text}, "description": text, "requestBody": text, "server": m{"url": text}}},
	}
	variant := func(kind string) m {
		return m{"type": "object", "required": []any{"kind"}, "properties": m{"kind": m{"type": "string"}, kind: m{"type": "integer"}}}
	}
	document := m{
		"openapi": "3.1.0", "info": m{"title": "a", "version": "1"}, "x-tornado-note": text,
		"x-tornado-cors": m{"origins": []any{text}, "headers": []any{text}, "methods": []any{text}, "exposed": []any{text}, "maxAge": text},
		"servers":        []any{m{"url": "https://{h}/", "variables": m{"h": m{"default": "a", "enum": []any{"a", name}, "description": text}}}},
		"paths": m{
			"/things": m{
				"post": operation("op", m{
					"x-go-name": name, "x-tornado-limits": m{"body": text, "header": text, "timeout": text}, "x-tornado-async": text,
					"parameters": []any{
						m{"name": "q", "in": "query", "x-go-name": name, "deprecated": true, "x-deprecated-reason": text, "schema": enum},
						m{"name": "X-Q", "in": "header", "schema": m{"type": "string", "x-go-name": text}},
					},
					"requestBody": m{"description": text, "content": m{"application/json": m{"schema": thing}, "text/" + name: m{"schema": m{"type": "string"}}}},
					"responses":   m{"200": answer},
					"callbacks":   m{"told": m{"{$request.body#/nowhere/" + text + "}": m{"post": operation("told", m{"summary": text})}}},
				}),
			},
			"/list": m{"get": operation("list", m{
				"x-tornado-page": m{"style": "cursor", "param": text, "items": text, "next": text, "more": text},
				"parameters":     []any{m{"name": "cursor", "in": "query", "schema": m{"type": "string"}}},
				"responses": m{"200": m{"description": text, "content": m{"application/json": m{"schema": m{
					"type": "object", "properties": m{"items": m{"type": "array", "items": thing}, "next": m{"type": "string"}},
				}}}}},
			})},
			"/stream": m{"get": operation("stream", m{"responses": m{"200": m{"description": text, "content": m{"text/event-stream": m{
				"x-tornado-stream": m{"slow": text, "heartbeat": text, "retry": text, "bytes": text}, "schema": m{"type": "string"},
			}}}}})},
			"/socket": m{"get": operation("socket", m{
				"x-tornado-websocket": m{"receive": m{"type": "string"}, "send": thing, "subprotocols": []any{text}, "origins": []any{text}, "pingInterval": text, "slow": text},
				"responses":           m{"101": m{"description": text}},
			})},
		},
		"webhooks": m{name: m{"post": operation("hook", m{"summary": text, "requestBody": m{"content": m{"application/json": m{"schema": thing}}}})}},
		"components": m{
			"schemas": m{
				"Thing": m{"type": "object", "x-go-name": "Stated", "properties": m{
					"a": stated(m{"x-go-name": name}), "b": enum, "c": stated(m{"x-go-type": text}), "d": stated(m{"x-go-type": "money.Amount", "x-go-type-import": text}),
					"e": stated(m{"x-go-type": "money.Amount", "x-go-type-import": m{"path": text, "name": text}}), "f": m{"$ref": "#/components/schemas/Union"}, "g": m{"const": name},
					"h": stated(m{"format": text, "contentMediaType": text, "contentEncoding": text, "xml": m{"name": text, "namespace": text, "prefix": text}}),
					"i": stated(m{"x-go-type": "netip.Addr", "x-go-type-import": m{"path": "net/netip", "name": name}}),
				}},
				"Union": m{"oneOf": []any{m{"$ref": "#/components/schemas/X"}, m{"$ref": "#/components/schemas/Y"}}, "discriminator": m{
					"propertyName": "kind", "mapping": m{text: "#/components/schemas/X", "y": "#/components/schemas/Y"},
				}},
				"X": variant("x"), "Y": variant("y"),
			},
		},
	}
	data, err := json.Marshal(document)
	require.NoError(t, err)
	return data
}

// generated gives the files of a document, nil where it is refused.
func generated(t testing.TB, opts generator.Options, data []byte) []generator.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "openapi.json")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	api, findings, err := spec.Load(path)
	if err != nil || findings.HasErrors() {
		return nil
	}
	files, more, err := generator.Generate(api, opts)
	require.NoError(t, err)
	if more.HasErrors() {
		return nil
	}
	return files
}

// comment is what may stand in a comment: nothing that a tool takes for a directive, but for the one that embeds the document.
var comment = regexp.MustCompile(`^//( |\t|$|go:embed openapi\.json$)`)

// patternRule is the name of a rule, which is made from the pattern, and statedSchema that of what a type by x-go-type is held against, after
// the first property that has such a type.
var (
	patternRule  = regexp.MustCompile(`^pattern.*Rule\d*$`)
	statedSchema = regexp.MustCompile(`^stated.Schema$`)
)

// declarations are what files import and declare, by what it is and its name: functions with the types of their receivers, types, their
// fields and methods, variables and constants.
type declarations map[string]int

// declared lists what the files declare, and finds what no generated package has. The types of all of it are right.
func declared(t testing.TB, check *checker, files []generator.File) declarations {
	t.Helper()
	found := declarations{}
	for _, file := range check.check(t, files) {
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
				found["func "+receiver(d)+d.Name.Name]++
			case *ast.GenDecl:
				for _, s := range d.Specs {
					found.add(s)
				}
			}
		}
	}
	return found
}

// add lists what stands in a declaration of types, variables or constants.
func (found declarations) add(s ast.Spec) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		found["type "+s.Name.Name]++
		ast.Inspect(s.Type, func(n ast.Node) bool {
			if field, is := n.(*ast.Field); is {
				for _, name := range field.Names {
					found["member "+s.Name.Name+"."+name.Name]++
				}
				if len(field.Names) == 0 {
					found["member "+s.Name.Name+"."+types.ExprString(field.Type)]++
				}
			}
			return true
		})
	case *ast.ValueSpec:
		for _, n := range s.Names {
			found["value "+statedSchema.ReplaceAllString(patternRule.ReplaceAllString(n.Name, "pattern*Rule"), "stated*Schema")]++
		}
	}
}

// receiver is the type that a method is of, with a dot.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	return types.ExprString(d.Recv.List[0].Type) + "."
}

// kinds counts declarations by what they are: of imports, by their paths.
func (found declarations) kinds() map[string]int {
	kinds := map[string]int{}
	for what, n := range found {
		kind, _, _ := strings.Cut(what, " ")
		if kind == "func" && strings.Contains(what, ".") {
			kind = "method"
		}
		if kind == "import" {
			kind = what
		}
		kinds[kind] += n
	}
	return kinds
}

// hostile makes a document of a name and a text.
type hostile func(t testing.TB, name, text string) []byte

// plan is what is declared for a document whose names and texts are harmless.
type plan struct {
	document hostile
	declared declarations
}

func harmless(t testing.TB, check *checker) map[string]plan {
	t.Helper()
	plans := map[string]plan{}
	for what, document := range map[string]hostile{"texts": hostileDocument, "extensions": hostileExtensions} {
		plans[what] = plan{document, declared(t, check, generated(t, check.options(), document(t, "plain", "plain")))}
		require.Greater(t, len(plans[what].declared), 20)
	}
	return plans
}

// comparePlans generates with a hostile text, as a text and as a name, and holds what is declared against the plan.
func comparePlans(t *testing.T, check *checker, plans map[string]plan, text string) {
	t.Helper()
	if generator.IsGoType(text) && strings.Contains(text, ".") {
		t.Skip("x-go-type names a type of another package, and that is imported")
	}
	for what, plan := range plans {
		if files := generated(t, check.options(), plan.document(t, "plain", text)); files != nil {
			assert.Equal(t, plan.declared, declared(t, check, files), "%s: a text declares nothing", what)
		}
		files := generated(t, check.options(), plan.document(t, text, "plain"))
		if files == nil {
			continue
		}
		planned := plan.declared.kinds()
		for kind, n := range declared(t, check, files).kinds() {
			assert.LessOrEqual(t, n, planned[kind], "%s: a name declares what is named, or that is left out: %s", what, kind)
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
	check, err := compiled()
	require.NoError(t, err)
	plans := harmless(t, check)
	for _, text := range hostileTexts {
		t.Run(text[:min(len(text), 20)], func(t *testing.T) {
			t.Parallel()
			comparePlans(t, check, plans, text)
		})
	}
}

// FuzzHostileText tries whatever the fuzzer finds.
func FuzzHostileText(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	check, err := compiled()
	require.NoError(f, err)
	plans := harmless(f, check)
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip("JSON has no such text")
		}
		comparePlans(t, check, plans, text)
	})
}
