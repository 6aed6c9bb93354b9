package generator_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// packageOf generates the package of a document, as its files by name.
func packageOf(t require.TestingT, path string) map[string][]byte {
	api, diagnostics, err := spec.Load(path)
	require.NoError(t, err)
	if diagnostics.HasErrors() {
		return nil
	}
	files, _, err := generator.Generate(api, generator.Options{Package: "api"})
	require.NoError(t, err)
	out := make(map[string][]byte)
	for _, f := range files {
		if strings.HasSuffix(f.Name, ".go") {
			out[f.Name] = f.Data
		}
	}
	return out
}

// names draws names that have to become identifiers: of any script, keywords, those that generated code has itself, and those
// that try to end a comment, a string or a line.
func names() *rapid.Generator[string] {
	awkward := []string{
		"", "type", "func", "string", "error", "nil", "init", "main", "tornado", "client", "context", "tls", "http", "Handler", "New",
		"Client", "NewClient", "Document", "Operations", "Authenticator", "UnimplementedHandler", "UnknownValue", "DefaultHandler",
		"decode", "Extra", "Value", "Body", "Status", "StatusCode", "Error", "Request", "DecodeJSON", "MarshalJSON", "isAnimal",
		"caf\u00e9", "cafe\u0301", "\u202eevil", "\U0001F600", "nul\x00", "\ufeff", "*/", "//go:embed x", "`", "\"", "\n", "a b", "a-b",
		"a_b", "aB", "AB", "1", "-1", "\u01c5", "\u03d3", "\u5ba0\u7269", "_", "$ref", "x", "req", "v", "d", "in", "ok",
	}
	return rapid.OneOf(rapid.SampledFrom(awkward), rapid.SampledFrom(awkward), rapid.StringN(0, 8, -1))
}

type object = map[string]any

// drawDocument draws a document in which everything that has a name has an awkward one.
func drawDocument(t *rapid.T) []byte {
	name := names()
	schema := func(label string) any {
		properties := object{}
		for _, n := range rapid.SliceOfN(name, 0, 4).Draw(t, label) {
			properties[n] = rapid.SampledFrom([]any{
				object{"type": "string"},
				object{"type": "integer", "default": 5},
				object{"type": "array", "items": object{"type": "string"}},
				object{"type": "object", "properties": object{n: object{"type": "boolean"}}},
				object{"type": "string", "enum": rapid.SliceOfNDistinct(name, 1, 4, rapid.ID[string]).Draw(t, "enum")},
				object{"oneOf": []any{object{"type": "string"}, object{"type": "integer"}}},
			}).Draw(t, "property")
		}
		return object{"type": "object", "properties": properties, "additionalProperties": rapid.SampledFrom([]any{true, false, object{"type": "integer"}}).Draw(t, "extra")}
	}
	schemas, schemes, paths := object{}, object{}, object{}
	for _, n := range rapid.SliceOfN(name, 0, 4).Draw(t, "schemas") {
		schemas[n] = schema("properties")
	}
	for _, n := range rapid.SliceOfN(name, 0, 3).Draw(t, "schemes") {
		schemes[n] = rapid.SampledFrom([]any{
			object{"type": "http", "scheme": "bearer"}, object{"type": "apiKey", "in": "header", "name": n}, object{"type": "mutualTLS"},
		}).Draw(t, "scheme")
	}
	for i, n := range rapid.SliceOfN(name, 1, 4).Draw(t, "operations") {
		var parameters []any
		for _, p := range rapid.SliceOfN(name, 0, 3).Draw(t, "parameters") {
			parameters = append(parameters, object{"name": p, "in": rapid.SampledFrom([]string{"query", "header", "cookie"}).Draw(t, "in"), "schema": schema("members")})
		}
		var security []any
		for s := range schemes {
			security = append(security, object{s: []string{n}})
		}
		response := object{
			"description": n, "headers": object{"X-" + strconv.Itoa(i): object{"schema": object{"type": "string"}}},
			"content": object{"application/json": object{"schema": schema("answer")}},
		}
		paths["/"+strconv.Itoa(i)+"/"+strings.Map(plainPath, n)] = object{"post": object{
			"operationId": n, "tags": []string{name.Draw(t, "tag")}, "summary": n, "description": n, "parameters": parameters, "security": security,
			"requestBody": object{"content": object{"application/json": object{"schema": schema("body")}}},
			"responses":   object{"200": response, "404": response, "default": object{"description": n}},
		}}
	}
	data, err := json.Marshal(object{
		"openapi": "3.1.0", "info": object{"title": name.Draw(t, "title"), "version": "1"}, "paths": paths,
		"components": object{"schemas": schemas, "securitySchemes": schemes},
	})
	require.NoError(t, err)
	return data
}

