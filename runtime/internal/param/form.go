package param

import (
	"errors"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

var errNotUTF8 = errors.New("not valid UTF-8")

// ReadForm enters the pairs of a form (application/x-www-form-urlencoded, WHATWG URL section 5.1) into the members of root. It
// returns what is wrong with the encoding of the first pair that is malformed.
func ReadForm(root *shape.Node, f *shape.Field, pairs *Query) error {
	r := formReader{place: Place{In: InQuery, Style: FormExplode}}
	for i := range pairs.list {
		key, err := Decode(nil, pairs.list[i].Key, InQuery)
		if err != nil {
			return err
		}
		r.pair(root, f, string(key), pairs.list[i].Value)
	}
	return r.err
}

// formReader enters texts into a tree.
type formReader struct {
	place   Place
	giveWay func() // see Report
	err     error  // the first thing that is wrong with their encoding
}

func (r *formReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// pair enters one pair of a form, if its key belongs to the object.
func (r *formReader) pair(root *shape.Node, f *shape.Field, key string, raw []byte) {
	n, at, err := root.Enter(f, key, r.place.In == InQuery)
	switch {
	case err != nil:
		r.fail(err)
	case n == nil:
	case !utf8.ValidString(key):
		r.fail(errNotUTF8)
		fallthrough
	default:
		r.value(n, at, raw)
	}
}

// packings are the styles that hold several values in one text.
var packings = map[shape.Style]Style{
	shape.StyleComma: Form, shape.StyleSpace: SpaceDelimited, shape.StylePipe: PipeDelimited, shape.StyleTab: TabDelimited,
}

// value enters what stands behind a key.
func (r *formReader) value(n *shape.Node, f *shape.Field, raw []byte) {
	if packing := packings[f.Style]; packing != 0 {
		r.packed(n, f, Place{In: r.place.In, Style: packing}, raw)
		return
	}
	n.Add(r.text(raw))
}

// text decodes one text.
func (r *formReader) text(raw []byte) shape.Text {
	data, err := Decode(nil, raw, r.place.coding())
	if err == nil && !utf8.Valid(data) {
		err = errNotUTF8
	}
	if err != nil {
		r.fail(err)
		return shape.Text{What: shape.NullText}
	}
	return shape.Text{Data: data}
}

// packed enters what one text in a style of its own stands for. Text is split first and decoded afterwards.
func (r *formReader) packed(n *shape.Node, f *shape.Field, p Place, raw []byte) {
	text, err := Text(p, raw)
	if f.Object != nil && r.members(n, f, p, raw) {
		return
	}
	parts := SplitItems(p, raw)
	first, _ := parts.Next()
	_, several := parts.Next()
	switch {
	case f.Array != nil && (several || len(text) == 0 || !r.takes(f, first)):
		n.List = true
		for parts = SplitItems(p, raw); ; {
			item, ok := parts.Next()
			if !ok {
				break
			}
			n.Add(r.text(item))
		}
		r.refuse(n, parts.Err())
	case err != nil:
		r.refuse(n, err)
		n.Add(shape.Text{What: shape.NullText})
	default:
		n.Add(r.text(text))
	}
}

// takes reports whether a raw text is a scalar that f allows.
func (r *formReader) takes(f *shape.Field, raw []byte) bool {
	text, err := Decode(nil, raw, r.place.coding())
	return err == nil && f.Takes(text)
}

// refuse notes that a text has not the form that its style asks for.
func (*formReader) refuse(n *shape.Node, err error) {
	if err != nil {
		n.Fault = shape.Fault{Keyword: validate.KeywordType, Message: err.Error()}
	}
}

// members enters an object that is one text. It enters nothing and returns false where the text may be something else, and
// does not begin like one.
func (r *formReader) members(n *shape.Node, f *shape.Field, p Place, raw []byte) bool {
	parts := SplitMembers(p, raw)
	if f.Kinds != shape.KindObject {
		name, _, _ := parts.Next()
		if parts.Err() != nil || f.Declared(r.key(name)) == nil && !parts.explode {
			return false
		}
		parts = SplitMembers(p, raw)
	}
	for {
		name, value, ok := parts.Next()
		if !ok {
			break
		}
		if t := r.text(name); t.What == shape.PlainText {
			n.Kid(string(t.Data)).Add(r.text(value))
		}
	}
	r.refuse(n, parts.Err())
	return true
}
