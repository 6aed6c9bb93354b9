package multipart

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// part is what is told of a part by both.
type part struct {
	header  textproto.MIMEHeader
	content string
}

// theirs reads a body by mime/multipart, and tells whether it has come to its end.
func theirs(body []byte, boundary string) (parts []part, whole bool) {
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		p, err := r.NextRawPart()
		if err != nil {
			return parts, errors.Is(err, io.EOF) && errors.Unwrap(err) == nil // a wrapped one means that the body is cut off
		}
		content, err := io.ReadAll(p)
		parts = append(parts, part{p.Header, string(content)})
		if err != nil {
			return parts, false
		}
	}
}

// ours reads a body by a Reader.
func ours(r *Reader, content func() ([]byte, error)) ([]part, error) {
	var parts []part
	for {
		ok, err := r.Next()
		if !ok {
			return parts, err
		}
		header := make(textproto.MIMEHeader)
		for _, f := range r.Fields() {
			name := textproto.CanonicalMIMEHeaderKey(string(f.Name))
			header[name] = append(header[name], string(f.Value))
		}
		data, err := content()
		parts = append(parts, part{header, string(data)})
		if err != nil {
			return parts, err
		}
	}
}

// agree holds the package against mime/multipart. It names what differs, or fails.
func agree(t *testing.T, body []byte, boundary string, cut int) (differs string) {
	t.Helper()
	stream := NewReader(io.MultiReader(bytes.NewReader(body[:cut]), bytes.NewReader(body[cut:])), boundary)
	got, err := ours(stream, func() ([]byte, error) { return io.ReadAll(stream) })
	want, whole := theirs(body, boundary)

	held := NewBytesReader(body, boundary)
	slices, heldErr := ours(held, held.Bytes)
	bytewise := NewReader(iotest.OneByteReader(bytes.NewReader(body)), boundary)
	single, singleErr := ours(bytewise, func() ([]byte, error) { return io.ReadAll(bytewise) })
	if n := len(slices); heldErr != nil && n > 0 && n == len(got) && slices[n-1].content == "" {
		slices[n-1].content = got[n-1].content // of a content that is cut off nothing is given
	}
	require.Equal(t, got, slices)
	require.Equal(t, got, single)
	require.Equal(t, err, heldErr)
	require.Equal(t, err, singleErr)

	if errors.Is(err, ErrHeader) {
		require.Greater(t, len(want), len(got))
		fields, size := 0, 0
		for name, values := range want[len(got)].header {
			fields += len(values)
			size += len(name)*len(values) + len(strings.Join(values, ""))
		}
		require.True(t, fields > MaxFields || size > MaxHeader, "%d fields, %d bytes", fields, size)
		return "header"
	}
	require.Equal(t, want, got)
	if whole && errors.Is(err, io.ErrUnexpectedEOF) { // their end is none if more changes it
		more, whole := theirs(append(body[:len(body):len(body)], "\r\n\r\n"...), boundary)
		require.True(t, len(more) > len(want) || !whole)
		return "cut off"
	}
	require.Equal(t, whole, err == nil, "%v", err)
	return ""
}

var boundaries = []string{"B", "-", "--B", "a b ", "0123456789'()+_,-./:=?012345678901234567890123456789012345678901234567"}

// FuzzReader holds a Reader against mime/multipart, and one of a body that comes in pieces against one of a body that is held.
func FuzzReader(f *testing.F) {
	for _, c := range bodies {
		if len(c.body) < 200 {
			f.Add([]byte(c.body), uint16(len(c.body)/2), uint8(0))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, cut uint16, boundary uint8) {
		if len(body) > room {
			return // over a limit that mime/multipart does not have
		}
		b := boundaries[int(boundary)%len(boundaries)]
		agree(t, body, b, min(int(cut), len(body)))
		agree(t, bytes.ReplaceAll(body, []byte("--B"), []byte("--"+b)), b, 0)
	})
}

