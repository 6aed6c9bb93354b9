package ir

import (
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// findFiles notes which schemas stand for files: strings of bytes that are members, or items of members, of a multipart body. A
// schema that is a parameter as well stays a string.
func (b *builder) findFiles() {
	inParameters := make(map[*spec.Schema]bool)
	operations := slices.Clone(b.api.Operations)
	for _, g := range b.hooks {
		operations = append(operations, g.operations...)
	}
	for _, op := range operations {
		for _, p := range op.Parameters {
			core, _ := b.settle(p.Schema)
			inParameters[core] = true
		}
	}
	for _, op := range operations {
		if op.Body != nil {
			b.findFilesIn(op.Body.Content, inParameters)
		}
		for _, r := range op.Responses {
			b.findFilesIn(r.Content, inParameters)
		}
	}
}

func (b *builder) findFilesIn(content []*spec.MediaType, except map[*spec.Schema]bool) {
	for _, m := range content {
		if isParts(mediaType(m.Name), m) {
			m = b.asList(m)
		}
		if m.Schema == nil || !isMultipart(mediaType(m.Name)) {
			continue
		}
		b.findFilesOf(m.Schema, mediaType(m.Name), m.Encoding, m.PrefixEncoding, m.ItemEncoding, except)
	}
}

// partType is the media type that the encoding of a part names first, "" for none.
func partType(name string, e *spec.Encoding) string {
	if e == nil || isStyledPart(name, e) {
		return ""
	}
	return firstType(e.ContentType)
}

func (b *builder) findFile(s *spec.Schema, contentType string, except map[*spec.Schema]bool) {
	core, _ := b.settle(s)
	if slices.Equal(typesOf(core), []string{"array"}) && core.Items != nil {
		core, _ = b.settle(core.Items)
	}
	if isFile(core, contentType) && !except[core] {
		b.files[core] = true
	}
}

// isFile says whether a part is a file: a string, or anything, of which the schema or the encoding says that it is not text.
func isFile(s *spec.Schema, contentType string) bool {
	types := typesOf(s)
	switch {
	case s.ContentEncoding != "" || len(s.Enum) > 0 || s.Const != nil || isUnion(s) || s.Never:
		return false
	case len(types) > 1 || len(types) == 1 && types[0] != "string" || len(types) == 0 && constrainsObjects(s):
		return false
	}
	return s.Format == "binary" || isBinaryType(s.ContentMediaType) || isBinaryType(contentType)
}

// isBinaryType says whether the first of some media types is one that a string does not carry.
func isBinaryType(list string) bool {
	first, _, _ := strings.Cut(list, ",")
	name := mediaType(first)
	return name != "" && !spec.IsJSON(name) && !spec.IsXML(name) && !strings.HasPrefix(name, "text/") && name != formMedia
}

func isMultipart(name string) bool { return strings.HasPrefix(name, "multipart/") }
