package code

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"slices"
	"strings"
)

// Generated checks a fragment that shows what is generated: each of its declarations must be among those of the files. Of a struct and
// of an interface it may show a part, without tags too; comments do
// not count.
func (c *Checker) Generated(page string, line int, text string, files []*ast.File) error {
	fragment, err := parse(c.fset, page, line, text)
	if err != nil {
		return err
	}
	there := map[string]string{} // name, or name and member, -> text
	for _, file := range files {
		c.outline(file, func(name, text string, _ token.Pos) { there[name] = text })
	}
	count := 0
	c.outline(fragment, func(name, text string, at token.Pos) {
		count++
		switch have, ok := there[name]; {
		case err != nil:
		case !ok:
			near := slices.DeleteFunc(slices.Sorted(keys(there)), func(k string) bool { return !strings.HasPrefix(k, strings.Split(name, ".")[0]) })
			err = fmt.Errorf("%s: %s is not generated; there is %v", c.fset.Position(at), name, near)
		case have != text && !strings.HasPrefix(have, text+" `"): // a tag may be left out
			err = fmt.Errorf("%s: %s is generated as\n%s\nnot as\n%s", c.fset.Position(at), name, have, text)
		}
	})
	if count == 0 && err == nil {
		err = errNone
	}
	return err
}

func keys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// outline tells the declarations of a file, a member of a struct or an interface each by itself: "Pet.Name".
func (c *Checker) outline(file *ast.File, tell func(name, text string, at token.Pos)) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			tell(strings.Join(keysOf(d), ""), c.print(d.Type), d.Pos())
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					c.outlineType(s, tell)
				case *ast.ValueSpec:
					if len(s.Values) == 1 {
						tell(s.Names[0].Name, c.print(s.Values[0]), s.Pos())
					}
				}
			}
		}
	}
}

func (c *Checker) outlineType(s *ast.TypeSpec, tell func(name, text string, at token.Pos)) {
	var members *ast.FieldList
	var kind string
	switch t := s.Type.(type) {
	case *ast.StructType:
		members, kind = t.Fields, "struct"
	case *ast.InterfaceType:
		members, kind = t.Methods, "interface"
	default:
		kind = c.print(t)
	}
	if s.Assign.IsValid() {
		kind = "= " + kind
	}
	tell(s.Name.Name, kind, s.Pos())
	if members == nil {
		return
	}
	for _, m := range members.List {
		text := c.print(m.Type)
		if m.Tag != nil {
			text += " " + m.Tag.Value
		}
		if len(m.Names) == 0 {
			tell(s.Name.Name+"."+text, text, m.Pos())
		}
		for _, n := range m.Names {
			tell(s.Name.Name+"."+n.Name, text, m.Pos())
		}
	}
}

// print returns a node without its comments, on one line.
func (c *Checker) print(n ast.Node) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, c.fset, n); err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
