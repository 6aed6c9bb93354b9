package media

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Base64 and quoted-printable are undone in whatever way a body is read, in any case; what they cannot be is refused, read or not. Other codings are left.
func TestTransferCodings(t *testing.T) {
	for _, c := range []struct{ coding, content, want string }{
		{"base64", "aGVs\r\nbG8=", "hello"},
		{"BASE64", "aGVsbG8=", "hello"},
		{"quoted-printable", "h=65l=\r\nlo", "hello"},
		{"Quoted-Printable", "hello", "hello"},
		{"8bit", "h=65l", "h=65l"},
		{"", "h=65l", "h=65l"},
		{"base64", "%%%%", ""},
		{"quoted-printable", "\x00", ""},
		{"quoted-printable", "a= x", "a= x"},
	} {
		body := func(disposition string) string {
			return "--B\r\nContent-Disposition: " + disposition + "\r\nContent-Transfer-Encoding: " + c.coding + "\r\n\r\n" + c.content + "\r\n--B--\r\n"
		}
		doc, err := Decode(streamShapes, "Form", "multipart/form-data", []byte("multipart/form-data; boundary=B"), []byte(body(`form-data; name="name"`)), Limits{})
		f, formErr := NewFormReader(strings.NewReader(body(`form-data; name="name"`)), streamShapes, "Form", []byte("multipart/form-data; boundary=B"), Limits{})
		require.NoError(t, formErr)
		f.Limit = 100
		_, _, formErr = f.Next()
		parts, partsErr := readParts(t, "[string]", body("inline"), Limits{})
		if c.want == "" {
			name := strings.ReplaceAll(c.coding, "-", "")
			require.ErrorContains(t, err, name)
			require.ErrorContains(t, formErr, name)
			require.ErrorContains(t, partsErr, name)
			continue
		}
		require.NoError(t, err)
		require.ErrorIs(t, formErr, io.EOF)
		require.ErrorIs(t, partsErr, io.EOF)
		want := strconv.Quote(c.want)
		assert.Equal(t, `{"name":`+want+`}`, string(doc.JSON), c.content)
		assert.Equal(t, `{"name":`+want+`}`, string(f.Fields().JSON), c.content)
		assert.Equal(t, []string{want}, parts, c.content)
	}
}

// A file is at its end once the next step is taken, and no fields are lost whose memory is that of others.
func TestFilesEnd(t *testing.T) {
	var body strings.Builder
	var want []string
	for i := range 300 {
		text := strings.Repeat(string(rune('a'+i%26)), i)
		want = append(want, fmt.Sprintf("%q", text))
		fmt.Fprintf(&body, "--B\r\nContent-Disposition: form-data; name=\"tags\"\r\n\r\n%s\r\n", text)
		if i%100 == 50 {
			fmt.Fprintf(&body, "--B\r\nContent-Disposition: form-data; name=\"docs\"; filename=\"a\"\r\n\r\nfile\r\n")
		}
	}
	body.WriteString("--B--\r\n")
	f, err := NewFormReader(iotest.HalfReader(strings.NewReader(body.String())), partShapes, "Upload", []byte("multipart/form-data; boundary=B"), Limits{})
	require.NoError(t, err)
	f.Limit = 1 << 20
	var files []io.Reader
	for {
		file, _, err := f.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		first := make([]byte, 1)
		_, err = io.ReadFull(file, first)
		require.NoError(t, err)
		assert.Equal(t, "f", string(first))
		for _, earlier := range files {
			rest, err := io.ReadAll(earlier)
			require.NoError(t, err)
			assert.Empty(t, rest)
		}
		files = append(files, file)
	}
	assert.Len(t, files, 3)
	assert.Equal(t, `{"tags":[`+strings.Join(want, ",")+`]}`, string(f.Fields().JSON))
}

// A file that is kept is not changed by what is read after it, nor with the body that it stood in.
func TestFilesAreTheirOwn(t *testing.T) {
	body := "--B\r\nContent-Type: image/png\r\n\r\nabc\r\n--B\r\nContent-Type: image/png\r\nContent-Length: 3\r\n\r\nxyz\r\n--B\r\n\r\n" +
		strings.Repeat("long", keptLength) + "\r\n--B--\r\n"
	r, err := NewPartsReader(strings.NewReader(body), itemShapes, "Files", []byte("multipart/mixed; boundary=B"), Limits{})
	require.NoError(t, err)
	r.Limit = 1 << 20
	var kept [][]byte
	for range 3 {
		doc, err := r.Next()
		require.NoError(t, err)
		require.Len(t, doc.Files, 1)
		kept = append(kept, doc.Files[0].Data)
	}
	assert.Equal(t, "abc", string(kept[0]))
	assert.Equal(t, "xyz", string(kept[1]))
	assert.Len(t, kept[2], 4*keptLength)

	held := []byte(body)
	doc, err := Decode(itemShapes, "Files", "multipart/mixed", []byte("multipart/mixed; boundary=B"), held, Limits{})
	require.NoError(t, err)
	clear(held)
	assert.Equal(t, "abc", string(doc.Files[0].Data))
}

// A body that is cut off within the header of a part is none, whatever stands in a content before it.
func TestEndWithinAContent(t *testing.T) {
	body := "--X\r\n" + disposition + "name\r\n\r\nsays --X-- itself\r\n--X\r\nContent-Disposition: form-da"
	_, err := fromParts("Upload", []byte(body))
	require.ErrorContains(t, err, "unexpected EOF")
	body = strings.ReplaceAll(body, "X", "B")
	assert.Contains(t, readForm(strings.NewReader(body)), "unexpected EOF")
}
