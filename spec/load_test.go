package spec

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// write lays a document with its neighbours into a folder and returns the path of the first file.
func write(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, filepath.FromSlash(files[i]))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(files[i+1]), 0o600))
	}
	return filepath.Join(dir, filepath.FromSlash(files[0]))
}

const small = `{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {}`

func TestLoadRefuses(t *testing.T) {
	deep := strings.Repeat("[", 500) + strings.Repeat("]", 500)
	for name, c := range map[string]struct{ file, text, class, what string }{
		"empty":            {"a.json", "", "syntax", "the file is empty"},
		"blank":            {"a.yaml", " \n\t", "syntax", "the file is empty"},
		"comment":          {"a.yaml", "# nothing\n", "syntax", "the document is empty"},
		"null":             {"a.json", "null", "not-openapi", "this is no OpenAPI document but null"},
		"list":             {"a.json", "[]", "not-openapi", "this is no OpenAPI document but a list"},
		"prose":            {"a.yaml", "hello", "not-openapi", "this is no OpenAPI document but a string"},
		"no version":       {"a.yaml", "info: {}", "not-openapi", "it has no openapi member"},
		"swagger 1.2":      {"a.yaml", "swagger: '1.2'", "not-openapi", `version "1.2" of Swagger is not read`},
		"version 4":        {"a.yaml", "openapi: 4.0.0", "not-openapi", `version "4.0.0" of OpenAPI is not read`},
		"version object":   {"a.yaml", "openapi: {}", "not-openapi", "the version of OpenAPI is an object"},
		"json comma":       {"a.json", small + ",}", "syntax", "a name in double quotes is expected"},
		"json open":        {"a.json", small, "syntax", "a comma or } is expected"},
		"json cut string":  {"a.json", `{"a": "b`, "syntax", "the string that begins here has no end"},
		"json cut escape":  {"a.json", `{"a": "b\`, "syntax", "the document ends inside a string"},
		"json bad escape":  {"a.json", `{"a": "\q"}`, "syntax", "not an escape sequence"},
		"json bad hex":     {"a.json", `{"a": "\u00g0"}`, "syntax", "not an escape sequence"},
		"json number":      {"a.json", `{"a": 01}`, "syntax", `not a number: "01"`},
		"json word":        {"a.json", `{"a": yes}`, "syntax", "a value is expected"},
		"json colon":       {"a.json", `{"a" 1}`, "syntax", `a colon is expected after the name "a"`},
		"json end":         {"a.json", `{"a":`, "syntax", "the document ends where a value is expected"},
		"json tail":        {"a.json", small + "} x", "syntax", "something follows the end"},
		"json depth":       {"a.json", small + `, "x-a": ` + deep + "}", "limit", "nested more than 400 levels deep"},
		"json only depth":  {"a.json", strings.Repeat("[", 1_000_000), "limit", "nested more than 400 levels deep"},
		"yaml depth":       {"a.yaml", "openapi: 3.0.3\nx-a: " + deep, "limit", "nested more than 400 levels deep"},
		"yaml tab":         {"a.yaml", "openapi: 3.0.3\ninfo:\n\ttitle: x", "syntax", "not YAML"},
		"yaml alias":       {"a.yaml", "openapi: 3.0.3\nx-a: &a {b: *a}", "alias-ring", "an alias stands inside of what it stands for"},
		"yaml bad alias":   {"a.yaml", "openapi: 3.0.3\nx-a: *nowhere", "syntax", "unknown anchor"},
		"latin-1":          {"a.yaml", "openapi: 3.0.3\ninfo: {title: \xe9}", "encoding", "the file is not UTF-8"},
		"utf-16":           {"a.json", "\xff\xfe{\x00}\x00", "encoding", "the file is not UTF-8"},
		"all-of ring":      {"a.json", small + `, "components": {"schemas": {"A": {"allOf": [{"$ref": "#/components/schemas/A"}]}}}}`, "all-of-ring", "part of itself by allOf"},
		"all-of long ring": {"a.json", small + `, "components": {"schemas": {"A": {"allOf": [{"$ref": "#/components/schemas/B"}]}, "B": {"allOf": [{}, {"$ref": "#/components/schemas/A"}]}}}}`, "all-of-ring", "part of itself by allOf"},
		"long chain":       {"a.json", chain(maxChain + 1), "limit", "leads through more than 1,000 others"},
		"path parameters":  {"a.json", strings.Replace(small, `"paths": {`, `"paths": {"/`+strings.Repeat("{a}", 1)+parametersOf(maxPathParameters+1)+`": {}`, 1) + "}", "limit", "more than 100 parameters"},
	} {
		t.Run(name, func(t *testing.T) {
			api, diags, err := Load(write(t, c.file, c.text))
			require.NoError(t, err)
			assert.Nil(t, api)
			require.True(t, diags.HasErrors())
			found := false
			for _, d := range diags {
				found = found || d.Severity == Error && d.Class == c.class && strings.Contains(d.What, c.what)
				assert.NotEmpty(t, d.Remedy)
				assert.Positive(t, d.Loc.Line)
				assert.Positive(t, d.Loc.Column)
			}
			assert.True(t, found, diags.String())
		})
	}
}

// chain is a document with a chain of n references.
func chain(n int) string {
	b := strings.Builder{}
	b.WriteString(small + `, "components": {"schemas": {`)
	for i := range n {
		b.WriteString(`"S` + count(i) + `": {"$ref": "#/components/schemas/S` + count(i+1) + `"},`)
	}
	return b.String() + `"S` + count(n) + `": {}}}}`
}

func parametersOf(n int) string {
	b := strings.Builder{}
	for i := range n {
		b.WriteString("{p" + count(i) + "}")
	}
	return b.String()
}

func TestLoadOfWhatIsNoFile(t *testing.T) {
	_, _, err := Load(filepath.Join(t.TempDir(), "nowhere.yaml"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, _, err = Load(t.TempDir())
	require.ErrorIs(t, err, errNotRegular)
	_, _, err = Load(write(t, "a.json", small+"}"), WithRoot("/nowhere/at/all"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, _, err = Load(write(t, "a.json", small+"}"), WithLimits(Limits{Size: 10}))
	require.ErrorIs(t, err, errTooLarge)
}

func TestLoadNeverLeavesItsFolder(t *testing.T) {
	const doc = small + `, "components": {"schemas": {"A": {"$ref": "REF"}}}}`
	const secret = "A: {type: string}"
	outside := filepath.Dir(write(t, "secret.yaml", secret))
	for name, c := range map[string]struct {
		ref   string
		build func(t *testing.T, dir string)
		class string
	}{
		"parent":         {ref: "../secret.yaml#/A", class: "outside-reference"},
		"absolute":       {ref: filepath.ToSlash(outside) + "/secret.yaml#/A", class: "outside-reference"},
		"link to file":   {ref: "link.yaml#/A", build: link(outside + "/secret.yaml"), class: "outside-reference"},
		"link to folder": {ref: "link.yaml/secret.yaml#/A", build: link(outside), class: "outside-reference"},
		"device":         {ref: "link.yaml#/A", build: link("/dev/zero"), class: "outside-reference"},
		"directory": {ref: "dir#/A", build: func(t *testing.T, dir string) {
			require.NoError(t, os.Mkdir(filepath.Join(dir, "dir"), 0o700))
		}, class: "unresolved-reference"},
		"link inside": {ref: "link.yaml#/A", build: func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "real.yaml"), []byte(secret), 0o600))
			link(filepath.Join(dir, "real.yaml"))(t, dir)
		}},
		"missing":         {ref: "../nowhere/at/all.yaml#/A", class: "unresolved-reference"},
		"address":         {ref: "file://" + filepath.ToSlash(outside) + "/secret.yaml#/A", class: "outside-reference"},
		"missing address": {ref: "file:///nowhere/at/all.yaml#/A", class: "unresolved-reference"},
		"foreign address": {ref: "file://nowhere/at/all.yaml#/A", class: "unresolved-reference"},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "in/api.json", strings.Replace(doc, "REF", c.ref, 1), "secret.yaml", secret)
			if c.build != nil {
				c.build(t, filepath.Dir(path))
			}
			_, diags, err := Load(path)
			require.NoError(t, err)
			if c.class == "" {
				assert.Empty(t, diags)
				return
			}
			require.NotEmpty(t, diags)
			assert.Equal(t, c.class, diags[0].Class, diags.String())
			assert.Equal(t, c.class != "unresolved-reference", diags.HasErrors())
		})
	}
	t.Run("with root", func(t *testing.T) {
		path := write(t, "api/api.json", strings.Replace(doc, "REF", "../common/a.yaml#/A", 1), "common/a.yaml", "A: {type: string}")
		_, diags, err := Load(path)
		require.NoError(t, err)
		assert.True(t, diags.HasErrors())
		api, diags, err := Load(path, WithRoot(filepath.Dir(filepath.Dir(path))))
		require.NoError(t, err)
		require.NotNil(t, api, diags.Text())
		assert.Equal(t, "../common/a.yaml#/A", api.Schemas[0].Ref)
	})
}

func link(to string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		require.NoError(t, os.Symlink(to, filepath.Join(dir, "link.yaml")))
	}
}

func TestLimits(t *testing.T) {
	bomb := "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {}\nx-0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := range 11 {
		bomb += "x-" + count(i+1) + ": &a" + count(i+1) + " [" + strings.Repeat("*a"+count(i)+", ", 9) + "]\n"
	}
	big := small + `, "x-big": [` + strings.Repeat("1,", 5000) + "1]}"
	for name, c := range map[string]struct {
		doc    []string
		limits Limits
		what   string
	}{
		"nodes of json": {doc: []string{"a.json", big}, limits: Limits{Nodes: 4000}, what: "more than 4,000 values"},
		"nodes of yaml": {doc: []string{"a.yaml", big}, limits: Limits{Nodes: 4000}, what: "more than 4,000 values"},
		"yaml at once":  {doc: []string{"a.yaml", "a: [" + strings.Repeat("b, ", 50_000)}, limits: Limits{Nodes: 4000}, what: "more than 4,000 values"},
		"aliases":       {doc: []string{"a.yaml", bomb}, what: "aliases stand for more than 500,000 values"},
		"depth":         {doc: []string{"a.json", small + `, "x-a": [[[[1]]]]}`}, limits: Limits{Depth: 4}, what: "nested more than 4 levels"},
		"size of all": {doc: []string{
			"a.json", small + `, "components": {"schemas": {"A": {"$ref": "b.yaml"}}}}`,
			"b.yaml", "type: string\ndescription: " + strings.Repeat("x", 500),
		}, limits: Limits{Size: 300}, what: "more than 300 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			api, diags, err := Load(write(t, c.doc...), WithLimits(c.limits))
			require.NoError(t, err)
			assert.Nil(t, api)
			assert.Contains(t, diags.String(), c.what)
			assert.Equal(t, "limit", diags[0].Class)
			assert.Less(t, time.Since(start), 20*time.Second)
		})
	}
}

// Objects that many places refer to multiply; the model must not.
func TestMultiplicationIsBounded(t *testing.T) {
	paths, items := strings.Builder{}, strings.Builder{}
	for i := range 300 {
		paths.WriteString(`"/p` + count(i) + `": {"$ref": "#/components/pathItems/A"},`)
		items.WriteString(`"M` + strings.Repeat("x", i) + `": {"responses": {"default": {"description": ""}}},`)
	}
	doc := `{"openapi": "3.2.0", "info": {"title": "t", "version": "1"}, "paths": {` + strings.TrimSuffix(paths.String(), ",") +
		`}, "components": {"pathItems": {"A": {"additionalOperations": {` + strings.TrimSuffix(items.String(), ",") + `}}}}}`
	api, diags, err := Load(write(t, "a.json", doc), WithLimits(Limits{Nodes: 20_000}))
	require.NoError(t, err)
	assert.Nil(t, api)
	assert.Contains(t, diags.String(), "multiply beyond 20,000")
}

func TestStrict(t *testing.T) {
	path := write(t, "a.yaml", "openapi: 3.0.3\ninfo: {title: t}\npaths: {}")
	api, diags, err := Load(path)
	require.NoError(t, err)
	assert.NotNil(t, api)
	assert.Len(t, diags, 1)
	api, strict, err := Load(path, WithStrict())
	require.NoError(t, err)
	assert.Nil(t, api)
	require.Len(t, strict, 1)
	assert.Equal(t, Error, strict[0].Severity)
	strict[0].Severity = Warning
	assert.Equal(t, diags, strict)
}

func TestSourceIsVerbatim(t *testing.T) {
	for file, text := range map[string]string{
		"a.yaml": "# a comment\nopenapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {}\n",
		"b.json": "\ufeff" + small + " }\n",
	} {
		api, diags, err := Load(write(t, file, text))
		require.NoError(t, err)
		assert.Empty(t, diags)
		assert.Equal(t, text, string(api.Source))
		assert.Equal(t, "openapi"+filepath.Ext(file), api.SourceName)
	}
}

func TestByteOrderMarkIsNoPartOfTheDocument(t *testing.T) {
	_, diags, err := Load(write(t, "a.json", "\ufeff"+`{"openapi": "3.0.3", "info": 1, "paths": {}}`))
	require.NoError(t, err)
	require.NotEmpty(t, diags)
	assert.Equal(t, 30, diags[1].Loc.Column)
}

func TestDiagnose(t *testing.T) {
	path := write(t, "a.yaml", "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get: {responses: {default: {description: ok}}}\n")
	api, _, err := Load(path)
	require.NoError(t, err)
	d := api.Diagnose(Warning, "class", api.Operations[0].Loc, "what", "remedy")
	assert.Equal(t, path+":5:5: #/paths/~1a/get: what; remedy", d.String())
	assert.Equal(t, "    get: {responses: {default: {description: ok}}}\n    ^", d.Snippet)
	assert.Equal(t, "warning: "+d.String()+"\n        get: {responses: {default: {description: ok}}}\n        ^\n", d.Text())
}

// A requirement that nobody can read must not open the operation.
func TestUnresolvedRequirementStaysClosed(t *testing.T) {
	for _, requirement := range []string{`{"$ref": "#/nowhere"}`, `{"$ref": "nowhere.yaml"}`} {
		api, diags, err := Load(write(t, "a.json", strings.Replace(small, `"paths": {}`, `"security": [`+requirement+`], "paths": {"/a": {"get": {"responses": {}}}}}`, 1)))
		require.NoError(t, err)
		require.NotNil(t, api, diags.String())
		require.Len(t, api.Operations[0].Security, 1)
		assert.Len(t, api.Operations[0].Security[0].Uses, 1)
		assert.Contains(t, diags.String(), "it asks for a scheme that nobody has")
	}
}

// One and the same document gives one and the same result, from any goroutine.
func TestLoadIsDeterministic(t *testing.T) {
	const path = "testdata/cases/repairs/openapi.yaml"
	want, wantDiags, err := Load(path)
	require.NoError(t, err)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			api, diags, err := Load(path)
			assert.NoError(t, err)
			assert.Equal(t, wantDiags, diags)
			assert.Equal(t, dump(want), dump(api))
		})
	}
	wait.Wait()
}

// TestYAMLFaultLines: a fault of YAML is told in the line that what is open begins in, or in which something else was found.
func TestYAMLFaultLines(t *testing.T) {
	const head = "openapi: 3.1.0\n"
	for text, line := range map[string]int{
		head + "info: {title: x\npaths:\n  /a: {}\n":         2,
		head + "info:\n  title: [x\npaths: {}\n":             3,
		head + "info:\n  title: x\n version: y\npaths: {}\n": 4,
		head + "paths: }\n":                                  2,
		head + "tags:\n  - a\n  b: c\n":                      3,
		"openapi: [3\n\n\n":                                  1,
		"# pets\n# dogs\n%TAG x tag:y\n---\nopenapi: 3\n":    3,
	} {
		_, diags, err := Load(write(t, "a.yaml", text))
		require.NoError(t, err)
		require.True(t, diags.HasErrors(), text)
		assert.Equal(t, line, diags[0].Loc.Line, text)
	}
}
