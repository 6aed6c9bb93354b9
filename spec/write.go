package spec

import "strconv"

// writer writes checked nodes as JSON. What becomes of a reference is decided by who writes: one document for the readers of
// an API (bundle.go), or pieces for kin-openapi (judge.go).
type writer struct {
	b []byte
	// reference writes an object that is a reference.
	reference func(n *node)
	// home returns the reference to where an object stands in what is written; "": nowhere by itself.
	home func(n *node) string
	// grammar is what the version of the document makes of a role.
	grammar func(role) *grammar
	// operation returns the reference to an operation in what is written; nil: to none.
	operation func(n *node) string
	limit     int // bytes
	// forKin leaves out members that the standard does not know, which are told already: encoding/json would take "Paths"
	// for "paths". It writes 0 for numbers that no float64 holds, and something short for what kin-openapi has nothing to say
	// about and would only take time: extensions, texts, values.
	forKin bool
	// keepIDs keeps the $id of schemas: dynamic references count from it.
	keepIDs bool
	// left tells what is left out; nil: nothing.
	left func(n *node) bool
}

// spent reports whether more was written than any document needs: references that are followed in place can multiply.
func (w *writer) spent() bool { return len(w.b) > w.limit }

// value writes n and all below.
func (w *writer) value(n *node) {
	if w.spent() {
		w.text("null")
		return
	}
	switch {
	case n.role == roleSchema && n.dead():
		w.text("{}")
	case n.role == roleResponse && n.dead():
		w.text(`{"description":""}`)
	case n.ref != nil && n.shape == shapeText: // in the mapping of a discriminator, or of a link
		to := w.home(n.ref)
		if to == "" && w.operation != nil {
			to = w.operation(n.ref)
		}
		if to == "" && !w.forKin { // which would follow it
			to = n.text
		}
		w.b = appendString(w.b, to)
	case n.ref != nil:
		w.reference(n)
	case n.shape == shapeNumber && w.forKin && tooLarge(n.text):
		w.text("0")
	case n.shape < shapeList:
		w.b = n.appendJSON(w.b)
	case n.shape == shapeList:
		w.list(n.kids)
	default:
		w.members(n.kids)
	}
}

func (w *writer) text(s string) { w.b = append(w.b, s...) }

func (w *writer) list(items []*node) {
	w.text("[")
	for _, item := range items {
		if !w.skips(item) {
			w.comma()
			w.child(item)
		}
	}
	w.text("]")
}

func (w *writer) members(kids []*node) {
	w.text("{")
	for _, kid := range kids {
		if !w.skips(kid) {
			w.member(kid.key)
			w.child(kid)
		}
	}
	w.text("}")
}

// member writes the name of a member of the object that is open.
func (w *writer) member(name string) {
	w.comma()
	w.b = append(appendString(w.b, name), ':')
}

// comma parts what follows from what stands before it in the object or list that is open.
func (w *writer) comma() {
	if last := w.b[len(w.b)-1]; last != '{' && last != '[' {
		w.b = append(w.b, ',')
	}
}

// skips reports what has no meaning where it stands. The $id of a schema has none any more where all references
// count from the document.
func (w *writer) skips(n *node) bool {
	if w.left != nil && w.left(n) {
		return true
	}
	if n.parent.shape == shapeObject && n.parent.role != roleNone {
		g := w.grammar(n.parent.role)
		_, known := g.fields[n.key]
		if n.key == "$id" && n.parent.role == roleSchema && !w.keepIDs || w.forKin && !known && (!g.hasRest || n.isExtension()) {
			return true
		}
	}
	return (n.role != roleNone || n.ref != nil) && n.role != roleSchema && n.role != roleResponse && n.dead()
}

// child writes n, or a reference to where it has moved.
func (w *writer) child(n *node) {
	if w.forKin && w.brief(n) {
		return
	}
	if n.role != roleNone && n.ref == nil {
		if to := w.home(n); to != "" {
			w.link(to)
			return
		}
	}
	w.value(n)
}

// brief writes something short in the place of a value or a long text.
func (w *writer) brief(n *node) bool {
	if n.parent.role == roleNone {
		return false
	}
	switch n.key {
	case "example", "value", "dataValue", "default":
		if f, known := w.grammar(n.parent.role).fields[n.key]; known && f.form == formAny && n.shape != shapeNull {
			w.text("0")
			return true
		}
	case "description", "summary", "operationId":
		if n.shape == shapeText && n.text != "" {
			w.text(`"-"`)
			return true
		}
	}
	return false
}

// link writes a reference.
func (w *writer) link(to string) {
	w.text(`{"$ref":`)
	w.b = appendString(w.b, to)
	w.text("}")
}

func tooLarge(number string) bool {
	_, err := strconv.ParseFloat(jsonNumber(number), 64)
	return err != nil
}
