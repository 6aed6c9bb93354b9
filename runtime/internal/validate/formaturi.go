package validate

import (
	"strings"
	"unicode/utf8"
)

func isURI(s string) bool          { return isReference(s, false, true) }
func isURIReference(s string) bool { return isReference(s, false, false) }
func isIRI(s string) bool          { return isReference(s, true, true) }
func isIRIReference(s string) bool { return isReference(s, true, false) }

// Characters beyond letters, digits and triplets that a part of a URI may hold: RFC 3986 appendix A.
const (
	uriUnreserved = "-._~"
	uriSubDelims  = "!$&'()*+,;="
	uriUserinfo   = uriUnreserved + uriSubDelims + ":"
	uriPath       = uriUserinfo + "@/"
	uriQuery      = uriPath + "?"
)

// isReference takes a URI reference of RFC 3986, or an IRI reference of RFC 3987; absolute asks for a scheme.
func isReference(s string, iri, absolute bool) bool {
	hasScheme := false
	if at := strings.IndexAny(s, ":/?#"); at >= 0 && s[at] == ':' {
		if !isScheme(s[:at]) {
			return false // and no relative path has a colon in its first segment
		}
		s, hasScheme = s[at+1:], true
	}
	if absolute && !hasScheme {
		return false
	}
	s, fragment, _ := strings.Cut(s, "#")
	s, query, _ := strings.Cut(s, "?")
	if rest, ok := strings.CutPrefix(s, "//"); ok {
		slash := strings.IndexByte(rest+"/", '/')
		if !isAuthority(rest[:slash], iri) {
			return false
		}
		s = rest[slash:]
	}
	return holdsOnly(s, uriPath, iri) && holdsOnly(query, uriQuery, iri) && holdsOnly(fragment, uriQuery, iri)
}

func isScheme(s string) bool {
	for i := range len(s) {
		letter := 'a' <= s[i]|0x20 && s[i]|0x20 <= 'z'
		if !letter && (i == 0 || !isAlphanumeric(s[i]) && strings.IndexByte("+-.", s[i]) < 0) {
			return false
		}
	}
	return s != ""
}

func isAuthority(s string, iri bool) bool {
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		if !holdsOnly(s[:at], uriUserinfo, iri) {
			return false
		}
		s = s[at+1:]
	}
	host, port := s, ""
	if colon := strings.LastIndexByte(s, ':'); colon > strings.LastIndexByte(s, ']') {
		host, port = s[:colon], s[colon+1:]
	}
	if port != "" && !isDigits(port) {
		return false
	}
	if literal, ok := strings.CutPrefix(host, "["); ok {
		literal, closed := strings.CutSuffix(literal, "]")
		return closed && (isIPv6(literal) || isIPvFuture(literal))
	}
	return holdsOnly(host, uriUnreserved+uriSubDelims, iri)
}

// isIPvFuture takes "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" ).
func isIPvFuture(s string) bool {
	version, address, found := strings.Cut(s, ".")
	if !found || len(version) < 2 || version[0]|0x20 != 'v' || address == "" || strings.Contains(address, "%") {
		return false
	}
	return strings.Trim(version[1:], "0123456789abcdefABCDEF") == "" && holdsOnly(address, uriUserinfo, false)
}

// holdsOnly reports whether s is made of letters, digits, triplets (%41) and what else is allowed.
func holdsOnly(s, allowed string, iri bool) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isAlphanumeric(c):
		case c == '%':
			if len(s)-i < 3 || strings.Trim(s[i+1:i+3], "0123456789abcdefABCDEF") != "" {
				return false
			}
			i += 2
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s[i:])
			if !iri || !isIRICharacter(r, strings.Contains(allowed, "?")) {
				return false
			}
			i += n - 1
		case strings.IndexByte(allowed, c) < 0:
			return false
		}
	}
	return true
}

// isIRICharacter takes ucschar of RFC 3987 section 2.2, and iprivate too where that is allowed.
func isIRICharacter(r rune, private bool) bool {
	switch {
	case r < 0xA0, r == utf8.RuneError, 0xFDD0 <= r && r <= 0xFDEF, r&0xFFFE == 0xFFFE, 0xFFF0 <= r && r <= 0xFFFF:
		return false
	case 0xE000 <= r && r <= 0xF8FF, r >= 0xF0000:
		return private
	}
	return r < 0xE0000 || r >= 0xE1000
}
