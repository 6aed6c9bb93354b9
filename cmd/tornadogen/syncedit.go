package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/templates"
)

// edit is text that is put into a file. Nothing that stands there is changed.
type edit struct {
	offset int
	text   string
	note   int // of the syncer, whose line it gets; -1 for none
}

func (y *syncer) insert(f *userFile, offset int, text string, n note) {
	y.notes = append(y.notes, n)
	y.edits[f] = append(y.edits[f], edit{offset, text, len(y.notes) - 1})
}

// endOfLine is the offset of the end of the line that p stands in.
func (f *userFile) endOfLine(p token.Pos) int {
	from := f.offset(p)
	if n := bytes.IndexByte(f.data[from:], '\n'); n >= 0 {
		if n > 0 && f.data[from+n-1] == '\r' {
			n--
		}
		return from + n
	}
	return len(f.data)
}

// alias is the name of the generated package in a file: its import's, else that of another file of the package, else its own.
func (f *userFile) alias() string {
	for _, other := range append([]*userFile{f}, f.pkg.files...) {
		for _, s := range other.tree.Imports {
			if name := other.nameOf(s); s.Path.Value == strconv.Quote(f.pkg.code.generated) && name != "_" && name != "." {
				return name
			}
		}
	}
	return f.pkg.code.pkg
}

// named is a name of the generated package as a file writes it.
func (y *syncer) named(name, alias string) string {
	if y.own.path == y.code.generated {
		return name
	}
	return alias + "." + name
}

// rename writes the types of a method with another name of a package; within the package itself they have none.
func (y *syncer) rename(m *templates.Method, from, to string) {
	to += "."
	if from == y.code.pkg && y.own.path == y.code.generated {
		to = ""
	}
	pattern := regexp.MustCompile(`\b` + regexp.QuoteMeta(from) + `\.`)
	for _, text := range []*string{&m.Params, &m.Results, &m.Value, &m.Error} {
		*text = pattern.ReplaceAllLiteralString(*text, to)
	}
}

// add plans a method behind the others of its type.
func (y *syncer) add(c contract, want method, t *userType) error {
	file, end, receiver := t.place(c)
	m := handlerMethod(want)
	if y.isAuth(c) {
		m = authMethod(want)
	}
	if name, typ, ok := strings.Cut(receiver, " "); ok && slices.ContainsFunc(want.params, func(p param) bool { return p.name == name }) {
		receiver = typ
	}
	needed := []templates.Import{{Name: "tornado", Path: modulePath + "/runtime"}}
	for _, p := range want.imports {
		if p != needed[0].Path {
			needed = append(needed, templates.Import{Path: p})
		}
	}
	for _, i := range needed {
		usual := importName(&ast.ImportSpec{Path: &ast.BasicLit{Value: strconv.Quote(i.Path)}})
		if i.Name != "" {
			usual = i.Name
		}
		if name := y.importInto(file, i); name != usual {
			y.rename(&m, usual, name)
		}
	}
	own := templates.Import{Path: y.code.generated}
	if alias := file.alias(); alias != importName(&ast.ImportSpec{Path: &ast.BasicLit{Value: strconv.Quote(own.Path)}}) {
		own.Name = alias
	}
	if file.pkg.path != y.code.generated && file.imported(".") != y.code.generated {
		y.rename(&m, y.code.pkg, y.importInto(file, own))
	} else {
		y.rename(&m, y.code.pkg, "")
	}
	text, err := m.Source(receiver)
	if err != nil {
		return fmt.Errorf("write %s.%s: %w", t.name(), want.name, err)
	}
	y.insert(file, end, "\n\n"+text,
		note{Kind: noteAdded, File: file.name, Type: t.name(), Method: want.name, Message: t.name() + "." + want.name})
	return nil
}

// place finds where the next method of a type belongs, and how the others write their receiver.
func (t *userType) place(c contract) (f *userFile, end int, receiver string) {
	wanted := names(c.methods)
	var last *userMethod
	for _, m := range t.methods {
		if last == nil || slices.Contains(wanted, m.decl.Name.Name) || !slices.Contains(wanted, last.decl.Name.Name) {
			last = m
		}
	}
	if last != nil {
		from, to := last.file.offset(last.decl.Recv.Opening)+1, last.file.offset(last.decl.Recv.Closing)
		return last.file, last.file.endOfLine(last.decl.End()), string(last.file.data[from:to])
	}
	end = t.file.endOfLine(t.spec.End())
	for _, decl := range t.file.tree.Decls {
		if decl.Pos() <= t.spec.Pos() && t.spec.End() <= decl.End() {
			end = t.file.endOfLine(decl.End())
		}
	}
	return t.file, end, "h *" + t.name()
}

