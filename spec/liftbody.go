package spec

import (
	"iter"
	"slices"
	"strconv"
	"strings"
)

// requestBody lifts what operations may share.
func (l *lifter) requestBody(n *node) *RequestBody {
	b, known := l.bodies[n]
	if !known {
		b = &RequestBody{Loc: n.loc(), Description: n.value("description"), Content: l.content(n.get("content"))}
		b.Required, _ = n.truth("required")
		l.bodies[n] = b
	}
	return b
}

// content lifts a map of media types.
func (l *lifter) content(n *node) []*MediaType {
	out, known := l.contents[n]
	if known || n == nil {
		return out
	}
	defer func() { l.contents[n] = out }()
	have := make(map[string]*Schema)
	places := make(map[*MediaType]*node)
	for _, kid := range l.kids(n) {
		if kid.dead() || kid.end().role != roleMediaType {
			continue
		}
		media := kid.end()
		l.checkMediaType(kid, kid.key)
		m := &MediaType{
			Loc: kid.keyLoc(), Name: mediaTypeName(kid.key), Examples: l.examples(media), Extensions: l.extensions(media),
		}
		m.Encoding, m.PrefixEncoding, m.ItemEncoding = l.encodings(media)
		if l.version == version30 && m.Name != formURLEncoded {
			for _, e := range m.Encoding {
				e.Styled = false // where a style has no meaning (OpenAPI 3.0 section 4.7.15.1)
			}
		}
		if schema := media.get("schema"); schema != nil {
			m.Schema = l.once(schema, n, have)
		}
		if schema := media.get("itemSchema"); schema != nil {
			m.ItemSchema = l.schema(schema)
		}
		out, places[m] = append(out, m), kid
	}
	out = l.joined(out, places)
	return out
}

// mediaTypeName is a media type as the document has it: its type and the names of its parameters in lower case, one space before each of these
// (RFC 9110 section 8.3.1).
func mediaTypeName(key string) string {
	name, _, _ := strings.Cut(key, ";")
	name = strings.ToLower(strings.TrimSpace(name))
	for attribute, value := range mediaParameters(key) {
		if IsToken(attribute) && value != "" {
			name += "; " + attribute + "=" + value
		}
	}
	return name
}

// mediaParameters gives the parameters of a media type: their names in lower case, their values as they stand there.
func mediaParameters(text string) iter.Seq2[string, string] {
	return func(yield func(attribute, value string) bool) {
		_, rest := cutParameter(text)
		for rest != "" {
			var parameter string
			if parameter, rest = cutParameter(rest); strings.TrimSpace(parameter) == "" {
				continue
			}
			attribute, value, _ := strings.Cut(parameter, "=")
			if !yield(strings.ToLower(strings.TrimSpace(attribute)), strings.TrimSpace(value)) {
				return
			}
		}
	}
}

// Charset is the parameter of that name in lower case, out of its quotes; "" for none.
func (m *MediaType) Charset() string {
	for attribute, value := range mediaParameters(m.Name) {
		if attribute == "charset" {
			return strings.ToLower(unquoted(value))
		}
	}
	return ""
}

