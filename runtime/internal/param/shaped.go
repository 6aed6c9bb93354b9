package param

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// As reads a parameter that is an object, or has parts that are, by its shape: Bytes is then JSON, for a decoder of it, until As
// is called again on a Value of the same report. In the styles that write a member as a pair of its own, an object is there
// when any member is; a required one that is not there is empty, so that its own members are what is missed.
//
// In a query, names in brackets lead into objects and lists, in form with explode as in deepObject style: filter[a][b]=1,
// filter[tags][]=x, filter[tags]=x&filter[tags]=y, items[0][name]=x. Elsewhere, what stands inside of an item or a member has
// no form but JSON text.
func (v Value) As(s *Shape) Value {
	f := s.get()
	r := shapeReader{report: v.report, place: v.place, b: v.report.json[:0]}
	switch {
	case v.pairs != nil && v.place.Style.spread():
		var root branch
		v.present = r.gather(&root, f, v.pairs)
		switch nothing := v.empty && len(root.kids) == 0 || root.empty(); {
		case !nothing:
			r.branch(f, &root, exploded)
		case f.object != nil:
			r.b = append(r.b, "{}"...)
		case f.items != nil && v.present:
			r.b = append(r.b, "[]"...)
		}
	case v.present && v.once():
		r.packed(f, v.raw)
	}
	v.report.json = r.b
	v.raw, v.pairs, v.shaped, v.again, v.empty = r.b, nil, true, false, false
	return v
}

// Record records what a decoder found in the JSON of this parameter, under the names that the parts of it are sent with.
func (v Value) Record(violations []validate.Violation) {
	for _, found := range violations {
		if v.shaped {
			found = found.OfText()
		}
		v.report.violate(v.place.In, v.locate(found.Pointer), found.Keyword, found.Message)
	}
}

