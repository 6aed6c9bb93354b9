package spec

import (
	"path/filepath"
	"strconv"
	"strings"
)

// source fills in the document itself: as it was read where it is one file and whole, else a bundle.
func (l *lifter) source(f *file, refs references) {
	if len(l.order) == 1 && len(l.overlays) == 0 && !l.filter.active() {
		l.api.Source = f.data
		l.api.SourceName = "openapi.yaml"
		if strings.HasPrefix(strings.TrimLeft(f.text, " \t\r\n"), "{") {
			l.api.SourceName = "openapi.json"
		}
		return
	}
	b := &bundle{lifter: l, homes: map[*node]string{}, onPath: map[*node]bool{}, settled: map[*node]*node{}}
	b.writer = writer{reference: b.refer, home: b.homeOf, grammar: l.grammar, operation: b.operationOf, limit: 4 * int(l.config.limits.Size), keepIDs: l.dynamics != nil, left: l.filter.drops}
	b.move(refs)
	b.document()
	if b.writer.spent() {
		l.fail(f.root, "limit", "the references of the document multiply beyond "+count(b.writer.limit)+" bytes", "refer to components in place of path items and lists")
		return
	}
	l.api.Source, l.api.SourceName = b.writer.b, "openapi.json"
}

// bundle makes one document of several files: what lies elsewhere moves to components, all else stays in its order.
type bundle struct {
	*lifter
	writer  writer
	homes   map[*node]string  // what has moved: where to, as a reference
	moved   [roleCount][]home // by role
	onPath  map[*node]bool    // what is being written in place of a reference
	settled map[*node]*node   // components of the root document, and what is written there in their place
}

// home is an object with its name in components.
type home struct {
	name string
	n    *node
}

// move gives all that is referred to and is no component of the root document a place in components.
func (b *bundle) move(refs references) {
	taken := map[string]bool{}
	var sections []*node
	for _, section := range b.kids(b.holder(b.root)) {
		if _, known := b.section(section.key); known {
			sections = append(sections, section)
		}
	}
	for _, section := range sections {
		want, _ := b.section(section.key)
		for _, kid := range b.kids(section) {
			if kid.role != want && kid.role != roleNone {
				continue // another part of the document stands for this section
			}
			b.homes[kid] = b.prefix() + escapePointer(section.key) + "/" + escapePointer(kid.key)
			taken[section.key+"/"+kid.key] = true
		}
	}
	for _, section := range sections {
		for _, kid := range b.kids(section) {
			b.settle(kid)
		}
	}
	for _, t := range refs.targets {
		section := b.grammar(t.f.role).section
		if t.f.form != formObject || !b.holds(t.f.role) || t.n.ref != nil || t.n.broken || b.homes[t.n] != "" {
			continue
		}
		base := b.moveName(t.n)
		name := base
		for i := 2; taken[section+"/"+name]; i++ {
			name = base + "_" + strconv.Itoa(i)
		}
		taken[section+"/"+name] = true
		b.homes[t.n] = b.prefix() + section + "/" + name
		b.moved[t.f.role] = append(b.moved[t.f.role], home{name, t.n})
	}
}

// prefix is the pointer of what holds the sections.
func (b *bundle) prefix() string {
	if b.version == version20 {
		return "#/"
	}
	return "#/components/"
}

// settle gives what a component of the root document is but another name for its place there.
func (b *bundle) settle(kid *node) {
	if kid.ref == nil || len(kid.kids) != 1 || kid.dead() {
		return
	}
	if to := kid.end(); to.role == kid.role && b.homes[to] == "" {
		b.homes[to] = b.homes[kid]
		b.settled[kid] = to
	}
}

// holds reports whether components of this version has a section for a role.
func (b *bundle) holds(r role) bool {
	return b.grammar(r).section != "" && r != roleMediaType && (r != rolePathItem || b.version != version30)
}

// moveName makes a name of letters that components allows.
func (b *bundle) moveName(n *node) string {
	name, _ := b.nameOf(n)
	if name == "" {
		name = n.key
	}
	if name == "" {
		base := filepath.Base(n.file.path)
		name = strings.TrimSuffix(base, filepath.Ext(base))
		if n.parent != nil && n.parent.key != "" {
			name = n.parent.key
		}
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, name)
}

