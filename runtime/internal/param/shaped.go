package param

import (
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// As reads a parameter that is an object, or has parts that are, by the shape of that name, or with that notation: Bytes is then
// JSON, for a decoder of it, until As is called again on a Value of the same report. In the styles that write a member as a pair
// of its own, an object is there when any member is; a required one that is not there is empty, so that its own members are what
// is missed.
//
// In a query, names in brackets lead into objects and lists, in form with explode as in deepObject style: filter[a][b]=1,
// filter[tags][]=x, filter[tags]=x&filter[tags]=y, items[0][name]=x. Elsewhere, what stands inside of an item or a member has
// no form but JSON text.
func (v Value) As(shapes *shape.Shapes, name string) Value {
	f := shapes.Get(name)
	r := formReader{place: v.place, giveWay: v.report.GiveWay}
	doc := shape.Document{JSON: v.report.json[:0], Plus: v.place.In == InQuery, Embedded: true}
	var root shape.Node
	there := v.presence != absent
	switch {
	case v.pairs != nil && v.place.Style.spread():
		there = r.gather(&root, f, v.pairs)
		switch nothing := v.presence == blank && root.Kids() == 0 || root.Empty(); {
		case !nothing:
			doc.Node(&root, f)
		case f.Object != nil:
			doc.JSON = append(doc.JSON, "{}"...)
		case f.Array != nil && there:
			doc.JSON = append(doc.JSON, "[]"...)
		}
	case there && v.once():
		r.packed(&root, f, v.place, v.raw)
		doc.Node(&root, f)
	}
	v.report.json = doc.JSON
	v.raw, v.pairs, v.form, v.presence = doc.JSON, nil, formJSON, absent
	if there {
		v.presence = present
	}
	if r.err != nil {
		v.report.Malform(v.place, r.err.Error())
	}
	if len(doc.Faults) > 0 {
		var d jsonwire.Decoder
		v.Record(doc.Read(&d).Violations())
	}
	return v
}

// Record records what a decoder found in the JSON of this parameter, under the names that the parts of it are sent with.
func (v Value) Record(violations []validate.Violation) {
	for _, found := range violations {
		if v.form == formJSON {
			found = found.OfText()
		}
		v.report.violate(v.place.In, v.locate(found.Pointer), found.Keyword, found.Message)
	}
}

// locate turns a JSON pointer (RFC 6901) into the name of a part: "filter[a][0]", or "filter/a/0" where members are not pairs
// of their own.
func (v *Value) locate(pointer string) string {
	if pointer == "" || v.form != formJSON || !v.place.Style.spread() {
		return v.place.Name + pointer
	}
	names := strings.Split(pointer[1:], "/")
	for i, name := range names {
		names[i] = strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")
	}
	if v.place.Style.base() != DeepObject && len(v.raw) > 0 && v.raw[0] == '{' {
		if len(names) == 1 {
			return names[0]
		}
		return names[0] + "[" + strings.Join(names[1:], "][") + "]"
	}
	return v.place.Name + "[" + strings.Join(names, "][") + "]"
}

// pairsInARow is how many pairs are entered until others go first.
const pairsInARow = 8

// gather enters what the pairs say of the parameter, and reports whether they say anything that it may have.
func (r *formReader) gather(root *shape.Node, f *shape.Field, pairs *Pairs) (found bool) {
	wide := f.Object != nil && r.place.Style.base() != DeepObject // its members are pairs without its name
	for i := range pairs.list {
		if r.giveWay != nil && i%pairsInARow == pairsInARow-1 {
			r.giveWay()
		}
		pair := &pairs.list[i]
		if wide {
			key := r.key(pair.Key)
			if key == r.place.Name && (f.Array != nil || f.Kinds&^shape.KindObject != 0) && f.Declared(key) == nil {
				root.Add(r.text(pair.Value))
				found = true
				continue
			}
			r.pair(root, f, key, pair.Value)
			continue
		}
		end, ok := pair.prefix(r.place.Name)
		if !ok || end < len(pair.Key) && r.place.In != InQuery {
			continue
		}
		if n, at := root.EnterPath(f, r.key(pair.Key[end:])); n != nil {
			r.value(n, at, pair.Value)
			found = true
		}
	}
	return found || wide && root.HasAllowed(f)
}

// key decodes a key or a part of one. One that is malformed is nobody's.
func (r *formReader) key(raw []byte) string {
	text, err := Decode(nil, raw, r.place.coding())
	if err != nil {
		return string(raw)
	}
	return string(text)
}
