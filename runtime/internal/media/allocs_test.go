//go:build !race && !loopcheck

package media

import (
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAllocationsOfParts: what a part costs is what lives on: a file that is handed over and its name, an item in the tree of a form.
func TestAllocationsOfParts(t *testing.T) {
	const contentType = "multipart/form-data; boundary=B"
	limits := Limits{Fields: 2000}
	for _, c := range []struct {
		name string
		part string
		most float64 // allocations for a part
		read func(body string) error
	}{
		{"files as they come", `name="scans"; filename="#.png"`, 2.5, func(body string) error { return readForms([]byte(body), limits) }},
		{"fields as they come", `name="name"`, 0.2, func(body string) error { return readForms([]byte(body), limits) }},
		{"fields that are held", `name="name"`, 2.2, func(body string) error {
			_, err := Decode(streamShapes, "{name: [string]}", "multipart/form-data", []byte(contentType), []byte(body), limits)
			require.NoError(t, err)
			return io.EOF
		}},
	} {
		body := func(n int) string {
			var b strings.Builder
			for i := range n {
				part := strings.ReplaceAll(c.part, "#", strconv.Itoa(i))
				b.WriteString("--B\r\nContent-Disposition: form-data; " + part + "\r\nContent-Type: text/plain\r\n\r\nabc\r\n")
			}
			return b.String() + "--B--\r\n"
		}
		allocs := func(n int) float64 {
			body := body(n)
			return testing.AllocsPerRun(5, func() { require.ErrorIs(t, c.read(body), io.EOF) })
		}
		assert.Less(t, (allocs(2000)-allocs(1000))/1000, c.most, c.name)
	}
}

// TestAllocationsOfTooMuchXML: a document of too many elements is refused before any of them is made.
func TestAllocationsOfTooMuchXML(t *testing.T) {
	for name, body := range map[string]string{
		"elements":           "<a>" + strings.Repeat("<b/>", 2*DefaultElements) + "</a>",
		"declared, in Latin": "<?xml version='1.0' encoding='latin1'?><a>\xe4" + strings.Repeat("<b c=''/>", DefaultElements) + "</a>",
		"and behind a value": "<a b='" + strings.Repeat("=>", DefaultElements) + "'>" + strings.Repeat("<b/>", DefaultElements) + "</a>",
	} {
		assert.Less(t, testing.AllocsPerRun(3, func() {
			_, err := Decode(streamShapes, "any", "application/xml", nil, []byte(body), Limits{})
			require.ErrorContains(t, err, "elements and attributes")
		}), 100.0, name)
	}
}