// locate turns a JSON pointer (RFC 6901) into the name of a part: "filter[a][0]", or "filter/a/0" where members are not pairs
// of their own.
func (v *Value) locate(pointer string) string {
	if pointer == "" || !v.shaped || !v.place.Style.spread() {
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

// shapeReader appends the JSON that texts stand for.
type shapeReader struct {
	report *Report
	place  Place
	b      []byte
	path   []string // names of what is being read
}

// gather collects what the pairs say of the parameter, and reports whether they say anything that it may have.
func (r *shapeReader) gather(root *branch, f *form, pairs *Pairs) (present bool) {
	wide := f.object != nil && r.place.Style.base() != DeepObject // its members are pairs without its name
	for i := range pairs.list {
		pair := &pairs.list[i]
		if !wide {
			if end, ok := pair.prefix(r.place.Name); ok {
				if rest := r.key(pair.Key[end:]); rest == "" || r.place.In == InQuery && wellFormed(f, rest) {
					root.add(f, rest, pair.Value)
					present = true
				}
			}
			continue
		}
		key := r.key(pair.Key)
		if key == r.place.Name && (f.items != nil || f.scalars != 0) && f.object.find(key) == nil {
			root.texts, present = append(root.texts, pair.Value), true
			continue
		}
		name, rest, allowed := f.object.top(key, r.place.In)
		if name != "" && wellFormed(f.below(name), rest) {
			root.kid(name, rest).add(f.below(name), rest, pair.Value)
			present = allowed || present
		}
	}
	return present
}

// key decodes a key or a part of one.
func (r *shapeReader) key(raw []byte) string {
	text, err := Decode(nil, raw, r.place.coding())
	if err != nil {
		return string(raw)
	}
	return string(text)
}

// top finds the member that a key belongs to, and what follows its name; "" if it is none. allowed is false for a name that is
// read to be refused.
func (o *object) top(key string, in In) (name, rest string, allowed bool) {
	if o.find(key) != nil {
		return key, "", true
	}
	if in == InQuery {
		if m := o.longest(key, "["); m != nil {
			return m.name, key[len(m.name):], true
		}
		if at := strings.IndexByte(key, '['); at > 0 && wellFormed(o.rest, key[at:]) {
			name, rest = key[:at], key[at:]
		}
	}
	if name == "" {
		name, rest = key, ""
	}
	if o.rest == nil || slices.Contains(o.others, key) || slices.Contains(o.others, name) {
		return "", "", false
	}
	return name, rest, o.rest.scalars != kindNever
}

// branch appends what stands at a place.
func (r *shapeReader) branch(f *form, b *branch, style memberStyle) {
	if f == nil {
		f = &form{scalars: kindAny}
	}
	free := f.scalars&(kindAny|kindNever) != 0
	switch {
	case len(b.kids) > 0 && b.isList() && (f.items != nil || free && f.object == nil):
		r.list(f.items, b.items())
	case len(b.kids) > 0:
		r.members(f, b)
	case len(b.texts) > 1 && (f.items != nil || free),
		len(b.texts) == 1 && style == exploded && f.items != nil && !f.takesRaw(r.place, b.texts[0]) && !r.embeds(b.texts[0]):
		r.list(f.items, b.items())
	case len(b.texts) > 1:
		r.violate(validate.KeywordType, messageTwice)
		fallthrough
	default:
		r.styled(f, b.texts[0], style)
	}
}

// styled appends one text of a member.
func (r *shapeReader) styled(f *form, raw []byte, style memberStyle) {
	styles := [...]Style{comma: Form, space: SpaceDelimited, pipe: PipeDelimited, tab: TabDelimited}
	if style == exploded || style == asJSON {
		r.text(f, raw, style == asJSON)
		return
	}
	outer := r.place
	r.place.Style = styles[style]
	r.packed(f, raw)
	r.place = outer
}

// list appends an array.
func (r *shapeReader) list(f *form, items []*branch) {
	r.b = append(r.b, '[')
	for i, item := range items {
		if i > 0 {
			r.b = append(r.b, ',')
		}
		r.branch(f, item, exploded)
	}
	r.b = append(r.b, ']')
}

// members appends an object.
func (r *shapeReader) members(f *form, b *branch) {
	r.b = append(r.b, '{')
	for i, kid := range b.kids {
		r.name(i, kid.name)
		style := exploded
		if f.object != nil {
			if m := f.object.find(kid.name); m != nil {
				style = m.style
			}
		}
		r.branch(f.below(kid.name), kid, style)
		r.path = r.path[:len(r.path)-1]
	}
	r.b = append(r.b, '}')
}

// name appends the name of member i and enters it.
func (r *shapeReader) name(i int, name string) {
	if !utf8.ValidString(name) {
		r.report.Malform(r.place, "not valid UTF-8")
	}
	if i > 0 {
		r.b = append(r.b, ',')
	}
	r.b = append(jsonwire.AppendString(r.b, name), ':')
	r.path = append(r.path, name)
}

// packed appends what one text in a style of its own stands for.
func (r *shapeReader) packed(f *form, raw []byte) {
	text, err := Text(r.place, raw)
	if f.object != nil && r.object(f, raw) {
		return
	}
	parts := SplitItems(r.place, raw)
	first, _ := parts.Next()
	_, several := parts.Next()
	switch {
	case f.items != nil && (several || len(text) == 0 || !f.takesRaw(r.place, first)):
		r.items(f, raw)
	case err != nil:
		r.violate(validate.KeywordType, err.Error())
		r.b = append(r.b, "null"...)
	default:
		r.text(f, text, false)
	}
}

// items appends an array that is one text.
func (r *shapeReader) items(f *form, raw []byte) {
	parts := SplitItems(r.place, raw)
	r.b = append(r.b, '[')
	for i := 0; ; i++ {
		item, ok := parts.Next()
		if !ok {
			break
		}
		if i > 0 {
			r.b = append(r.b, ',')
		}
		r.text(f.items, item, false)
	}
	r.b = append(r.b, ']')
	if err := parts.Err(); err != nil {
		r.violate(validate.KeywordType, err.Error())
	}
}

// object appends an object that is one text. It appends nothing and returns false where the text may be something else, and
// does not begin like one.
func (r *shapeReader) object(f *form, raw []byte) bool {
	parts := SplitMembers(r.place, raw)
	if f.items != nil || f.scalars != 0 {
		name, _, _ := parts.Next()
		if parts.Err() != nil || f.object.find(r.key(name)) == nil && (f.object.rest == nil || !parts.explode) {
			return false
		}
		parts = SplitMembers(r.place, raw)
	}
	r.b = append(r.b, '{')
	for i := 0; ; i++ {
		raw, value, ok := parts.Next()
		if !ok {
			break
		}
		name := r.key(raw)
		r.name(i, name)
		if below := f.below(name); below != nil {
			r.text(below, value, false)
		} else {
			r.text(&form{scalars: kindAny}, value, false)
		}
		r.path = r.path[:len(r.path)-1]
	}
	r.b = append(r.b, '}')
	if err := parts.Err(); err != nil {
		r.violate(validate.KeywordType, err.Error())
	}
	return true
}

// violate records a violation of what is being read.
func (r *shapeReader) violate(keyword, message string) {
	pointer := r.place.Name
	if len(r.path) > 0 {
		pointer += "/" + strings.Join(r.path, "/")
	}
	r.report.violate(r.place.In, pointer, keyword, message)
}

// text appends what a single text stands for: a scalar, or the JSON in it. What is none of what f allows becomes a string, which
// the decoder then refuses.
func (r *shapeReader) text(f *form, raw []byte, json bool) {
	if f == nil {
		f = &form{scalars: kindAny}
	}
	text, err := Decode(r.report.scratch[:0], raw, r.place.coding())
	r.report.scratch = text
	switch {
	case err != nil:
		r.report.Malform(r.place, err.Error())
		r.b = append(r.b, "null"...)
	case !utf8.Valid(text):
		r.report.Malform(r.place, "not valid UTF-8")
		r.b = append(r.b, "null"...)
	case json && isJSON(text), !f.takes(text) && (f.items != nil || f.object != nil) && isJSON(text):
		r.b = append(r.b, text...)
	default:
		r.b = f.appendScalar(r.b, text, r.place.In)
	}
}

// embeds says whether a raw text is a JSON array, which some send where pairs should be.
func (r *shapeReader) embeds(raw []byte) bool {
	text, err := Decode(nil, raw, r.place.coding())
	return err == nil && len(text) > 0 && text[0] == '[' && isJSON(text)
}

func isJSON(text []byte) bool {
	var d jsonwire.Decoder
	d.Reset(text)
	d.Skip()
	d.End()
	return !d.Failed()
}

// takesRaw is takes for a text that is encoded.
func (f *form) takesRaw(p Place, raw []byte) bool {
	if f.scalars&texts != 0 || f.scalars == 0 {
		return f.scalars != 0
	}
	text, err := Decode(nil, raw, p.coding())
	return err == nil && f.takes(text)
}

// takes says whether a text is a scalar that f allows.
func (f *form) takes(text []byte) bool { return f.scalars&texts != 0 || f.scalar(text) != 0 }

// scalar returns the kind, other than a string, that f reads a text as; 0 if there is none. The text decides, in this order.
func (f *form) scalar(text []byte) kinds {
	switch {
	case f.scalars&kindNumber != 0 && isNumber(text), f.scalars&kindInteger != 0 && isInteger(text):
		return kindNumber
	case f.scalars&kindBoolean != 0 && (string(text) == "true" || string(text) == "false"):
		return kindBoolean
	case f.scalars&kindNull != 0 && f.scalars&texts == 0 && (len(text) == 0 || string(text) == "null"):
		return kindNull
	}
	return 0
}

// isInteger says whether text has the form that ParseInt64 reads, whatever its size.
func isInteger(text []byte) bool {
	n, rest := cutDigits(bytes.TrimPrefix(text, []byte{'-'}))
	return n > 0 && len(rest) == 0
}

// appendScalar appends a text as the scalar that it is.
func (f *form) appendScalar(b, text []byte, in In) []byte {
	switch f.scalar(text) {
	case kindNumber:
		return append(b, jsonNumber(text)...)
	case kindBoolean:
		return append(b, text...)
	case kindNull:
		return append(b, "null"...)
	}
	s := string(text)
	if f.scalars&kindTime != 0 {
		s = plusSign(s, in)
	}
	return jsonwire.AppendString(b, s)
}
