// Package emit prints the plan that package ir made of an API as Go source. It decides nothing: an emitter's branch reads
// what the plan says.
//
// Package takes a plan through one emitter a file (types.go prints types_gen.go, and so on) and formats what comes out.
// Text of the document reaches the output in three ways only: comments pass comment, strings pass text or key, and
// identifiers were made by package naming. Helpers return fresh jen.Code: statements of jennifer mutate, so none is kept.
package emit

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"slices"
	"strings"
	"sync"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// File is one file of the package.
type File struct {
	Name string
	Data []byte
}

// emitter prints one file of a plan.
type emitter struct {
	name   string
	wanted bool
	print  func(f *file, p *ir.Package)
}

// Package prints p: the files that have something in them, in a fixed order, the document that the package embeds last.
func Package(p *ir.Package) ([]File, error) {
	calls := p.Server || p.Client
	emitters := []emitter{
		{"handler_gen.go", p.Server, printHandler},
		{"types_gen.go", true, printTypes},
		{"json_gen.go", true, printJSON},
		{"validate_gen.go", true, printValidate},
		{"params_gen.go", calls, printParams},
		{"router_gen.go", calls, printRouter},
		{"server_gen.go", p.Server, printServer},
		{"streams_gen.go", calls, printStreams},
		{"security_gen.go", calls, printSecurity},
		{"client_gen.go", p.Client, printClient},
		{"servers_gen.go", p.Client, printServers},
	}
	emitters = append(emitters, emitter{"links_gen.go", p.Client, printLinks})
	for _, h := range p.Hooks {
		emitters = append(emitters, emitter{h.File, calls, func(f *file, p *ir.Package) { printHooks(f, p, h) }})
	}
	// Formatting takes most of the time, so the files are printed side by side. They share nothing but the plan.
	printed := make([]File, len(emitters))
	errs := make([]error, len(emitters))
	var all sync.WaitGroup
	for i, e := range emitters {
		if e.wanted {
			all.Go(func() {
				printed[i].Name = e.name
				printed[i].Data, errs[i] = e.source(p)
			})
		}
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	files := slices.DeleteFunc(printed, func(f File) bool { return f.Data == nil })
	if calls {
		files = append(files, File{p.API.SourceName, p.API.Source})
	}
	return files, nil
}

// source is the file of e, nil where there is nothing in it.
func (e *emitter) source(p *ir.Package) ([]byte, error) {
	f := newFile(p)
	e.print(f, p)
	if f.decls == 0 {
		return nil, nil
	}
	data, err := f.source()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.name, err)
	}
	return data, nil
}

// file is one file while it is printed: declarations with a blank line between them.
//
// It is rendered and formatted part by part: what jennifer holds of a whole one, and its syntax tree, take fifty times its size.
type file struct {
	name    string       // of the package
	mark    string       // the first line
	jen     *jen.File    // the part in hand
	decls   int          // of all parts
	head    []byte       // what stands before the imports
	imports []string     // of the parts before, as they are written
	body    bytes.Buffer // the parts before, formatted
	layouts layouts
	err     error // the first one
	foreign []*ir.Import
}

func newFile(p *ir.Package) *file {
	f := &file{name: p.Name, mark: p.Mark, foreign: p.Imports}
	f.begin()
	return f
}

// begin begins a part.
func (f *file) begin() {
	f.jen = jen.NewFile(f.name)
	f.jen.NoFormat = true // layOut formats
	f.jen.ImportAlias(ir.Runtime, "tornado")
	f.jen.ImportName(ir.RuntimeClient, "client")
	f.jen.ImportName(ir.RuntimeCORS, "cors")
	for _, i := range f.foreign {
		if i.Plain {
			f.jen.ImportName(i.Path, i.Name)
		} else {
			f.jen.ImportAlias(i.Path, i.Name)
		}
	}
}

// decl adds a declaration with its comment, "" for none.
func (f *file) decl(doc string, code jen.Code) {
	f.gap()
	if c := comment(doc); c != nil {
		f.jen.Add(c)
	}
	f.jen.Add(code)
}

