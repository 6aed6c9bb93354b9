package param

// AppendText appends a single value: the text with the prefix that its style and place have ("limit=10", ".10",
// ";limit=10", "10"), escaped. In a query and in cookies the caller puts a separator before it if it is not the first.
// In a header field text stands as it is; see [Place.Expressible].
func AppendText[S ~string | ~[]byte](b []byte, p Place, text S) []byte {
	if p.Style.base() == DeepObject {
		p.Style = FormExplode | p.Style&AllowReserved // the brackets are for items and members
	}
	b = appendPrefix(b, p, 0)
	return appendValue(b, p, text)
}

// AppendItem appends item i of an array in any style but deepObject, and before it what separates it from item i-1 or, for the first, the prefix.
// Items are appended one after the other.
func AppendItem[S ~string | ~[]byte](b []byte, p Place, i int, text S) []byte {
	b = appendPrefix(b, p, i)
	return appendValue(b, p, text)
}

// AppendNoItems appends an array without items or an object without members. With explode, and in deepObject style, a
// query and a cookie field say nothing of it: nothing is appended, but for AllowEmpty.
func AppendNoItems(b []byte, p Place) []byte {
	switch p.Style.base() {
	case FormExplode, DeepObject, MatrixExplode:
		if p.Style&AllowEmpty == 0 {
			return b
		}
		return append(appendName(b, p), '=')
	}
	return appendPrefix(b, p, 0)
}

// appendPrefix appends what stands before item i.
func appendPrefix(b []byte, p Place, i int) []byte {
	switch p.Style.base() {
	case MatrixExplode, FormExplode:
		b = appendSeparator(b, p, i)
		b = appendName(b, p)
		return append(b, '=')
	default:
		if i > 0 {
			return appendSeparator(b, p, i)
		}
		return appendStart(b, p)
	}
}

// appendStart appends what stands once before all items of a style without explode.
func appendStart(b []byte, p Place) []byte {
	switch p.Style.base() {
	case Label, LabelExplode:
		return append(b, '.')
	case Matrix:
		b = appendName(append(b, ';'), p)
		return append(b, '=')
	case Form, SpaceDelimited, PipeDelimited, TabDelimited:
		if p.In == InPath || p.In == InHeader {
			return b
		}
		b = appendName(b, p)
		return append(b, '=')
	}
	return b
}

// appendSeparator appends what stands between part i-1 and part i, in some styles before the first part too.
func appendSeparator(b []byte, p Place, i int) []byte {
	switch style := p.Style.base(); {
	case style == MatrixExplode:
		return append(b, ';')
	case style == LabelExplode:
		return append(b, '.')
	case i == 0:
		return b
	case style == FormExplode && p.In == InCookie:
		return append(b, "; "...)
	case style == FormExplode:
		return append(b, '&')
	}
	switch c := p.Style.delimiter(); {
	case c == 0:
		return append(b, ',')
	case p.In == InHeader, p.In == inPart:
		return append(b, c)
	default:
		return append(b, '%', upperHex[c>>4], upperHex[c&0x0f])
	}
}

// AppendMember appends member i of an object in any style but deepObject, and before it what separates it from member i-1 or, for the first, the
// prefix. Members are appended one after the other.
func AppendMember[S ~string | ~[]byte](b []byte, p Place, i int, name string, text S) []byte {
	switch p.Style.base() {
	case SimpleExplode, LabelExplode, MatrixExplode, FormExplode:
		b = appendSeparator(b, p, i)
		b = appendKey(b, p, name)
		b = append(b, '=')
	default:
		b = appendPrefix(b, p, 2*i)
		b = appendValue(b, p, name)
		b = appendPrefix(b, p, 2*i+1)
	}
	return appendValue(b, p, text)
}

// appendName appends the name of the parameter. Cookie names are not encoded: they are tokens.
func appendName(b []byte, p Place) []byte {
	if p.In == InCookie {
		return append(b, p.Name...)
	}
	return appendEscaped(b, p.Name, unreserved, 0, 0)
}

// appendKey appends the name of a member that stands before "=".
func appendKey(b []byte, p Place, name string) []byte {
	if p.In == InHeader || p.In == InCookie && p.Style.base() == FormExplode {
		return append(b, name...)
	}
	if p.Style.base() == LabelExplode {
		return appendEscaped(b, name, unreserved, '.', '.')
	}
	return appendEscaped(b, name, unreserved, 0, 0)
}

// appendValue appends a text, escaped so that nothing in it is taken for a separator.
func appendValue[S ~string | ~[]byte](b []byte, p Place, text S) []byte {
	if p.coding() == InHeader {
		return append(b, text...)
	}
	if p.In == inPart {
		return appendPartValue(b, text)
	}
	class, not := byte(unreserved), byte(0)
	if p.Style&AllowReserved != 0 {
		class |= reservedPath
		if p.In == InQuery {
			class = unreserved | reservedForm
		}
	}
	separator := byte(0)
	switch p.Style.base() {
	case Simple, SimpleExplode, Label, Matrix, Form:
		separator = ','
	case LabelExplode:
		separator = '.'
	case MatrixExplode:
		separator = ';'
	}
	if p.In == InCookie {
		not = ';'
	}
	return appendEscaped(b, text, class, separator, not)
}

// Role is what a text is for its parameter.
type Role uint8

// The roles of a text.
const (
	Single     Role = iota // all of the parameter
	Item                   // an item of an array, or the value of a member
	MemberName             // the name of a member
)

// Expressible says whether a text can be sent at this place. Header fields are not percent-encoded, so they carry
// neither control characters nor white space at the ends, and lists in them no comma. In style cookie there is only what a
// cookie may hold. The delimiters of the styles that are named for one cannot stand in an item.
func (p Place) Expressible(text string, role Role) bool { return expressible(p, text, role) }

func expressible[S ~string | ~[]byte](p Place, text S, role Role) bool {
	switch {
	case p.In == InHeader:
		return expressibleInHeader(p, text, role)
	case p.Style&raw != 0:
		return expressibleInCookie(text)
	}
	c := p.Style.delimiter()
	return role == Single || c == 0 || !contains(text, c)
}

func expressibleInHeader[S ~string | ~[]byte](p Place, text S, role Role) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	if n := len(text); n > 0 && (isBlank(text[0]) || isBlank(text[n-1])) {
		return false
	}
	if role == Single {
		return true
	}
	separator := p.Style.delimiter()
	if separator == 0 {
		separator = ','
	}
	if isBlank(separator) && len(text) == 0 { // at the end of the field it is nothing
		return false
	}
	return !contains(text, separator) && (role != MemberName || p.Style.base() != SimpleExplode || !contains(text, '='))
}

// expressibleInCookie says whether text consists of what a cookie may hold (RFC 6265 section 4.1.1).
func expressibleInCookie[S ~string | ~[]byte](text S) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c <= ' ', c >= 0x7f, c == '"', c == ',', c == ';', c == '\\':
			return false
		}
	}
	return true
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func contains[S ~string | ~[]byte](text S, c byte) bool {
	for i := range len(text) {
		if text[i] == c {
			return true
		}
	}
	return false
}