// importInto sees to it that a file imports a package, and returns the name under which it does.
func (y *syncer) importInto(f *userFile, i templates.Import) string {
	value := strconv.Quote(i.Path)
	for _, s := range f.tree.Imports {
		if name := f.nameOf(s); s.Path.Value == value && name != "_" && name != "." {
			return name
		}
	}
	spec := value
	name := i.Name
	if name == "" {
		name = importName(&ast.ImportSpec{Path: &ast.BasicLit{Value: value}})
	} else {
		spec = name + " " + value
	}
	e := f.importEdit(spec, i.Path)
	if !slices.ContainsFunc(y.edits[f], func(have edit) bool { return have.text == e.text && have.note < 0 }) {
		y.edits[f] = append(y.edits[f], e)
	}
	return name
}

// importEdit finds the place of an import: in the order of its group, where there is a block.
func (f *userFile) importEdit(spec, path string) edit {
	var block *ast.GenDecl
	for _, decl := range f.tree.Decls {
		if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			block = g
		}
	}
	switch {
	case block == nil:
		return edit{f.endOfLine(f.tree.Name.End()), "\n\nimport " + spec, -1}
	case !block.Lparen.IsValid():
		return edit{f.endOfLine(block.End()), "\nimport " + spec, -1}
	}
	isStandard := func(path string) bool {
		first, _, _ := strings.Cut(path, "/")
		return !strings.Contains(first, ".")
	}
	var after *ast.ImportSpec
	for _, s := range block.Specs {
		one := s.(*ast.ImportSpec)
		have, err := strconv.Unquote(one.Path.Value)
		if err != nil || isStandard(have) != isStandard(path) {
			continue
		}
		if have > path && after == nil {
			from := one.Pos()
			if one.Doc != nil {
				from = one.Doc.Pos()
			}
			line := bytes.LastIndexByte(f.data[:f.offset(from)], '\n') + 1
			return edit{line, "\t" + spec + "\n", -1}
		}
		if have < path {
			after = one
		}
	}
	switch {
	case after != nil:
		return edit{f.endOfLine(after.End()), "\n\t" + spec, -1}
	case isStandard(path):
		return edit{f.endOfLine(block.Lparen), "\n\t" + spec + "\n", -1}
	}
	return edit{bytes.LastIndexByte(f.data[:f.offset(block.Rparen)], '\n') + 1, "\n\t" + spec + "\n", -1}
}

// changed gives the files with what is added, and the notes of that their lines.
func (y *syncer) changed() []change {
	var list []change
	for _, p := range y.packages() {
		for _, f := range p.files {
			if edits := y.edits[f]; len(edits) > 0 {
				list = append(list, change{f.name, f.data, y.apply(f, edits)})
			}
		}
	}
	return append(list, y.created...)
}

// shift moves the lines of what was found by those that were added before it.
func (y *syncer) shift() {
	for i, n := range y.notes {
		if n.in == nil {
			continue
		}
		for _, e := range y.edits[n.in] {
			if e.offset <= n.offset {
				y.notes[i].Line += strings.Count(e.text, "\n")
			}
		}
	}
}

func (y *syncer) apply(f *userFile, edits []edit) []byte {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b edit) int {
		if a.offset != b.offset {
			return a.offset - b.offset
		}
		if a.note < 0 && b.note < 0 {
			return strings.Compare(a.text, b.text)
		}
		return 0
	})
	crlf := bytes.Contains(f.data, []byte("\r\n"))
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(out, f.data[at:e.offset]...)
		at = e.offset
		if e.note >= 0 {
			lead := len(e.text) - len(strings.TrimLeft(e.text, "\n"))
			comment := strings.Index(e.text, "\nfunc ") // the line of the method, not of its comment
			y.notes[e.note].Line = bytes.Count(out, []byte("\n")) + 1 + max(lead, strings.Count(e.text[:comment+1], "\n"))
		}
		if crlf {
			e.text = strings.ReplaceAll(e.text, "\n", "\r\n")
		}
		out = append(out, e.text...)
	}
	return append(out, f.data[at:]...)
}