// unquoted is what a token or a quoted string says (RFC 9110 section 5.6.4).
func unquoted(value string) string {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return value
	}
	var b strings.Builder
	escaped := false
	for _, c := range []byte(value[1 : len(value)-1]) {
		if escaped = c == '\\' && !escaped; !escaped {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// checkMediaType warns of what a media type says and nobody can send: one without a type and a subtype, a parameter without a value, and parameters
// that are of each body, or of an Accept field.
func (l *lifter) checkMediaType(at *node, text string) {
	name, _, _ := strings.Cut(text, ";")
	if typ, subtype, _ := strings.Cut(strings.TrimSpace(name), "/"); !IsToken(typ) || !IsToken(subtype) {
		l.warn(at, "bad-media-type", quote(text)+" is no media type; nothing that is sent is of it", "write a type and a subtype: application/json")
	}
	for attribute, value := range mediaParameters(text) {
		switch {
		case !IsToken(attribute) || value == "":
			l.warn(at, "bad-media-type", "the media type "+quote(text)+" has a parameter without a name or a value, which is left out", "write it as name=value")
		case attribute == "boundary" || attribute == "q":
			l.warn(at, "bad-media-type", "the parameter "+attribute+" is left out: it belongs to what is sent, not to a media type", "remove it")
		}
	}
}

// cutParameter cuts parameters at the first semicolon that stands in no quoted string.
func cutParameter(text string) (first, rest string) {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == ';' && !quoted:
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}

// DistinctMediaType is a media type, as Name of a MediaType has it, without the parameters that tell it from no other: charset, which says how a
// text is written, boundary, and what is for an Accept field.
func DistinctMediaType(name string) string {
	kept, _ := cutParameter(name)
	for attribute, value := range mediaParameters(name) {
		switch attribute {
		case "charset", "boundary", "q":
		default:
			kept += "; " + attribute + "=" + value
		}
	}
	return kept
}

// joined makes one of media types of content that nothing tells apart, as they differ in their charset alone, where they say the same or
// are JSON: a body is then what one of them says.
func (l *lifter) joined(list []*MediaType, places map[*MediaType]*node) []*MediaType {
	first := make(map[string]*MediaType)
	both := make(map[*MediaType]*Schema)
	return slices.DeleteFunc(list, func(m *MediaType) bool {
		name := DistinctMediaType(m.Name)
		before := first[name]
		if before == nil {
			first[name] = m
			return false
		}
		bare := func(m *MediaType) bool { return m.ItemSchema == nil && m.Encoding == nil }
		switch {
		case !bare(m) || !bare(before):
			return false
		case m.Schema == before.Schema:
		case !IsJSON(name) || m.Schema == nil || before.Schema == nil:
			return false
		case both[before] == nil:
			both[before] = &Schema{Loc: before.Loc, AnyOf: []*Schema{before.Schema, m.Schema}}
			l.nodes[both[before]] = places[before]
			before.Schema = both[before]
		case !slices.Contains(both[before].AnyOf, m.Schema):
			both[before].AnyOf = append(both[before].AnyOf, m.Schema)
		}
		if before.Schema != m.Schema {
			l.warn(places[m], "repeated-media-type", name+" is there already, and a charset does not tell media types apart: a body is what any of them says", "keep one")
		}
		before.Examples = append(before.Examples, m.Examples...)
		return true
	})
}

// once lifts the schema of a media type of content. One that says the same, word for word, as that of a media type before it is the
// same one: a list of pets is one type, in however many media types it is sent. A schema that others find by a name of its own is
// like no other.
func (l *lifter) once(n, content *node, have map[string]*Schema) *Schema {
	if len(content.end().kids) == 1 || n.ref != nil {
		return l.schema(n)
	}
	text := string(n.appendJSON(nil))
	for _, name := range []string{`"$id"`, `"$anchor"`, `"$dynamicAnchor"`} {
		if strings.Contains(text, name) {
			return l.schema(n)
		}
	}
	if have[text] == nil {
		have[text] = l.schema(n)
	}
	return have[text]
}

// encodings lifts how the parts of a media type, or of a part that has some itself, are sent: by name, and by position.
func (l *lifter) encodings(of *node) (named, first []*Encoding, others *Encoding) {
	for _, kid := range l.kids(of.get("encoding")) {
		if e := l.encoding(kid); e != nil {
			e.Loc, e.Name = kid.keyLoc(), kid.key
			named = append(named, e)
		}
	}
	for _, item := range of.get("prefixEncoding").end().items() {
		if e := l.encoding(item); e != nil {
			first = append(first, e)
		}
	}
	if item := of.get("itemEncoding"); item != nil {
		others = l.encoding(item)
	}
	return named, first, others
}

// encoding lifts how one part is sent, nil where it says nothing that has a meaning.
func (l *lifter) encoding(kid *node) *Encoding {
	n := kid.end()
	if kid.dead() || n.role != roleEncoding || l.parts[n] || !l.spend(kid) {
		return nil
	}
	l.parts[n] = true
	defer delete(l.parts, n)
	e := &Encoding{Loc: n.loc(), ContentType: n.value("contentType"), Headers: l.headers(n.get("headers"))}
	e.Style, e.Explode = l.style(n, InQuery)
	e.AllowReserved, _ = n.truth("allowReserved")
	e.Styled = n.get("style") != nil || n.get("explode") != nil || n.get("allowReserved") != nil
	e.Encoding, e.PrefixEncoding, e.ItemEncoding = l.encodings(n)
	return e
}

// responses lifts the answers of an operation.
func (l *lifter) responses(op *node) []*Response {
	var out []*Response
	seen := map[int]bool{}
	for _, kid := range l.kids(op.get("responses")) {
		if kid.isExtension() {
			continue
		}
		if !l.spend(kid) {
			return nil
		}
		status, ok := l.status(kid)
		if !ok {
			continue
		}
		if seen[status] {
			l.warn(kid, "duplicate-response", "there is a response "+quote(kid.key)+" already; this one is left out", "remove one of the two")
			continue
		}
		seen[status] = true
		out = append(out, l.response(op, kid, status))
	}
	return out
}

// status reads the key of a response: a code, a range as in 4XX, or default.
func (l *lifter) status(n *node) (int, bool) {
	key := n.key
	if key == "default" {
		return 0, true
	}
	if len(key) == 3 && key[0] >= '1' && key[0] <= '5' && strings.EqualFold(key[1:], "xx") {
		if key[1:] != "XX" {
			l.warn(n, "bad-status", "the range "+quote(key)+" is written with capitals", "write "+string(key[0])+"XX")
		}
		return int(key[0] - '0'), true
	}
	if code, err := strconv.Atoi(key); err == nil && len(key) == 3 && code >= 100 && code <= 599 {
		return code, true
	}
	l.warn(n, "bad-status", quote(key)+" is no status code; the response is left out", "use 100 to 599, 1XX to 5XX, or default")
	return 0, false
}

// response lifts one answer. What a broken reference should have said is an answer without a body.
func (l *lifter) response(op, kid *node, status int) *Response {
	n := kid.end()
	r := &Response{Loc: n.loc(), Status: status, Summary: n.value("summary"), Description: n.value("description")}
	if kid.ref != nil {
		r.Ref = l.identityText(kid.ref)
		if text := kid.value("summary"); text != "" {
			r.Summary = text
		}
		if text := kid.value("description"); text != "" {
			r.Description = text
		}
	}
	if n.broken {
		return r
	}
	r.Headers = l.ownHeaders(n.get("headers"))
	if l.version == version20 {
		r.Content = l.content20(op, n)
	} else {
		r.Content = l.content(n.get("content"))
		l.linksOf(r, n)
	}
	return r
}