func plainPath(r rune) rune {
	if strings.ContainsRune("{}?#/\x00\n", r) {
		return '-'
	}
	return r
}

// exports finds the compiled packages that generated code imports.
func exports(t *testing.T) types.Importer {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export", "../runtime", "../runtime/client", "../runtime/ecmaregex", "iter", "maps", "embed")
	out, err := cmd.Output()
	require.NoError(t, err)
	files := make(map[string]string)
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ ImportPath, Export string }
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		}
		files[p.ImportPath] = p.Export
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(files[path]) })
}

// TestAnyNameCompiles generates packages of documents with awkward names, and has the compiler's checker look at them.
func TestAnyNameCompiles(t *testing.T) {
	imports := exports(t)
	path := filepath.Join(t.TempDir(), "openapi.json")
	rapid.Check(t, func(t *rapid.T) {
		require.NoError(t, os.WriteFile(path, drawDocument(t), 0o600))
		requireCompiles(t, imports, path)
	})
}

// TestWideUnionCompiles generates a union whose members need more names than a word has bits.
func TestWideUnionCompiles(t *testing.T) {
	var members []any
	for i := range 70 {
		name := "m" + strconv.Itoa(i)
		properties := object{name: object{"type": "string"}, "n": object{"type": "integer", "minimum": i}}
		members = append(members, object{"type": "object", "required": []any{name, "n"}, "properties": properties})
	}
	data, err := json.Marshal(object{
		"openapi": "3.1.0", "info": object{"title": "Wide", "version": "1"}, "paths": object{},
		"components": object{"schemas": object{"Wide": object{"anyOf": members}}},
	})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "openapi.json")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	requireCompiles(t, exports(t), path)
}

// requireCompiles has the compiler's checker look at the package of a document.
func requireCompiles(t require.TestingT, imports types.Importer, path string) {
	fset := token.NewFileSet()
	var files []*ast.File
	for name, data := range packageOf(t, path) {
		f, err := parser.ParseFile(fset, name, data, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, f)
	}
	require.NotEmpty(t, files, "the document is refused")
	config := types.Config{Importer: imports}
	_, err := config.Check("api", fset, files, nil)
	require.NoError(t, err)
}

// declarations are the exported declarations of a package, methods included, as they are printed without comments.
func declarations(t *testing.T, pkg map[string][]byte) map[string]string {
	t.Helper()
	out := make(map[string]string)
	fset := token.NewFileSet()
	add := func(name string, node any) {
		var b bytes.Buffer
		require.NoError(t, format.Node(&b, fset, node))
		out[name] = b.String()
	}
	for name, data := range pkg {
		f, err := parser.ParseFile(fset, name, data, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range f.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() {
					key := d.Name.Name
					if d.Recv != nil {
						key = types.ExprString(d.Recv.List[0].Type) + "." + key
					}
					d.Body = nil
					add(key, d)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						if s.Name.IsExported() {
							add(s.Name.Name, s)
						}
					case *ast.ValueSpec:
						if s.Names[0].IsExported() {
							add(s.Names[0].Name, s)
						}
					}
				}
			}
		}
	}
	return out
}

// named is the declaration of a name. That of an alias, which an error gets once others are like it, is what it stands for.
func named(declared map[string]string, name string) string {
	recv, method, _ := strings.Cut(name, ".")
	target, alias := strings.CutPrefix(declared[recv], recv+" = ")
	if !alias {
		return declared[name]
	}
	return strings.Replace(declared[strings.TrimSuffix(target+"."+method, ".")], target, recv, 1)
}

// unchanged asks of a declaration that it is still there; an interface may have got more methods.
func unchanged(t *testing.T, name, before, after string) {
	t.Helper()
	if !strings.Contains(before, "interface {") {
		require.Equal(t, before, after, name)
		return
	}
	lines := strings.Split(after, "\n")
	for line := range strings.SplitSeq(before, "\n") {
		require.Contains(t, lines, line, name)
	}
}

