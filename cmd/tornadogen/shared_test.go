package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Two documents share the types of a third one, which has a package of its own, and a schema is a type that stands beside the
// generated ones: both compile, go both ways, and are checked.
func TestSharedTypes(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a service")
	}
	dir := initService(t, "testdata/shared/common.yaml")
	for _, name := range []string{"main.go", "main_test.go", "deploy_test.go", "tornadogen.yaml"} {
		require.NoError(t, os.Remove(filepath.Join(dir, name)))
	}
	for from, to := range map[string]string{"common.yaml": "common.yaml", "openapi.yaml": "openapi.yaml", "shared_test.go.txt": "shared_test.go"} {
		text, err := os.ReadFile(filepath.Join("testdata/shared", from))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, to), text, 0o600))
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), bytes.Replace(mod, []byte("module shop"), []byte("module example.com/shop"), 1), 0o600))
	t.Chdir(dir)
	generate := func(args ...string) string {
		var out bytes.Buffer
		require.Equal(t, exitOK, run(append([]string{"generate"}, args...), nil, &out, &out), out.String())
		return out.String()
	}
	require.NoError(t, os.RemoveAll("commonapi"))
	require.Empty(t, generate("common.yaml", "--out", "commonapi"))
	require.NoError(t, os.Mkdir("petapi", 0o750))
	require.NoError(t, os.WriteFile("petapi/point.go", []byte("package petapi\n\n// Point is ours.\ntype Point struct{ X int `json:\"x\"` }\n"), 0o600))
	told := generate("openapi.yaml", "--out", "petapi", "--import-mapping", "common.yaml=example.com/shop/commonapi")
	require.Contains(t, told, `common.yaml:10:5: #/components/schemas/Secret: "Secret" has members that are readOnly or writeOnly, `)
	command(t, dir, "go", "vet", "./...")
	command(t, dir, "go", "test", "./...")
	require.Contains(t, generate("openapi.yaml", "--out", "petapi", "--import-mapping", "comon.yaml=example.com/shop/commonapi"),
		`nothing in the document refers to schemas of "comon.yaml", which is mapped to example.com/shop/commonapi`)
}
