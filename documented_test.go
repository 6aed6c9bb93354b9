package tornadogen_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// withoutExample are the public packages without an example: they are of the generator.
var withoutExample = []string{"spec", "generator"}

// TestPublicPackagesAreDocumented: every package that users may import has a package comment and an example, and every name that it exports a
// comment, as pkg.go.dev shows them. Integrations that are a module of their own count.
func TestPublicPackagesAreDocumented(t *testing.T) {
	packages := map[string][]*ast.File{}
	fset := token.NewFileSet()
	for _, root := range []string{"runtime", "spec", "generator"} {
		require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() && (d.Name() == "internal" || d.Name() == "testdata") {
				return skip(err)
			}
			if !d.IsDir() && strings.HasSuffix(path, ".go") {
				file, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
				if err != nil {
					return err
				}
				dir := filepath.ToSlash(filepath.Dir(path))
				packages[dir] = append(packages[dir], file)
			}
			return nil
		}))
	}
	require.Greater(t, len(packages), 20)
	for dir, files := range packages {
		p, err := doc.NewFromFiles(fset, files, module+dir)
		require.NoError(t, err)
		if !strings.HasPrefix(p.Doc, "Package "+p.Name+" ") {
			t.Errorf("%s has no package comment", dir)
		}
		if !slices.Contains(withoutExample, dir) && len(doc.Examples(files...)) == 0 {
			t.Errorf("%s has no example", dir)
		}
		for _, name := range bare(p) {
			t.Errorf("%s: %s has no comment", dir, name)
		}
	}
}

func skip(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

// bare lists what a package exports without a comment.
func bare(p *doc.Package) []string {
	var all []string
	funcs := func(of string, list []*doc.Func) {
		for _, f := range list {
			if f.Doc == "" {
				all = append(all, of+f.Name)
			}
		}
	}
	values := func(list []*doc.Value) {
		for _, v := range list {
			for _, spec := range v.Decl.Specs {
				s := spec.(*ast.ValueSpec)
				if v.Doc == "" && s.Doc == nil && s.Comment == nil && s.Names[0].IsExported() {
					all = append(all, s.Names[0].Name)
				}
			}
		}
	}
	funcs("", p.Funcs)
	values(p.Consts)
	values(p.Vars)
	for _, t := range p.Types {
		if t.Doc == "" {
			all = append(all, t.Name)
		}
		funcs("", t.Funcs)
		funcs(t.Name+".", slices.DeleteFunc(slices.Clone(t.Methods), isInterface))
		values(t.Consts)
		values(t.Vars)
	}
	return all
}

// isInterface reports whether a method is of an interface that readers know by heart.
func isInterface(f *doc.Func) bool {
	return slices.Contains([]string{"Error", "Unwrap", "String", "MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText"}, f.Name)
}
