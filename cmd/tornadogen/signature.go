package main

import (
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strconv"
	"strings"
)

// reader reads one file.
type reader struct {
	fset *token.FileSet
	file *ast.File
	pkg  string
}

// interfaces lists the exported interfaces of the file.
func (r *reader) interfaces() []*ast.GenDecl {
	var list []*ast.GenDecl
	for _, decl := range r.file.Decls {
		if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.TYPE && len(g.Specs) == 1 {
			spec := g.Specs[0].(*ast.TypeSpec)
			if _, ok := spec.Type.(*ast.InterfaceType); ok && spec.Name.IsExported() {
				list = append(list, g)
			}
		}
	}
	return list
}

func (r *reader) contract(g *ast.GenDecl) (contract, error) {
	spec := g.Specs[0].(*ast.TypeSpec)
	c := contract{name: spec.Name.Name, doc: comment(g.Doc)}
	for _, field := range spec.Type.(*ast.InterfaceType).Methods.List {
		fn, ok := field.Type.(*ast.FuncType)
		if !ok || len(field.Names) != 1 {
			continue
		}
		m, err := r.method(field.Names[0].Name, fn)
		if err != nil {
			return c, err
		}
		m.doc = comment(field.Doc)
		c.methods = append(c.methods, m)
	}
	return c, nil
}

// method reads a signature.
func (r *reader) method(name string, fn *ast.FuncType) (method, error) {
	m := method{name: name}
	for _, p := range fn.Params.List {
		text, imports, err := r.typ(p.Type)
		if err != nil {
			return m, err
		}
		m.imports = append(m.imports, imports...)
		for _, name := range p.Names {
			m.params = append(m.params, param{name.Name, text})
		}
	}
	if fn.Results == nil {
		return m, nil
	}
	for _, p := range fn.Results.List {
		text, imports, err := r.typ(p.Type)
		if err != nil {
			return m, err
		}
		m.imports = append(m.imports, imports...)
		m.results = append(m.results, text)
	}
	return m, nil
}

// returnsNil tells which methods of the unimplemented handlers return nil before the error.
func (r *reader) returnsNil() map[string]bool {
	found := map[string]bool{}
	for _, decl := range r.file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Recv == nil || len(fn.Body.List) == 0 {
			continue
		}
		ret, ok := fn.Body.List[len(fn.Body.List)-1].(*ast.ReturnStmt)
		if !ok || len(ret.Results) != 2 {
			continue
		}
		if id, ok := ret.Results[0].(*ast.Ident); ok && id.Name == "nil" {
			found[fn.Name.Name] = true
		}
	}
	return found
}

// comment is a comment as it stands in the source.
func comment(group *ast.CommentGroup) string {
	if group == nil {
		return ""
	}
	lines := make([]string, len(group.List))
	for i, c := range group.List {
		lines[i] = c.Text
	}
	return strings.Join(lines, "\n")
}

// typ writes a type as another package does, with the import paths that it needs beside the package's own.
func (r *reader) typ(expr ast.Expr) (text string, imports []string, err error) { return spell(expr, r) }

// ident writes a name of the universe or of the generated package.
func (r *reader) ident(id *ast.Ident) (string, []string, error) {
	if types.Universe.Lookup(id.Name) != nil {
		return id.Name, nil, nil
	}
	return r.pkg + "." + id.Name, nil, nil
}

// selected writes a name of an imported package.
func (r *reader) selected(pkg, name string) (string, []string, error) {
	at := slices.IndexFunc(r.file.Imports, func(s *ast.ImportSpec) bool { return importName(s) == pkg })
	if at < 0 {
		return "", nil, fmt.Errorf("%s is not imported", pkg)
	}
	path, err := strconv.Unquote(r.file.Imports[at].Path.Value)
	return pkg + "." + name, []string{path}, err
}

// speller writes the names in a type.
type speller interface {
	ident(id *ast.Ident) (text string, imports []string, err error)
	selected(pkg, name string) (text string, imports []string, err error)
}

// spell writes a type with the names that s gives, and lists the import paths that these need.
func spell(expr ast.Expr, s speller) (text string, imports []string, err error) {
	switch e := expr.(type) {
	case *ast.Ident:
		return s.ident(e)
	case *ast.SelectorExpr:
		if id, ok := e.X.(*ast.Ident); ok {
			return s.selected(id.Name, e.Sel.Name)
		}
	case *ast.ParenExpr:
		return spell(e.X, s)
	case *ast.StarExpr:
		text, imports, err = spell(e.X, s)
		return "*" + text, imports, err
	case *ast.Ellipsis:
		text, imports, err = spell(e.Elt, s)
		return "..." + text, imports, err
	case *ast.ArrayType:
		text, imports, err = spell(e.Elt, s)
		if e.Len == nil {
			return "[]" + text, imports, err
		}
	case *ast.MapType:
		key, more, err := spell(e.Key, s)
		if err != nil {
			return "", nil, err
		}
		text, imports, err = spell(e.Value, s)
		return "map[" + key + "]" + text, append(more, imports...), err
	case *ast.IndexExpr:
		return spellGeneric(e.X, []ast.Expr{e.Index}, s)
	case *ast.IndexListExpr:
		return spellGeneric(e.X, e.Indices, s)
	}
	var b strings.Builder
	if err := printer.Fprint(&b, token.NewFileSet(), expr); err != nil {
		return "", nil, err
	}
	return "", nil, fmt.Errorf("the type %s cannot be written in another package", b.String())
}

// spellGeneric writes a generic type with its arguments.
func spellGeneric(generic ast.Expr, args []ast.Expr, s speller) (text string, imports []string, err error) {
	text, imports, err = spell(generic, s)
	if err != nil {
		return "", nil, err
	}
	spelled := make([]string, len(args))
	for i, arg := range args {
		one, more, err := spell(arg, s)
		if err != nil {
			return "", nil, err
		}
		spelled[i], imports = one, append(imports, more...)
	}
	return text + "[" + strings.Join(spelled, ", ") + "]", imports, nil
}

func importName(s *ast.ImportSpec) string {
	if s.Name != nil {
		return s.Name.Name
	}
	p, err := strconv.Unquote(s.Path.Value)
	if err != nil {
		return ""
	}
	return path.Base(p)
}
