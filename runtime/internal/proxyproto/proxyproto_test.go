package proxyproto

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// v2 makes a header of version 2.
func v2(command, family byte, body ...string) string {
	all := strings.Join(body, "")
	head := append([]byte(string(signature2)), command, family)
	return string(binary.BigEndian.AppendUint16(head, uint16(len(all)))) + all
}

func tlv(kind byte, value string) string {
	return string(binary.BigEndian.AppendUint16([]byte{kind}, uint16(len(value)))) + value
}

// summed puts the checksum of a header where it has four zeros at its end.
func summed(header string) string {
	b := []byte(header)
	binary.BigEndian.PutUint32(b[len(b)-4:], checksum(b, len(b)-4))
	return string(b)
}

const (
	ends4 = "\xc0\x00\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb"
	ends6 = "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\xdc\x04\x01\xbb"
)

var (
	want4 = Header{Source: netip.MustParseAddrPort("192.0.2.1:56324"), Destination: netip.MustParseAddrPort("198.51.100.1:443")}
	want6 = Header{Source: netip.MustParseAddrPort("[2001:db8::1]:56324"), Destination: netip.MustParseAddrPort("[2001:db8::2]:443")}
)

func secure(h Header) Header { h.Secure = true; return h }

var cases = map[string]struct {
	text string
	want Header
	err  error
}{
	"1 TCP4":             {"PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n", want4, nil},
	"1 TCP6":             {"PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n", want6, nil},
	"1 unknown":          {"PROXY UNKNOWN\r\n", Header{}, nil},
	"1 unknown and more": {"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", Header{}, nil},
	"1 mapped":           {"PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.1 56324 443\r\n", want4, nil},
	"2 IPv4":             {v2(0x21, 0x11, ends4), want4, nil},
	"2 IPv6":             {v2(0x21, 0x21, ends6), want6, nil},
	"2 local":            {v2(0x20, 0x00), Header{}, nil},
	"2 local, addresses": {v2(0x20, 0x11, ends4), Header{}, nil},
	"2 unix":             {v2(0x21, 0x31, strings.Repeat("x", unixSize)), Header{}, nil},
	"2 unspecified":      {v2(0x21, 0x00, "whatever"), Header{}, nil},
	"2 TLS":              {v2(0x21, 0x11, ends4, tlv(0x20, "\x01\x00\x00\x00\x00"), tlv(0x04, "")), secure(want4), nil},
	"2 no TLS":           {v2(0x21, 0x11, ends4, tlv(0x20, "\x00\x00\x00\x00\x00"), tlv(0xea, "vpce")), want4, nil},
	"2 checksum":         {summed(v2(0x21, 0x11, ends4, tlv(0x03, "\x00\x00\x00\x00"))), want4, nil},

	"a request":              {"GET / HTTP/1.1\r\n", Header{}, ErrNone},
	"1 lower case":           {"proxy TCP4 ", Header{}, ErrNone},
	"1 TLS":                  {"\x16\x03\x01", Header{}, ErrNone},
	"1 other protocol":       {"PROXY UDP4 192.0.2.1 198.51.100.1 56324 443\r\n", Header{}, ErrMalform},
	"1 family and address":   {"PROXY TCP4 2001:db8::1 2001:db8::2 56324 443\r\n", Header{}, ErrMalform},
	"1 two spaces":           {"PROXY TCP4  192.0.2.1 198.51.100.1 56324 443\r\n", Header{}, ErrMalform},
	"1 few fields":           {"PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n", Header{}, ErrMalform},
	"1 leading zero":         {"PROXY TCP4 192.0.2.1 198.51.100.1 056324 443\r\n", Header{}, ErrMalform},
	"1 port":                 {"PROXY TCP4 192.0.2.1 198.51.100.1 65536 443\r\n", Header{}, ErrMalform},
	"1 sign":                 {"PROXY TCP4 192.0.2.1 198.51.100.1 +1 443\r\n", Header{}, ErrMalform},
	"1 zone":                 {"PROXY TCP6 fe80::1%eth0 fe80::2 1 443\r\n", Header{}, ErrMalform},
	"1 no end":               {"PROXY TCP4 " + strings.Repeat("1", 200), Header{}, ErrTooLong},
	"2 version":              {v2(0x11, 0x11, ends4), Header{}, ErrVersion},
	"2 command":              {v2(0x22, 0x11, ends4), Header{}, ErrVersion},
	"2 short IPv4":           {v2(0x21, 0x11, ends4[:11]), Header{}, ErrMalform},
	"2 short IPv6":           {v2(0x21, 0x21, ends4), Header{}, ErrMalform},
	"2 short unix":           {v2(0x21, 0x31, ends4), Header{}, ErrMalform},
	"2 half an extension":    {v2(0x21, 0x11, ends4, "\x04\x00"), Header{}, ErrMalform},
	"2 an extension too far": {v2(0x21, 0x11, ends4, "\x04\x00\x09abc"), Header{}, ErrMalform},
	"2 checksum, size":       {v2(0x21, 0x11, ends4, tlv(0x03, "\x00")), Header{}, ErrMalform},
	"2 checksum, wrong":      {v2(0x21, 0x11, ends4, tlv(0x03, "\x01\x02\x03\x04")), Header{}, ErrChecksum},
	"2 too long":             {v2(0x21, 0x11, ends4, strings.Repeat("x", MaxSize)), Header{}, ErrTooLong},
}

// TestParse gives each header byte by byte: it is read when the last byte has come, and not before; a fault stays one.
func TestParse(t *testing.T) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, after := range []string{"", "GET / HTTP/1.1\r\n", "\r\n"} {
				text := c.text + after
				for n := range len(text) + 1 {
					h, size, err := Parse([]byte(text[:n]))
					switch {
					case err != nil:
						require.ErrorIs(t, err, c.err, "%d bytes", n)
						assert.Zero(t, size)
					case n < len(c.text) && size == 0:
					default:
						require.NoError(t, c.err, "%d bytes", n)
						require.Equal(t, len(c.text), size, "%d bytes", n)
						assert.Equal(t, c.want, h)
					}
				}
			}
			_, _, err := Parse([]byte(c.text))
			assert.ErrorIs(t, err, c.err)
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range cases {
		f.Add([]byte(c.text), 1)
	}
	f.Fuzz(func(t *testing.T, b []byte, split int) {
		h, size, err := Parse(b)
		require.LessOrEqual(t, size, min(len(b), MaxSize))
		if split < 0 || split > len(b) {
			return
		}
		early, at, fault := Parse(b[:split])
		if fault != nil {
			require.Error(t, err, "what is wrong stays wrong")
		}
		if at > 0 {
			require.Equal(t, size, at)
			require.Equal(t, h, early)
		}
	})
}
