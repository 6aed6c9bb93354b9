package http1

import (
	"bytes"
	"net/netip"
)

var (
	slash    = []byte("/")
	asterisk = []byte("*")
)

// splitTarget sets Path, RawQuery and, if the target names an authority, Host.
// pathEnd is where its first question mark or number sign stands, or its length.
// The target is not empty and has visible ASCII alone. Of that, it may hold
// characters which RFC 3986 leaves out (double quote, <>\^`{|}): browsers send
// them in queries, and they delimit nothing here.
func (h *Head) splitTarget(pathEnd int) (authority bool, err *ProtocolError) {
	t := h.Target
	switch {
	case t[0] == '/':
		// origin-form, RFC 9112 section 3.2.1. CONNECT with a path is let through as
		// well: the router answers it like any method that the path lacks.
		return false, h.splitPath(t, pathEnd)
	case string(h.Method) == "CONNECT":
		// authority-form, RFC 9112 section 3.2.3 and RFC 9110 section 9.3.6
		if !validAuthority(t, true) {
			return false, errTargetHost
		}
		h.Host = t
		return true, nil
	case len(t) == 1 && t[0] == '*':
		// asterisk-form, RFC 9112 section 3.2.4
		if string(h.Method) != "OPTIONS" {
			return false, errTargetAsterisk
		}
		h.Path = t
		return false, nil
	}
	return true, h.splitURI(t, pathEnd)
}

// splitURI splits an absolute-form target, RFC 9112 section 3.2.2. No authority
// has a question mark or a number sign.
func (h *Head) splitURI(t []byte, pathEnd int) *ProtocolError {
	switch {
	case len(t) >= 7 && equalFold(t[:7], "http://"):
		t = t[7:]
	case len(t) >= 8 && equalFold(t[:8], "https://"):
		t = t[8:]
	default:
		return errTargetForm
	}
	end := bytes.IndexAny(t, "/?#")
	if end < 0 {
		end = len(t)
	}
	host, rest := t[:end], t[end:]
	if at := bytes.IndexByte(host, '@'); at >= 0 {
		// User information says nothing to a server; it is checked and dropped.
		if !all(host[:at], isUserinfo) {
			return errTargetHost
		}
		host = host[at+1:]
	}
	if !validAuthority(host, false) {
		return errTargetHost // RFC 9110 section 4.2.1: an empty host is invalid
	}
	h.Host = host
	if len(rest) == 0 && string(h.Method) == "OPTIONS" {
		h.Path = asterisk // RFC 9112 section 3.2.4
		return nil
	}
	if err := h.splitPath(rest, pathEnd-(len(h.Target)-len(rest))); err != nil {
		return err
	}
	if len(h.Path) == 0 {
		h.Path = slash // RFC 9110 section 4.2.3
	}
	return nil
}

// splitPath cuts t at its first question mark, which is at i. A fragment is never part of a
// target (RFC 9112 section 3.2); behind a path it makes servers disagree about
// where the path ends, so it is refused there, and is data in a query.
func (h *Head) splitPath(t []byte, i int) *ProtocolError {
	switch {
	case i == len(t):
		h.Path = t
		return nil
	case t[i] == '#':
		return errTargetFragment
	}
	h.Path, h.RawQuery = t[:i], t[i+1:]
	return nil
}

// validAuthority checks uri-host [ ":" port ], RFC 3986 section 3.2, without
// user information. The host is not empty.
func validAuthority(a []byte, needPort bool) bool {
	if !all(a, isHost) {
		return false
	}
	var host, port []byte
	if len(a) > 0 && a[0] == '[' {
		end := bytes.IndexByte(a, ']')
		if end < 0 || !validLiteral(a[1:end]) {
			return false
		}
		host, port = a[1:end], a[end+1:]
	} else {
		end := bytes.IndexByte(a, ':')
		if end < 0 {
			end = len(a)
		}
		host, port = a[:end], a[end:]
		if bytes.ContainsAny(host, "[]") || !validEscapes(host) {
			return false
		}
	}
	if len(host) == 0 {
		return false
	}
	if len(port) == 0 {
		return !needPort
	}
	// RFC 9110 section 9.3.6: CONNECT to an empty port is refused.
	return port[0] == ':' && all(port[1:], isDigit) && (len(port) > 1 || !needPort)
}

// validEscapes says whether two hexadecimal digits follow each percent sign, RFC
// 3986 section 2.1.
func validEscapes(b []byte) bool {
	for {
		i := bytes.IndexByte(b, '%')
		if i < 0 {
			return true
		}
		b = b[i+1:]
		if len(b) < 2 || !all(b[:2], isHex) {
			return false
		}
	}
}

// validLiteral checks what stands in brackets: an IPv6 address, RFC 3986
// section 3.2.2, and perhaps a zone behind %25, RFC 6874. Nothing else was ever
// registered.
func validLiteral(b []byte) bool {
	address, zone, scoped := bytes.Cut(b, []byte("%25"))
	if scoped && (len(zone) == 0 || !all(zone, isZone)) || bytes.IndexByte(address, '%') >= 0 {
		return false
	}
	return isIPv6(address)
}

// isIPv6 reports whether b is an IPv6 address, without brackets and zone.
func isIPv6(b []byte) bool {
	parsed, err := netip.ParseAddr(string(b))
	return err == nil && parsed.Is6() && parsed.Zone() == ""
}
