package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
)

// outline is what a generated package asks of its user. It is read from the package itself, whose exported names are what a
// user sees too: the interfaces of handler_gen.go and security_gen.go, the descriptors of router_gen.go, the function of
// server_gen.go that makes the API, the client of client_gen.go, and the interfaces of webhooks and callbacks.
type outline struct {
	new        string // "New"
	union      string // "Handler", all of handlers together
	handlers   []contract
	auth       *contract // nil where no operation asks who is calling
	operations []operation
	hooks      []operation     // webhooks and callbacks, which another API calls
	hookFiles  []string        // those with what sends and receives them
	types      map[string]bool // that the package declares, in types_gen.go and elsewhere

	client, newClient string            // "Client", "NewClient"; "" where there is no client
	calls             map[string]method // of the client, by name
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

// declaredType matches the declaration of a type in formatted source.
var declaredType = regexp.MustCompile(`(?m)^type (\w+) `)

// outlineOf reads an outline. Types of the package are written with the prefix pkg.
func outlineOf(files []generator.File, pkg string) (*outline, error) {
	o := &outline{}
	o.types = map[string]bool{}
	for _, f := range files {
		for _, m := range declaredType.FindAllSubmatch(f.Data, -1) {
			o.types[string(m[1])] = true
		}
		var read func(*reader) error
		switch f.Name {
		case "webhooks_gen.go":
			read = o.readHooks(f.Name, "webhook")
		case "callbacks_gen.go":
			read = o.readHooks(f.Name, "callback")
		case "handler_gen.go":
			read = o.readHandlers
		case "security_gen.go":
			read = o.readSecurity
		case "router_gen.go":
			read = o.readRouter
		case "server_gen.go":
			read = o.readServer
		case "client_gen.go":
			read = o.readClient
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

// readHooks reads what is called of the kind of a file.
func (o *outline) readHooks(name, kind string) func(*reader) error {
	return func(r *reader) error {
		o.hookFiles = append(o.hookFiles, name)
		for _, face := range r.interfaces() {
			c, err := r.contract(face)
			if err != nil {
				return err
			}
			for _, m := range c.methods {
				o.hooks = append(o.hooks, operation{Name: m.name, kind: kind, handler: c.name})
			}
		}
		return nil
	}
}

// assign tells each operation who handles it.
func (o *outline) assign() {
	for i, h := range o.hooks {
		at := slices.IndexFunc(o.operations, func(op operation) bool { return op.Name == h.Name })
		if at < 0 {
			continue
		}
		o.hooks[i] = o.operations[at]
		o.hooks[i].kind, o.hooks[i].handler = h.kind, h.handler
		o.operations = slices.Delete(o.operations, at, at+1)
	}
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

// findSources tells each operation of the API what the document says of it. Both are in the order of the document, and an operation
// without a handler is told of in the findings.
func (o *outline) findSources(c compiled) {
	for _, source := range c.api.Operations {
		if _, unserved := c.unserved(source); unserved {
			continue
		}
		for i := range o.operations {
			op := &o.operations[i]
			if op.source == nil && op.handler != "" && op.Method == source.Method && op.Path == source.Path && (source.ID == "" || source.ID == op.ID) {
				op.source = source
				break
			}
		}
	}
}

// find is the operation that is served for one of the document, nil for none.
func (o *outline) find(source *spec.Operation) *operation {
	for i := range o.operations {
		if o.operations[i].source == source {
			return &o.operations[i]
		}
	}
	return nil
}

func (o *outline) readHandlers(r *reader) error {
	for i, face := range r.interfaces() {
		if i == 0 {
			o.union = face.Specs[0].(*ast.TypeSpec).Name.Name
			continue
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

// readClient finds the function that makes the client, which comes before its methods.
func (o *outline) readClient(r *reader) error {
	o.calls = map[string]method{}
	for _, decl := range r.file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || !fn.Name.IsExported() {
			continue
		}
		m, err := r.method(fn.Name.Name, fn.Type)
		if err != nil {
			return err
		}
		switch {
		case fn.Recv != nil:
			if to, _, err := r.typ(fn.Recv.List[0].Type); err == nil && to == "*"+r.pkg+"."+o.client {
				o.calls[m.name] = m
			}
		case o.client == "" && len(m.results) == 2 && m.results[1] == "error":
			o.newClient, o.client = m.name, strings.TrimPrefix(m.results[0], "*"+r.pkg+".")
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
