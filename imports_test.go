// Package tornadogen_test holds the tests of the house as a whole.
package tornadogen_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/tornadogen/tornadogen/"

// mayImport says which packages of the project a package may import, both as patterns below the module's path; a pattern
// that ends in /... covers what lies below. The first row that matches a package counts.
var mayImport = []struct {
	of   string
	what []string
}{
	{"cmd/tornadogen", []string{"spec", "generator", "templates", "runtime", "internal/matching"}}, // ADR 15
	{"generator/internal/emit", []string{"generator/internal/ir", "generator/internal/naming"}},
	{"generator/internal/ir", []string{"generator/internal/naming", "spec"}},
	{"generator/internal/naming", nil},
	{"generator", []string{"spec", "generator/internal/..."}},
	{"spec", nil},
	{"templates", nil},
	{"golden", nil},
	{"golden/...", []string{"runtime", "runtime/client", "runtime/cors", "runtime/ecmaregex"}}, // ADR 14
	{"runtime/internal/poll", nil},
	{"runtime/internal/poll/polltest", []string{"runtime/internal/poll"}}, // the scripted poller
	{"runtime/internal/loop", []string{"runtime/internal/poll"}},
	{"runtime/internal/tlsconn", []string{"runtime/internal/fair", "runtime/internal/poll"}},                         // ADR 24
	{"runtime/internal/worker", []string{"runtime/internal/fair", "runtime/internal/loop", "runtime/internal/poll"}}, // ADR 24
	{"runtime/internal/jsonwire", []string{"runtime/internal/value", "runtime/internal/validate"}},
	{"runtime/internal/check", []string{"runtime/internal/value", "runtime/internal/validate", "runtime/internal/jsonwire"}},                                                      // ADR 5
	{"runtime/internal/shape", []string{"runtime/internal/jsonwire", "runtime/internal/slab", "runtime/internal/value"}},                                                          // ADR 3
	{"runtime/internal/param", []string{"runtime/internal/jsonwire", "runtime/internal/shape", "runtime/internal/value", "runtime/internal/validate"}},                            // ADR 3
	{"runtime/internal/multipart", nil},                                                                                                                                           // ADR 20
	{"runtime/internal/media", []string{"runtime/internal/jsonwire", "runtime/internal/multipart", "runtime/internal/param", "runtime/internal/shape", "runtime/internal/value"}}, // ADR 3, 20
	{"runtime/internal/operation", []string{"runtime/internal/queue"}},                                                                                                            // ADR 6
	{"runtime/internal/slab", []string{"runtime/internal/kept"}},                                                                                                                  // ADR 18
	{"runtime/internal/ws", []string{"runtime/internal/slab"}},                                                                                                                    // ADR 18
	{"runtime/internal/apitest", []string{"runtime"}},                                                                                                                             // ADR 12: for tests alone
	{"runtime/internal/...", nil},
	{"runtime/tornadotest", []string{"runtime", "runtime/client"}},                                 // ADR 16
	{"runtime/tornadotest/contract", []string{"runtime", "runtime/tornadotest", "internal/drive"}}, // ADR 15
	{"internal/drive", []string{"internal/matching"}},                                              // ADR 15
	{"internal/matching", nil},                                                                     // ADR 15
	{"internal/freeport", nil},
	{"runtime/client", []string{"runtime", "runtime/internal/jsonwire", "runtime/internal/param", "runtime/internal/media", "runtime/internal/shape", "runtime/internal/value", "runtime/internal/validate", "runtime/internal/operation", "runtime/internal/ws", "runtime/internal/sse", "runtime/internal/lines"}},
	{"runtime/client/clienttrace", []string{"runtime/client"}},                                             // an integration of the client
	{"runtime/docs", []string{"runtime", "runtime/internal/webpage"}},                                      // ADR 17
	{"runtime/debugpage", []string{"runtime", "runtime/internal/webpage"}},                                 // ADR 17
	{"runtime/compress", []string{"runtime", "runtime/compress/internal/brotli", "runtime/internal/kept"}}, // ADR 18, 19
	{"runtime/compress/internal/brotli", nil},                                                              // ADR 19
	{"runtime/ecmaregex", []string{"runtime", "runtime/internal/validate"}},
	{"runtime", []string{"runtime/internal/..."}},
	{"runtime/...", []string{"runtime"}},
}

// pureSansIO lists the packages that may know neither the network nor the clock's ticking, and that start no goroutine.
var pureSansIO = []string{"http1", "ws", "sse", "lines", "queue", "jsonwire", "check", "shape", "param", "media", "multipart", "validate", "route", "value", "operation", "proxyproto", "forwarded", "fair"}

func TestImportTable(t *testing.T) {
	for _, pkg := range listPackages(t) {
		name := strings.TrimPrefix(pkg.ImportPath, module)
		row := slices.IndexFunc(mayImport, func(r struct {
			of   string
			what []string
		},
		) bool {
			return matches(r.of, name)
		})
		if name+"/" == module { // this package, tests alone
			continue
		}
		require.GreaterOrEqual(t, row, 0, "%s has no row in the import table: add one, and a decision record in docs/adr", name)
		for _, dep := range pkg.Imports {
			dep, ours := strings.CutPrefix(dep, module)
			if ours && !slices.ContainsFunc(mayImport[row].what, func(p string) bool { return matches(p, dep) }) {
				t.Errorf("%s imports %s, which the import table does not allow", name, dep)
			}
		}
		if base := path.Base(name); strings.HasPrefix(name, "runtime/internal/") && slices.Contains(pureSansIO, base) {
			for _, dep := range []string{"net", "net/http", "os", "syscall"} {
				if slices.Contains(pkg.Imports, dep) {
					t.Errorf("%s imports %s and is to perform no I/O", name, dep)
				}
			}
		}
	}
}

// TestSansIO: the packages that perform no I/O start no goroutine and ask no clock.
func TestSansIO(t *testing.T) {
	clock := []string{"Now", "Since", "Until", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Sleep"}
	for _, name := range pureSansIO {
		files, err := filepath.Glob(filepath.Join("runtime/internal", name, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files, "there is no package %s", name)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			require.NoError(t, err)
			ast.Inspect(parsed, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt:
					t.Errorf("%s starts a goroutine", file)
				case *ast.SelectorExpr:
					if of, ok := n.X.(*ast.Ident); ok && of.Name == "time" && slices.Contains(clock, n.Sel.Name) {
						t.Errorf("%s calls time.%s", file, n.Sel.Name)
					}
				}
				return true
			})
		}
	}
}

// matches reports whether a package's path below the module fits a pattern of the table.
func matches(pattern, name string) bool {
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return strings.HasPrefix(name, below+"/")
	}
	return pattern == name
}

type listed struct {
	ImportPath string
	Imports    []string // without those of tests
}

// listPackages lists those of this module, and of the integrations that are modules of their own.
func listPackages(t *testing.T) []listed {
	t.Helper()
	args := []string{"list", "-json=ImportPath,Imports", "./..."}
	work, err := os.ReadFile("go.work")
	require.NoError(t, err)
	for line := range strings.Lines(string(work)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "./runtime/") {
			args = append(args, line+"/...")
		}
	}
	out, err := exec.Command("go", args...).Output()
	require.NoError(t, err)
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var one listed
		err := dec.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, one)
	}
}
