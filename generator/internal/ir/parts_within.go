package ir

import (
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// markParts notes how the members of a form, or the parts of a body, are encoded: those that are named, and those by position.
// inner tells that the body is a part itself, whose parts have no header fields in Go.
func (b *builder) markParts(r *shapeRoot, inner bool, name string, named, prefix []*spec.Encoding, item *spec.Encoding) {
	for _, e := range named {
		n := r.mark(name, e)
		if n == nil {
			continue
		}
		b.reportEncoding(name, e, n.isPart(), inner)
		b.shaper.xml = b.shaper.xml || isMultipart(name) && spec.IsXML(mediaType(e.ContentType))
		if n.kinds["array"] && !n.kinds["object"] && n.items != nil {
			n = n.items // of which each is a part
		}
		if w := b.partsWithin(name, e, n); w != nil {
			if r.within == nil {
				r.within = make(map[string]*shapeRoot)
			}
			r.within[e.Name] = w
		}
	}
	if !isMultipart(name) || !r.node.kinds["array"] {
		return
	}
	r.prefix, r.item, r.firsts = prefix, item, make([]*shapeRoot, len(prefix))
	for i, e := range prefix {
		if i < len(r.node.prefix) {
			r.firsts[i] = b.partsWithin(name, e, r.node.prefix[i])
		}
	}
	if item != nil && r.node.items != nil {
		r.rest = b.partsWithin(name, item, r.node.items)
	}
}

// partsWithin plans a part that has parts or fields itself (OpenAPI 3.2, Encoding Object, nested encoding), nil where nothing is said of these.
func (b *builder) partsWithin(around string, e *spec.Encoding, n *shapeNode) *shapeRoot {
	if len(e.Encoding) == 0 && len(e.PrefixEncoding) == 0 && e.ItemEncoding == nil {
		return nil
	}
	name := firstType(e.ContentType)
	why := ""
	switch {
	case !isMultipart(around):
		why = "fields of a form have no parts"
	case isStyledPart(around, e):
		why = "its style counts, not its media type"
	case !isMultipart(name) && name != formMedia:
		why = "its contentType is neither multipart nor " + formMedia
	case len(e.Headers) > 0:
		why = "it has header fields"
	case !n.structured():
		why = "it is neither a list nor an object"
	}
	if why != "" {
		b.warn(e.Loc, classUnenforced, "the encoding of what is inside of this part is not followed, as "+why, "give it a contentType of multipart, and nothing else")
		return nil
	}
	r := &shapeRoot{node: n, marks: make(map[string]string)}
	b.markParts(r, true, name, e.Encoding, e.PrefixEncoding, e.ItemEncoding)
	return r
}

// firstType is the first of the media types of an encoding, without parameters.
func firstType(list string) string {
	first, _, _ := strings.Cut(list, ",")
	return mediaType(strings.TrimSpace(first))
}

// partText prints a node that is a part, with what is said of the parts inside; w is nil for nothing.
func (l *shaper) partText(n *shapeNode, w *shapeRoot) string {
	switch {
	case w == nil:
		return l.ref(n)
	case w.node != n:
		return "[" + l.text(w.node, w) + "]"
	}
	return l.text(n, w)
}

// findFilesOf notes the files among the parts of a value.
func (b *builder) findFilesOf(s *spec.Schema, name string, named, prefix []*spec.Encoding, item *spec.Encoding, except map[*spec.Schema]bool) {
	core, _ := b.settle(s)
	for _, p := range core.Properties {
		e := encodingAmong(named, p.Name)
		b.findFile(p.Schema, partType(name, e), except)
		b.findFilesWithin(name, p.Schema, e, true, except)
	}
	if core.AdditionalProperties != nil {
		b.findFile(core.AdditionalProperties, "", except)
	}
	for i, s := range core.PrefixItems {
		var e *spec.Encoding
		if i < len(prefix) {
			e = prefix[i]
		}
		b.findFileAt(name, s, e, except)
	}
	if core.Items != nil {
		b.findFileAt(name, core.Items, item, except)
	}
}

// findFileAt notes a file at a position, or those among its parts. A list there is no list of parts, but one that has some.
func (b *builder) findFileAt(name string, s *spec.Schema, e *spec.Encoding, except map[*spec.Schema]bool) {
	if core, _ := b.settle(s); core.Items == nil || !isMultipart(partType(name, e)) {
		b.findFile(s, partType(name, e), except)
	}
	b.findFilesWithin(name, s, e, false, except)
}

// findFilesWithin notes the files among the parts of a part, or of each item where several may be one member.
func (b *builder) findFilesWithin(around string, s *spec.Schema, e *spec.Encoding, several bool, except map[*spec.Schema]bool) {
	if e == nil || len(e.Headers) > 0 || !isMultipart(partType(around, e)) {
		return
	}
	if core, _ := b.settle(s); several && core.Items != nil && len(core.Properties) == 0 {
		s = core.Items
	}
	b.findFilesOf(s, partType(around, e), e.Encoding, e.PrefixEncoding, e.ItemEncoding, except)
}
