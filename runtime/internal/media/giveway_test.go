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
	assert.Equal(t, n, gave)
}
