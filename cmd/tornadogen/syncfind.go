package main

import (
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"
)

// syncer holds the contracts of a package against the types of the user.
type syncer struct {
	outline *outline
	code    *userCode
	own     *userPackage // the one that new files go to
	spec    string

	root   *userType            // what is given to New, nil where that is not found
	rootIn string               // where: "main.go:31"
	by     map[string]*userType // contract to the type that answers it
	said   []claim

	renamed map[string]*userMethod // by the name that its operation has now: the method of one that had another

	notes   []note
	edits   map[*userFile][]edit
	created []change
}

// claim is a place where the user names an interface of the package that a type implements.
type claim struct {
	file *userFile
	pos  token.Pos
	name string // "PetsHandler"; "UnimplementedPetsHandler" where it is embedded
	of   *userType
}

// contracts are all that the package asks for.
func (y *syncer) contracts() []contract {
	list := slices.Clone(y.outline.handlers)
	if y.outline.auth != nil {
		list = append(list, *y.outline.auth)
	}
	return list
}

// find learns which types of the user answer which contract.
func (y *syncer) find() error {
	y.by = map[string]*userType{}
	if err := y.readPackage(y.own); err != nil {
		return err
	}
	if y.root != nil { // types of other packages are reached by it
		if _, err := y.reach(y.root, map[*userType]bool{}); err != nil {
			return err
		}
	}
	for _, p := range y.packages()[1:] {
		if err := y.readPackage(p); err != nil {
			return err
		}
	}
	for _, c := range y.contracts() {
		for _, claim := range y.said {
			if claim.name == c.name && claim.of != nil {
				y.by[c.name] = claim.of
				break
			}
		}
		if y.by[c.name] == nil {
			y.by[c.name] = y.byMethods(c)
		}
	}
	return nil
}

// packages are those that were read, the user's own first.
func (y *syncer) packages() []*userPackage {
	list := []*userPackage{y.own}
	for _, path := range slices.Sorted(maps.Keys(y.code.packages)) {
		if p := y.code.packages[path]; p != y.own {
			list = append(list, p)
		}
	}
	return list
}

// byMethods is the type that has most methods of a contract.
func (y *syncer) byMethods(c contract) (best *userType) {
	most := 0
	for _, p := range y.packages() {
		for _, t := range p.types {
			n := 0
			for _, m := range t.methods {
				at := slices.IndexFunc(c.methods, func(want method) bool { return want.name == m.decl.Name.Name })
				if at >= 0 && (y.takesRequest(m) || y.isAuth(c) && len(m.decl.Type.Params.List) >= 2) {
					n++
				}
			}
			if n > most {
				best, most = t, n
			}
		}
	}
	return best
}

func (y *syncer) isAuth(c contract) bool {
	return y.outline.auth != nil && c.name == y.outline.auth.name
}

// takesRequest tells whether a method has the request of an operation of its own name among its parameters.
func (y *syncer) takesRequest(m *userMethod) bool {
	params, _ := m.signature()
	return slices.Contains(params, y.code.pkg+"."+m.decl.Name.Name+"Request")
}

