// Package code compiles the code blocks of the guide. A fragment is read as a file, as declarations, as statements or as one value,
// whichever it is, and type-checked beside what its page declares of its surroundings (testdata/context) and beside packages that are
// generated from documents: those that all pages speak of, and the one that the page itself shows in YAML. Only types are checked, from
// the export data of the packages that are imported, so a page takes milliseconds.
package code

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
)

// own is where the packages that are generated for the guide lie, as its code imports them.
const own = "example.com/shop/"

// A Checker checks the code of pages.
type Checker struct {
	fset   *token.FileSet
	table  map[string]string         // name -> import path
	export map[string]string         // import path -> file of export data
	std    types.Importer            // of export data
	made   map[string]*types.Package // generated ones, by import path
	cache  map[string]generated      // by name and document
}

// A generated package.
type generated struct {
	files []*ast.File
	pkg   *types.Package
}

// NewChecker reads what fragments may import: the packages that the file at imports names. It asks the go command where they are.
func NewChecker(imports string) (*Checker, error) {
	c := &Checker{fset: token.NewFileSet(), table: map[string]string{}, export: map[string]string{}, made: map[string]*types.Package{}, cache: map[string]generated{}}
	file, err := parser.ParseFile(c.fset, imports, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	for _, i := range file.Imports {
		c.table[i.Name.Name] = strings.Trim(i.Path.Value, `"`)
	}
	list := append([]string{"list", "-deps", "-export", "-json=ImportPath,Export"}, slices.Sorted(maps.Values(c.table))...)
	cmd := exec.Command("go", list...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, &said)
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var pkg struct{ ImportPath, Export string }
		if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		c.export[pkg.ImportPath] = pkg.Export
	}
	c.std = importer.ForCompiler(c.fset, "gc", func(path string) (io.ReadCloser, error) {
		if c.export[path] == "" {
			return nil, fmt.Errorf("%s is not among those that the guide imports: enter it in internal/code/imports.go", path)
		}
		return os.Open(c.export[path])
	})
	return c, nil
}

// Import finds a package that a fragment imports.
func (c *Checker) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if pkg, ok := c.made[path]; ok {
		return pkg, nil
	}
	return c.std.Import(path)
}

// Generate makes the package name of a document, which fragments call by that name from then on, and returns its files.
func (c *Checker) Generate(name string, document []byte, overlays ...string) ([]*ast.File, error) {
	key := name + "\n" + string(document)
	g, ok := c.cache[key]
	if !ok || len(overlays) > 0 {
		var err error
		if g, err = c.generate(name, document, overlays); err != nil {
			return nil, err
		}
		if len(overlays) == 0 {
			c.cache[key] = g
		}
	}
	c.table[name], c.made[own+name] = own+name, g.pkg
	return g.files, nil
}

func (c *Checker) generate(name string, document []byte, overlays []string) (g generated, err error) {
	dir, err := os.MkdirTemp("", "guide")
	if err != nil {
		return g, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // what stays is the system's to clear
	path := filepath.Join(dir, name+".yaml")
	if err := os.WriteFile(path, document, 0o600); err != nil {
		return g, err
	}
	api, found, err := spec.Load(path, spec.WithOverlays(overlays...))
	if err != nil {
		return g, err
	}
	if api == nil {
		return g, fmt.Errorf("%s is refused:\n%s", name, list(found))
	}
	written, more, err := generator.Generate(api, generator.Options{Package: name})
	if err != nil {
		return g, fmt.Errorf("%w\n%s", err, list(more))
	}
	if found = append(found, more...); len(found) > 0 {
		return g, fmt.Errorf("%s is not what a reader should copy:\n%s", name, list(found))
	}
	for _, f := range written {
		if filepath.Ext(f.Name) != ".go" {
			continue
		}
		file, err := parser.ParseFile(c.fset, name+"/"+f.Name, f.Data, parser.SkipObjectResolution)
		if err != nil {
			return g, err
		}
		g.files = append(g.files, file)
	}
	pkg, errs := c.types(own+name, g.files, true)
	if len(errs) > 0 {
		return g, fmt.Errorf("%s does not compile: %w", name, errors.Join(errs...))
	}
	g.pkg = pkg
	return g, nil
}

// Source makes the package name of a file of Go, which fragments and generated packages import from then on.
func (c *Checker) Source(name, path string) error {
	file, err := parser.ParseFile(c.fset, path, nil, 0)
	if err != nil {
		return err
	}
	pkg, errs := c.types(own+name, []*ast.File{file}, true)
	c.table[name], c.made[own+name] = own+name, pkg
	return errors.Join(errs...)
}

func list(found spec.Diagnostics) string {
	var b strings.Builder
	for _, d := range found {
		fmt.Fprintln(&b, d)
	}
	return b.String()
}

// types checks the files of a package, and returns what is wrong with them but for what a fragment may do: leave a variable unused.
func (c *Checker) types(path string, files []*ast.File, headsAlone bool) (*types.Package, []error) {
	var errs []error
	config := types.Config{
		Importer:         c,
		IgnoreFuncBodies: headsAlone,
		Error: func(err error) {
			var at types.Error
			if errors.As(err, &at) && at.Soft && (strings.HasPrefix(at.Msg, "declared and not used") || headsAlone) {
				return
			}
			errs = append(errs, err)
		},
	}
	pkg, _ := config.Check(path, c.fset, files, nil)
	return pkg, errs
}

// Go checks a fragment that begins at a line of a page, beside the files of its surroundings.
func (c *Checker) Go(page string, line int, text string, context ...string) error {
	fragment, err := parse(c.fset, page, line, text)
	if err != nil {
		return err
	}
	// What a fragment declares takes the place of what its surroundings do, and theirs that of what wider ones do.
	theirs := map[string]bool{}
	for _, d := range fragment.Decls {
		for _, key := range keysOf(d) {
			theirs[key] = true
		}
	}
	delete(theirs, "_")
	files := []*ast.File{fragment}
	for _, path := range context {
		file, err := parser.ParseFile(c.fset, path, nil, 0)
		if err != nil {
			return err
		}
		without(file, theirs)
		for _, d := range file.Decls {
			for _, key := range keysOf(d) {
				theirs[key] = key != "_"
			}
		}
		file.Name.Name = fragment.Name.Name
		files = append(files, file)
	}
	for _, file := range files {
		need(file, c.table, theirs)
	}
	_, errs := c.types("guide", files, false)
	return errors.Join(errs...)
}
