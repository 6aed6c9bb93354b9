package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// userCode are packages of the user that were parsed. They are not type-checked: after a change of the document they do not compile.
type userCode struct {
	generated string // import path of the generated package
	pkg       string // its name
	packages  map[string]*userPackage
}

// userPackage is one package, without its tests and without what tornadogen generated.
type userPackage struct {
	code  *userCode
	dir   string // as the user names it
	path  string // its import path
	name  string
	files []*userFile
	types []*userType // in the order of the files
}

// userFile is one file.
type userFile struct {
	pkg  *userPackage
	name string // as the user names it
	data []byte
	fset *token.FileSet
	tree *ast.File
}

// userType is a declared type with its methods.
type userType struct {
	file    *userFile
	spec    *ast.TypeSpec
	methods []*userMethod
}

type userMethod struct {
	of   *userType
	file *userFile
	decl *ast.FuncDecl
}

func (f *userFile) line(p token.Pos) int   { return f.fset.Position(p).Line }
func (f *userFile) offset(p token.Pos) int { return f.fset.Position(p).Offset }

var moduleLine = regexp.MustCompile(`(?m)^module[ \t]+"?([^"\s]+)"?`)

// moduleOf finds the module that a folder belongs to, which need not exist yet.
func moduleOf(dir string) (root, modulePath string, err error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return "", "", err
	}
	for at := full; ; at = filepath.Dir(at) {
		text, err := os.ReadFile(filepath.Join(at, "go.mod"))
		if m := moduleLine.FindSubmatch(text); err == nil && m != nil {
			return at, string(m[1]), nil
		}
		if at == filepath.Dir(at) {
			return "", "", fmt.Errorf("%s: there is no go.mod in it or above; run go mod init there first", dir)
		}
	}
}

// importPathOf is the import path of a folder.
func importPathOf(dir string) (string, error) {
	root, module, err := moduleOf(dir)
	if err != nil {
		return "", err
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	below, err := filepath.Rel(root, full)
	return path.Join(module, filepath.ToSlash(below)), err
}

// load parses the package in a folder, once.
func (c *userCode) load(dir string) (*userPackage, error) {
	own, err := importPathOf(dir)
	if err != nil {
		return nil, err
	}
	if p := c.packages[own]; p != nil {
		return p, nil
	}
	p := &userPackage{code: c, dir: dir, path: own}
	c.packages[own] = p
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %w; check its permissions", dir, cause(err))
	}
	for _, e := range entries {
		name := e.Name()
		if !e.Type().IsRegular() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if err := p.parse(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	p.collect()
	return p, nil
}

// parse adds a file that was not generated; of one with a fault, what could be read.
func (p *userPackage) parse(name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("%s: cannot be read: %w; check its permissions", name, cause(err))
	}
	if hasHeader(data) {
		return nil
	}
	f := &userFile{pkg: p, name: name, data: data, fset: token.NewFileSet()}
	f.tree, err = parser.ParseFile(f.fset, name, data, parser.ParseComments|parser.SkipObjectResolution)
	p.name = f.tree.Name.Name
	p.files = append(p.files, f)
	if err != nil {
		return fmt.Errorf("%w; correct it and run again; nothing was written", err)
	}
	return nil
}

// collect finds the types, and then the methods, which may stand in other files.
func (p *userPackage) collect() {
	for _, f := range p.files {
		for _, decl := range f.tree.Decls {
			g, ok := decl.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, s := range g.Specs {
				p.types = append(p.types, &userType{file: f, spec: s.(*ast.TypeSpec)})
			}
		}
	}
	for _, f := range p.files {
		for _, decl := range f.tree.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || len(fn.Recv.List) != 1 {
				continue
			}
			if t := p.typeNamed(receiverName(fn.Recv.List[0].Type)); t != nil {
				t.methods = append(t.methods, &userMethod{t, f, fn})
			}
		}
	}
}

