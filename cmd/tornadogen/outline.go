package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/generator"
)

// outline is what a generated package asks of its user. It is read from the package itself, whose exported names are what a
// user sees too: the interfaces of handler_gen.go and security_gen.go, the descriptors of router_gen.go, and the function of
// server_gen.go that makes the API.
type outline struct {
	new        string // "New"
	handlers   []contract
	auth       *contract // nil where no operation asks who is calling
	operations []operation
}

// contract is one interface that the user implements.
type contract struct {
	name    string // "PetsHandler"
	doc     string // its comment, with slashes
	methods []method
}

// method is one method of a contract, as it is written outside of the generated package.
type method struct {
	name, doc string
	params    []param
	results   []string
	nilable   bool // nil is a value of the first result
	imports   []string
}

type param struct{ name, typ string }

// operation is one descriptor.
type operation struct {
	Name, ID, Method, Path string
	handler                string // "PetsHandler"
}

// outlineOf reads an outline. Types of the package are written with the prefix pkg.
func outlineOf(files []generator.File, pkg string) (*outline, error) {
	o := &outline{}
	for _, f := range files {
		var read func(*reader) error
		switch f.Name {
		case "handler_gen.go":
			read = o.readHandlers
		case "security_gen.go":
			read = o.readSecurity
		case "router_gen.go":
			read = o.readRouter
		case "server_gen.go":
			read = o.readServer
		default:
			continue
		}
		r := &reader{fset: token.NewFileSet(), pkg: pkg}
		var err error
		if r.file, err = parser.ParseFile(r.fset, f.Name, f.Data, parser.ParseComments|parser.SkipObjectResolution); err == nil {
			err = read(r)
		}
		if err != nil {
			return nil, fmt.Errorf("read the generated %s: %w", f.Name, err)
		}
	}
	if o.new == "" {
		return nil, errors.New("the generated package has no function that makes the API")
	}
	o.assign()
	return o, nil
}

// assign tells each operation who handles it.
func (o *outline) assign() {
	for _, h := range o.handlers {
		for _, m := range h.methods {
			for i := range o.operations {
				if o.operations[i].Name == m.name {
					o.operations[i].handler = h.name
				}
			}
		}
	}
}

// reader reads one file.
type reader struct {
	fset *token.FileSet
	file *ast.File
	pkg  string
}

func (o *outline) readHandlers(r *reader) error {
	for i, face := range r.interfaces() {
		if i == 0 {
			continue // the union of the others
		}
		c, err := r.contract(face)
		if err != nil {
			return err
		}
		o.handlers = append(o.handlers, c)
	}
	returnsNil := r.returnsNil()
	for _, h := range o.handlers {
		for i, m := range h.methods {
			h.methods[i].nilable = returnsNil[m.name]
		}
	}
	return nil
}

func (o *outline) readSecurity(r *reader) error {
	faces := r.interfaces()
	if len(faces) == 0 {
		return nil
	}
	c, err := r.contract(faces[0])
	o.auth = &c
	return err
}

func (o *outline) readServer(r *reader) error {
	for _, decl := range r.file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Recv != nil || fn.Type.Results == nil || len(fn.Type.Results.List) != 1 || !fn.Name.IsExported() {
			continue
		}
		if text, _, err := r.typ(fn.Type.Results.List[0].Type); err == nil && text == "*tornado.API" {
			o.new = fn.Name.Name
		}
	}
	return nil
}

func (o *outline) readRouter(r *reader) error {
	for _, decl := range r.file.Decls {
		vars, ok := decl.(*ast.GenDecl)
		if !ok || vars.Tok != token.VAR {
			continue
		}
		for _, spec := range vars.Specs {
			for _, value := range spec.(*ast.ValueSpec).Values {
				op, found, err := descriptor(value)
				if err != nil {
					return err
				}
				if found {
					o.operations = append(o.operations, op)
				}
			}
		}
	}
	return nil
}

// descriptor reads tornado.Operation{ID: "getPet", ...}.
func descriptor(value ast.Expr) (op operation, found bool, err error) {
	lit, ok := value.(*ast.CompositeLit)
	if !ok {
		return op, false, nil
	}
	if typ, ok := lit.Type.(*ast.SelectorExpr); !ok || typ.Sel.Name != "Operation" {
		return op, false, nil
	}
	fields := map[string]*string{"ID": &op.ID, "Name": &op.Name, "Method": &op.Method, "Path": &op.Path}
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		name, ok := kv.Key.(*ast.Ident)
		if !ok || fields[name.Name] == nil {
			continue
		}
		text, ok := kv.Value.(*ast.BasicLit)
		if !ok {
			return op, false, fmt.Errorf("field %s of an operation is no literal", name.Name)
		}
		if *fields[name.Name], err = strconv.Unquote(text.Value); err != nil {
			return op, false, fmt.Errorf("field %s of an operation: %w", name.Name, err)
		}
	}
	return op, true, nil
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
		m := method{name: field.Names[0].Name, doc: comment(field.Doc)}
		for _, p := range fn.Params.List {
			text, imports, err := r.typ(p.Type)
			if err != nil {
				return c, err
			}
			m.imports = append(m.imports, imports...)
			for _, name := range p.Names {
				m.params = append(m.params, param{name.Name, text})
			}
		}
		for _, p := range fn.Results.List {
			text, imports, err := r.typ(p.Type)
			if err != nil {
				return c, err
			}
			m.imports = append(m.imports, imports...)
			m.results = append(m.results, text)
		}
		c.methods = append(c.methods, m)
	}
	return c, nil
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
func (r *reader) typ(expr ast.Expr) (text string, imports []string, err error) {
	switch e := expr.(type) {
	case *ast.Ident:
		if types.Universe.Lookup(e.Name) != nil {
			return e.Name, nil, nil
		}
		return r.pkg + "." + e.Name, nil, nil
	case *ast.SelectorExpr:
		id, ok := e.X.(*ast.Ident)
		if !ok {
			break
		}
		at := slices.IndexFunc(r.file.Imports, func(s *ast.ImportSpec) bool { return importName(s) == id.Name })
		if at < 0 {
			return "", nil, fmt.Errorf("%s is not imported", id.Name)
		}
		path, err := strconv.Unquote(r.file.Imports[at].Path.Value)
		return id.Name + "." + e.Sel.Name, []string{path}, err
	case *ast.StarExpr:
		text, imports, err = r.typ(e.X)
		return "*" + text, imports, err
	case *ast.ArrayType:
		text, imports, err = r.typ(e.Elt)
		if e.Len == nil {
			return "[]" + text, imports, err
		}
	case *ast.MapType:
		key, more, err := r.typ(e.Key)
		if err != nil {
			return "", nil, err
		}
		text, imports, err = r.typ(e.Value)
		return "map[" + key + "]" + text, append(more, imports...), err
	case *ast.IndexExpr:
		generic, more, err := r.typ(e.X)
		if err != nil {
			return "", nil, err
		}
		text, imports, err = r.typ(e.Index)
		return generic + "[" + text + "]", append(more, imports...), err
	}
	var b strings.Builder
	if err := printer.Fprint(&b, r.fset, expr); err != nil {
		return "", nil, err
	}
	return "", nil, fmt.Errorf("the type %s cannot be written in another package", b.String())
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
