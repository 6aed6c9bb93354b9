package golden

import (
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/generator"
)

// checker has the packages that generated code may import, as the compiler has left them. Packages are checked one at a time.
type checker struct {
	mu       sync.Mutex
	files    map[string]string // with exported declarations, by import path
	packages types.Importer
}

// compiled is a checker with the runtime and what of the standard library any golden case imports.
var compiled = sync.OnceValues(func() (*checker, error) {
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "../runtime", "../runtime/client", "../runtime/cors", "../runtime/ecmaregex",
		"cmp", "context", "crypto/tls", "embed", "io", "iter", "log/slog", "math/big", "net/netip", "strconv", "strings", "time").Output()
	if err != nil {
		return nil, err
	}
	c := &checker{files: map[string]string{}}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		c.files[path] = file
	}
	c.packages = importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		if c.files[path] == "" {
			return nil, errors.New("nothing that is generated imports " + path)
		}
		return os.Open(c.files[path])
	})
	return c, nil
})

// options generate packages that import what is there alone.
func (c *checker) options() generator.Options {
	return generator.Options{Package: packageName, HasType: func(pkg, name string) bool {
		if c.files[pkg] == "" || strings.Contains("/"+pkg+"/", "/internal/") || strings.HasPrefix(pkg, "vendor/") {
			return false
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		found, err := c.packages.Import(pkg)
		if err != nil {
			return false
		}
		named, is := found.Scope().Lookup(name).(*types.TypeName)
		if !is {
			return false
		}
		parameters, generic := named.Type().(interface{ TypeParams() *types.TypeParamList })
		return !generic || parameters.TypeParams().Len() == 0
	}}
}

// check parses the Go files of a package, and demands that its types are right.
func (c *checker) check(t testing.TB, files []generator.File) []*ast.File {
	t.Helper()
	set := token.NewFileSet()
	var parsed []*ast.File
	for _, f := range files {
		require.Equal(t, filepath.Base(f.Name), f.Name, "a file of the folder itself")
		if !strings.HasSuffix(f.Name, ".go") {
			continue
		}
		file, err := parser.ParseFile(set, f.Name, f.Data, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		parsed = append(parsed, file)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	config := types.Config{Importer: c.packages}
	_, err := config.Check(packageName, set, parsed, nil)
	require.NoError(t, err)
	return parsed
}
