package validate_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// TestFormats holds what the public suite does not, and a little of each format for where the suite is absent.
func TestFormats(t *testing.T) {
	tests := map[validate.Format]struct{ good, bad []string }{
		validate.FormatEmail: {
			[]string{"a@b.c", "first.last+tag@sub.example.com", `"a \" b"@example.com`, "a@[IPv6:::1]", strings.Repeat("a", 64) + "@b.c"},
			[]string{"a", "a@", "@b", "a b@c.d", `"a"b"@c.d`, `"a\"@c.d`, "é@b.c", "a@b_c.d", "a@[1.2.3]", "a@[1.2.3.4", strings.Repeat("a", 65) + "@b.c"},
		},
		validate.FormatIDNEmail: {[]string{"é@bücher.example", `"é"@b.c`}, []string{"é@", "é@-b.c", "a\x01@b.c"}},
		validate.FormatHostname: {
			[]string{"localhost", "a-b.example.com", "xn--bcher-kva.example", "XN--BCHER-KVA.example", "1.2.3.4"},
			[]string{"", "a..b", "a_b", "bücher.example", "-a", "a-", strings.Repeat("a.", 127) + "b", "xn--bcher-kvb", "xn--99999999", "xn--a"},
		},
		validate.FormatIDNHostname: {
			[]string{"bücher.example", "日本語。jp", "مثال.إختبار", "نامه\u200cای", "xn--bcher-kva"},
			[]string{"Bücher.example", "ａ.example", "a\u0301\u200db", "☃.example", "bü--cher-", strings.Repeat("ü", 300)},
		},
		validate.FormatIPv4: {[]string{"0.0.0.0", "255.255.255.255"}, []string{"256.0.0.1", "1.2.3", "01.2.3.4", "::1", "1.2.3.4/24"}},
		validate.FormatIPv6: {[]string{"::", "2001:db8::1", "::ffff:1.2.3.4"}, []string{"1.2.3.4", "::1%lo", "[::1]", ":::"}},
		validate.FormatURI: {
			[]string{"https://u:p@h.example:8080/a%20b?q=1#f", "urn:x:y", "mailto:a@b", "http://[::1]:80/", "http://[v1.a:b]/", "http://h:/"},
			[]string{"", "/a", "a b", "1a:b", "http://h:8o/", "http://[::1/", "http://[v1.%41]/", "http://[vg.a]/", "http://h/%zz", "http://h/é"},
		},
		validate.FormatURIReference:        {[]string{"", "a/b:c", "?q", "#f", "//h/p", "../x"}, []string{"a:b c", ":a", "a\\b", "#a#b"}},
		validate.FormatIRI:                 {[]string{"http://bücher.example/é?\ue000"}, []string{"/é", "http://h/\ue000", "http://h/\ufdd0", "http://h/\U000E0001"}},
		validate.FormatIRIReference:        {[]string{"/é", "é"}, []string{"/é|", "/\u0080"}},
		validate.FormatURITemplate:         {[]string{"/pets/{petId}", "{?a,b*,c:3}"}, []string{"/pets/{petId", "}", "{a b}", "{a:}"}},
		validate.FormatDateTime:            {[]string{"2024-02-29T23:59:60.5z", "2024-01-01t00:00:00-23:59"}, []string{"2024-02-30T00:00:00Z", "2024-01-01 00:00:00Z", "2024-01-01"}},
		validate.FormatDate:                {[]string{"2024-02-29"}, []string{"2023-02-29", "2024-2-29"}},
		validate.FormatTime:                {[]string{"00:00:00Z", "00:29:60-23:30"}, []string{"24:00:00Z", "00:00:60Z", "00:00:00"}},
		validate.FormatDuration:            {[]string{"P1Y2M3DT4H5M6S", "PT0S", "P9W"}, []string{"P", "PT", "P1YT", "P1Y2D", "P1W1D", "PT1.5S"}},
		validate.FormatUUID:                {[]string{"00000000-0000-0000-0000-00000000000F"}, []string{"0", "00000000-0000-0000-0000-00000000000g", "000000000-000-0000-0000-000000000000"}},
		validate.FormatJSONPointer:         {[]string{"", "/", "/a~0~1\n"}, []string{"a", "/~", "/~2"}},
		validate.FormatRelativeJSONPointer: {[]string{"0", "10/a", "0#"}, []string{"", "01", "-1", "0##", "/a"}},
		validate.FormatRegex:               {[]string{"^a(?=b)$", `^.{1,5000}$`, `(a{1000}){1000}`}, []string{"(", `\a`, "a++"}},
	}
	for format, test := range tests {
		for _, s := range test.good {
			assert.True(t, format.Check(s), "%q: %s", s, format.Message())
		}
		for _, s := range test.bad {
			assert.False(t, format.Check(s), "%q: %s", s, format.Message())
		}
	}
	assert.Len(t, tests, len(formatNames))
}
