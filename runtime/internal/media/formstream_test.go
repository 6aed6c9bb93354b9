package media

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

var streamShapes = shape.NewShapes("Form", `{name, age: number, photo(type="image/png"): file, "scans": [file]}`)

const streamed = "preamble\r\n--B\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nRex\r\n" +
	"--B\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"/a/b.png\"\r\nContent-Type: image/png\r\nX-Rate: 5\r\n\r\n\r\n--B-not\r\n" +
	"--B\r\nContent-Disposition: form-data; name=\"age\"\r\n\r\n3\r\n" +
	"--B\r\nContent-Disposition: form-data; name=\"scans[1]\"; filename=s\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n" +
	"--B--\r\nepilogue"

// readForm tells of all steps through a form.
func readForm(body io.Reader) string {
	f, err := NewFormReader(body, streamShapes, "Form", []byte("multipart/form-data; boundary=B"), Limits{})
	if err != nil {
		return err.Error()
	}
	f.Limit = 100
	log := ""
	for {
		file, at, err := f.Next()
		doc := f.Fields()
		log += string(doc.JSON)
		if err != nil {
			return log + " " + err.Error()
		}
		data, err := io.ReadAll(file)
		log += fmt.Sprintf(" %s %q %s %v %q %v%v; ", file.Field, file.Name, file.ContentType, file.Header, data, TypeFault(file, at), err)
	}
}

// A form is the same however it is cut.
func TestFormReaderSplits(t *testing.T) {
	want := `{"name":"Rex"} photo "b.png" image/png map[X-Rate:[5]] "\r\n--B-not" { }<nil>; ` +
		`{"name":"Rex","age":3} scans "s"  map[] "hello" { }<nil>; {"name":"Rex","age":3} EOF`
	require.Equal(t, want, readForm(strings.NewReader(streamed)))
	require.Equal(t, want, readForm(iotest.OneByteReader(strings.NewReader(streamed))))
	for i := range streamed {
		require.Equal(t, want, readForm(io.MultiReader(strings.NewReader(streamed[:i]), strings.NewReader(streamed[i:]))), i)
	}
}

// A form that is cut off is never taken for a whole one.
func TestFormReaderCutOff(t *testing.T) {
	whole := strings.Index(streamed, "--B--") + len("--B--")
	for i := range whole {
		assert.NotContains(t, readForm(strings.NewReader(streamed[:i])), "} EOF", i)
	}
}