// TestAppendingRenamesNothing puts operations and schemas that want names of the document at its end. All that was there stays
// as it was. Beside the golden documents it takes the smaller ones of the folder dev of CORPUS.
func TestAppendingRenamesNothing(t *testing.T) {
	paths, err := filepath.Glob("../golden/*/openapi.yaml")
	require.NoError(t, err)
	paths = append(paths, "../examples/petstore/openapi.yaml")
	if corpus := os.Getenv("CORPUS"); corpus != "" {
		more, err := filepath.Glob(filepath.Join(corpus, "dev", "*", "openapi.*"))
		require.NoError(t, err)
		for _, path := range more {
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() < 100_000 {
				paths = append(paths, path)
			}
		}
	}
	for _, path := range paths {
		t.Run(filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path), func(t *testing.T) {
			before := declarations(t, packageOf(t, path))
			appended := appendOperations(t, path, before)
			if appended == "" {
				return
			}
			after := declarations(t, packageOf(t, appended))
			for name := range before {
				unchanged(t, name, named(before, name), named(after, name))
			}
		})
	}
}

// appendOperations writes a copy of a document with more operations at its end, and returns where it is.
func appendOperations(t *testing.T, path string, taken map[string]string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var doc yaml.Node
	if yaml.Unmarshal(data, &doc) != nil || len(doc.Content) == 0 {
		return ""
	}
	root := doc.Content[0]
	at := slices.IndexFunc(root.Content, func(n *yaml.Node) bool { return n.Value == "paths" })
	if at < 0 || root.Content[at+1].Kind != yaml.MappingNode || len(root.Content[at+1].Content) == 0 {
		return ""
	}
	wanted := []string{"Webhook", "Callback", "NewWebhooks"}
	for name := range taken {
		if !strings.Contains(name, ".") {
			wanted = append(wanted, name)
		}
	}
	slices.Sort(wanted)
	const most = 60
	for i, name := range wanted[:min(len(wanted), most)] {
		body := object{"content": object{"application/json": object{"schema": object{
			"type": "object", "properties": object{"request": object{"type": "object", "properties": object{"handler": object{"enum": []string{"a", "b"}}}}},
		}}}, "description": "More."}
		for _, suffix := range []string{"Request", "Handler", "OK", "NotFound", "Body", "Response"} {
			name = strings.TrimSuffix(name, suffix)
		}
		op := object{"operationId": name, "tags": []string{name}, "requestBody": body, "responses": object{"200": body, "404": body}}
		var key, value yaml.Node
		key.SetString("/appended/" + strconv.Itoa(i))
		require.NoError(t, value.Encode(object{"post": op}))
		root.Content[at+1].Content = append(root.Content[at+1].Content, &key, &value)
	}
	appendSchemas(t, root, taken)
	folder := t.TempDir()
	if os.Getenv("CORPUS") == "" || !strings.HasPrefix(path, os.Getenv("CORPUS")) {
		require.NoError(t, os.CopyFS(folder, os.DirFS(filepath.Dir(path)))) // the files that it refers to
	}
	out, err := yaml.Marshal(&doc)
	require.NoError(t, err)
	target := filepath.Join(folder, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))+"-appended.yaml")
	require.NoError(t, os.WriteFile(target, out, 0o600))
	return target
}

// appendSchemas puts schemas behind those of components that give the same Go names, unless what they get is that of a type in place.
func appendSchemas(t *testing.T, root *yaml.Node, taken map[string]string) {
	t.Helper()
	at := root
	for _, name := range []string{"components", "schemas"} {
		i := slices.IndexFunc(at.Content, func(n *yaml.Node) bool { return n.Value == name })
		if i < 0 || at.Content[i+1].Kind != yaml.MappingNode {
			return
		}
		at = at.Content[i+1]
	}
	for i := len(at.Content) - 2; i >= 0; i -= 2 {
		name := at.Content[i].Value
		if _, inPlace := taken[naming.Exported(name)+"2"]; inPlace {
			continue
		}
		var key, value yaml.Node
		key.SetString(name + "_")
		require.NoError(t, value.Encode(object{"type": "object", "properties": object{"a": object{"type": "string"}}}))
		at.Content = append(at.Content, &key, &value)
	}
}
