package param

import (
	"bytes"
	"strings"
)

// common are the media types that ContentType returns without allocating.
var common = [...]string{
	"application/json",
	"application/x-www-form-urlencoded",
	"multipart/form-data",
	"application/octet-stream",
	"text/plain",
	"application/problem+json",
	"application/merge-patch+json",
	"application/json-patch+json",
	"application/vnd.api+json",
	"application/x-ndjson",
	"application/xml",
	"text/xml",
	"text/csv",
	"text/html",
	"text/event-stream",
	"application/pdf",
	"image/png",
	"image/jpeg",
}

// ContentType returns the media type of a Content-Type field (RFC 9110 section 8.3.1), lower case and without its
// parameters: "application/json" for "Application/JSON; charset=utf-8". It returns "" for a field that is empty or that
// does not begin with a type and a subtype. It allocates only for types that are rare or not in lower case.
func ContentType(field []byte) string {
	text, _ := cutParameters(field)
	for _, c := range common {
		if c == string(text) {
			return c
		}
	}
	typ, subtype, ok := bytes.Cut(text, []byte{'/'})
	if !ok || !isToken(typ) || !isToken(subtype) {
		return ""
	}
	return strings.ToLower(string(text))
}

// MatchContentType returns the position of the best pattern for a media type, which is as ContentType returns it: the
// type itself, then "application/*+json", then "image/*", then "*/*". Parameters of a pattern do not count. It returns
// -1 if none matches.
func MatchContentType[S ~string | ~[]byte](contentType S, patterns []string) int {
	best, rank := -1, 0
	for i, p := range patterns {
		typ, subtype, ok := cutType(p)
		if !ok {
			continue
		}
		if r := matchRange(typ, subtype, contentType); r > rank {
			best, rank = i, r
		}
	}
	return best
}

// MatchesAny says whether one of the patterns of MatchContentType matches.
func MatchesAny[S ~string | ~[]byte](contentType S, patterns []string) bool {
	for _, p := range patterns {
		if p == string(contentType) && p != "" { // as it mostly is
			return true
		}
	}
	return MatchContentType(contentType, patterns) >= 0
}

// PickContentType returns the position in declared of the media type that a Content-Type field names, -1 if none is. Those that are declared may be
// ranges, and may have parameters (RFC 9110 section 8.3.1): one that the field gives another value is another media type. Of those that are left the
// most specific range counts, then the one of whose parameters the field has the most, then one without, then the first of whose parameters the
// field has none. A charset tells no media type from another.
func PickContentType(field []byte, declared []string) int {
	mediaType := ContentType(field)
	if mediaType == "" {
		return -1
	}
	_, parameters := cutParameters(field)
	best, rank := -1, noMatch
	for i, d := range declared {
		typ, subtype, ok := cutType(d)
		if !ok {
			continue
		}
		r := matchRange(typ, subtype, mediaType)
		if _, asked, found := strings.Cut(d, ";"); found && r != noMatch {
			r = agree(r, parameters, []byte(asked))
		}
		if r > rank {
			best, rank = i, r
		}
	}
	return best
}

// agree raises or lowers a rank by what a field has of the parameters that are asked for; it gives noMatch if they differ in one.
func agree(rank int, parameters, asked []byte) int {
	for len(asked) > 0 {
		var key, value []byte
		key, value, asked = nextParameter(asked)
		if sameFold(key, "charset") {
			continue
		}
		switch has, same := hasParameter(parameters, key, unquote(value)); {
		case has && !same:
			return noMatch
		case has:
			rank++
		default:
			rank--
		}
	}
	return rank
}

// hasParameter says whether there is a parameter of that name, and whether it has that value.
func hasParameter(parameters, name []byte, value string) (has, same bool) {
	for len(parameters) > 0 {
		var key, text []byte
		key, text, parameters = nextParameter(parameters)
		if sameFold(key, name) {
			return true, sameFold(unquote(text), value)
		}
	}
	return false, false
}

// cutParameters splits a field at its first semicolon.
func cutParameters(field []byte) (mediaType, parameters []byte) {
	if i := bytes.IndexByte(field, ';'); i >= 0 {
		return trim(field[:i]), field[i+1:]
	}
	return trim(field), nil
}

// nextParameter takes the first of parameters that semicolons separate. The value keeps its quotes.
func nextParameter(text []byte) (key, value, rest []byte) {
	part, rest := cutUnquoted(text, ';')
	key, value, _ = bytes.Cut(part, []byte{'='})
	return trim(key), trim(value), rest
}

// cutUnquoted splits text at the first separator outside of a quoted string.
func cutUnquoted(text []byte, separator byte) (part, rest []byte) {
	end := bytes.IndexByte(text, separator)
	if end < 0 {
		return text, nil
	}
	if bytes.IndexByte(text[:end], '"') < 0 {
		return text[:end], text[end+1:]
	}
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == separator && !quoted:
			return text[:i], text[i+1:]
		}
	}
	return text, nil
}

// isToken says whether b is a token (RFC 9110 section 5.6.2).
func isToken(b []byte) bool {
	for _, c := range b {
		if !tokenChar[c] {
			return false
		}
	}
	return len(b) > 0
}

var tokenChar = func() (t [256]bool) {
	for c := range t {
		c := byte(c)
		t[c] = 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
	}
	for _, c := range []byte("!#$%&'*+-.^_`|~") {
		t[c] = true
	}
	return t
}()

// sameFold compares two texts, ASCII letters in any case.
func sameFold[A, B ~string | ~[]byte](a A, b B) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c |= 0x20
	}
	return c
}

// ContentTypeParameter returns a parameter of a Content-Type field, out of its quotes; "" where there is none.
func ContentTypeParameter(field []byte, name string) string {
	_, parameters := cutParameters(field)
	for len(parameters) > 0 {
		var key, value []byte
		key, value, parameters = nextParameter(parameters)
		if sameFold(key, name) {
			return unquote(value)
		}
	}
	return ""
}

// unquote returns what a token or a quoted string says (RFC 9110 section 5.6.4).
func unquote(value []byte) string {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return string(value)
	}
	value = value[1 : len(value)-1]
	out := make([]byte, 0, len(value))
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' && i+1 < len(value) {
			i++
		}
		out = append(out, value[i])
	}
	return string(out)
}