// What a body is made of is thrown together at random.
func TestLikeMIME(t *testing.T) {
	t.Parallel()
	pieces := []string{
		"\r\n", "\n", "\r", "--B", "--B\r\n", "\r\n--B\r\n", "\r\n--B--", "--B--\r\n", "--", "-", " ", "\t", "x", "A: b\r\n", "A:", ":", "\r\n\r\n", "\n--B\n",
		"Content-Disposition: form-data; name=\"a\"\r\n", "\x00", "ä",
	}
	r := rand.New(rand.NewPCG(1, 2))
	differs := make(map[string]int)
	for range 20_000 {
		body := []byte("--B\r\n")[:5*r.IntN(2)]
		for range r.IntN(16) {
			body = append(body, pieces[r.IntN(len(pieces))]...)
		}
		differs[agree(t, body, "B", r.IntN(len(body)+1))]++
	}
	for name, c := range bodies {
		if len(c.body) <= room {
			t.Run(name, func(t *testing.T) { agree(t, []byte(c.body), "B", len(c.body)/2) })
		}
	}
	assert.Positive(t, differs["cut off"])
}

// FuzzDisposition holds what is read of a Content-Disposition field against mime.ParseMediaType.
func FuzzDisposition(f *testing.F) {
	for _, field := range dispositions {
		f.Add(field)
	}
	f.Fuzz(agreeOnDisposition)
}

var dispositions = []string{
	`form-data; name="a"; filename="b.png"`, `form-data;name="a"`, `form-data;  filename="b"; name="a"`, `form-data`, `form-data; `, `form-data;`, "",
	`form-data; name="a";`, `form-data; name="a"; name="a"`, `form-data; name="a"; name="b"`, `form-data; name=""; filename=""`, `form-data; name="a\"b"`,
	`form-data; name="C:\dir\a"`, `form-data; name=a`, `form-data; NAME="a"`, `Form-Data; name="a"`, `attachment; filename="a"`, `form-data; name="a`,
	`form-data; name="a" ; filename="b"`, `form-data; name="a"x`, "form-data; name=\"a\rb\"", `form-data; filename*=UTF-8''%e2%82%ac`, `form-data; name="ä` + "\xff" + `"`,
	`form-data; filename*0="a"; filename*1="b"`, `form-data; name*="x"; name="a"`, `form-data; name="a;b=c"`, `form-data; other="a"`, `form-datax; name="a"`,
}

func agreeOnDisposition(t *testing.T, field string) {
	d := Disposition{Name: "a", FileName: "before", HasFileName: true}
	ok := d.Read([]byte(field))
	_, parameters, err := mime.ParseMediaType(field)
	want := Disposition{}
	want.Name, want.HasName = parameters["name"]
	want.FileName, want.HasFileName = parameters["filename"]
	if !want.HasName || !want.HasFileName { // the other text is nobody's
		if !d.HasName {
			d.Name = ""
		}
		if !d.HasFileName {
			d.FileName = ""
		}
	}
	require.Equal(t, want, d, field)
	require.Equal(t, err == nil, ok, field)
}

func TestDisposition(t *testing.T) {
	t.Parallel()
	for _, field := range dispositions {
		agreeOnDisposition(t, field)
	}
	r := rand.New(rand.NewPCG(3, 4))
	pieces := []string{"form-data", ";", " ", "; ", `name="`, `filename="`, `"`, "a", "=", `\`, "name", "*", "\t", "é", `"; `, `name="a"`, `filename="b"`}
	for range 20_000 {
		field := "form-data"
		for range r.IntN(10) {
			field += pieces[r.IntN(len(pieces))]
		}
		agreeOnDisposition(t, field)
	}
	name, file, ok := usual([]byte(`form-data; name="a"; filename="b.png"`))
	assert.Equal(t, "a b.png true", fmt.Sprintf("%s %s %v", name, file, ok), "what is usual is read without mime")
}
