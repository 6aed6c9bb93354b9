package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/templates"
)

func (f *userFile) at(p token.Pos) string { return fmt.Sprintf("%s:%d", f.name, f.line(p)) }

// run compares every contract with the type that answers it, and plans what is to be added.
func (y *syncer) run() error {
	if len(y.own.files) == 0 {
		return fmt.Errorf("%s: has no Go files; name the folder of your handlers with --handlers, or begin with tornadogen init", y.own.dir)
	}
	if err := y.find(); err != nil {
		return err
	}
	y.findRenamed()
	for _, c := range y.contracts() {
		if err := y.sync(c); err != nil {
			return err
		}
	}
	y.findGone()
	y.findOrphans()
	return nil
}

func (y *syncer) note(kind string, f *userFile, pos token.Pos, typ, method, format string, args ...any) {
	y.notes = append(y.notes, note{kind, f.name, f.line(pos), typ, method, fmt.Sprintf(format, args...), f, f.offset(pos)})
}

// sync compares one contract.
func (y *syncer) sync(c contract) error {
	t := y.by[c.name]
	leftTo := y.unimplemented(c)
	switch {
	case t != nil:
	case leftTo != nil:
		y.noteUnwritten(c, leftTo, names(c.methods))
		return nil
	case y.root != nil && y.answers(y.root):
		t = y.root
	default:
		return y.create(c)
	}
	var unwritten []string
	for _, m := range c.methods {
		have, err := y.method(t, m.name)
		if err != nil {
			return err
		}
		other := y.elsewhere(m.name, t)
		switch {
		case have != nil:
			y.compare(m, have)
		case other != nil:
			y.note(noteMoved, other.file, other.decl.Pos(), other.of.name(), m.name, "%s.%s: its operation belongs to %s.%s now; move it to %s",
				other.of.name(), m.name, y.code.pkg, c.name, t.name())
		case y.renamed[m.name] != nil: // findOrphans tells
		case leftTo != nil && leftTo.of == t && !y.isAuth(c):
			unwritten = append(unwritten, m.name)
		default:
			if err := y.add(c, m, t); err != nil {
				return err
			}
		}
	}
	if len(unwritten) > 0 {
		y.noteUnwritten(c, leftTo, unwritten)
	}
	return nil
}

func (t *userType) name() string { return t.spec.Name.Name }

func names(methods []method) (list []string) {
	for _, m := range methods {
		list = append(list, m.name)
	}
	return list
}

func (y *syncer) noteUnwritten(c contract, where *claim, list []string) {
	y.note(noteUnwritten, where.file, where.pos, where.of.name(), "", "%s embeds %s.%s, which answers 501: %s; write them, and take it out",
		where.of.name(), y.code.pkg, where.name, strings.Join(list, ", "))
}

// unimplemented finds a type that embeds the unimplemented handler of a contract.
func (y *syncer) unimplemented(c contract) *claim {
	at := slices.IndexFunc(y.said, func(s claim) bool { return s.name == "Unimplemented"+c.name && s.of != nil })
	if at < 0 {
		return nil
	}
	return &y.said[at]
}

// answers tells whether a type answers some contract by methods of its own.
func (y *syncer) answers(t *userType) bool {
	return slices.ContainsFunc(y.outline.handlers, func(c contract) bool { return y.by[c.name] == t })
}

// method finds a method of a type, or of what it embeds.
func (y *syncer) method(t *userType, name string) (*userMethod, error) {
	all, err := y.reach(t, map[*userType]bool{})
	for _, one := range all {
		for _, m := range one.methods {
			if m.decl.Name.Name == name {
				return m, err
			}
		}
	}
	return nil, err
}

// elsewhere finds the method of an operation at a type that answers another contract.
func (y *syncer) elsewhere(name string, than *userType) *userMethod {
	for _, c := range y.outline.handlers {
		t := y.by[c.name]
		if t == nil || t == than {
			continue
		}
		for _, m := range t.methods {
			if m.decl.Name.Name == name && y.takesRequest(m) {
				return m
			}
		}
	}
	return nil
}