func (b *bundle) homeOf(n *node) string {
	for n.ref != nil && b.homes[n] == "" {
		n = n.ref
	}
	return escapeFragment(b.homes[n])
}

// operationOf is where an operation of the API stands in the bundle: its path keeps its place.
func (b *bundle) operationOf(n *node) string {
	at, known := b.places[n.end()]
	if !known {
		return ""
	}
	return escapeFragment("#/paths/" + escapePointer(at.path) + "/" + at.members)
}

// escapeFragment writes a pointer as the fragment of a URI (RFC 3986 section 3.5).
func escapeFragment(s string) string {
	var b []byte
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == 0x7f || strings.IndexByte("\"%<>\\^`{|}", c) >= 0 || c == '#' && i > 0 {
			if b == nil {
				b = append(b, s[:i]...)
			}
			b = append(b, '%', hexDigits[c>>4], hexDigits[c&15])
		} else if b != nil {
			b = append(b, c)
		}
	}
	if b == nil {
		return s
	}
	return string(b)
}

// document writes the members of the root document in their order, with what has moved in components.
func (b *bundle) document() {
	w := &b.writer
	if b.version == version20 {
		b.writeHolder(b.root)
		return
	}
	w.text("{")
	written := false
	for _, kid := range b.root.kids {
		w.member(kid.key)
		if kid.key == "components" && !kid.dead() {
			written = true
			b.writeHolder(kid.end())
		} else {
			w.value(kid)
		}
	}
	if !written {
		w.member("components")
		b.writeHolder(nil)
	}
	w.text("}")
}

// writeHolder writes each section with its own objects, then those that have moved there, and what is no section as it is.
func (b *bundle) writeHolder(holder *node) {
	w := &b.writer
	w.text("{")
	var done [roleCount]bool
	for _, section := range b.kids(holder) {
		w.member(section.key)
		r, known := b.section(section.key)
		if !known || section.end().shape != shapeObject {
			w.value(section)
			continue
		}
		done[r] = true
		b.writeSection(b.kids(section), b.moved[r])
	}
	for r := range roleCount {
		if !done[r] && len(b.moved[r]) > 0 {
			w.member(b.grammar(r).section)
			b.writeSection(nil, b.moved[r])
		}
	}
	w.text("}")
}

func (b *bundle) writeSection(own []*node, moved []home) {
	w := &b.writer
	w.text("{")
	for _, kid := range own {
		if w.skips(kid) {
			continue
		}
		w.member(kid.key)
		if to := b.settled[kid]; to != nil {
			kid = to
		}
		w.value(kid)
	}
	for _, h := range moved {
		w.member(h.name)
		w.value(h.n)
	}
	w.text("}")
}

// refer writes a reference to the home of what it names, and what stands beside it; what has no home is written in place.
func (b *bundle) refer(n *node) {
	w := &b.writer
	to := b.homeOf(n.ref)
	if to == "" {
		b.inPlace(n)
		return
	}
	ref := refOf(n)
	if dynamicName(n) != "" && n.file.names.resources[resource(n)] {
		ref = nil // it stays, as the $id does that it counts from
	}
	w.text("{")
	for _, kid := range n.kids {
		switch {
		case w.skips(kid):
		case kid == ref:
			w.member("$ref")
			w.b = appendString(w.b, to)
		default:
			w.member(kid.key)
			w.child(kid)
		}
	}
	w.text("}")
}

// inPlace writes what a reference names where the reference stands.
func (b *bundle) inPlace(n *node) {
	to := n.end()
	if b.onPath[to] || len(b.onPath) > maxChain {
		b.writer.text("{}") // a path item that contains itself by a callback: components of 3.0 has no place for it
		return
	}
	b.onPath[to] = true
	if n.role == rolePathItem {
		b.writer.members(itemMembers(n))
	} else {
		b.writer.value(to)
	}
	delete(b.onPath, to)
}
