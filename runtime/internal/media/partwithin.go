package media

import (
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/multipart"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// partWithin is the codec of a part that has parts or fields itself (OpenAPI 3.2, Encoding Object), codecJSON for others. That is said in
// the document of one that may be a list or an object: a sender cannot choose it, so that parts are no deeper than the document has them.
func partWithin(part *multipart.Reader, at *shape.Field) codec {
	if !hasParts(at) {
		return codecJSON
	}
	contentType := param.ContentType(part.Field(typeField))
	c := codecOf(contentType)
	if c != codecMultipart && c != codecForm || !param.MatchesAny(contentType, splitTypes(at.Types)) {
		return codecJSON
	}
	return c
}

// hasParts reports whether the document has parts or fields in a part.
func hasParts(at *shape.Field) bool {
	if at.Types == "" || at.Object == nil && at.Array == nil {
		return false
	}
	return slices.ContainsFunc(splitTypes(at.Types), func(name string) bool { return codecOf(name) == codecMultipart || codecOf(name) == codecForm })
}

// within enters the parts, or the fields, of a part.
func (p *partReader) within(n *shape.Node, c codec, part *multipart.Reader, data []byte, at *shape.Field) error {
	if !n.Empty() {
		n.Fault = shape.Fault{Keyword: "type", Message: "must not be given more than once"}
		return nil
	}
	contentType := part.Field(typeField)
	if c == codecMultipart {
		inner := partReader{root: n, place: at, charset: p.charset, total: p.total, markup: p.markup, limits: p.limits, own: p.own}
		return inner.all(data, param.ContentTypeParameter(contentType, "boundary"))
	}
	data, err := toUTF8(data, param.ContentTypeParameter(contentType, "charset"), p.limits.GiveWay)
	if err != nil {
		return err
	}
	var pairs param.Query
	if pairs.Parse(data, p.limits.Fields) != nil {
		return &CountError{p.limits.Fields, "fields"}
	}
	return param.ReadForm(n, at, &pairs)
}

// encodeWithin writes a list or an object as the content of a part that has parts or fields itself, and gives its Content-Type.
func encodeWithin(json []byte, mediaType string, at *shape.Field) (data []byte, contentType string, err error) {
	if codecOf(mediaType) == codecMultipart {
		return writeMultipart(json, strings.TrimSpace(mediaType), at)
	}
	data, err = param.AppendForm(nil, at, json)
	return data, mediaType, err
}
