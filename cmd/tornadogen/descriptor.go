package main

import (
	"fmt"
	"go/ast"
	"strconv"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/spec"
)

// operation is one descriptor.
type operation struct {
	Name, ID, Method, Path string
	kind                   string   // "deferred"; "" for a plain one
	handler                string   // "PetsHandler"
	auth                   []string // one of them admits; "a + b" are both; "none" is everybody
	limits                 []string // "body 10MiB", "timeout 5s"

	source *spec.Operation // what the document says of it; nil before findSources, and for webhooks and callbacks
}

// route is the method and the path as comments have them.
func (op *operation) route() string {
	if op.source == nil {
		return op.Method + " " + op.Path
	}
	return op.Method + " " + op.source.Path + op.source.Suffix
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
	texts := map[string]*string{"ID": &op.ID, "Name": &op.Name, "Method": &op.Method, "Path": &op.Path}
	for _, e := range lit.Elts {
		name, value := member(e)
		if text := texts[name]; text != nil {
			if *text, err = textOf(value); err != nil {
				return op, false, fmt.Errorf("field %s of an operation: %w", name, err)
			}
		}
		switch name {
		case "Kind":
			op.kind = strings.ToLower(strings.TrimPrefix(value.(*ast.SelectorExpr).Sel.Name, "Kind"))
		case "Security":
			op.auth, err = requirementsOf(value)
		case "MaxBody":
			op.limits = append(op.limits, "body "+sizeOf(value))
		case "MaxHeader":
			op.limits = append(op.limits, "header "+sizeOf(value))
		case "Timeout":
			op.limits = append(op.limits, "timeout "+timeOf(value))
		}
		if err != nil {
			return op, false, fmt.Errorf("field %s of an operation: %w", name, err)
		}
	}
	return op, true, nil
}

// member is one member of a composite literal, "" for what is none.
func member(e ast.Expr) (name string, value ast.Expr) {
	if kv, ok := e.(*ast.KeyValueExpr); ok {
		if id, ok := kv.Key.(*ast.Ident); ok {
			return id.Name, kv.Value
		}
	}
	return "", nil
}

func textOf(value ast.Expr) (string, error) {
	lit, ok := value.(*ast.BasicLit)
	if !ok {
		return "", fmt.Errorf("%T is no literal", value)
	}
	return strconv.Unquote(lit.Value)
}

// requirementsOf lists []tornado.Requirement{{Uses: []tornado.SchemeUse{{Scheme: "key"}}}}.
func requirementsOf(value ast.Expr) ([]string, error) {
	var list []string
	for _, requirement := range value.(*ast.CompositeLit).Elts {
		var all []string
		for _, e := range requirement.(*ast.CompositeLit).Elts {
			_, uses := member(e)
			for _, use := range uses.(*ast.CompositeLit).Elts {
				for _, e := range use.(*ast.CompositeLit).Elts {
					if name, value := member(e); name == "Scheme" {
						scheme, err := textOf(value)
						if err != nil {
							return nil, err
						}
						all = append(all, scheme)
					}
				}
			}
		}
		if len(all) == 0 {
			all = []string{"none"}
		}
		list = append(list, strings.Join(all, " + "))
	}
	return list, nil
}

// sizeOf is a number of bytes in the largest unit that it is a multiple of.
func sizeOf(value ast.Expr) string {
	digits := value.(*ast.BasicLit).Value
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return digits
	}
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	for len(units) > 1 && n%1024 == 0 {
		n, units = n/1024, units[1:]
	}
	return strconv.FormatInt(n, 10) + units[0]
}

// timeOf is a duration, 5 * time.Second or a number of nanoseconds.
func timeOf(value ast.Expr) string {
	unit := time.Nanosecond
	if product, ok := value.(*ast.BinaryExpr); ok {
		value = product.X
		unit = map[string]time.Duration{"Minute": time.Minute, "Second": time.Second, "Millisecond": time.Millisecond}[product.Y.(*ast.SelectorExpr).Sel.Name]
	}
	n, err := strconv.ParseInt(value.(*ast.BasicLit).Value, 10, 64)
	if err != nil {
		return "?"
	}
	return (time.Duration(n) * unit).String()
}
