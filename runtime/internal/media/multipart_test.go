package media

import (
	"bytes"
	"mime"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

var partShapes = shape.NewShapes(
	"Upload", `{name, age: number, tags: [string], photo(type="image/png" type="image/jpeg"): file, docs: [file], meta: {a: number, b: [string]}, rest: any,
		page(type="application/xml"): {x: number}, count(type="application/json"): number, sizes: [number]}`,
	"Mixed", `[{a: number}, file, ...string]`,
)

// parts makes a body of parts, in each of which a line ends with "\n".
func parts(list ...string) []byte {
	var b strings.Builder
	for _, p := range list {
		head, body, _ := strings.Cut(p, "\n\n")
		if head != "" {
			head = strings.ReplaceAll(head, "\n", "\r\n") + "\r\n"
		}
		b.WriteString("--X\r\n" + head + "\r\n" + body + "\r\n")
	}
	return []byte(b.String() + "--X--\r\n")
}

const disposition = "Content-Disposition: form-data; name="

func fromParts(of string, body []byte) (shape.Document, error) {
	return Decode(partShapes, of, "multipart/form-data", []byte(`multipart/form-data; Boundary="X"`), body, Limits{})
}

func TestReadMultipart(t *testing.T) {
	t.Parallel()
	for want, list := range map[string][]string{
		`{}`:                         {},
		`{"name":"a b\r\n"}`:         {disposition + "name\n\na b\r\n"},
		`{"age":5,"tags":["x","y"]}`: {disposition + "\"age\"\n\n5", disposition + "tags\n\nx", disposition + "tags\n\ny"},
		`{"tags":["x"]}`:             {disposition + "tags[]\n\nx"},
		`{"meta":{"a":1}}`:           {disposition + "meta\nContent-Type: application/json\n\n{\"a\":1}"},
		`{"meta":{"a":2}}`:           {disposition + "meta\n\n{\"a\":2}"},
		`{"meta":{"a":3,"b":["c"]}}`: {disposition + "meta[a]\n\n3", disposition + "meta[b][]\n\nc"},
		`{"page":{"x":5}}`:           {disposition + "page\nContent-Type: application/xml\n\n<page><x>5</x></page>"},
		`{"name":"ä"}`:               {disposition + "name\nContent-Type: text/plain; charset=iso-8859-1\n\n\xe4"},
		`{"name":"ö"}`:               {disposition + "_charset_\n\niso-8859-1", disposition + "name\n\n\xf6"},
		`{"name":"q=p"}`:             {disposition + "name\nContent-Transfer-Encoding: quoted-printable\n\nq=3Dp"},
		`{"name":"b64"}`:             {disposition + "name\nContent-Transfer-Encoding: base64\n\nYjY0"},
		`{"count":5}`:                {disposition + "count\nContent-Type: application/json\n\n5"},
		`{"name":{"a":1}}`:           {disposition + "name\nContent-Type: application/json\n\n{\"a\":1}"},
		`{"other":"x"}`:              {disposition + "other\n\nx"},
		`{"rest":"data:text/plain;name=a.txt;base64,eA=="}`: {disposition + "rest; filename=a.txt\nContent-Type: text/plain\n\nx"},
		`{"photo":"#0","docs":["#1","#2"]}`: {
			disposition + "photo; filename=a.png\nContent-Type: image/png\n\nx", disposition + "docs; filename=b\n\ny", disposition + "docs\n\nz",
		},
	} {
		doc, err := fromParts("Upload", parts(list...))
		require.NoError(t, err, want)
		assert.Equal(t, want, string(doc.JSON))
		assert.Empty(t, doc.Faults)
	}
}

func TestReadFiles(t *testing.T) {
	t.Parallel()
	doc, err := fromParts("Upload", parts(
		disposition+"photo; filename=\"C:\\dir\\ä \\\"x\\\".png\"\nContent-Type: image/png; a=b\nX-Rate: 5\n\n\x00\xff\r\n--Y",
		disposition+"docs; filename*=UTF-8''%e2%82%ac%20rates\n\n",
		disposition+"docs; filename=../../etc/passwd\nContent-Type: image/gif\n\nx",
	))
	require.NoError(t, err)
	assert.Equal(t, []value.File{
		{Name: `ä "x".png`, ContentType: "image/png; a=b", Header: textproto.MIMEHeader{"X-Rate": {"5"}}, Data: []byte("\x00\xff\r\n--Y")},
		{Name: "€ rates", Data: []byte{}},
		{Name: "passwd", ContentType: "image/gif", Data: []byte("x")},
	}, doc.Files)
	doc, err = fromParts("Upload", parts(disposition+"age\n\n5", disposition+"photo; filename=a\nContent-Type: image/gif\n\nx"))
	require.NoError(t, err)
	require.Len(t, doc.Faults, 1)
	var d jsonwire.Decoder
	assert.Equal(t, "/photo", doc.Read(&d).Violations()[0].Pointer)
	doc, err = fromParts("Mixed", parts("Content-Type: application/json\n\n{\"a\":1}", "\n\nfile", "\n\nx", "\n\ny"))
	require.NoError(t, err)
	assert.Equal(t, `[{"a":1},"#0","x","y"]`, string(doc.JSON))
	assert.Equal(t, []value.File{{Data: []byte("file")}}, doc.Files)
}

func TestReadMultipartRefuses(t *testing.T) {
	t.Parallel()
	many := make([]string, 1001)
	for i := range many {
		many[i] = disposition + "tags\n\nx"
	}
	for want, body := range map[string][]byte{
		"EOF":                   []byte("--X\r\n" + disposition + "name\r\n\r\nx"),
		"more than 1000 parts":  parts(many...),
		"no name":               parts("Content-Disposition: form-data\n\nx"),
		"UTF-8":                 parts(disposition + "name\n\n\xff"),
		"not valid JSON":        parts(disposition + "meta\nContent-Type: application/json\n\n{"),
		"is too large":          parts(disposition + "name\nX-A: " + strings.Repeat("x", 17<<10) + "\n\nx"),
		"charset":               parts(disposition + "name\nContent-Type: text/plain; charset=koi8-r\n\nx"),
		"malformed MIME header": parts("no header\n\nx"),
	} {
		_, err := fromParts("Upload", body)
		assert.ErrorContains(t, err, want)
	}
	_, err := Decode(partShapes, "Upload", "multipart/form-data", []byte("multipart/form-data"), parts(), Limits{})
	require.ErrorContains(t, err, "boundary")
}

// TestMultipartCutOff cuts a body at every byte: only the whole one is read.
func TestMultipartCutOff(t *testing.T) {
	t.Parallel()
	body := bytes.TrimSuffix(parts(disposition+"name\n\na", disposition+"photo; filename=b\n\nc"), []byte("\r\n"))
	for n := range body {
		if _, err := fromParts("Upload", body[:n]); err == nil {
			t.Errorf("%q is read", body[:n])
		}
	}
	_, err := fromParts("Upload", body)
	require.NoError(t, err)
}

// TestWriteMultipart writes values and reads them back.
func TestWriteMultipart(t *testing.T) {
	t.Parallel()
	photo := value.File{Name: "ä\"b.png", ContentType: "image/png", Header: textproto.MIMEHeader{"X-Rate": {"5"}}, Data: []byte("\x00\xff")}
	file := string(jsonwire.AppendFile(nil, photo))
	for give, want := range map[string]string{
		`{"name":"a\r\nb","age":5,"tags":["x","y"],"sizes":[]}`:     `{"name":"a\r\nb","age":5,"tags":["x","y"]}`,
		`{"meta":{"a":1,"b":["c"]},"page":{"x":2},"count":5}`:       `{"meta":{"a":1,"b":["c"]},"page":{"x":2},"count":5}`,
		`{"photo":` + file + `,"docs":[` + file + `,` + file + `]}`: `{"photo":"#0","docs":["#1","#2"]}`,
	} {
		body, contentType, err := Encode(partShapes, "Upload", "multipart/form-data", []byte(give))
		require.NoError(t, err)
		_, parameters, err := mime.ParseMediaType(contentType)
		require.NoError(t, err)
		require.NotEmpty(t, parameters["boundary"])
		doc, err := Decode(partShapes, "Upload", "multipart/form-data", []byte(contentType), body, Limits{})
		require.NoError(t, err)
		assert.Equal(t, want, string(doc.JSON))
		for _, f := range doc.Files {
			assert.Equal(t, photo, f)
		}
	}
	body, contentType, err := Encode(partShapes, "Mixed", "multipart/mixed", []byte(`[{"a":1},`+file+`,"x"]`))
	require.NoError(t, err)
	doc, err := Decode(partShapes, "Mixed", "multipart/mixed", []byte(contentType), body, Limits{})
	require.NoError(t, err)
	assert.Equal(t, `[{"a":1},"#0","x"]`, string(doc.JSON))
	assert.Equal(t, []value.File{photo}, doc.Files)
}

// FuzzMultipart reads anything: what comes out is JSON.
func FuzzMultipart(f *testing.F) {
	f.Add(parts(disposition+"name\n\na", disposition+"photo; filename=b\nContent-Type: image/png\n\nc"))
	f.Add(parts(disposition+"meta\nContent-Type: application/json\n\n{}", disposition+"docs[a]\n\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, of := range []string{"Upload", "Mixed"} {
			doc, err := fromParts(of, body)
			if err == nil && !shape.IsJSON(doc.JSON) {
				t.Errorf("%q gives %s", body, doc.JSON)
			}
		}
	})
}
