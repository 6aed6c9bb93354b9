package media

import (
	"strconv"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
)

// formWriter writes the members of a JSON object as a form.
type formWriter struct {
	b []byte
	d jsonwire.Decoder
}

// appendForm appends a JSON object as application/x-www-form-urlencoded. Null is an empty value; what is empty and no text is
// left out.
func appendForm(b, object []byte, f *field) []byte {
	w := formWriter{b: b}
	w.d.Reset(object)
	for more := w.d.Map(); more; more = w.d.NextEntry() {
		name := w.d.Key()
		w.value(name, f.member(name), true)
	}
	return w.b
}

// place begins a pair.
func (w *formWriter) place(name string, at *field, s param.Style) param.Place {
	if len(w.b) > 0 {
		w.b = append(w.b, '&')
	}
	if at.reserved {
		s |= param.AllowReserved
	}
	return param.Place{Name: name, In: param.InQuery, Style: s}
}

// value writes what comes next under a name. Items of an array at the top repeat the name; deeper they are numbered.
func (w *formWriter) value(name string, at *field, top bool) {
	kind := w.d.Kind()
	switch {
	case at.style == styleJSON:
		w.b = param.AppendText(w.b, w.place(name, at, param.FormExplode), w.d.JSON())
	case kind == jsonwire.KindArray:
		w.items(name, at, top)
	case kind == jsonwire.KindObject:
		w.members(name, at)
	default:
		w.b = param.AppendText(w.b, w.place(name, at, param.FormExplode), scalarText(&w.d))
	}
}

func (w *formWriter) items(name string, at *field, top bool) {
	joined, ok := paramStyles[at.style]
	var place param.Place
	i := 0
	for more := w.d.Array(); more; more = w.d.NextItem() {
		scalar := !isComposed(w.d.Kind())
		switch {
		case ok && scalar:
			if i == 0 {
				place = w.place(name, at, joined)
			}
			w.b = param.AppendItem(w.b, place, i, scalarText(&w.d))
		case top && scalar:
			w.value(name, at.item(i), false)
		default:
			w.value(name+"["+strconv.Itoa(i)+"]", at.item(i), false)
		}
		i++
	}
}

func (w *formWriter) members(name string, at *field) {
	joined, ok := paramStyles[at.style]
	var place param.Place
	i := 0
	for more := w.d.Map(); more; more = w.d.NextEntry() {
		key := w.d.Key()
		switch member := at.member(key); {
		case at.style == styleFlat:
			w.value(key, member, true)
		case ok && !isComposed(w.d.Kind()):
			if i == 0 {
				place = w.place(name, at, joined)
			}
			w.b = param.AppendMember(w.b, place, i, key, scalarText(&w.d))
		default:
			w.value(name+"["+key+"]", member, false)
		}
		i++
	}
}

func isComposed(kind jsonwire.Kind) bool {
	return kind == jsonwire.KindArray || kind == jsonwire.KindObject
}

// scalarText consumes a value and returns what it is as text: "" for null.
func scalarText(d *jsonwire.Decoder) string {
	switch d.Kind() {
	case jsonwire.KindString:
		return d.String(nil)
	case jsonwire.KindNull:
		d.Skip()
		return ""
	default:
		return string(d.JSON())
	}
}