// compare reports a method whose types are not those of the contract.
func (y *syncer) compare(want method, have *userMethod) {
	params, results := have.signature()
	var wanted []string
	for _, p := range want.params {
		wanted = append(wanted, p.typ)
	}
	if slices.Equal(params, wanted) && slices.Equal(results, want.results) {
		return
	}
	y.note(noteChanged, have.file, have.decl.Pos(), have.of.name(), want.name, "%s.%s: by %s it is %s now; change it",
		have.of.name(), want.name, y.spec, want.text())
}

// text is a method with its signature.
func (m method) text() string {
	out := methodOf(m, "")
	return m.name + strings.TrimRight(out.Params+" "+out.Results, " ")
}

// findGone reports interfaces of the package that are not there any more.
func (y *syncer) findGone() {
	known := []string{y.outline.union}
	for _, c := range y.contracts() {
		known = append(known, c.name, "Unimplemented"+c.name)
	}
	handler := regexp.MustCompile(`^Unimplemented\w+$|^\w*Handler$|^Authenticator$`)
	for _, s := range y.said {
		if handler.MatchString(s.name) && !slices.Contains(known, s.name) && !y.outline.types[s.name] {
			y.note(noteGone, s.file, s.pos, "", "", "%s.%s is not there any more: no operation of %s belongs to it; take this out", y.code.pkg, s.name, y.spec)
		}
	}
}

// create plans a file for a contract that nobody answers, and embeds its type where the others are.
func (y *syncer) create(c contract) error {
	taken, fileNames := map[string]bool{}, map[string]bool{}
	for _, t := range y.own.types {
		taken[t.name()] = true
	}
	for _, f := range y.own.files {
		fileNames[filepath.Base(f.name)] = true
	}
	for _, made := range y.created {
		fileNames[filepath.Base(made.name)] = true
	}
	alias := y.own.files[0].alias()
	own := templates.Import{Path: y.code.generated}
	if alias != path.Base(y.code.generated) {
		own.Name = alias
	}
	h := handlerOf(c, own, taken, fileNames)
	h.Package, h.Contract = y.own.name, y.named(c.name, alias)
	if y.own.path == y.code.generated {
		h.Imports = slices.DeleteFunc(h.Imports, func(i templates.Import) bool { return i == own })
	}
	for i := range h.Methods {
		if y.isAuth(c) {
			h.Methods[i] = authMethod(c.methods[i])
		}
		y.rename(&h.Methods[i], y.code.pkg, alias)
	}
	text, err := h.Source()
	if err != nil {
		return fmt.Errorf("write %s: %w", h.File, err)
	}
	name := filepath.Join(y.own.dir, h.File)
	y.created = append(y.created, change{name: name, new: text})
	line := strings.Count(string(text[:strings.Index(string(text), "\ntype ")+1]), "\n") + 1
	y.notes = append(y.notes, note{Kind: noteAdded, File: name, Line: line, Type: h.Type, Message: fmt.Sprintf("%s, with the methods of %s.%s", h.Type, y.code.pkg, c.name)})
	if !y.isAuth(c) && y.embed(h.Type) {
		return nil
	}
	todo := fmt.Sprintf("%s: nothing uses it yet; embed it in the type that %s.%s is given", h.Type, y.code.pkg, y.outline.new)
	if y.isAuth(c) {
		todo = fmt.Sprintf("%s: nothing uses it yet; give &%s{} to %s.%s behind the handler", h.Type, h.Type, y.code.pkg, y.outline.new)
	}
	if y.rootIn != "" {
		todo += " at " + y.rootIn
	}
	y.notes = append(y.notes, note{Kind: noteTodo, File: name, Line: line, Type: h.Type, Message: todo})
	return nil
}

// embed plans a line in the struct that is given to New, behind those that it embeds.
func (y *syncer) embed(typ string) bool {
	if y.root == nil || y.root.file.pkg != y.own {
		return false
	}
	fields := y.root.embedded()
	s, ok := y.root.spec.Type.(*ast.StructType)
	f := y.root.file
	if !ok || len(fields) == 0 || f.line(s.Fields.Closing) == f.line(fields[len(fields)-1].End()) {
		return false
	}
	y.insert(f, f.endOfLine(fields[len(fields)-1].End()), "\n\t"+typ,
		note{Kind: noteEmbedded, File: f.name, Type: y.root.name(), Message: y.root.name() + " embeds " + typ})
	return true
}