// receiverName is the name of a receiver's type: "pets" of *pets[T].
func receiverName(expr ast.Expr) string {
	switch e := expr.(type) {
	case *ast.StarExpr:
		return receiverName(e.X)
	case *ast.ParenExpr:
		return receiverName(e.X)
	case *ast.IndexExpr:
		return receiverName(e.X)
	case *ast.IndexListExpr:
		return receiverName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func (p *userPackage) typeNamed(name string) *userType {
	at := slices.IndexFunc(p.types, func(t *userType) bool { return t.spec.Name.Name == name })
	if at < 0 {
		return nil
	}
	return p.types[at]
}

// imported is the path that a file imports under a name, "" for none.
func (f *userFile) imported(name string) string {
	for _, s := range f.tree.Imports {
		p, err := strconv.Unquote(s.Path.Value)
		if err == nil && f.nameOf(s) == name {
			return p
		}
	}
	return ""
}

// nameOf is the name of an import in its file.
func (f *userFile) nameOf(s *ast.ImportSpec) string {
	if s.Name == nil && s.Path.Value == strconv.Quote(f.pkg.code.generated) {
		return f.pkg.code.pkg
	}
	return importName(s)
}

// ident implements speller: names as the outline has them, so that both can be compared. A name of the package itself has a dot
// before it, which none of the outline has.
func (f *userFile) ident(id *ast.Ident) (string, []string, error) {
	t := f.pkg.typeNamed(id.Name)
	switch {
	case t != nil && t.spec.Assign.IsValid(): // an alias
		return spell(t.spec.Type, t.file)
	case t != nil:
		return "." + id.Name, nil, nil
	case types.Universe.Lookup(id.Name) != nil:
		return id.Name, nil, nil
	case f.pkg.path == f.pkg.code.generated || f.imported(".") == f.pkg.code.generated:
		return f.pkg.code.pkg + "." + id.Name, nil, nil
	}
	return "." + id.Name, nil, nil
}

// selected implements speller.
func (f *userFile) selected(pkg, name string) (string, []string, error) {
	switch p := f.imported(pkg); p {
	case "":
		return pkg + "." + name, nil, nil
	case f.pkg.code.generated:
		return f.pkg.code.pkg + "." + name, nil, nil
	case modulePath + "/runtime":
		return "tornado." + name, nil, nil
	default:
		return path.Base(p) + "." + name, nil, nil
	}
}

// spelled is a type as the outline would write it, and as it stands there where it would not.
func (f *userFile) spelled(expr ast.Expr) string {
	text, _, err := spell(expr, f)
	if err == nil {
		return text
	}
	var b strings.Builder
	_ = printer.Fprint(&b, f.fset, expr) // into memory
	return b.String()
}

// signature lists the types of the parameters and of the results.
func (m *userMethod) signature() (params, results []string) {
	list := func(fields *ast.FieldList) (types []string) {
		if fields == nil {
			return nil
		}
		for _, p := range fields.List {
			text := m.file.spelled(p.Type)
			for range max(len(p.Names), 1) {
				types = append(types, text)
			}
		}
		return types
	}
	return list(m.decl.Type.Params), list(m.decl.Type.Results)
}

// embedded lists what a struct embeds, a pointer as what it points to.
func (t *userType) embedded() []*ast.Field {
	s, ok := t.spec.Type.(*ast.StructType)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.Fields.List), func(f *ast.Field) bool { return len(f.Names) > 0 })
}

// local finds the type of the user that an expression names, in its package or in another one of the same module.
func (f *userFile) local(expr ast.Expr) (*userType, error) {
	switch e := expr.(type) {
	case *ast.StarExpr:
		return f.local(e.X)
	case *ast.ParenExpr:
		return f.local(e.X)
	case *ast.IndexExpr:
		return f.local(e.X)
	case *ast.IndexListExpr:
		return f.local(e.X)
	case *ast.Ident:
		return f.pkg.typeNamed(e.Name), nil
	case *ast.SelectorExpr:
		id, ok := e.X.(*ast.Ident)
		if !ok {
			return nil, nil
		}
		p, err := f.neighbour(f.imported(id.Name))
		if p == nil || err != nil {
			return nil, err
		}
		return p.typeNamed(e.Sel.Name), nil
	}
	return nil, nil
}

// neighbour loads a package of the same module, nil for any other one: those cannot know the types of the generated package.
func (f *userFile) neighbour(importPath string) (*userPackage, error) {
	root, module, err := moduleOf(f.pkg.dir)
	below, ours := strings.CutPrefix(importPath, module+"/")
	if err != nil || !ours || importPath == f.pkg.code.generated {
		return nil, err
	}
	full := filepath.Join(root, filepath.FromSlash(below))
	if _, err := os.Stat(full); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if here := workingDir(); here != "" {
		if rel, err := filepath.Rel(here, full); err == nil {
			full = rel
		}
	}
	return f.pkg.code.load(full)
}
