package param

import (
	"bytes"
	"errors"
)

// What can be wrong with the shape of a parameter's text.
var (
	// ErrLabel says that a text in label style lacks its dot.
	ErrLabel = errors.New("does not begin with a dot, which label style asks for")
	// ErrMatrix says that a text in matrix style lacks its name.
	ErrMatrix = errors.New("does not begin with a semicolon and the name, which matrix style asks for")
	// ErrMember says that a member of an object lacks its value.
	ErrMember = errors.New("an object's name lacks its value")
)

// Text returns the raw text of a single value: what follows the prefix that the styles label and matrix have.
// In the other styles that is raw itself, without the white space around it in a header field.
func Text(p Place, raw []byte) ([]byte, error) {
	switch p.Style.base() {
	case Label, LabelExplode:
		if len(raw) == 0 || raw[0] != '.' {
			return nil, ErrLabel
		}
		return raw[1:], nil
	case Matrix, MatrixExplode:
		if len(raw) == 0 || raw[0] != ';' {
			return nil, ErrMatrix
		}
		return matrixValue(p.Name, raw[1:])
	}
	if p.In == InHeader {
		return trim(raw), nil
	}
	return raw, nil
}

// matrixValue returns what follows "name=" in text; the name alone has an empty value.
func matrixValue(name string, text []byte) ([]byte, error) {
	pair := Pair{Key: text}
	if i := bytes.IndexByte(text, '='); i >= 0 {
		pair.Key, pair.Value = text[:i], text[i+1:]
	}
	pair.encoded = encoded(pair.Key, InPath)
	if !pair.Is(name) {
		return nil, ErrMatrix
	}
	return pair.Value, nil
}

// Items gives the items of an array one by one, raw.
type Items struct {
	place Place
	rest  []byte
	more  bool
	err   error

	pairs *Pairs // form with explode: one item a pair
	at    int
}

// SplitItems starts on the items of an array that is written in one raw text. An empty text has none. Form with explode
// writes one pair an item: see [Pairs.Items].
func SplitItems(p Place, raw []byte) Items {
	it := Items{place: p}
	if p.Style.base() == MatrixExplode {
		it.startMatrix(raw)
		return it
	}
	it.rest, it.err = Text(p, raw)
	it.more = len(it.rest) > 0
	return it
}

func (it *Items) startMatrix(raw []byte) {
	if len(raw) == 0 || raw[0] != ';' {
		it.err = ErrMatrix
		return
	}
	it.rest, it.more = raw[1:], true
}

// Items starts on the items of an array that is written as a pair for each: those that are called like the parameter, in the
// order of the text.
func (p *Pairs) Items(place Place) Items {
	return Items{place: place, pairs: p}
}

// Next returns the next item, raw, and whether there was one.
func (it *Items) Next() (item []byte, ok bool) {
	if it.pairs != nil {
		i := it.pairs.Find(it.place.Name, it.at)
		if i < 0 {
			return nil, false
		}
		it.at = i + 1
		return it.pairs.list[i].Value, true
	}
	if item, ok = it.part(); !ok {
		return nil, false
	}
	if it.place.Style.base() == MatrixExplode {
		if item, it.err = matrixValue(it.place.Name, item); it.err != nil {
			it.more = false
			return nil, false
		}
	}
	return item, true
}

// part returns the text up to the next separator.
func (it *Items) part() (part []byte, ok bool) {
	if !it.more {
		return nil, false
	}
	at, n := it.separator()
	if it.more = n > 0; it.more {
		part, it.rest = it.rest[:at], it.rest[at+n:]
	} else {
		part, it.rest = it.rest, nil
	}
	if it.place.In == InHeader {
		part = trim(part)
	}
	return part, true
}

// Err returns ErrLabel or ErrMatrix if the text did not have the shape that its style asks for.
func (it *Items) Err() error { return it.err }

// separator returns the place and the length of the next separator, a length of 0 if there is none.
func (it *Items) separator() (at, n int) {
	sep := byte(',')
	switch it.place.Style.base() {
	case LabelExplode:
		sep = '.'
	case MatrixExplode:
		sep = ';'
	}
	if c := it.place.Style.delimiter(); c != 0 {
		switch {
		case it.place.In == InHeader:
			sep = c
		case c == ' ' && it.place.In != InPath && it.place.In != inPart: // RFC 1866 section 8.2.1
			return encodedSeparator(it.rest, c, '+')
		default:
			return encodedSeparator(it.rest, c, c)
		}
	}
	if at = bytes.IndexByte(it.rest, sep); at < 0 {
		return 0, 0
	}
	return at, 1
}

// encodedSeparator finds a separator that has to be percent-encoded in a URL, and that some write as it is.
func encodedSeparator(text []byte, sep, also byte) (at, n int) {
	for i, c := range text {
		switch {
		case c == sep, c == also:
			return i, 1
		case c == '%' && i+2 < len(text) && unhex[text[i+1]] == sep>>4 && unhex[text[i+2]] == sep&0x0f:
			return i, 3
		}
	}
	return 0, 0
}

// Members gives the members of an object one by one, raw.
type Members struct {
	parts   Items
	explode bool // a part is a name with its value; else they take turns
	err     error
}

// SplitMembers starts on the members of an object that is written in one raw text. An empty text has none. Form with
// explode and deepObject write a pair for each member: see [Value.As].
func SplitMembers(p Place, raw []byte) Members {
	m := Members{}
	switch p.Style.base() {
	case MatrixExplode:
		m.explode = true
		m.parts.place = p
		m.parts.startMatrix(raw)
	case SimpleExplode, LabelExplode:
		m.explode = true
		m.parts = SplitItems(p, raw)
	default:
		m.parts = SplitItems(p, raw)
	}
	m.err = m.parts.err
	return m
}

// Next returns the next name and its value, both raw, and whether there was one.
func (m *Members) Next() (name, value []byte, ok bool) {
	if m.err != nil {
		return nil, nil, false
	}
	name, ok = m.parts.part()
	if !ok {
		return nil, nil, false
	}
	if m.explode {
		if i := bytes.IndexByte(name, '='); i >= 0 {
			return name[:i], name[i+1:], true
		}
		// RFC 6570 section 3.2.7: an empty value is written without "=".
		ok = m.parts.place.Style.base() == MatrixExplode && len(name) > 0
	} else {
		value, ok = m.parts.part()
	}
	if !ok {
		m.err = ErrMember
		return nil, nil, false
	}
	return name, value, true
}

// Err returns what was wrong with the shape of the text: ErrLabel, ErrMatrix or ErrMember.
func (m *Members) Err() error { return m.err }
