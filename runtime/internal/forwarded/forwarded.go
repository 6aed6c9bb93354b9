// Package forwarded finds the client of a request that came through proxies, by what these say in header fields: Forwarded (RFC
// 7239), or X-Forwarded-For, -Proto and -Host. Each proxy appends the address that it was asked from, so the fields are read from
// their end, and believed as long as a proxy that is trusted has written them. It performs no I/O.
package forwarded

import (
	"net/netip"
	"strings"
)

// Hop is what the proxies tell of a request. What they do not tell is zero.
type Hop struct {
	Client netip.AddrPort // with the port zero if it is not known
	Scheme string         // "http" or "https"
	Host   string         // what the client has asked for, with its port if there was one
}

// element is what one proxy has appended.
type element struct{ node, proto, host string }

// Find reads the lines of Forwarded. peer is the address of whoever made the connection, invalid if it has none; trusted says whose
// word is believed.
func Find(peer netip.Addr, trusted func(netip.Addr) bool, lines []string) Hop {
	elements, ok := parse(strings.Join(lines, ","))
	if !ok {
		return Hop{}
	}
	client, at := walk(peer, trusted, elements)
	if at < 0 {
		return Hop{}
	}
	return Hop{client, scheme(elements[at].proto), host(elements[at].host)}
}

// FindX reads the lines of X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host. The latter two have one value for each of the
// first, or their last value counts.
func FindX(peer netip.Addr, trusted func(netip.Addr) bool, nodes, protos, hosts []string) Hop {
	if !trusted(peer) {
		return Hop{}
	}
	var elements []element
	for _, node := range list(nodes) {
		elements = append(elements, element{node: node})
	}
	client, at := walk(peer, trusted, elements)
	pick := func(lines []string) string {
		values := list(lines)
		switch {
		case len(values) == 0:
			return ""
		case len(values) == len(elements):
			return values[at]
		}
		return values[len(values)-1]
	}
	return Hop{client, scheme(pick(protos)), host(pick(hosts))}
}

// list is the values of a field whose lines are lists.
func list(lines []string) []string {
	var values []string
	for _, line := range lines {
		for value := range strings.SplitSeq(line, ",") {
			values = append(values, strings.Trim(value, " \t"))
		}
	}
	return values
}

// walk goes from the end of elements to the one that tells of the client: the first whose address is not trusted, or is none. It
// returns the address that was last told, and the place of the last element that could be believed; -1 if there is none.
func walk(peer netip.Addr, trusted func(netip.Addr) bool, elements []element) (client netip.AddrPort, at int) {
	at = len(elements)
	for from := peer; at > 0 && trusted(from); from = client.Addr() {
		at--
		next, ok := node(elements[at].node)
		if !ok {
			return client, at
		}
		client = next
	}
	if at == len(elements) {
		return client, -1
	}
	return client, at
}

// node reads an address: "192.0.2.43", "192.0.2.43:47011", "[2001:db8::1]:4711", or an IPv6 address without brackets, as
// X-Forwarded-For has it. "unknown" and names that hide one are none.
func node(text string) (netip.AddrPort, bool) {
	if a, err := netip.ParseAddrPort(text); err == nil {
		return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()), a.Addr().Zone() == ""
	}
	if len(text) > 2 && text[0] == '[' && text[len(text)-1] == ']' {
		text = text[1 : len(text)-1]
	}
	a, err := netip.ParseAddr(text)
	return netip.AddrPortFrom(a.Unmap(), 0), err == nil && a.Zone() == ""
}

func scheme(text string) string {
	if text = strings.ToLower(text); text == "http" || text == "https" {
		return text
	}
	return ""
}

// host keeps what may stand in a Host field.
func host(text string) string {
	for i := range len(text) {
		c := text[i]
		if !isToken(c) && c != ':' && c != '[' && c != ']' {
			return ""
		}
	}
	return text
}

// parse reads the elements of Forwarded (RFC 7239 section 4). It reports false, and nothing can be believed, if any of it does not
// follow the grammar: where an element ends is not known then.
func parse(text string) ([]element, bool) {
	var elements []element
	p := parser{text}
	for {
		var e element
		for {
			name, value, ok := p.pair()
			if !ok {
				return nil, false
			}
			switch strings.ToLower(name) {
			case "for":
				e.node = value
			case "proto":
				e.proto = value
			case "host":
				e.host = value
			}
			if !p.skip(';') {
				break
			}
		}
		if e != (element{}) {
			elements = append(elements, e)
		}
		if p.rest == "" {
			return elements, true
		}
		if !p.skip(',') {
			return nil, false
		}
	}
}

type parser struct{ rest string }

// skip takes c and the space around it, if it comes next.
func (p *parser) skip(c byte) bool {
	text := strings.TrimLeft(p.rest, " \t")
	if text == "" || text[0] != c {
		p.rest = text
		return false
	}
	p.rest = strings.TrimLeft(text[1:], " \t")
	return true
}

// pair takes a name and its value; both are empty where there is no pair, which the grammar allows.
func (p *parser) pair() (name, value string, ok bool) {
	p.rest = strings.TrimLeft(p.rest, " \t")
	if name = p.token(); name == "" {
		return "", "", true
	}
	if p.rest == "" || p.rest[0] != '=' {
		return "", "", false
	}
	p.rest = p.rest[1:]
	if p.rest != "" && p.rest[0] == '"' {
		value, ok = p.quoted()
	} else {
		value = p.token()
		ok = value != ""
	}
	return name, value, ok
}

func (p *parser) token() string {
	n := 0
	for n < len(p.rest) && isToken(p.rest[n]) {
		n++
	}
	text := p.rest[:n]
	p.rest = p.rest[n:]
	return text
}

// quoted takes a quoted-string (RFC 9110 section 5.6.4).
func (p *parser) quoted() (string, bool) {
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; c {
		case '"':
			p.rest = p.rest[i+1:]
			return b.String(), true
		case '\\':
			if i++; i == len(p.rest) {
				return "", false
			}
			b.WriteByte(p.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

// isToken reports whether c may stand in a token (RFC 9110 section 5.6.2).
func isToken(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}
