package tlsconn

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGreeted(t *testing.T) {
	whole := "\x16\x03\x01\x01\x02" + string(make([]byte, 0x102))
	for text, want := range map[string]bool{
		"":                          false,
		whole[:1]:                   false,
		whole[:4]:                   false,
		whole[:5]:                   false,
		whole[:len(whole)-1]:        false,
		whole:                       true,
		whole + "more":              true,
		"\x16\x03\x01\x00\x00":      true, // what is wrong with it the handshake tells
		"GET / HTTP/1.1":            true,
		"\x80":                      true,
		"\x16\x03\x01\xff\xff12345": false, // a bound ends it
	} {
		assert.Equal(t, want, Greeted([]byte(text)), "%.20q, %d", text, len(text))
	}
}
