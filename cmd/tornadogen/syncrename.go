package main

import (
	"slices"
	"strings"
)

// findRenamed finds the methods of operations that have another name now: those that answer no operation, and whose comment says
// that they answer what an operation has that nobody answers. By the name that it has now.
func (y *syncer) findRenamed() {
	y.renamed = map[string]*userMethod{}
	for _, m := range y.orphans() {
		if op := y.answeredBy(m); op != nil && y.renamed[op.Name] == nil && y.declared(op.Name) == nil {
			y.renamed[op.Name] = m
		}
	}
}

// orphans are the methods that answer no operation.
func (y *syncer) orphans() (list []*userMethod) {
	var wanted []string
	for _, c := range y.contracts() {
		wanted = append(wanted, names(c.methods)...)
	}
	for _, p := range y.packages() {
		for _, t := range p.types {
			for _, m := range t.methods {
				if !slices.Contains(wanted, m.decl.Name.Name) && y.takesRequest(m) {
					list = append(list, m)
				}
			}
		}
	}
	return list
}

// answeredBy is the operation that a method answers by its comment, as tornadogen writes it: "Lend answers POST /loans.", or
// "POST /loans" in a line of its own. nil where it says nothing.
func (y *syncer) answeredBy(m *userMethod) *operation {
	for line := range strings.Lines(m.decl.Doc.Text()) {
		line = strings.TrimSuffix(strings.TrimSpace(line), ".")
		for i := range y.outline.operations {
			op := &y.outline.operations[i]
			if what := op.route(); line == what || strings.HasSuffix(line, " answers "+what) {
				return op
			}
		}
	}
	return nil
}

// declared finds the method of an operation at any type.
func (y *syncer) declared(name string) *userMethod {
	for _, p := range y.packages() {
		for _, t := range p.types {
			for _, m := range t.methods {
				if m.decl.Name.Name == name && y.takesRequest(m) {
					return m
				}
			}
		}
	}
	return nil
}

// wanted is the method of a name that the document asks for.
func (y *syncer) wanted(name string) method {
	for _, c := range y.outline.handlers {
		for _, m := range c.methods {
			if m.name == name {
				return m
			}
		}
	}
	return method{name: name}
}

// findOrphans reports methods that answer no operation, or one that has another name now.
func (y *syncer) findOrphans() {
	for _, m := range y.orphans() {
		name, op := m.decl.Name.Name, y.answeredBy(m)
		switch {
		case op == nil:
			y.note(noteOrphan, m.file, m.decl.Pos(), m.of.name(), name,
				"%s.%s: no operation of %s has this name; remove it, or move what it does to the method that answers its operation now", m.of.name(), name, y.spec)
		case y.renamed[op.Name] == m:
			y.note(noteRenamed, m.file, m.decl.Pos(), m.of.name(), name, "%s.%s: by %s it is %s now; rename the method",
				m.of.name(), name, y.spec, y.wanted(op.Name).text())
		default:
			y.note(noteOrphan, m.file, m.decl.Pos(), m.of.name(), name, "%s.%s: %s answers %s %s now; move what it does there, and remove it",
				m.of.name(), name, op.Name, op.Method, op.Path)
		}
	}
}
