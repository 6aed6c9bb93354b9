package media

import (
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// styled writes the list or the object that comes next in the style of a query (OpenAPI 3.1 section 4.8.15.1.2): as one text, as a part
// for each member, or as one for each name with brackets.
func (p *partWriter) styled(name string, at *shape.Field) error {
	list := p.d.Kind() == jsonwire.KindArray
	json := p.d.JSON()
	inner := partWriter{w: p.w}
	inner.d.Reset(json)
	switch {
	case at.Style == shape.StyleFlat && !list:
		for more := inner.d.Map(); more; more = inner.d.NextEntry() {
			member := inner.d.Key()
			if err := inner.member(member, at.Member(member)); err != nil {
				return err
			}
		}
		return nil
	case at.Style == shape.StyleDeep && !list:
		return param.PartPairs(name, at, json, inner.plain)
	case param.Packed(at.Style):
		text, err := param.AppendPart(nil, at, json)
		if err == nil {
			p.plain(name, text)
		}
		return err
	}
	own := *at
	own.Style = shape.StyleDefault
	return inner.member(name, &own)
}

// plain writes a part that is a text.
func (p *partWriter) plain(name string, text []byte) {
	_, _ = p.begin(nil, `form-data; name="`+escapeName(name)+`"`, "").Write(text) // into memory
}
