package body_upload_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/body_upload/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler tells of each step that it takes.
type handler struct{}

func (handler) PostPet(_ context.Context, req api.PostPetRequest) (string, error) {
	var log strings.Builder
	for part, err := range req.Body {
		if err != nil {
			return "", fmt.Errorf("after %q: %w", log.String(), err)
		}
		f := part.Fields
		fmt.Fprintf(&log, "%s/%v/%v/%s", f.Name, f.Age, f.Tags, f.Owner.Value().Name)
		if part.File == nil {
			continue
		}
		data, err := io.ReadAll(part.File)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&log, " %s %q %s %v %s; ", part.File.Field, part.File.Name, part.File.ContentType, part.File.Header, data)
	}
	return log.String(), nil
}

func (handler) PostFiles(_ context.Context, req api.PostFilesRequest) (string, error) {
	if req.Body == nil {
		return "nothing", nil
	}
	lengths := ""
	for part, err := range req.Body {
		if err != nil {
			return "", err
		}
		if part.File == nil {
			return "no file", nil
		}
		if part.File.Name == "skip" {
			continue
		}
		n, err := io.Copy(io.Discard, part.File)
		if err != nil {
			return "", err
		}
		lengths += fmt.Sprint(part.File.Name, " ", n, ";")
		if part.File.Name == "last" {
			break
		}
	}
	return lengths, nil
}

func (handler) PostHeld(_ context.Context, req api.PostHeldRequest) error {
	if string(req.Body.File.Value().Data) != "x" {
		return errors.New("not the file")
	}
	return nil
}

// servers are the two ways to serve.
func servers(t *testing.T, opts ...tornado.APIOption) map[string]string {
	t.Helper()
	other := httptest.NewServer(api.New(handler{}, opts...).HTTPHandler())
	t.Cleanup(other.Close)
	return map[string]string{"loops": drive.Serve(t, api.New(handler{}, opts...)), "net/http": other.URL}
}

// form makes a body as a browser does: a field of that name and text, or a file where the name has a media type behind a space.
func form(t *testing.T, parts ...[2]string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		name, media, isFile := strings.Cut(p[0], " ")
		if !isFile {
			require.NoError(t, w.WriteField(name, p[1]))
			continue
		}
		h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + name + `"; filename="dir/` + name + `.x"`}, "Content-Type": {media}}
		part, err := w.CreatePart(h)
		require.NoError(t, err)
		_, err = io.WriteString(part, p[1])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.String(), w.FormDataContentType()
}

func TestServer(t *testing.T) {
	photo := [2]string{"photo image/png", "png"}
	name := [2]string{"name", "Rex"}
	pdf := [2]string{"scans[] application/pdf", "pdf"}
	long := strings.Repeat("x", 100_001)
	for server, url := range servers(t, tornado.WithMaxBody(1000), tornado.WithMaxFields(10)) {
		for _, c := range []struct {
			name   string
			parts  [][2]string
			status int
			want   string // the answer, or what is in it
		}{
			{
				"fields, then a file",
				[][2]string{name, {"tags", "a"}, {"tags", "b"}, {"owner", `{"name":"Ann"}`}, photo},
				200,
				`Rex/1/[a b]/Ann photo "photo.x" image/png map[] png; `,
			},
			{"an optional field behind", [][2]string{name, photo, {"age", "3"}}, 200, `Rex/1/[]/ photo "photo.x" image/png map[] png; Rex/3/[]/`},
			{
				"several files",
				[][2]string{name, pdf, photo, {"age", "3"}, pdf},
				200,
				`Rex/1/[]/ scans "scans[].x" application/pdf map[] pdf; Rex/1/[]/ photo "photo.x" image/png map[] png; ` +
					`Rex/3/[]/ scans "scans[].x" application/pdf map[] pdf; `,
			},
			{"a file before a required field", [][2]string{photo, name}, 422, `"pointer":"/name","keyword":"required","message":"is required, before the files"`},
			{"no file", [][2]string{name}, 422, `"pointer":"/photo","keyword":"required"`},
			{"a field that breaks its rule", [][2]string{{"name", "R"}, {"age", "old"}, photo}, 422, `/age`},
			{"a field that breaks its rule, behind", [][2]string{name, photo, {"age", "old"}}, 422, `/age`},
			{"a field that is not allowed", [][2]string{name, photo, {"nobody", "asked"}}, 422, `additionalProperties`},
			{"a file of another type", [][2]string{name, {"photo image/gif", "gif"}}, 422, `"pointer":"/photo","keyword":"contentType"`},
			{"a file that is too long", [][2]string{name, {"photo image/png", long}}, 422, `"pointer":"/photo","keyword":"maxLength"`},
			{"a file that is too short", [][2]string{name, {"photo image/png", "x"}}, 422, `"pointer":"/photo","keyword":"minLength"`},
			{"a file twice", [][2]string{name, photo, photo}, 422, `more than once`},
			{"too few items", [][2]string{name, photo, pdf}, 422, `"pointer":"/scans","keyword":"minItems"`},
			{"too many items", [][2]string{name, photo, pdf, pdf, pdf, pdf}, 422, `"pointer":"/scans","keyword":"maxItems"`},
			{"fields over the limit", [][2]string{{"name", long}, photo}, 413, "1000 bytes"},
			{"too many parts", [][2]string{name, photo, name, name, name, name, name, name, name, name, name}, 400, "more than 10 parts"},
		} {
			body, contentType := form(t, c.parts...)
			got := drive.Do(t, http.MethodPost, url+"/pets", body, "Content-Type", contentType)
			assert.Equal(t, c.status, got.Status, "%s, %s: %s", server, c.name, got.Body)
			if c.status == http.StatusOK {
				assert.Equal(t, c.want, got.Body, c.name)
			} else {
				assert.Contains(t, got.Body, c.want, c.name)
			}
		}
	}
}

