package golden

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unseen are the classes that no folder of this package can show, each with the reason.
var unseen = map[string]string{
	"not-a-file":  "git stores neither pipes nor files that nobody may read",
	"remote-file": "the runner has no network",
	"structure":   "what is repaired can be read: tests of package spec demand it",
	"unchecked":   "the document would have to be huge",

	"bad-overlay":       "a case has no overlay: those of package spec show it",
	"overlay-target":    "a case has no overlay: those of package spec show it",
	"unmatched-filter":  "a case is generated whole: those of package spec show it",
	"unmatched-mapping": "a case shares no types: TestSharedTypes of the command shows it",
	"unshared-type":     "a case shares no types: TestSharedTypes of the command shows it",
}

// TestEveryClassIsShown demands a case for every class that the packages report, and at least one for the family of kin-openapi.
func TestEveryClassIsShown(t *testing.T) {
	if *update {
		t.Skip("the folders are being written")
	}
	reported := classes(t, "../spec", "../generator")
	shown := shownClasses(t)
	for _, class := range slices.Sorted(maps.Keys(reported)) {
		if reason, exempt := unseen[class]; exempt {
			assert.False(t, shown[class], "%s is shown, though it is said that %s", class, reason)
			continue
		}
		assert.True(t, shown[class], "no case shows the class %s, which is reported at %s", class, reported[class])
	}
	for class := range unseen {
		assert.Contains(t, reported, class, "nothing reports it any more")
	}
	foreign := slices.DeleteFunc(slices.Collect(maps.Keys(shown)), func(class string) bool { return reported[class] != "" })
	assert.NotEmpty(t, foreign, "no case shows a finding of kin-openapi")
}

// TestReferenceListsEveryClass holds the tables of the reference against what is reported, each class once. Those of kin-openapi
// stand there as a family, in the text.
func TestReferenceListsEveryClass(t *testing.T) {
	text, err := os.ReadFile("../docs/reference/diagnostics.md")
	require.NoError(t, err)
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\|").FindAllStringSubmatch(string(text), -1) {
		listed = append(listed, row[1])
	}
	slices.Sort(listed)
	assert.Equal(t, slices.Sorted(maps.Keys(classes(t, "../spec", "../generator", "../cmd/tornadogen"))), listed)
}

// shownClasses are those that the output of some case has.
func shownClasses(t *testing.T) map[string]bool {
	t.Helper()
	shown := map[string]bool{}
	for _, pattern := range []string{"*/warnings.txt", "invalid/*/diagnostics.txt"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, found := range regexp.MustCompile(`(?m) \[([a-z0-9-]+)\]$`).FindAllStringSubmatch(string(text), -1) {
				shown[found[1]] = true
			}
		}
	}
	return shown
}

// classes reads the classes of findings out of the sources of some folders, each with one place where it is reported: what is handed
// to a parameter or a field of that name. It fails where that is neither a constant nor handed on, so that none can be missed.
func classes(t *testing.T, folders ...string) map[string]string {
	t.Helper()
	r := &classReader{t: t, fset: token.NewFileSet(), constants: map[string]string{}, takers: map[signature]int{}, found: map[string]string{}}
	files := map[string][]*ast.File{} // by folder
	for _, folder := range folders {
		require.NoError(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(r.fset, path, nil, parser.SkipObjectResolution)
			files[filepath.Dir(path)] = append(files[filepath.Dir(path)], file)
			return err
		}))
	}
	for _, inspect := range []func(ast.Node) bool{r.declaration, r.use} {
		for r.folder = range files {
			for _, file := range files[r.folder] {
				ast.Inspect(file, inspect)
			}
		}
	}
	return r.found
}

// classReader finds what is called a class in sources.
type classReader struct {
	t         *testing.T
	folder    string // of the file in hand
	fset      *token.FileSet
	constants map[string]string // by name
	takers    map[signature]int // the place of the class among the parameters of a function, or the fields of a struct
	found     map[string]string
}

// signature tells functions of a folder apart by the number of their parameters, and structs, which have none.
type signature struct {
	folder, name string
	parameters   int
}

// declaration notes constants, and functions and structs that take a class.
func (r *classReader) declaration(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if strings.HasPrefix(name.Name, "class") && i < len(n.Values) {
				r.constants[name.Name] = literal(n.Values[i])
			}
		}
	case *ast.FuncDecl:
		r.taker(n.Name.Name, n.Type.Params, n.Type.Params.NumFields())
	case *ast.TypeSpec:
		if s, ok := n.Type.(*ast.StructType); ok {
			r.taker(n.Name.Name, s.Fields, 0)
		}
	}
	return true
}

func (r *classReader) taker(name string, fields *ast.FieldList, parameters int) {
	place := 0
	for _, field := range fields.List {
		for _, own := range field.Names {
			if isClass(own) {
				key := signature{r.folder, name, parameters}
				if known, taken := r.takers[key]; taken && known != place {
					assert.Fail(r.t, "two functions that differ in the place of their class alone", name)
				}
				r.takers[key] = place
			}
			place++
		}
	}
}

// use notes what is handed to the declarations.
func (r *classReader) use(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		for _, folder := range []string{r.folder, "../spec"} { // which the others call
			if place, takes := r.takers[signature{folder, lastName(n.Fun), len(n.Args)}]; takes && len(n.Args) > 0 {
				r.class(n.Args[place])
				break
			}
		}
	case *ast.CompositeLit:
		place, takes := r.takers[signature{r.folder, lastName(n.Type), 0}]
		for i, value := range n.Elts {
			if pair, keyed := value.(*ast.KeyValueExpr); keyed && isClass(pair.Key) {
				r.class(pair.Value)
			} else if takes && !keyed && i == place {
				r.class(value)
			}
		}
	case *ast.AssignStmt:
		for i, target := range n.Lhs {
			if isClass(target) && len(n.Lhs) == len(n.Rhs) {
				r.class(n.Rhs[i])
			}
		}
	}
	return true
}

// class notes the value of a class.
func (r *classReader) class(e ast.Expr) {
	text := literal(e)
	if text == "" {
		text = r.constants[lastName(e)]
	}
	call, _ := e.(*ast.CallExpr)
	switch {
	case text != "":
		r.found[text] = r.fset.Position(e.Pos()).String()
	case isClass(e): // handed on
	case call != nil && lastName(call.Fun) == "Code": // of kin-openapi
	default:
		assert.Fail(r.t, "the class of a finding is no constant", r.fset.Position(e.Pos()).String())
	}
}

func isClass(e ast.Expr) bool { return strings.EqualFold(lastName(e), "class") }

// lastName is x of x, a.x and *x; "" for all else.
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.StarExpr:
		return lastName(e.X)
	}
	return ""
}

// literal is the value of a string literal, "" for all else.
func literal(e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
		if text, err := strconv.Unquote(l.Value); err == nil {
			return text
		}
	}
	return ""
}
