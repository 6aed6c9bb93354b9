package ws

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestKeys(t *testing.T) {
	assert.Equal(t, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", AcceptKey("dGhlIHNhbXBsZSBub25jZQ==")) // RFC 6455 section 1.3
	assert.True(t, validKey("dGhlIHNhbXBsZSBub25jZQ=="))
	assert.True(t, validKey(NewKey([16]byte{1, 2, 3})))
	for _, key := range []string{"", "x", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ== ", "AAAA"} {
		assert.False(t, validKey(key), key)
	}
}

func TestTokens(t *testing.T) {
	assert.True(t, HasToken("keep-alive, Upgrade", "upgrade"))
	assert.False(t, HasToken("keep-alive, upgraded", "upgrade"))
	known := []string{"chat.v2", "chat.v1"}
	assert.Equal(t, "chat.v1", Subprotocol(" x ,chat.v1, chat.v2", known))
	assert.Empty(t, Subprotocol("CHAT.v1", known), "names are compared as they are")
	assert.Empty(t, Subprotocol("", known))
}

func TestAccept(t *testing.T) {
	const plain = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
	for offers, want := range map[string]struct {
		a      Agreement
		answer string
	}{
		"":                   {},
		"permessage-deflate": {Agreement{true, 15}, plain},
		"Permessage-Deflate; client_max_window_bits":                                     {Agreement{true, 15}, plain},
		"permessage-deflate; client_max_window_bits=10; server_no_context_takeover":      {Agreement{true, 15}, plain},
		"permessage-deflate; server_max_window_bits=10":                                  {Agreement{true, 10}, plain + "; server_max_window_bits=10"},
		`permessage-deflate;server_max_window_bits="8"`:                                  {Agreement{true, 8}, plain + "; server_max_window_bits=8"},
		"permessage-deflate; server_max_window_bits=16, permessage-deflate":              {Agreement{true, 15}, plain},
		"permessage-deflate; server_max_window_bits":                                     {},
		"permessage-deflate; server_max_window_bits=010":                                 {},
		"permessage-deflate; server_max_window_bits=10; server_max_window_bits=10":       {},
		"permessage-deflate; client_max_window_bits=7":                                   {},
		"permessage-deflate; server_no_context_takeover=1":                               {},
		"permessage-deflate; server_no_context_takeover; server_no_context_takeover":     {},
		"permessage-deflate; mystery":                                                    {},
		"x-webkit-deflate-frame, permessage-bzip2":                                       {},
		"foo, permessage-deflate; client_no_context_takeover; client_max_window_bits=15": {Agreement{true, 15}, plain},
	} {
		a, answer := Accept(offers)
		assert.Equal(t, want.a, a, offers)
		assert.Equal(t, want.answer, answer, offers)
		if answer != "" {
			got, ok := Accepted(answer)
			assert.True(t, ok && got.Deflate, answer)
		}
	}
	_, answer := Accept(Offer)
	assert.Equal(t, plain, answer)
	for answer, ok := range map[string]bool{
		"": true, plain: true,
		"permessage-deflate": false, // it would take its context over
		"permessage-deflate; server_no_context_takeover; client_max_window_bits=10": false, // not offered
		"permessage-deflate; server_no_context_takeover, foo":                       false,
		"foo": false,
	} {
		_, got := Accepted(answer)
		assert.Equal(t, ok, got, answer)
	}
}

func TestOrigins(t *testing.T) {
	for _, c := range []struct {
		origin, scheme, host string
		same                 bool
	}{
		{"http://a.example", "http", "a.example", true},
		{"HTTP://A.example", "http", "a.EXAMPLE", true},
		{"http://a.example:80", "http", "a.example", true},
		{"https://a.example", "https", "a.example:443", true},
		{"http://[::1]", "http", "[::1]:80", true},
		{"http://[::1]:8080", "http", "[::1]:8080", true},
		{"https://a.example", "http", "a.example", false},
		{"http://a.example", "http", "a.example:8080", false},
		{"http://b.example", "http", "a.example", false},
		{"null", "http", "a.example", false},
		{"", "http", "", false},
	} {
		assert.Equal(t, c.same, SameOrigin(c.origin, c.scheme, c.host), c.origin)
	}
	for _, c := range []struct {
		origin, pattern string
		match           bool
	}{
		{"https://app.example", "https://app.example", true},
		{"https://APP.example:443", "https://app.example", true},
		{"http://app.example", "https://app.example", false},
		{"https://x.app.example", "https://*.app.example", true},
		{"https://app.example", "https://*.app.example", false},
		{"https://evilapp.example", "https://*.app.example", false},
		{"https://app.example:8443", "https://*.example", false},
		{"null", "*", true},
		{"null", "https://app.example", false},
	} {
		assert.Equal(t, c.match, MatchOrigin(c.origin, c.pattern), "%s %s", c.origin, c.pattern)
	}
	for pattern, ok := range map[string]bool{
		"*": true, "https://a.example": true, "http://localhost:3000": true, "https://*.a.example": true,
		"a.example": false, "https://": false, "https://a.example/": false, "https://a.*.example": false, "https://*a.example": false, "": false,
	} {
		assert.Equal(t, ok, ValidOrigin(pattern), pattern)
	}
}

func validKey(text string) bool {
	_, ok := ParseKey([]byte(text))
	return ok
}