// reach loads what a type embeds, in all depths.
func (y *syncer) reach(t *userType, seen map[*userType]bool) ([]*userType, error) {
	if seen[t] {
		return nil, nil
	}
	seen[t] = true
	list := []*userType{t}
	for _, field := range t.embedded() {
		inner, err := t.file.local(field.Type)
		if err != nil {
			return nil, err
		}
		if inner == nil {
			continue
		}
		more, err := y.reach(inner, seen)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// readPackage collects the claims of a package, and looks for what is given to New.
func (y *syncer) readPackage(p *userPackage) error {
	prefix := y.code.pkg + "."
	for _, f := range p.files {
		for _, decl := range f.tree.Decls {
			var err error
			switch d := decl.(type) {
			case *ast.GenDecl:
				err = y.readAssertions(f, d)
			case *ast.FuncDecl:
				err = y.readBody(f, d)
			}
			if err != nil {
				return err
			}
		}
	}
	for _, t := range p.types {
		for _, field := range t.embedded() {
			if name, ok := strings.CutPrefix(t.file.spelled(field.Type), prefix); ok {
				y.said = append(y.said, claim{t.file, field.Pos(), name, t})
			}
		}
	}
	return nil
}

// readAssertions reads declarations such as var _ petapi.PetsHandler = (*pets)(nil).
func (y *syncer) readAssertions(f *userFile, d *ast.GenDecl) error {
	if d.Tok != token.VAR {
		return nil
	}
	for _, s := range d.Specs {
		v := s.(*ast.ValueSpec)
		if v.Type == nil || len(v.Names) != 1 || v.Names[0].Name != "_" || len(v.Values) != 1 {
			continue
		}
		name, ok := strings.CutPrefix(f.spelled(v.Type), y.code.pkg+".")
		if !ok {
			continue
		}
		t, err := f.typeOfValue(v.Values[0], nil)
		if err != nil {
			return err
		}
		if name == y.outline.union && t != nil && y.root == nil {
			y.root, y.rootIn = t, f.at(v.Pos())
		}
		y.said = append(y.said, claim{f, v.Pos(), name, t})
	}
	return nil
}

// readBody looks for the call of New.
func (y *syncer) readBody(f *userFile, fn *ast.FuncDecl) (err error) {
	if fn.Body == nil {
		return nil
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 || err != nil || f.spelled(call.Fun) != y.code.pkg+"."+y.outline.new {
			return err == nil
		}
		var t *userType
		if t, err = f.typeOfValue(call.Args[0], fn); t != nil && err == nil {
			y.root, y.rootIn = t, f.at(call.Pos())
		}
		if len(call.Args) > 1 && y.outline.auth != nil && err == nil {
			if t, err = f.typeOfValue(call.Args[1], fn); t != nil {
				y.said = append(y.said, claim{f, call.Pos(), y.outline.auth.name, t})
			}
		}
		return err == nil
	})
	return err
}

// typeOfValue is the type of the user that an expression has, as far as it says so itself: &pets{}, pets{}, new(pets),
// (*pets)(nil), or a variable of fn that is declared as one of these.
func (f *userFile) typeOfValue(value ast.Expr, fn *ast.FuncDecl) (*userType, error) {
	switch v := value.(type) {
	case *ast.UnaryExpr:
		return f.typeOfValue(v.X, fn)
	case *ast.ParenExpr:
		return f.typeOfValue(v.X, fn)
	case *ast.CompositeLit:
		return f.local(v.Type)
	case *ast.CallExpr:
		if id, ok := v.Fun.(*ast.Ident); ok && id.Name == "new" && len(v.Args) == 1 {
			return f.local(v.Args[0])
		}
		return f.local(v.Fun)
	case *ast.Ident:
		return f.typeOfVariable(v.Name, fn)
	}
	return nil, nil
}

func (f *userFile) typeOfVariable(name string, fn *ast.FuncDecl) (t *userType, err error) {
	if fn == nil {
		return nil, nil
	}
	for _, p := range fn.Type.Params.List {
		if slices.ContainsFunc(p.Names, func(id *ast.Ident) bool { return id.Name == name }) {
			return f.local(p.Type)
		}
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		assign, ok := n.(*ast.AssignStmt)
		if !ok || t != nil || err != nil || assign.Tok != token.DEFINE || len(assign.Lhs) != len(assign.Rhs) {
			return t == nil
		}
		for i, left := range assign.Lhs {
			if id, ok := left.(*ast.Ident); ok && id.Name == name {
				if inner, same := assign.Rhs[i].(*ast.Ident); !same || inner.Name != name {
					t, err = f.typeOfValue(assign.Rhs[i], nil)
				}
			}
		}
		return t == nil
	})
	return t, err
}