func TestMalformed(t *testing.T) {
	for server, url := range servers(t) {
		body, contentType := form(t, [2]string{"name", "Rex"}, [2]string{"photo image/png", "png"})
		header := "--X\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"x\"\r\n"
		for name, c := range map[string][2]string{
			"no boundary":                {body, "multipart/form-data"},
			"not multipart":              {"hello", contentType},
			"cut off in a header":        {body[:90], contentType},
			"cut off in a file":          {body[:len(body)-70], contentType},
			"cut off at the end":         {body[:len(body)-5], contentType},
			"a header that never ends":   {header + "X: " + strings.Repeat("x", 1<<20), "multipart/form-data; boundary=X"},
			"a preamble that never ends": {strings.Repeat("x\r\n", 1<<19), "multipart/form-data; boundary=X"},
			"too many header fields":     {header + strings.Repeat("X: y\r\n", 40) + "\r\nx\r\n--X--\r\n", "multipart/form-data; boundary=X"},
		} {
			got := drive.Do(t, http.MethodPost, url+"/pets", c[0], "Content-Type", c[1])
			assert.Equal(t, http.StatusBadRequest, got.Status, "%s, %s: %s", server, name, got.Body)
			assert.Contains(t, got.Body, "multipart", name)
		}
	}
}

// Files that the handler passes over, or leaves, cost nothing but their way.
func TestFiles(t *testing.T) {
	for _, url := range servers(t) {
		c, err := api.NewClient(url)
		require.NoError(t, err)
		file := func(name string, n int64) *tornado.FilePart {
			return &tornado.FilePart{Name: name, Reader: io.LimitReader(zeros{}, n)}
		}
		got, err := c.PostFiles(t.Context(), api.PostFilesRequest{Body: tornado.Parts(struct{}{}, file("a", 100_000), file("skip", 200_000), file("b", 0))})
		require.NoError(t, err)
		assert.Equal(t, "a 100000;b 0;", got)
		got, err = c.PostFiles(t.Context(), api.PostFilesRequest{Body: tornado.Parts(struct{}{}, file("last", 10), file("rest", 1000))})
		require.NoError(t, err)
		assert.Equal(t, "last 10;", got)
		got, err = c.PostFiles(t.Context(), api.PostFilesRequest{Body: tornado.Parts(struct{}{})})
		require.NoError(t, err)
		assert.Equal(t, "no file", got)
		got, err = c.PostFiles(t.Context(), api.PostFilesRequest{})
		require.NoError(t, err)
		assert.Equal(t, "nothing", got)
		require.NoError(t, c.PostHeld(t.Context(), api.PostHeldRequest{Body: api.Upload{File: tornado.Some(tornado.File{Name: "x", Data: []byte("x")})}}))
	}
}

func TestClient(t *testing.T) {
	for _, url := range servers(t) {
		c, err := api.NewClient(url)
		require.NoError(t, err)
		fields := api.PostPetBodyFields{Name: "Zoë", Tags: []string{"a"}, Owner: tornado.Some(api.Owner{ID: tornado.Some[int64](1), Name: "Ann"})}
		photo := &tornado.FilePart{
			Field: "photo", Name: `ä "x".png`, ContentType: "image/png", Header: textproto.MIMEHeader{"X-Rate": {"5"}}, Reader: strings.NewReader("\r\n--png"),
		}
		scan := func() *tornado.FilePart {
			return &tornado.FilePart{Field: "scans", Name: "s", Reader: strings.NewReader("pdf")}
		}
		got, err := c.PostPet(t.Context(), api.PostPetRequest{Body: tornado.Parts(fields, photo, scan(), scan())})
		require.NoError(t, err)
		assert.Equal(t, `Zoë/1/[a]/Ann photo "ä \"x\".png" image/png map[X-Rate:[5]] `+"\r\n--png; "+
			`Zoë/1/[a]/Ann scans "s"  map[] pdf; Zoë/1/[a]/Ann scans "s"  map[] pdf; `, got)
		_, err = c.PostPet(t.Context(), api.PostPetRequest{Body: tornado.Parts(fields, &tornado.FilePart{Name: "x"})})
		require.ErrorContains(t, err, "does not say which Field it is")
		_, err = c.PostPet(t.Context(), api.PostPetRequest{})
		require.Error(t, err, "the body is required")
	}
}

// zeros is a file that costs nothing to make.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
