package ir

import (
	"maps"
	"slices"

	"github.com/tornadogen/tornadogen/spec"
)

// kindOf decides what a settled schema becomes.
func (b *builder) kindOf(s *spec.Schema) Kind {
	if s.Never {
		return KindJSON
	}
	if b.files[s] {
		if s.Pattern != "" {
			b.unenforced(s, "pattern", "the content of a file is not text")
		}
		return KindFile
	}
	if isUnion(s) {
		if kind := b.judgeUnion(s); kind != KindStruct {
			return kind
		}
	}
	if s.Const != nil || len(s.Enum) > 0 {
		return b.enumKind(s)
	}
	if isParent(s) {
		return KindUnion
	}
	types := typesOf(s)
	if len(types) == 2 && slices.Contains(types, "integer") && slices.Contains(types, "number") {
		types = []string{"number"}
	}
	switch {
	case len(types) == 1:
		return b.kindOfType(s, types[0])
	case len(types) > 1:
		return KindUnion
	}
	return KindJSON // of which what s says is checked: see leftovers
}

func (b *builder) kindOfType(s *spec.Schema, name string) Kind {
	switch name {
	case "object":
		return objectKind(s)
	case "array":
		if len(s.PrefixItems) > 0 {
			return KindTuple
		}
		return KindArray
	case "string":
		return b.stringKind(s)
	case "integer":
		return b.integerKind(s)
	case "number":
		return b.numberKind(s)
	case "boolean":
		b.reportFormat(s, nil)
		return KindBool
	}
	return KindJSON
}

// objectKind tells a struct from a map: a map names no members, and does not refuse the others.
func objectKind(s *spec.Schema) Kind {
	closed := s.AdditionalProperties != nil && s.AdditionalProperties.Never && len(s.PatternProperties) == 0
	if len(s.Properties) > 0 || len(s.Required) > 0 || closed {
		return KindStruct
	}
	return KindMap
}

var stringKinds = map[string]Kind{
	"date-time": KindTime, "date": KindDate, "time": KindTimeOfDay, "duration": KindDuration, "uuid": KindUUID,
	"ipv4": KindAddr, "ipv6": KindAddr, "byte": KindBytes,
}

// checkedFormats are the formats of strings that stay strings, with the constants of the runtime that name them.
var checkedFormats = map[string]string{
	"email": "FormatEmail", "idn-email": "FormatIDNEmail", "hostname": "FormatHostname", "idn-hostname": "FormatIDNHostname",
	"uri": "FormatURI", "uri-reference": "FormatURIReference", "iri": "FormatIRI", "iri-reference": "FormatIRIReference",
	"uri-template": "FormatURITemplate", "json-pointer": "FormatJSONPointer",
	"relative-json-pointer": "FormatRelativeJSONPointer", "regex": "FormatRegex",
}

// notedFormats are annotations by their definition.
var notedFormats = []string{"password", "binary", "char", "html", "commonmark", "media-range", "http-date"}

func (b *builder) stringKind(s *spec.Schema) Kind {
	if kind, ok := stringKinds[s.Format]; ok {
		return kind
	}
	switch s.ContentEncoding {
	case "":
	case "base64":
		return KindBytes
	default:
		b.unenforced(s, "contentEncoding", "only base64 is decoded")
	}
	if checkedFormats[s.Format] == "" {
		b.reportFormat(s, notedFormats)
	}
	return KindString
}

func (b *builder) integerKind(s *spec.Schema) Kind {
	switch s.Format {
	case "int8", "int16", "int32", "uint8", "uint16":
		return KindInt32
	case "uint32":
		return KindUint32
	case "uint64":
		return KindUint64
	case "int64":
		return KindInt64
	case "decimal":
		return KindDecimal
	}
	b.reportFormat(s, nil)
	return kindOfSpan(bounds(s))
}

func (b *builder) numberKind(s *spec.Schema) Kind {
	switch s.Format {
	case "float":
		return KindFloat32
	case "decimal":
		return KindDecimal
	case "int32", "int64", "uint32", "uint64":
		return b.integerKind(s)
	}
	b.reportFormat(s, []string{"double"})
	return KindFloat64
}

// reportFormat warns once for each format that is not known, at the first place.
func (b *builder) reportFormat(s *spec.Schema, known []string) {
	if s.Format == "" || slices.Contains(known, s.Format) || b.formats[s.Format] {
		return
	}
	b.formats[s.Format] = true
	remedy := "state what it means with pattern, minimum or maximum"
	if near := spec.Nearest(s.Format, knownFormats(known)); near != "" {
		remedy = "did you mean " + quote(near) + "?"
	}
	at := b.keywordLoc(s, "format", func(part *spec.Schema) bool { return part.Format == s.Format })
	b.warn(at, classUnknownFormat, "format "+quote(s.Format)+" is not known for this type: it is an annotation", remedy)
}

// knownFormats are those that mean something for strings and numbers, and more.
func knownFormats(more []string) []string {
	return slices.Concat(slices.Collect(maps.Keys(stringKinds)), slices.Collect(maps.Keys(checkedFormats)), slices.Collect(maps.Keys(formatSpans)),
		notedFormats, []string{"int32", "int64", "uint32", "uint64", "float", "double", "decimal"}, more)
}

// reportKeywords warns for what s demands and nothing checks, and for what is demanded and s does not say.
func (b *builder) reportKeywords(s *spec.Schema, kind Kind) {
	for _, k := range s.Unenforced {
		b.unenforced(s, k.Name, "")
	}
	if len(s.Types) > 0 || b.origin(s).Untold {
		return
	}
	var name string
	switch kind {
	case KindStruct, KindMap:
		name = "object"
	case KindArray, KindTuple:
		name = "array"
	default:
		return
	}
	b.warn(b.origin(s).Loc, classImplied, "the schema has no type: it is taken for that of an "+name+", and other values are refused",
		"write type: "+name+", or use --exact-types")
}
