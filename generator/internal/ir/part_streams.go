package ir

import (
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// isParts says whether a multipart body is a stream of parts, each of which is an item (OpenAPI 3.2, section Streaming Multipart). Those of a form
// are told apart by their names, and no items.
func isParts(name string, m *spec.MediaType) bool {
	return isMultipart(name) && name != "multipart/form-data" && m.ItemSchema != nil
}

// asList is the media type of a stream of parts with a schema of all of them in place of that of an item, by which each is read and written.
func (b *builder) asList(m *spec.MediaType) *spec.MediaType {
	if known := b.listed[m]; known != nil {
		return known
	}
	list := &spec.Schema{Loc: m.ItemSchema.Loc, Types: []string{"array"}, Items: m.ItemSchema}
	of := *m
	of.Schema, of.ItemSchema = list, nil
	if len(m.PrefixEncoding) > 0 {
		of.PrefixEncoding = nil
		for _, e := range m.PrefixEncoding {
			of.PrefixEncoding = append(of.PrefixEncoding, b.withoutHeaders(e))
			list.PrefixItems = append(list.PrefixItems, m.ItemSchema)
		}
		of.ItemEncoding = b.withoutHeaders(m.ItemEncoding)
	}
	b.hints[list] = strings.TrimSuffix(b.hints[m.ItemSchema], "Part")
	if m.ItemSchema.Name != "" {
		b.hints[list] += "Parts"
	}
	b.order[list] = b.order[m.ItemSchema]
	b.listed[m] = &of
	return &of
}

// withoutHeaders is an encoding of parts of which some have header fields and others not, while all of them have one type.
func (b *builder) withoutHeaders(e *spec.Encoding) *spec.Encoding {
	if e == nil || len(e.Headers) == 0 {
		return e
	}
	b.warn(e.Headers[0].Loc, classUnenforced, "headers of these parts are not checked, as all parts of the stream have one type, with prefixEncoding, too: "+
		"those of a file are kept in its Header", "check them in the handler, or say the same of all parts in itemEncoding")
	own := *e
	own.Headers = nil
	return &own
}

// partItem is the schema of a part, with its header fields, and the media type of a list of them.
func (b *builder) partItem(name string, m *spec.MediaType) (item *spec.Schema, list *spec.MediaType) {
	if m.Schema != nil {
		b.reportWhole(m)
	}
	list = b.withPartHeaders(name, b.asList(m))
	core, _ := b.settle(list.Schema)
	return core.Items, list
}

// partContent is the variant for a request that is a stream of parts.
func (b *builder) partContent(name string, m *spec.MediaType) *Content {
	of, list := b.partItem(name, m)
	item := b.use(of, false)
	item.Go = item.complete()
	c := &Content{Shape: BodyItems, Field: "Body", Item: &item, MediaTypes: []string{declaredMedia(m)}}
	c.Type = &Type{Kind: KindBytes, Go: wrap("Items", item.Go)}
	b.addShape(c, name, list)
	return c
}
