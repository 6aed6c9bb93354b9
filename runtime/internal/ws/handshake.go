package ws

import (
	"crypto/sha1" //nolint:gosec // RFC 6455 section 4.2.2 says so; it proves nothing but that the server speaks WebSocket
	"encoding/base64"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Version is the one version of the protocol.
const Version = "13"

// guid is what a server adds to the key, RFC 6455 section 1.3.
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

const keySize = 16

// Key is a Sec-WebSocket-Key: 16 bytes in base64.
type Key [24]byte

// ParseKey reads a Sec-WebSocket-Key. ok is false if it is none.
func ParseKey(text []byte) (k Key, ok bool) {
	var raw [keySize + 2]byte // DecodedLen counts the padding
	if len(text) != len(k) {
		return k, false
	}
	n, err := base64.StdEncoding.Decode(raw[:], text)
	copy(k[:], text)
	return k, err == nil && n == keySize
}

// AppendAccept appends the value of Sec-WebSocket-Accept for a key.
func (k Key) AppendAccept(b []byte) []byte {
	var joined [len(k) + len(guid)]byte
	copy(joined[copy(joined[:], k[:]):], guid)
	sum := sha1.Sum(joined[:]) //nolint:gosec // see the import
	return base64.StdEncoding.AppendEncode(b, sum[:])
}

// AcceptKey is the value of Sec-WebSocket-Accept for a key that NewKey has made.
func AcceptKey(key string) string {
	var k Key
	copy(k[:], key)
	return string(k.AppendAccept(nil))
}

// NewKey makes a Sec-WebSocket-Key of 16 random bytes.
func NewKey(random [keySize]byte) string { return base64.StdEncoding.EncodeToString(random[:]) }

// tokens ranges over the elements of a list, without white space and empty ones.
func tokens(list string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for part := range strings.SplitSeq(list, ",") {
			if part = strings.Trim(part, " \t"); part != "" && !yield(part) {
				return
			}
		}
	}
}

// HasToken reports whether a list (RFC 9110 section 5.6.1) has an element, in
// any case.
func HasToken(list, token string) bool {
	for t := range tokens(list) {
		if strings.EqualFold(t, token) {
			return true
		}
	}
	return false
}

// Subprotocol chooses the first of those that the client asks for, in a
// Sec-WebSocket-Protocol field, that the server knows; "" for none.
func Subprotocol(asked string, known []string) string {
	for t := range tokens(asked) {
		if slices.Contains(known, t) {
			return t
		}
	}
	return ""
}

// Agreement is what both ends have agreed on about permessage-deflate.
type Agreement struct {
	Deflate bool
	// Bits is the size of the window that the server may use, as a power of
	// two: 8 to 15.
	Bits int
}

// The names of RFC 7692 section 7.
const (
	deflateName     = "permessage-deflate"
	serverNoContext = "server_no_context_takeover"
	clientNoContext = "client_no_context_takeover"
	serverWindow    = "server_max_window_bits"
	clientWindow    = "client_max_window_bits"
)

// Offer is what a client says in Sec-WebSocket-Extensions.
const Offer = deflateName + "; " + serverNoContext + "; " + clientNoContext

// Accept is a server's answer to the offers of a client, in the order of which
// it takes the first that it can meet. answer is the value of
// Sec-WebSocket-Extensions, "" where nothing was agreed on.
func Accept(offers string) (a Agreement, answer string) {
	for offer := range tokens(offers) {
		p, ok := readParameters(offer)
		if !ok {
			continue
		}
		a = Agreement{Deflate: true, Bits: MaxBits}
		answer = deflateName + "; " + serverNoContext + "; " + clientNoContext
		if p.serverBits != 0 {
			a.Bits = p.serverBits
			answer += "; " + serverWindow + "=" + strconv.Itoa(a.Bits)
		}
		return a, answer
	}
	return Agreement{}, ""
}

// Accepted reads what a server answered to Offer: "" is no agreement. ok is
// false for what was not offered, and then the client must close.
func Accepted(answer string) (a Agreement, ok bool) {
	if strings.Trim(answer, " \t") == "" {
		return Agreement{}, true
	}
	p, ok := readParameters(answer)
	if !ok || !p.serverAlone || p.clientBits {
		return Agreement{}, false
	}
	return Agreement{Deflate: true, Bits: MaxBits}, true
}

// parameters are those of one permessage-deflate.
type parameters struct {
	serverAlone, clientAlone bool
	serverBits               int // 0: not given
	clientBits               bool
}

// readParameters reads one offer or answer, RFC 7692 section 7.1. ok is false
// for another extension, and for parameters that are unknown, wrong or there
// twice.
func readParameters(text string) (p parameters, ok bool) {
	name, rest, more := strings.Cut(text, ";")
	if !strings.EqualFold(strings.Trim(name, " \t"), deflateName) {
		return p, false
	}
	for more {
		var part string
		part, rest, more = strings.Cut(rest, ";")
		key, value, given := strings.Cut(part, "=")
		key, value = strings.Trim(key, " \t"), strings.Trim(value, " \t")
		if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
			value = value[1 : len(value)-1]
		}
		bits, valid := windowBits(value)
		switch {
		case key == serverNoContext && !given && !p.serverAlone:
			p.serverAlone = true
		case key == clientNoContext && !given && !p.clientAlone:
			p.clientAlone = true
		case key == serverWindow && valid && p.serverBits == 0:
			p.serverBits = bits
		case key == clientWindow && (!given || valid) && !p.clientBits:
			p.clientBits = true
		default:
			return p, false
		}
	}
	return p, true
}

// windowBits reads 8 to 15, without leading zeros.
func windowBits(s string) (bits int, ok bool) {
	switch s {
	case "8", "9":
		return int(s[0] - '0'), true
	case "10", "11", "12", "13", "14", "15":
		return 10 + int(s[1]-'0'), true
	}
	return 0, false
}
