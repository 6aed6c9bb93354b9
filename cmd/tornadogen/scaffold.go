package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/tornadogen/tornadogen/spec"
	"github.com/tornadogen/tornadogen/templates"
)

// scaffold makes the files of a service. There are none when the document is refused.
func (s *settings) scaffold(service *templates.Service) ([]templates.File, compiled, error) {
	if s.Package != "" {
		if err := s.checkPackage(); err != nil {
			return nil, compiled{}, err
		}
		if s.Package == "vendor" || s.Package == "internal" || s.Package == "testdata" {
			return nil, compiled{}, fmt.Errorf("%s: a folder named %s means something else to Go; use a name such as petapi", s.place("package"), s.Package)
		}
	}
	c, err := s.compileCopy()
	if err != nil || c.files == nil {
		return nil, c, err
	}
	if err := fillIn(service, c, s.Package); err != nil {
		return nil, c, fmt.Errorf("%s: %w", s.Spec, err)
	}
	service.Strict = s.Strict
	files, err := service.Render()
	if err != nil {
		return nil, c, fmt.Errorf("%s: %w", s.Spec, err)
	}
	files = append(files, templates.File{Name: c.api.SourceName, Data: c.api.Source})
	var names []string
	for _, f := range c.files {
		names = append(names, f.Name)
		files = append(files, templates.File{Name: s.Package + "/" + f.Name, Data: f.Data})
	}
	return append(files, templates.File{Name: s.Package + "/" + manifestName, Data: manifestOf(names)}), c, nil
}

// compileCopy generates the package from the document as it will stand in the service. Where that is a bundle of several
// files, or has overlays in it, it is read anew, so that generate finds nothing to change. The findings are those of the
// document that the user has.
func (s *settings) compileCopy() (compiled, error) {
	c, err := s.compile()
	if err != nil || c.files == nil {
		return c, err
	}
	if data, err := os.ReadFile(s.Spec); err == nil && bytes.Equal(data, c.api.Source) {
		return c, nil
	}
	stage, err := os.MkdirTemp("", "tornadogen-")
	if err != nil {
		return c, err
	}
	one := *s
	one.Root, one.Overlays, one.Strict, one.Spec = "", nil, false, filepath.Join(stage, c.api.SourceName)
	err = os.WriteFile(one.Spec, c.api.Source, 0o600)
	var bundled compiled
	if err == nil {
		bundled, err = one.compile()
	}
	if err == nil && bundled.files == nil {
		err = fmt.Errorf("%s: its files do not become one: %s", s.Spec, bundled.findings)
	}
	bundled.findings = c.findings
	return bundled, errors.Join(err, os.RemoveAll(stage))
}

// packageOfTitle names a package after the first word of a title that says something: "petstoreapi"; "api" where none does.
func packageOfTitle(title string) string {
	for word := range strings.FieldsSeq(title) {
		switch name := packageName(word); name {
		case "", "a", "an", "the", "api", "apis", "openapi", "open", "rest", "restful", "http", "public", "v1", "v2", "v3", "my":
		default:
			if len(name) > 24 {
				name = name[:24]
			}
			return strings.TrimSuffix(name, "api") + "api"
		}
	}
	return "api"
}

// fillIn completes what a service takes from the generated package.
func fillIn(service *templates.Service, c compiled, pkg string) error {
	service.Document, service.Package = c.api.SourceName, pkg
	// The names of types do not depend on the alias: read once to learn what is taken, then with the alias.
	first, err := outlineOf(c.files, pkg)
	if err != nil {
		return err
	}
	service.Alias = freeName(pkg, first)
	o, err := outlineOf(c.files, service.Alias)
	if err != nil {
		return err
	}
	service.New, service.Client, service.NewClient = o.new, o.client, o.newClient
	service.Hooks = o.hookFiles
	o.findSources(c)
	chooseCalls(service, o)
	choosePaths(service, c.api.BasePath, o.operations)
	own := templates.Import{Path: service.Module + "/" + pkg}
	if service.Alias != pkg {
		own.Name = service.Alias
	}
	taken := map[string]bool{}
	fileNames := map[string]bool{"main.go": true, "auth.go": true}
	for _, h := range o.handlers {
		handler := handlerOf(h, own, taken, fileNames)
		handler.Contract = service.Alias + "." + h.name
		service.Handlers = append(service.Handlers, handler)
	}
	if o.auth != nil {
		var paths []string
		for _, m := range o.auth.methods {
			service.Auth = append(service.Auth, authMethod(m))
			paths = append(paths, m.imports...)
		}
		service.AuthType, service.AuthContract = service.Alias+".Unimplemented"+o.auth.name, service.Alias+"."+o.auth.name
		service.AuthImports = append(importsOf(paths), own)
	}
	return nil
}

// chooseCalls finds what a test can call without knowing what the operations are about.
func chooseCalls(service *templates.Service, o *outline) {
	for _, op := range o.operations {
		m, source := o.calls[op.Name], op.source
		if len(m.params) != 2 || m.results[len(m.results)-1] != "error" || source == nil || !declaresSuccess(source) {
			continue
		}
		call := templates.Call{Name: m.name, Request: m.params[1].typ, Value: len(m.results) > 1}
		if service.First == nil {
			service.First = &call
		}
		if !needsInput(source) {
			service.Calls = append(service.Calls, call)
		}
	}
}

// declaresSuccess tells whether a client sees a 501 as an error: where there is a default alone, that is its answer, whatever the status.
func declaresSuccess(op *spec.Operation) bool {
	return slices.ContainsFunc(op.Responses, func(r *spec.Response) bool {
		return r.Status == 2 || r.Status == 3 || r.Status >= 200 && r.Status < 400
	})
}

