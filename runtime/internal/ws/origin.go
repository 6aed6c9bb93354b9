package ws

import "strings"

// SameOrigin reports whether an Origin (RFC 6454 section 7) is that of the
// server itself: of its scheme, "http" or "https", and of the host that was asked
// for, with its port.
func SameOrigin(origin, scheme, host string) bool {
	s, h, ok := splitOrigin(origin)
	return ok && strings.EqualFold(s, scheme) && strings.EqualFold(withPort(s, h), withPort(scheme, host))
}

// MatchOrigin reports whether an Origin fits a pattern: "*" for all,
// "https://app.example.com", or "https://*.example.com" for all hosts below one.
func MatchOrigin(origin, pattern string) bool {
	if pattern == "*" {
		return true
	}
	s, h, ok := splitOrigin(origin)
	ps, ph, valid := splitOrigin(pattern)
	if !ok || !valid || !strings.EqualFold(s, ps) {
		return false
	}
	h, ph = strings.ToLower(withPort(s, h)), strings.ToLower(withPort(ps, ph))
	if below, wild := strings.CutPrefix(ph, "*"); wild {
		return strings.HasPrefix(below, ".") && strings.HasSuffix(h, below) && len(h) > len(below)
	}
	return h == ph
}

// ValidOrigin reports whether MatchOrigin can take a pattern.
func ValidOrigin(pattern string) bool {
	if pattern == "*" {
		return true
	}
	_, host, ok := splitOrigin(pattern)
	return ok && !strings.ContainsAny(host, "/?#@ ") && strings.LastIndexByte(host, '*') <= 0 &&
		(host[0] != '*' || strings.HasPrefix(host, "*."))
}

func splitOrigin(origin string) (scheme, host string, ok bool) {
	scheme, host, ok = strings.Cut(origin, "://")
	return scheme, host, ok && scheme != "" && host != ""
}

// withPort adds the port that a scheme implies.
func withPort(scheme, host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		return host
	}
	if strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "wss") {
		return host + ":443"
	}
	return host + ":80"
}
