package code

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// A shape is a way in which a fragment can be part of a file.
type shape struct {
	name          string
	before, after string // what makes a file of it; begins and ends without a line of its own
}

var shapes = []shape{
	{"file", "", ""},
	{"declarations", "package guide;", ""},
	{"statements", "package guide; func _() %s {", "\n;panic(0)}"},
	{"expression", "package guide; func _() %s { _ =", "\n;panic(0)}"},
	{"method", "package guide; type _ interface {", "\n}"},
}

// a line, or what stands in its place, that leaves something out.
var left = regexp.MustCompile(`(?m)^\s*\.\.\.$`)

// parse makes a file of a fragment, whose lines are those of the page. A line of three dots stands for what is left out.
func parse(fset *token.FileSet, page string, line int, text string) (*ast.File, error) {
	text = left.ReplaceAllStringFunc(text, func(dots string) string { return strings.Replace(dots, "...", `panic("...")`, 1) })
	file, err := parseShapes(fset, page, line, text)
	if err != nil && strings.Contains(text, `panic("...")`) { // of a struct or an interface
		return parseShapes(fset, page, line, strings.ReplaceAll(text, `panic("...")`, ""))
	}
	return file, err
}

// parseShapes returns the file of the first shape that a fragment fits, or the error of the one that fits it best.
func parseShapes(fset *token.FileSet, page string, line int, text string) (*ast.File, error) {
	var best error
	far := -1
	for _, s := range shapes {
		before := s.before
		if strings.Contains(before, "%s") {
			before = fmt.Sprintf(before, resultsOf(text))
		}
		src := fmt.Sprintf("%s\n//line %s:%d\n%s%s", before, page, line, text, s.after)
		file, err := parser.ParseFile(fset, "", src, parser.ParseComments)
		switch {
		case err == nil && s.name == "statements" && loneValue(file):
		case err == nil:
			return file, nil
		default:
			at := 2 * lineOf(err)
			if s.name == "statements" { // most are, where none comes further
				at++
			}
			if at > far {
				best, far = err, at
			}
		}
	}
	return nil, best
}

// lineOf returns the line of a parser's error.
func lineOf(err error) int {
	_, after, _ := strings.Cut(err.Error(), ":")
	line := 0
	_, _ = fmt.Sscanf(after, "%d", &line)
	return line
}

// resultsOf returns the results of the function that the statements of a fragment are put into, by what they return: the last one is an
// error.
func resultsOf(text string) string {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package guide; func _() {\n"+text+"\n}", 0)
	if err != nil {
		return ""
	}
	results := ""
	ast.Inspect(file.Decls[0], func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if len(n.Results) > 0 {
				results = "(" + strings.Repeat("any, ", len(n.Results)-1) + "error)"
			}
		}
		return true
	})
	return results
}

// loneValue reports whether a fragment is one expression that is no call: it is a value, not a statement.
func loneValue(file *ast.File) bool {
	body := file.Decls[0].(*ast.FuncDecl).Body.List
	if _, empty := body[len(body)-2].(*ast.EmptyStmt); !empty || len(body) != 3 {
		return false
	}
	value, ok := body[0].(*ast.ExprStmt)
	if !ok {
		return false
	}
	_, call := value.X.(*ast.CallExpr)
	return !call
}

// keysOf returns what a declaration declares: "Name", or "Type.Method".
func keysOf(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return []string{d.Name.Name}
		}
		of := d.Recv.List[0].Type
		if star, ok := of.(*ast.StarExpr); ok {
			of = star.X
		}
		if id, ok := of.(*ast.Ident); ok {
			return []string{id.Name + "." + d.Name.Name}
		}
	case *ast.GenDecl:
		var names []string
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			case *ast.ValueSpec:
				for _, n := range s.Names {
					names = append(names, n.Name)
				}
			}
		}
		return names
	}
	return nil
}

// without takes out of a file what others declare.
func without(file *ast.File, others map[string]bool) {
	file.Decls = slices.DeleteFunc(file.Decls, func(d ast.Decl) bool {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			return slices.ContainsFunc(keysOf(d), func(key string) bool { return others[key] })
		}
		g.Specs = slices.DeleteFunc(g.Specs, func(s ast.Spec) bool {
			return slices.ContainsFunc(keysOf(&ast.GenDecl{Specs: []ast.Spec{s}}), func(key string) bool { return others[key] })
		})
		return len(g.Specs) == 0
	})
}

// need adds the imports that a file needs, of those in table, for names that are not declared in the package or the file.
func need(file *ast.File, table map[string]string, declared map[string]bool) {
	has := map[string]bool{}
	for _, i := range file.Imports {
		path := strings.Trim(i.Path.Value, `"`)
		name := nameOf(path, table)
		if i.Name != nil {
			name = i.Name.Name
		}
		has[name] = true
	}
	var specs []ast.Spec
	for _, id := range file.Unresolved {
		path, ok := table[id.Name]
		if !ok || declared[id.Name] || has[id.Name] || !within(file, id.Pos()) {
			continue
		}
		has[id.Name] = true
		spec := &ast.ImportSpec{Name: ast.NewIdent(id.Name), Path: &ast.BasicLit{Kind: token.STRING, Value: `"` + path + `"`}}
		specs, file.Imports = append(specs, spec), append(file.Imports, spec)
	}
	if len(specs) > 0 {
		file.Decls = append([]ast.Decl{&ast.GenDecl{Tok: token.IMPORT, Lparen: 1, Specs: specs, Rparen: 1}}, file.Decls...)
	}
}

// within reports whether a place lies in one of the declarations that are left of a file.
func within(file *ast.File, at token.Pos) bool {
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); ok {
			if slices.ContainsFunc(g.Specs, func(s ast.Spec) bool { return s.Pos() <= at && at < s.End() }) {
				return true
			}
		} else if d.Pos() <= at && at < d.End() {
			return true
		}
	}
	return false
}

func nameOf(path string, table map[string]string) string {
	for name, p := range table {
		if p == path {
			return name
		}
	}
	return path[strings.LastIndex(path, "/")+1:]
}

var errNone = errors.New("there is no code in it")
