package param

import "github.com/tornadogen/tornadogen/runtime/internal/shape"

// inPart is a part of a form that is multipart, where a value is what it would be in a query (OpenAPI 3.1 section 4.8.15.1.2), but that
// nothing ends it: only what would be taken for a delimiter, or for something that is percent-encoded, is so itself.
const inPart In = 0xff

// ReadPart enters the text of a part of a form, whose style writes several values as one text, into n.
func ReadPart(n *shape.Node, f *shape.Field, text []byte) error {
	r := formReader{place: Place{In: inPart}}
	r.value(n, f, text)
	return r.err
}

// Packed reports whether a style writes several values as one text.
func Packed(s shape.Style) bool { return packings[s] != 0 }

// AppendPart appends a list or an object, as JSON, as the text of a part of a form, in a style that has one for it. It fails with
// ErrNotExpressible.
func AppendPart(b []byte, f *shape.Field, json []byte) ([]byte, error) {
	w := shapeWriter{place: Place{In: inPart, Style: packings[f.Style]}, b: b, lenient: true}
	kind, entries, _ := open(json)
	w.packed(w.place, kind, entries)
	return w.b, w.err
}

// PartPairs gives a list or an object, as JSON, as the pairs of a form: names with brackets, and texts, neither of them escaped.
// It fails with ErrNotExpressible.
func PartPairs(name string, f *shape.Field, json []byte, part func(name string, text []byte)) error {
	w := shapeWriter{place: Place{In: InQuery, Style: FormExplode}, lenient: true}
	w.pair(string(appendEscaped(nil, name, unreserved, 0, 0)), false, f, json)
	var q Query
	if w.err != nil {
		return w.err
	}
	if err := q.Parse(w.b, len(w.b)); err != nil { // there are no more pairs than bytes
		return err
	}
	for _, pair := range q.list {
		key, _ := Decode(nil, pair.Key, InQuery)
		text, _ := Decode(nil, pair.Value, InQuery)
		part(string(key), text)
	}
	return nil
}

// appendPartValue appends an item, with the commas percent-encoded, and the percent signs that would be read as such an encoding.
func appendPartValue[S ~string | ~[]byte](b []byte, text S) []byte {
	for i := range len(text) {
		switch c := text[i]; {
		case c == ',', c == '%' && i+2 < len(text) && unhex[text[i+1]]|unhex[text[i+2]] != noHex:
			b = append(b, '%', upperHex[c>>4], upperHex[c&0x0f])
		default:
			b = append(b, c)
		}
	}
	return b
}