// needsInput tells whether there are requests that an operation refuses.
func needsInput(op *spec.Operation) bool {
	return op.Body != nil && op.Body.Required || slices.ContainsFunc(op.Parameters, func(p *spec.Parameter) bool { return p.Required })
}

// choosePaths keeps the pages of the scaffold away from the paths of the API: what is mounted comes before it.
func choosePaths(service *templates.Service, basePath string, operations []operation) {
	free := func(path string) string {
		for _, op := range operations {
			full := basePath + op.Path
			if full == path || strings.HasPrefix(full, path+"/") {
				return "/_" + path[1:]
			}
		}
		return path
	}
	service.DocsPath, service.LivePath, service.ReadyPath = free("/docs"), free("/healthz"), free("/readyz")
	service.DocumentPath = free("/" + service.Document)
}

// handlerOf is the file for one contract.
func handlerOf(c contract, own templates.Import, types, fileNames map[string]bool) templates.Handler {
	name := lowerFirst(c.name)
	for n := 2; types[name]; n++ {
		name = fmt.Sprintf("%s%d", lowerFirst(c.name), n)
	}
	types[name] = true
	h := templates.Handler{Type: name, File: fileOf(c.name, fileNames), Doc: strings.Replace(c.doc, c.name, name, 1)}
	var paths []string
	for _, m := range c.methods {
		h.Methods = append(h.Methods, handlerMethod(m))
		paths = append(paths, m.imports...)
	}
	h.Imports = append(importsOf(paths), own)
	return h
}

// authMethod is a method that checks who is calling.
func authMethod(m method) templates.Method {
	m.nilable = true // a context
	return methodOf(m, "tornado.NotImplemented("+m.params[len(m.params)-1].name+".Operation)")
}

// handlerMethod is a method that answers an operation.
func handlerMethod(m method) templates.Method {
	return methodOf(m, "tornado.Unimplemented("+m.params[0].name+")")
}

func methodOf(m method, notYet string) templates.Method {
	out := templates.Method{Doc: m.doc, Name: m.name, Nilable: m.nilable, Error: notYet}
	var params []string
	for _, p := range m.params {
		params = append(params, p.name+" "+p.typ)
	}
	out.Params = "(" + strings.Join(params, ", ") + ")"
	switch len(m.results) {
	case 0: // it answers by its last parameter
		out.Reply = m.params[len(m.params)-1].name
	case 1:
		out.Results = m.results[0]
	default:
		out.Value = m.results[0]
		out.Results = "(" + strings.Join(m.results, ", ") + ")"
	}
	return out
}

// importsOf are the imports for paths, and the runtime.
func importsOf(paths []string) []templates.Import {
	const runtime = modulePath + "/runtime"
	list := []templates.Import{{Name: "tornado", Path: runtime}}
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		if path != runtime {
			list = append(list, templates.Import{Path: path})
		}
	}
	return list
}

// device matches what is no name of a file on Windows, whatever its end is, nor one of a module of Go.
var device = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9])$`)

// fileOf names the file of a handler: "pets.go" for PetsHandler.
func fileOf(handler string, taken map[string]bool) string {
	stem := strings.ToLower(strings.ReplaceAll(strings.TrimSuffix(handler, "Handler"), "_", ""))
	if runes := []rune(stem); len(runes) > 40 {
		stem = string(runes[:40])
	}
	name := stem + ".go"
	if stem == "" || taken[name] || device.MatchString(stem) {
		stem += "handler"
		name = stem + ".go"
	}
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s%d.go", stem, n)
	}
	taken[name] = true
	return name
}

// lowerFirst makes an exported name one that is not: petsHandler, apiHandler of APIHandler.
func lowerFirst(name string) string {
	runes := []rune(name)
	for i := range runes {
		if !unicode.IsUpper(runes[i]) || i > 0 && i+1 < len(runes) && unicode.IsLower(runes[i+1]) {
			break
		}
		runes[i] = unicode.ToLower(runes[i])
	}
	return string(runes)
}

// scaffoldNames are the identifiers that the files of a scaffold use, beside those that are made of the document.
var scaffoldNames = []string{
	"main", "run", "service", "welcome", "auth", "newServer", "newAPI", "drain", "unready", "seconds", "newClient", "unwritten", "server", "c", "t", "name", "call", "declared", "undeclared", "addr", "stop", "err", "listener", "host", "port", "ip", "root", "h", "a", "ctx", "req", "reply", "out", "ws", "zero",
	"context", "flag", "fmt", "log", "slog", "net", "os", "signal", "syscall", "time", "regexp", "strconv", "tornado", "docs",
	"errors", "http", "testing", "client", "contract", "tornadotest", "TestContract",
}

// freeName is the name under which a scaffold imports the package: its own, unless something else bears it.
func freeName(pkg string, o *outline) string {
	taken := slices.Clone(scaffoldNames)
	contracts := o.handlers
	for _, h := range o.handlers {
		taken = append(taken, lowerFirst(h.name))
	}
	if o.auth != nil {
		contracts = append(slices.Clone(contracts), *o.auth)
	}
	for _, c := range contracts {
		for _, m := range c.methods {
			for _, p := range m.params {
				taken = append(taken, p.name)
			}
			for _, path := range m.imports {
				taken = append(taken, path[strings.LastIndexByte(path, '/')+1:])
			}
		}
	}
	name := pkg
	for slices.Contains(taken, name) || types.Universe.Lookup(name) != nil {
		name += "api"
	}
	return name
}
