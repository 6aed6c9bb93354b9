package param

import (
	"iter"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// Value is one parameter of one request, or an item of one. It aliases the request and must not outlive its
// report; what its methods return does not, unless they say so. Each method records what it refuses. It returns a value that
// breaks a rule all the same, and the zero value for text that is not of its type at all. A parameter that is absent
// converts to the zero value, and nothing is recorded.
type Value struct {
	place    Place
	raw      []byte
	pairs    *Pairs // the query or the cookies; nil for an item, in paths and in header fields
	item     int32  // of formItem: its position
	presence presence
	form     form
	report   *Report
}

// presence says whether a request has a parameter.
type presence uint8

const (
	absent presence = iota
	blank           // an empty text that is no value: see AllowEmpty
	present
	repeated // a query has a second pair of that name
)

// form says what the raw text of a Value is.
type form uint8

const (
	formStyled form = iota // what stands in the request, in the style of the place
	formPlain              // likewise, and read as a single value it is its own text
	formItem               // an item of either, in no style of its own
	formJSON               // JSON: see As
)

const messageTwice = "must not be given more than once"

// Value returns the parameter at a place of which the raw text is known: a part of the path or a header field. Header
// fields that stand several times are joined with commas before (RFC 9110 section 5.3).
func (r *Report) Value(p Place, raw []byte, there bool) Value {
	v := Value{place: p, raw: raw, report: r}
	if there {
		v.presence = present
	}
	return v
}

// PathValue makes the zero value v what Value gives for a part of the path, which the request always has. encoded reports whether there
// may be a percent sign in it. It fills in v where that is: a Value is large.
func (r *Report) PathValue(v *Value, name string, style Style, raw []byte, encoded bool) {
	v.place.Name, v.place.Style, v.raw, v.presence, v.report = name, style, raw, present, r
	if style == Simple && !encoded {
		v.form = formPlain
	}
}

// Lookup returns the parameter at a place in the query or in the cookies.
func (r *Report) Lookup(p Place, pairs *Pairs) Value {
	v := Value{place: p, pairs: pairs, report: r}
	if i := pairs.Find(p.Name, 0); i >= 0 {
		v.raw, v.presence = pairs.list[i].Value, present
		// A browser may well send a cookie twice, of which the first one is the more specific (RFC 6265 section 5.4).
		switch {
		case p.In == InQuery && pairs.Find(p.Name, i+1) >= 0:
			v.presence = repeated
		case p.Style&AllowEmpty != 0 && len(v.raw) == 0:
			v.presence = blank
		}
	}
	return v
}

// Place returns where the value stands.
func (v Value) Place() Place { return v.place }

// Present says whether the request has the parameter. An empty text counts, but for AllowEmpty.
func (v Value) Present() bool { return v.presence >= present }

// Required is Present, and records a violation if the request lacks the parameter.
func (v Value) Required() bool {
	switch {
	case v.presence != absent:
		return v.Present()
	case v.form == formJSON && string(v.raw) == "{}":
		return true
	}
	v.Violate(validate.KeywordRequired, validate.MessageRequired)
	return false
}

// Violate records a violation of this value.
func (v Value) Violate(keyword, message string) {
	v.report.violate(v.place.In, v.pointer(), keyword, message)
}

// check records what a rule has found in this value.
func (v *Value) check(f validate.Faults, rule validate.Rule) {
	if f != 0 {
		v.explain(f, rule)
	}
}

func (v *Value) explain(f validate.Faults, rule validate.Rule) {
	for keyword, message := range f.Explain(rule) {
		v.Violate(keyword, message)
	}
}

// pointer names the value in a violation: "tags", "tags/2".
func (v *Value) pointer() string {
	if v.form == formItem {
		return v.place.Name + "/" + strconv.Itoa(int(v.item))
	}
	return v.place.Name
}

// Bytes returns the decoded text, whatever it is, and whether there is one. The bytes alias the request or memory of the
// report, until the next call of a method of any Value of the same report.
func (v Value) Bytes() (text []byte, ok bool) { return v.bytes() }

// bytes is Bytes without a copy of v.
func (v *Value) bytes() (text []byte, ok bool) {
	switch {
	case v.form == formPlain:
		return v.raw, true
	case v.form == formJSON:
		return v.raw, len(v.raw) > 0
	case v.presence == absent:
		return nil, false
	}
	text = v.raw
	if v.form != formItem {
		if !v.once() {
			return nil, false
		}
		var err error
		if text, err = Text(v.place, v.raw); err != nil {
			v.Violate(validate.KeywordType, err.Error())
			return nil, false
		}
	}
	if !encoded(text, v.place.coding()) {
		return text, true
	}
	return v.decode(text)
}

// once records a violation if a query has the parameter twice, which makes it ambiguous.
func (v *Value) once() bool {
	if v.presence == repeated {
		v.Violate(validate.KeywordType, messageTwice)
	}
	return v.presence != repeated
}

func (v *Value) decode(raw []byte) (text []byte, ok bool) {
	text, err := Decode(v.report.scratch[:0], raw, v.place.coding())
	v.report.scratch = text
	if err != nil {
		v.report.Malform(v.place, err.Error())
		return nil, false
	}
	return text, true
}

// text is bytes for text that must be UTF-8.
func (v *Value) text() (text []byte, ok bool) {
	text, ok = v.bytes()
	if ok && !utf8.Valid(text) {
		v.report.Malform(v.place, "not valid UTF-8")
		return nil, false
	}
	return text, ok
}

// Items yields the items of an array. For a style without explode that stands in the query twice, it records a violation.
func (v Value) Items() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		items, ok := v.items()
		if !ok {
			return
		}
		item := v
		item.pairs, item.form, item.item = nil, formItem, 0
		for {
			raw, ok := items.Next()
			if !ok {
				break
			}
			item.raw = raw
			if !yield(item) {
				return
			}
			item.item++
		}
		if err := items.Err(); err != nil {
			v.Violate(validate.KeywordType, err.Error())
		}
	}
}

// Count returns how many items Items yields, so that room is made for them once.
func (v Value) Count() int {
	n := 0
	if items, ok := v.items(); ok {
		for _, more := items.Next(); more; _, more = items.Next() {
			n++
		}
	}
	return n
}

// items starts on the items.
func (v *Value) items() (items Items, ok bool) {
	switch {
	case v.presence == absent:
		return Items{}, false
	case v.pairs != nil && v.place.Style.base() == FormExplode:
		return v.pairs.Items(v.place), true
	case !v.once():
		return Items{}, false
	}
	return SplitItems(v.place, v.raw), true
}

// CheckItems checks an array of n items as a whole. Items are equal if their texts are.
func (v Value) CheckItems(n int, rule *validate.ArrayRule) {
	if rule != nil && v.presence != absent {
		v.check(rule.Check(n, v.distinct), rule)
	}
}

// distinct says whether no two items have the same decoded text.
func (v *Value) distinct() bool {
	items, ok := v.items()
	if !ok {
		return true
	}
	var texts []string
	for {
		raw, ok := items.Next()
		if !ok {
			break
		}
		text, err := Decode(nil, raw, v.place.coding())
		if err == nil {
			texts = append(texts, string(text))
		}
	}
	slices.Sort(texts)
	return len(slices.Compact(texts)) == len(texts)
}