// gap begins a declaration, or a group of them, with an empty line above.
func (f *file) gap() {
	if f.decls%partSize == 0 && f.decls > 0 {
		f.end()
		f.begin()
	}
	if f.decls > 0 {
		f.jen.Line()
	}
	f.decls++
}

// maxShort is how long signature and body of a function may be together for go format to leave it on one line.
const maxShort = 100

// shortFunc is a function that only returns something. width is how long it is on one line, without its braces.
type shortFunc struct {
	signature, result *jen.Statement
	width             int
}

// short adds functions one below the other where each of them fits on a line.
func (f *file) short(functions ...shortFunc) {
	fits := true
	for _, s := range functions {
		fits = fits && s.width <= maxShort
	}
	for i, s := range functions {
		if !fits {
			f.decl("", s.signature.Block(jen.Return(s.result)))
			continue
		}
		if i == 0 {
			f.gap()
		}
		f.jen.Add(s.signature.Add(oneLine(s.result)))
	}
}

// blank is an import for its effects alone. It is no content: a file that holds nothing else is not written.
func (f *file) blank(path string) { f.jen.Anon(path) }

// packageDoc makes text the comment of the package.
func (f *file) packageDoc(text string) {
	for _, line := range commentLines(text) {
		f.jen.PackageComment(line)
	}
}

// partSize is how many declarations a part of a file has.
const partSize = 100

// end renders the part in hand and formats it.
func (f *file) end() {
	var b bytes.Buffer
	if err := f.jen.Render(&b); err != nil {
		f.fail(err)
		return
	}
	head, imports, rest := splitImports(b.Bytes())
	if f.head == nil {
		f.head = head
	}
	f.imports = append(f.imports, imports...)
	f.fail(f.layouts.format(&f.body, rest))
}

func (f *file) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// source is the whole file, with the imports of the standard library apart from the others.
func (f *file) source() ([]byte, error) {
	f.end()
	if f.err != nil {
		return nil, f.err
	}
	top, err := format.Source([]byte(f.mark + "\n\n" + string(f.head) + importGroups(f.imports))) // the path of an import is never broken
	if err != nil {
		return nil, err
	}
	return slices.Concat(bytes.TrimSpace(top), []byte("\n\n"), f.body.Bytes(), []byte("\n")), nil
}

// splitImports divides what jennifer renders: what stands before the imports, these, one by one, and the declarations. jennifer writes
// one import behind the keyword, and several between brackets, each on a line of its own.
func splitImports(src []byte) (head []byte, imports []string, rest []byte) {
	const one, several, end = "\nimport ", "\nimport (\n", "\n)\n"
	at := bytes.Index(src, []byte("\npackage ")) + 1 // the comment of the package may hold anything
	from := at + bytes.IndexByte(src[at:], '\n') + 1
	head, rest = src[:from], src[from:]
	switch {
	case bytes.HasPrefix(rest, []byte(several)):
		rest = rest[len(several):]
		n := bytes.Index(rest, []byte(end))
		return head, strings.Split(string(rest[:n]), "\n"), rest[n+len(end):]
	case bytes.HasPrefix(rest, []byte(one)):
		line, after, _ := bytes.Cut(rest[len(one):], []byte("\n"))
		return head, []string{string(line)}, after
	}
	return head, nil, rest
}

// importGroups writes imports, those of the standard library first, with an empty line between them and the others.
func importGroups(imports []string) string {
	var std, other []string
	for _, line := range unique(imports) {
		if first, _, _ := strings.Cut(line, "/"); strings.Contains(first, ".") {
			other = append(other, line)
		} else {
			std = append(std, line)
		}
	}
	switch len(std) + len(other) {
	case 0:
		return ""
	case 1:
		return "\nimport " + strings.Join(append(std, other...), "")
	}
	text := "\nimport (\n" + strings.Join(std, "\n")
	if len(std) > 0 && len(other) > 0 {
		text += "\n\n"
	}
	return text + strings.Join(other, "\n") + "\n)\n"
}

// unique sorts a list and leaves each text once.
func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
