package media

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Who reads parts gives way before each, however many came at once: files and fields as they come, items, and those of a body that is held.
func TestPartsGiveWay(t *testing.T) {
	const n = 500
	var body strings.Builder
	for i := range n {
		fmt.Fprintf(&body, "--B\r\nContent-Disposition: form-data; name=%q; filename=\"a\"\r\n\r\na\r\n", []string{"scans", "name"}[i%2])
	}
	body.WriteString("--B--\r\n")
	const contentType = "multipart/form-data; boundary=B"
	gave := 0
	limits := Limits{GiveWay: func() { gave++ }}

	f, err := NewFormReader(strings.NewReader(body.String()), streamShapes, "Form", []byte(contentType), limits)
	require.NoError(t, err)
	f.Limit = n
	for err == nil {
		_, _, err = f.Next()
	}
	require.ErrorIs(t, err, io.EOF)
	assert.Equal(t, n, gave)

	gave = 0
	r, err := NewPartsReader(strings.NewReader(body.String()), streamShapes, "[string]", []byte(contentType), limits)
	require.NoError(t, err)
	r.Limit = n
	for err == nil {
		_, err = r.Next()
	}
	require.ErrorIs(t, err, io.EOF)
	assert.Equal(t, n, gave)

	gave = 0
	_, err = Decode(streamShapes, "{name: [string], scans: [string]}", "multipart/form-data", []byte(contentType), []byte(body.String()), limits)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, gave, n)
	assert.Less(t, gave, n+n/50, "values give way, too")
}

// Who reads what is long gives way within it: XML as it is read and entered, a content that is full of near delimiters or in a transfer coding, text.
func TestLongBodiesGiveWay(t *testing.T) {
	const n = 10_000
	const multipart = "multipart/form-data; boundary=bound"
	within := func(header, content string) string {
		return "--bound\r\nContent-Disposition: form-data; name=\"name\"" + header + "\r\n\r\n" + content + "\r\n--bound--\r\n"
	}
	coded := func(coding string) string { return "\r\nContent-Transfer-Encoding: " + coding }
	for _, c := range []struct {
		name, contentType, body string
		least                   int
	}{
		{"XML of elements", "application/xml", "<a>" + strings.Repeat("<b/>", n) + "</a>", 4*n/256 + n/64 + n/64},
		{"XML of attributes", "application/xml", "<a>" + strings.Repeat("<b"+strings.Repeat(" b='c'", n/100)+"/>", 100) + "</a>", 6*n/256 + n/64},
		{"XML of references", "application/xml", "<a>" + strings.Repeat("&amp;", n) + "</a>", 5 * n / 256},
		{"XML of comments", "application/xml", "<a>" + strings.Repeat("<!---->", n) + "</a>", 7 * n / 256},
		{"XML of ISO-8859-1", "application/xml; charset=iso-8859-1", "<a>" + strings.Repeat("\xe4", n) + "</a>", n / 256},
		{"XML that is a part", multipart, within("\r\nContent-Type: application/xml", "<a>"+strings.Repeat("<b/>", n)+"</a>"), 4*n/256 + n/64 + n/64},
		{"near delimiters", multipart, within("", strings.Repeat("\r\n--bounX", n)), 9 * n / (9 << 10)},
		{"delimiters that go on", multipart, within("", strings.Repeat("\r\n--boundx", n)), 10 * n / (9 << 10)},
		{"quoted-printable", multipart, within(coded("quoted-printable"), strings.Repeat("=41=\r\n", n)), 6 * n / (4 << 10)},
		{"base64", multipart, within(coded("base64"), strings.Repeat("QUFB\r\n", n)), 6 * n / (4 << 10)},
		{"a text in ISO-8859-1", "text/plain; charset=iso-8859-1", strings.Repeat("\xe4", 10*n), 10 * n / (16 << 10)},
		{"a text in UTF-8", "text/plain", strings.Repeat("ä", 10*n), 20 * n / (16 << 10)},
	} {
		gave := 0
		mediaType, _, _ := strings.Cut(c.contentType, ";")
		_, err := Decode(streamShapes, "any", mediaType, []byte(c.contentType), []byte(c.body), Limits{GiveWay: func() { gave++ }})
		require.NoError(t, err, c.name)
		assert.GreaterOrEqual(t, gave, c.least-1, c.name)
	}
}

// A long text is the same whether others go first within it or not.
func TestLongTextsAreWhole(t *testing.T) {
	for _, text := range []string{"", "a", "ä", "€", "😀", `"`, "\\\n", strings.Repeat("a", 1000) + "\x01"} {
		for i := range 5 {
			body := []byte(strings.Repeat("b", i) + strings.Repeat(text, 40_000/max(1, len(text))))
			read := func(giveWay func()) string {
				doc, err := Decode(streamShapes, "any", "text/plain", nil, body, Limits{GiveWay: giveWay})
				require.NoError(t, err)
				return string(doc.JSON)
			}
			require.Equal(t, read(nil), read(func() {}), "%q", text)
		}
	}
}
