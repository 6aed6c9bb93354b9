package spec

import "crypto/sha256"

// judge hands every piece of the repaired document to kin-openapi and tells what it finds beyond what is told already.
//
// A piece is one path item, one component, or one object of another file, with references cut off: kin-openapi resolves
// chains of references in cubic time and stops at the first fault of a piece, and a piece that it refuses must not keep it
// from the rest. That references are sound is the checker's business.
func (r *reader) judge(f *file, refs references) {
	j := &judge{reader: r, version: kinVersion(f.root.value("openapi")), verdicts: map[[sha256.Size]byte][]kinFinding{}}
	j.head(f.root)
	if r.version == version20 { // the library knows no pieces of such a document
		return
	}
	for _, n := range j.entries(f.root.get("paths")) {
		j.piece(n, rolePathItem)
	}
	for _, n := range j.entries(f.root.get("webhooks")) {
		j.piece(n, rolePathItem)
	}
	if components := f.root.get("components").end(); components != nil && !components.broken {
		for _, section := range components.kids {
			if f, known := grammars[roleComponents].fields[section.key]; known {
				for _, n := range j.entries(section) {
					j.piece(n, f.role)
				}
			}
		}
	}
	elsewhere := map[*node]bool{}
	for _, t := range refs.targets {
		if t.f.form == formObject && t.n.file != f {
			elsewhere[t.n] = true
		}
	}
	for _, t := range refs.targets {
		if elsewhere[t.n] && !within(t.n.parent, elsewhere) {
			j.piece(t.n, t.f.role)
		}
	}
}

// within reports whether n or something around it is in a set.
func within(n *node, set map[*node]bool) bool {
	for ; n != nil; n = n.parent {
		if set[n] {
			return true
		}
	}
	return false
}

type judge struct {
	*reader
	version string
	judged  int
	over    bool
	// verdicts are the findings about a piece, by the hash of its document.
	verdicts map[[sha256.Size]byte][]kinFinding
}

// entries are the members of a map that stand there themselves: references are judged where they lead.
func (j *judge) entries(n *node) []*node {
	var out []*node
	if n = n.end(); n == nil || n.broken || n.shape != shapeObject {
		return nil
	}
	for _, kid := range n.kids {
		if kid.ref == nil && !kid.broken && kid.role != roleNone {
			out = append(out, kid)
		}
	}
	return out
}

// head judges what is neither a path nor a component.
func (j *judge) head(root *node) {
	w := j.writer()
	var kids []*node
	for _, kid := range root.kids {
		switch kid.key {
		case "openapi", "paths", "webhooks", "components", "security":
			continue
		}
		if _, moved := grammars[roleDocument].fields[kid.key]; moved || kid.isExtension() { // of 2.0 what 3 has too
			kids = append(kids, kid)
		}
	}
	w.members(kids)
	doc := append([]byte(`{"openapi":"`+j.version+`","paths":{},`), w.b[1:]...)
	if len(kids) == 0 {
		doc = append(doc[:len(doc)-2], '}')
	}
	j.tell(root, doc)
}

// piece judges one object as what it is.
func (j *judge) piece(n *node, r role) {
	before, after := kinFrame(r)
	if before == "" {
		return
	}
	w := j.writer()
	w.text(`{"openapi":"` + j.version + `","info":{"title":"t","version":"1"},` + before)
	w.value(n)
	w.text(after + "}")
	j.tell(n, w.b)
}

func (j *judge) writer() *writer {
	w := &writer{forKin: true, grammar: j.grammar, limit: int(j.config.limits.Size), home: func(*node) string { return "" }}
	w.reference = func(n *node) { w.text(kinStub(n)) }
	return w
}

// maxJudged bounds the bytes that kin-openapi reads. It reads those of an object once for each level around it.
const maxJudged = 2 << 30

// tell reports what kin-openapi says about a document with one piece.
func (j *judge) tell(n *node, doc []byte) {
	if j.judged += len(doc) * jsonDepth(doc); j.judged > maxJudged {
		if !j.over {
			j.over = true
			j.warn(n, "unchecked", "the document is too deep and too large to be held against the standard in full; what follows is not", "move inner objects to components and refer to them")
		}
		return
	}
	hash := sha256.Sum256(doc)
	all, known := j.verdicts[hash] // many pieces differ in their texts alone
	if !known {
		all = kinCheck(doc)
		j.verdicts[hash] = all
	}
	for _, found := range all {
		at := found.place(n)
		if at.old || found.class == classNoExample && hasData(at) { // the document was told so, or has what kin-openapi does not know
			continue
		}
		j.report(at.file, Warning, found.class, at.loc(), found.what, found.remedy)
	}
}

// classNoExample is the finding of an example without a value.
const classNoExample = "value-or-external-value-required"

// hasData says whether an example has one of the values that OpenAPI 3.2 has added (section 4.19).
func hasData(example *node) bool {
	return !example.get("dataValue").dead() || !example.get("serializedValue").dead()
}

// jsonDepth is how deep a JSON text nests; brackets in its strings count too, which does no harm.
func jsonDepth(doc []byte) int {
	depth, deepest := 0, 0
	for _, c := range doc {
		switch c {
		case '{', '[':
			if depth++; depth > deepest {
				deepest = depth
			}
		case '}', ']':
			depth--
		}
	}
	return deepest
}
