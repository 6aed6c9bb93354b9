package media

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

var itemShapes = shape.NewShapes(
	"Files", `[file]`,
	"Nested", `[(type="multipart/mixed") [string]]`,
	"Forms", `[(type="application/x-www-form-urlencoded") {a: [string]}]`,
)

// readParts reads the parts of a body with the boundary B, and gives the last error.
func readParts(t *testing.T, name, body string, limits Limits) (parts []string, last error) {
	t.Helper()
	r, err := NewPartsReader(strings.NewReader(body), itemShapes, name, []byte("multipart/mixed; boundary=B"), limits)
	require.NoError(t, err)
	r.Limit = 1 << 20
	for {
		doc, err := r.Next()
		if err != nil {
			return parts, err
		}
		parts = append(parts, string(doc.JSON))
	}
}

// A file that is longer than its length says is no shorter file.
func TestPartLength(t *testing.T) {
	part := func(length int) string {
		return fmt.Sprintf("--B\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\nabc\r\n", length)
	}
	for length, want := range map[int]string{2: "Content-Length", 3: "EOF", 4: "Content-Length"} {
		_, err := readParts(t, "Files", part(3)+part(length)+"--B--\r\n", Limits{})
		assert.ErrorContains(t, err, want, "%d", length)
	}
}

// Of parts there may be any number, but of those inside of each of them, and of its fields, as many as of a body.
func TestPartsOfParts(t *testing.T) {
	nested := func(n int) string {
		return "--B\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n" + strings.Repeat("--C\r\n\r\nx\r\n", n) + "--C--\r\n\r\n"
	}
	parts, err := readParts(t, "Nested", strings.Repeat(nested(2), 9)+"--B--\r\n", Limits{Fields: 3})
	require.ErrorIs(t, err, io.EOF)
	assert.Len(t, parts, 9)
	assert.Equal(t, `["x","x"]`, parts[8])

	for body, name := range map[string]string{
		nested(4) + "--B--\r\n": "Nested",
		"--B\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=1&a=2&a=3&a=4\r\n--B--\r\n": "Forms",
	} {
		_, err := readParts(t, name, body, Limits{Fields: 3})
		count := new(CountError)
		require.True(t, errors.As(err, &count), "%s: %v", name, err)
		assert.Equal(t, 3, count.Limit)
	}
}
