package ir

import (
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// mediaType returns the name of a media type without parameters, in small letters.
func mediaType(name string) string {
	name, _, _ = strings.Cut(name, ";")
	return strings.ToLower(strings.TrimSpace(name))
}

// declaredMedia is a media type as it is sent and matched, with its parameters: but for the boundary, which each body has of its own, and for a
// charset in which nothing is written.
func declaredMedia(m *spec.MediaType) string {
	distinct := spec.DistinctMediaType(m.Name)
	if m.Charset() == sentCharset {
		return distinct + "; charset=" + sentCharset
	}
	return distinct
}

// sentCharset is what all texts are written in.
const sentCharset = "utf-8"

const formMedia = "application/x-www-form-urlencoded"

func isRange(name string) bool { return strings.Contains(name, "*") }

func hasParameters(name string) bool { return strings.Contains(name, ";") }

// mediaName is the part of a Go name that stands for a media type: "application/merge-patch+json" is MergePatch.
func mediaName(name string) string {
	name = mediaType(name)
	_, sub, found := strings.Cut(name, "/")
	if !found {
		sub = name
	}
	switch name {
	case formMedia:
		return "Form"
	case "text/plain":
		return "Text"
	case "multipart/form-data":
		return "Multipart"
	}
	for _, suffix := range []string{"+json", "+xml"} {
		if stem := strings.TrimSuffix(sub, suffix); stem != "" {
			sub = stem
		}
	}
	return naming.Part(sub)
}

// mediaLabel is the part of a Go name that stands for a media type with its parameters: "application/json; version=2" is JSONVersion2.
func mediaLabel(name string) string {
	label := mediaName(name)
	if _, parameters, found := strings.Cut(spec.DistinctMediaType(name), ";"); found {
		label += naming.Part(parameters)
	}
	return label
}

// side says whose body it is.
type side int

const (
	answer          side = iota
	failure              // an answer that is an error
	optionalRequest      // the body of a request that may be missing
	requiredRequest
)

func (s side) isRequest() bool { return s == optionalRequest || s == requiredRequest }

// contents sorts the media types of a body: one variant for each schema that they carry, in document order, and one for all that
// are bytes.
func (b *builder) contents(list []*spec.MediaType, of side) []*Content {
	var variants []*Content
	var raw []*spec.MediaType
	cores := make(map[*Content]*spec.Schema)
	seen := make(map[string]bool)
	for _, m := range list {
		name := mediaType(m.Name)
		distinct := spec.DistinctMediaType(m.Name)
		if seen[distinct] {
			b.warn(m.Loc, classRepeated, distinct+" is there already: a charset does not tell media types apart; this one is left out", "keep one")
			continue
		}
		seen[distinct] = true
		if charset := m.Charset(); !of.isRequest() && charset != "" && charset != sentCharset {
			b.warn(m.Loc, classBadMedia, "the charset of "+m.Name+" is left out: what is sent is UTF-8", "write charset=utf-8, or none")
		}
		if stream := b.streamContent(name, m, list, of); stream != nil {
			if len(variants) > 0 {
				stream.Field += mediaLabel(m.Name)
			}
			variants = append(variants, stream)
			continue
		}
		if of == answer && streamShape(name, m) != BodyTyped {
			variants = b.addStream(variants, name, m, cores)
			continue
		}
		if !b.isTyped(name, m) {
			raw = append(raw, m)
			continue
		}
		m := b.withPartHeaders(name, m)
		if of.isRequest() {
			b.reportHeld(name, m)
		}
		core := anything
		if m.Schema != nil {
			core, _ = b.settle(m.Schema)
		}
		i := slices.IndexFunc(variants, func(c *Content) bool { return c.Shape == BodyTyped && cores[c] == core })
		if i < 0 {
			i = len(variants)
			c := &Content{Shape: BodyTyped, Field: "Body"}
			c.Use = b.use(m.Schema, false)
			if i > 0 {
				c.Field += mediaLabel(m.Name)
			}
			cores[c] = core
			variants = append(variants, c)
		}
		variants[i].MediaTypes = append(variants[i].MediaTypes, declaredMedia(m))
		b.addShape(variants[i], name, m)
	}
	if len(raw) > 0 {
		variants = append(variants, b.rawContent(raw, len(variants) > 0, of))
	}
	for i, c := range variants {
		c.Otherwise = i == len(variants)-1
		c.ContentType = sent(c)
		c.Offers = offered(c)
		c.Negotiated, c.HasRanges = len(c.Offers) > 1, slices.ContainsFunc(c.MediaTypes, isRange)
		if c.Shape != BodyTyped || !slices.Equal(c.MediaTypes, []string{"application/json"}) {
			c.Read = c.MediaTypes
		}
		if of == optionalRequest || of == requiredRequest && len(variants) > 1 {
			c.Use = optionalUse(c)
		}
		c.Go = c.goType()
	}
	return variants
}

// anything stands for the schema of a media type that has none.
var anything = &spec.Schema{Always: true}

// optionalUse is a body that may be missing: bytes that are nil cannot be told from empty ones, so they are wrapped.
func optionalUse(c *Content) Use {
	if c.Shape == BodyReader || c.Shape == BodyItems || c.Shape == BodyFeed || c.Shape == BodyForm {
		return Use{Type: c.Type, Presence: NilAbsent}
	}
	nullable := c.Presence == Null
	return newUse(c.Type, true, nullable)
}

// sent is the media type that is written: the first one that is no range.
func sent(c *Content) string {
	switch c.Shape {
	case BodyBlob, BodyUpload:
		return ""
	case BodyDownload:
		if types := offered(c); len(types) > 0 {
			return types[0]
		}
		return "application/octet-stream"
	}
	types := offered(c)
	if i := slices.IndexFunc(types, spec.IsJSON); i > 0 {
		return types[i]
	}
	if len(types) > 0 {
		return types[0]
	}
	return "application/json"
}

// offered lists the media types of a variant that can be sent, JSON before a text that holds it.
func offered(c *Content) []string {
	types := slices.DeleteFunc(slices.Clone(c.MediaTypes), isRange)
	if c.Shape == BodyTyped && c.Type.Kind != KindString {
		slices.SortStableFunc(types, func(x, y string) int { return rankJSON(x) - rankJSON(y) })
	}
	return types
}

func rankJSON(name string) int {
	if spec.IsJSON(name) || !strings.HasPrefix(name, "text/") {
		return 0
	}
	return 1
}

// isTyped says whether the values of a media type are read into Go types: those of JSON always, those of others where their schema
// has a form there.
func (b *builder) isTyped(name string, m *spec.MediaType) bool {
	switch {
	case spec.IsJSON(name):
		return true
	case m.Schema == nil || m.ItemSchema != nil:
		return false
	case name == formMedia:
		return b.shaper.node(m.Schema).kinds["object"]
	case spec.IsXML(name):
		n := b.shaper.node(m.Schema)
		return n.structured() || n.scalar() && !n.textual() && !n.kinds["file"]
	case isMultipart(name):
		n := b.shaper.node(m.Schema)
		return len(n.members) > 0 || n.rest != nil || n.kinds["array"] && name != "multipart/form-data"
	case strings.HasPrefix(name, "text/") && name != "text/event-stream":
		core, _ := b.settle(m.Schema)
		n := b.shaper.node(m.Schema)
		return n.scalar() && core.Format != "binary" || name == "text/plain" && n.structured()
	}
	return b.assumedJSON(name, m)
}

// assumedJSON says whether a range of media types is meant as JSON: one that includes it, with a schema that only JSON has.
func (b *builder) assumedJSON(name string, m *spec.MediaType) bool {
	if name != "*/*" && name != "application/*" || m.Schema == nil {
		return false
	}
	core, _ := b.settle(m.Schema)
	types := typesOf(core)
	structured := isUnion(core) || slices.Contains(types, "object") || slices.Contains(types, "array")
	if structured {
		b.warn(m.Loc, classAssumedJSON, name+" is taken for application/json, as its schema is structured", "name the media type")
	}
	return structured
}

// rawContent is the variant for media types without a codec. Bytes will do where there is one that is known; otherwise, and for
// multipart, whose boundary is a parameter of the media type, the media type is part of the value. Those of a request are read as
// they come, unless all media types say that they are to be held in memory.
func (b *builder) rawContent(list []*spec.MediaType, besideJSON bool, of side) *Content {
	c := &Content{Shape: BodyBytes, Field: "Body"}
	for _, m := range list {
		name := mediaType(m.Name)
		c.MediaTypes = append(c.MediaTypes, declaredMedia(m))
		b.reportRaw(name, m)
	}
	if besideJSON {
		c.Field = "Raw"
	}
	if name := c.MediaTypes[0]; len(c.MediaTypes) > 1 || isRange(name) || strings.HasPrefix(name, "multipart/") || besideJSON && of.isRequest() {
		c.Shape = BodyBlob
	}
	if of.isRequest() && slices.ContainsFunc(list, b.streams) {
		c.Shape += BodyReader - BodyBytes
	}
	c.Type = &Type{Kind: KindBytes, Go: rawTypes[c.Shape]}
	return c
}

// rawTypes are the Go types of bodies without a codec.
var rawTypes = map[BodyShape]*GoType{
	BodyBytes: scalars[KindBytes], BodyBlob: runtimeType("Blob"),
	BodyReader: imported("io", "Reader"), BodyUpload: runtimeType("Upload"),
}

// reportRaw warns where bytes are less than what the document says of a body.
func (b *builder) reportRaw(name string, m *spec.MediaType) {
	if m.ItemSchema == nil {
		if m.Schema == nil {
			return
		}
		core, _ := b.settle(m.Schema)
		if !constrains(core) || slices.Equal(typesOf(core), []string{"string"}) && !constrainsText(core) {
			return
		}
	}
	b.warn(m.Loc, classRawMedia, "a body of type "+name+" is handed over as it is: its schema is not checked", "read it in the handler, or offer application/json")
}

func constrainsText(s *spec.Schema) bool {
	return constrainsScalars(s) || len(s.Enum) > 0 || s.Const != nil || len(s.Unenforced) > 0 || s.Not != nil
}

// streamed are the variants that are not held in memory.
func streamed(variants []*Content) []*Content {
	return slices.DeleteFunc(slices.Clone(variants), func(c *Content) bool { return !c.Shape.Streams() })
}

// mediaTypes lists the media types of all variants, each once.
func mediaTypes(variants []*Content) []string {
	var all []string
	for _, c := range variants {
		for _, name := range c.MediaTypes {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}
