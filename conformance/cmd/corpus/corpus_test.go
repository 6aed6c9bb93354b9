package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lay writes files below a new folder.
func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

func TestRootIsGuessed(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"the only one":  {map[string]string{"a/x.yaml": "openapi: 3.1.0", "b.yaml": "type: object"}, "a/x.yaml"},
		"least deep":    {map[string]string{"a/openapi.yaml": "openapi: 3.1.0", "z.json": `{"swagger":"2.0"}`}, "z.json"},
		"by name":       {map[string]string{"a.yaml": "openapi: 3.1.0 # and more", "openapi.yaml": "openapi: 3.1.0"}, "openapi.yaml"},
		"the largest":   {map[string]string{"a.yaml": "openapi: 3.1.0", "b.yaml": "# longer\nopenapi: 3.1.0"}, "b.yaml"},
		"in one line":   {map[string]string{"a.json": `{"info":{},"openapi":"3.0.0"}`, "b.json": `{"openapi":"3.0.0"}`}, "b.json"},
		"not in a text": {map[string]string{"a.yaml": "description:\n        openapi: 3.1.0", "b/b.yml": "\"openapi\": 3.1.0"}, "b/b.yml"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := lay(t, c.files)
			got, err := guessRoot(dir)
			require.NoError(t, err)
			assert.Equal(t, filepath.Join(dir, c.want), got)
		})
	}
	_, err := guessRoot(lay(t, map[string]string{"a.yaml": "type: object"}))
	require.ErrorContains(t, err, "no file in it states a version of OpenAPI")
}

func TestDocumentIsCounted(t *testing.T) {
	dir := lay(t, map[string]string{
		"openapi.yaml": `
openapi: 3.2.0
paths:
  x-note: { get: {} }
  /a:
    parameters: [{ name: q, in: query, schema: { type: string } }]
    get: &get
      responses: { "200": { description: "a \/ b", content: { application/json: { schema: { $ref: "#/components/schemas/A" }, example: { schema: {} } } } } }
    query: *get
    additionalOperations: { COPY: {}, Purge: {} }
    delete: not an object
  /b: { $ref: "paths/b.json" }
webhooks:
  hook: { post: {} }
components:
  schemas:
    A: { type: object, properties: { b: { $ref: "paths/b.json#/x/B" }, list: { type: array, items: { type: integer } } } }
    C: { $ref: "#/components/schemas/A" }
`,
		"paths/b.json": `{"get":{"callbacks":{"done":{"{$url}":{"post":{},"put":{}}}}},"x":{"B":{"type":"string"}}}`,
	})
	n := countFile(filepath.Join(dir, "openapi.yaml"), dir)
	assert.Equal(t, counts{Version: "3.2.0", Operations: 5, Webhooks: 1, Callbacks: 2, Named: 2, Schemas: 5}, n)
	assert.NotEmpty(t, countFile(filepath.Join(dir, "absent.yaml"), dir).Fault)
}

func TestPackageIsMeasured(t *testing.T) {
	dir := lay(t, map[string]string{
		"server_gen.go": "package p\n\nfunc New() {\n\ttornado.Register(api)\n\ttornado.RegisterPtr(api)\n}\n\nfunc other() {\n\ttornado.Register(api)\n}\n",
		"types_gen.go":  "package p\n// " + strings.Repeat("é", 170) + "\n",
	})
	m, err := measure(dir)
	require.NoError(t, err)
	assert.Equal(t, metrics{12, 173, "types_gen.go", 2, 0, map[string]int{"server_gen.go": 10, "types_gen.go": 2}}, m)
}

func TestMissingOperationIsSeen(t *testing.T) {
	findings := []finding{
		{Severity: "warning", Class: "same-route", Pointer: "#/paths/~1a~1{b}/get"}, {Severity: "warning", Class: "bad-method"},
	}
	for _, c := range []struct{ served, calls, missing int }{{2, 3, 0}, {1, 2, 1}, {2, 2, 1}, {1, 3, 1}} {
		r := row{counts: counts{Operations: 4}, compiles: true}
		r.take(&generated{child: &child{}, metrics: metrics{operations: c.served, calls: c.calls}, findings: findings})
		assert.Equal(t, c.missing, r.missing(), c)
		assert.Equal(t, c.missing == 0, r.complete(true), c)
		assert.Equal(t, []string{"~1a~1{b}/get"}, r.unserved)
		assert.Equal(t, 1, r.isolated)
	}
}

func TestChildIsCut(t *testing.T) {
	hang := runChild(context.Background(), limits{50 * time.Millisecond, 1 << 30}, t.TempDir(), nil, "sh", "-c", "sleep 60 & wait")
	assert.Equal(t, "took longer than 50ms", hang.fault())
	assert.False(t, hang.ok())
	fails := runChild(context.Background(), limits{time.Minute, 1 << 30}, t.TempDir(), []string{"WORD=no"}, "sh", "-c", "echo $WORD >&2; exit 3")
	assert.Equal(t, "no", fails.fault())
	assert.Equal(t, 3, fails.code)
}

func TestSampleIsSpread(t *testing.T) {
	assert.Equal(t, []int{0, 3, 6}, spread([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 3))
	assert.Equal(t, []int{1, 2}, spread([]int{1, 2}, 5))
}

func TestTrespassIsSeen(t *testing.T) {
	own := []string{"/project/bad", "/project/out"}
	for trace, want := range map[string]string{
		`1 openat(AT_FDCWD, "/project/bad/a.json", O_RDONLY|O_CLOEXEC) = 3`:   "",
		`1 openat(AT_FDCWD, "/project/bad/../etc/x", O_RDONLY|O_CLOEXEC) = 3`: "opened /project/etc/x",
		`1 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = -1 EACCES (denied)`:    "",
		`1 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 7`:                     "opened /etc/passwd",
		`1 openat(AT_FDCWD, "/project/badly", O_RDONLY) = 7`:                  "opened /project/badly",
		`1 openat(AT_FDCWD, "/proc/self/maps", O_RDONLY) = 7`:                 "",
		`1 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 5`:        "made a socket AF_INET",
		`1 openat(5, "a.json", O_RDONLY|O_NOFOLLOW|O_CLOEXEC) = 6`:            "",
	} {
		assert.Equal(t, want, trespass(trace, own), trace)
	}
}
