package ir

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// partBody is the member of a part with header fields that holds its content: see the mark "part" of tornado.NewShapes.
const partBody = "$body"

// withPartHeaders gives the parts of a multipart body that have header fields (OpenAPI 3.1 section 4.8.15) a type with a field for each of these
// and one for the content. Operations that share a body share it.
func (b *builder) withPartHeaders(name string, m *spec.MediaType) *spec.MediaType {
	of, known := b.headed[m]
	if !known {
		of = b.withParts(name, m)
		b.headed[m] = of
	}
	return of
}

func (b *builder) withParts(name string, m *spec.MediaType) *spec.MediaType {
	if !isMultipart(name) || m.Schema == nil || m.ItemSchema != nil {
		return m
	}
	core, _ := b.settle(m.Schema)
	if isUnion(core) || core.Not != nil || core.If != nil || len(core.DependentSchemas) > 0 || len(core.Further) > 0 || len(core.Enum) > 0 || core.Const != nil {
		return m // which looks at the members without their header fields
	}
	whole := *core
	whole.Name, whole.Ref, whole.Extensions = "", "", nil
	hint := b.nameOf(core)
	if core.Name != "" {
		hint += mediaName(name)
	}
	changed := false
	with := func(part func(*spec.Schema, *spec.Encoding, string) *spec.Schema, s *spec.Schema, e *spec.Encoding, hint string) *spec.Schema {
		if e == nil || s == nil || len(e.Headers) == 0 {
			return s
		}
		changed = true
		return part(s, e, hint)
	}
	whole.Properties = slices.Clone(core.Properties)
	for i, p := range whole.Properties {
		own := *p
		own.Schema = with(b.oneOrMoreParts, p.Schema, encodingOf(m, p.Name), hint+naming.Part(p.Name))
		whole.Properties[i] = &own
	}
	whole.PrefixItems = slices.Clone(core.PrefixItems)
	for i, s := range whole.PrefixItems {
		if i < len(m.PrefixEncoding) {
			whole.PrefixItems[i] = with(b.part, s, m.PrefixEncoding[i], hint+"V"+strconv.Itoa(i))
		}
	}
	whole.Items = with(b.part, core.Items, m.ItemEncoding, hint+"Item")
	if !changed {
		return m
	}
	b.hints[&whole] = hint
	b.order[&whole] = b.order[b.origin(core)]
	of := *m
	of.Schema = &whole
	return &of
}

// oneOrMoreParts is a schema for a member that is a part with its header fields, or several that are an array: what its items are is one part
// each, an array, too.
func (b *builder) oneOrMoreParts(s *spec.Schema, e *spec.Encoding, hint string) *spec.Schema {
	core, _ := b.settle(s)
	if !slices.Equal(typesOf(core), []string{"array"}) || core.Items == nil {
		return b.part(s, e, hint)
	}
	list := *core
	list.Name, list.Ref, list.Extensions = "", "", nil
	list.Items = b.part(core.Items, e, hint)
	b.hints[&list] = hint + "Parts"
	b.order[&list] = b.order[b.origin(core)]
	return &list
}

// part is a schema for one part with its header fields.
func (b *builder) part(s *spec.Schema, e *spec.Encoding, hint string) *spec.Schema {
	core, _ := b.settle(s)
	w := &spec.Schema{Loc: e.Loc, Types: []string{"object"}, Required: []string{partBody}}
	marks := make(map[string]string)
	for _, h := range e.Headers {
		p := &spec.Property{Loc: h.Loc, Name: h.Name, Schema: h.Schema, Description: h.Description, Extensions: h.Extensions}
		switch {
		case h.ContentType != "" && !spec.IsJSON(h.ContentType):
			p.Schema = b.textContent(h)
		case h.ContentType != "":
			marks[h.Name] = "json"
		case p.Schema == nil:
			p.Schema = textSchema
		case h.Explode:
			marks[h.Name] = "flat"
		}
		b.hint(p.Schema, hint+naming.Part(h.Name))
		w.Properties = append(w.Properties, p)
		if h.Required {
			w.Required = append(w.Required, h.Name)
		}
	}
	w.Properties = append(w.Properties, &spec.Property{Loc: s.Loc, Name: partBody, Schema: s, Extensions: spec.Extensions{"x-go-name": []byte(`"Body"`)}})
	b.hints[w] = hint + "Part"
	b.order[w] = b.order[b.origin(core)]
	b.shaper.node(w).part = marks
	return w
}

// headersOf is a schema for the header fields alone of what part has made, of one part where there are several; nil where it is no such schema.
func (b *builder) headersOf(s *spec.Schema) *spec.Schema {
	core, _ := b.settle(s)
	if core.Items != nil {
		core, _ = b.settle(core.Items)
	}
	last := len(core.Properties) - 1
	if last < 0 || core.Properties[last].Name != partBody {
		return nil
	}
	headers := *core
	headers.Properties, headers.Required = core.Properties[:last], core.Required[1:]
	b.hints[&headers] = strings.TrimSuffix(b.hints[core], "Part") + "Header"
	b.order[&headers] = b.order[core]
	return &headers
}

// describeFile is the comment of the header fields of a file that is read as it comes.
func describeFile(description string) string {
	const text = "The header fields of the file that comes, or came last."
	if description == "" {
		return text
	}
	return text + " " + description
}

// encodingOf is the encoding of a member, nil where there is none.
func encodingOf(m *spec.MediaType, name string) *spec.Encoding {
	return encodingAmong(m.Encoding, name)
}

func encodingAmong(list []*spec.Encoding, name string) *spec.Encoding {
	i := slices.IndexFunc(list, func(e *spec.Encoding) bool { return e.Name == name })
	if i < 0 {
		return nil
	}
	return list[i]
}

// isPart says whether a value is a part with header fields, or several of them.
func (n *shapeNode) isPart() bool { return n.part != nil || n.items != nil && n.items.part != nil }

// partMark is the mark of a place for parts with header fields, "" for others.
func (n *shapeNode) partMark() string {
	if n.isPart() {
		return "part"
	}
	return ""
}

// partContent is what the content of a part is, n itself for one without header fields.
func (n *shapeNode) partContent() *shapeNode {
	of := n
	if n.part == nil && n.isPart() {
		of = n.items
	}
	i := slices.IndexFunc(of.members, func(m *shapeMember) bool { return of.part != nil && m.name == partBody })
	if i < 0 {
		return n
	}
	return of.members[i].node
}

// partMarks joins what says how a part is sent.
func partMarks(contentType string, n *shapeNode) string {
	return strings.TrimSpace(n.partMark() + " " + typeMark(contentType, n.partContent()))
}
