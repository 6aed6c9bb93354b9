package body_multipart_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/body_multipart/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler keeps what it was asked.
type handler struct {
	pet     api.PostPetBody
	note    api.Note
	mixed   []api.Owner
	related api.PostRelatedBody
}

func (h *handler) PostPet(_ context.Context, req api.PostPetRequest) (*api.PostPetOK, error) {
	h.pet = req.Body
	return &api.PostPetOK{Name: tornado.Some(req.Body.Name), Photo: tornado.Some(req.Body.Photo), Owner: req.Body.Owner}, nil
}

func (h *handler) PostBoth(_ context.Context, req api.PostBothRequest) error {
	h.note = req.Body
	return nil
}

func (h *handler) PostMixed(_ context.Context, req api.PostMixedRequest) error {
	h.mixed = req.Body
	return nil
}

func (h *handler) PostRelated(_ context.Context, req api.PostRelatedRequest) error {
	h.related = req.Body
	return nil
}

func start(t *testing.T, opts ...tornado.APIOption) (*handler, string, *api.Client) {
	t.Helper()
	h := new(handler)
	url := drive.Serve(t, api.New(h, opts...))
	c, err := api.NewClient(url)
	require.NoError(t, err)
	return h, url, c
}

// TestClient sends everything that a part can be, and reads parts of an answer.
func TestClient(t *testing.T) {
	h, _, c := start(t)
	pet := api.PostPetBody{
		Name: "Zoë", Age: tornado.Some[int64](3),
		Photo: tornado.File{Name: `ä "x".png`, ContentType: "image/png", Header: textproto.MIMEHeader{"X-Rate": {"5"}}, Data: []byte("\x00\xff\r\n--")},
		Scans: []tornado.File{{Name: "a.pdf", ContentType: "application/pdf", Data: []byte("a")}, {Name: "b.pdf", ContentType: "application/pdf", Data: []byte("b")}},
		Thumb: tornado.Some(tornado.File{Name: "t", ContentType: "image/png", Data: []byte("t")}),
		Seal:  tornado.Some(tornado.File{Name: "s", ContentType: "image/png", Data: []byte("\x89PNG\r\n\xff")}),
		Owner: tornado.Some(api.Owner{Name: "Ann", Age: tornado.Some[int64](40)}), Address: tornado.Some(api.PostPetBodyAddress{City: tornado.Some("Rome & more")}),
		Tags: []string{"a", "b"}, Born: tornado.Some(tornado.Date{Year: 2020, Month: time.February, Day: 29}),
	}
	got, err := c.PostPet(t.Context(), api.PostPetRequest{Body: pet})
	require.NoError(t, err)
	assert.Equal(t, pet, h.pet)
	assert.Equal(t, &api.PostPetOK{Name: tornado.Some("Zoë"), Photo: tornado.Some(pet.Photo), Owner: pet.Owner}, got)
}

// form makes a body as a browser does.
func form(t *testing.T, write func(w *multipart.Writer)) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	write(w)
	require.NoError(t, w.Close())
	return b.String(), w.FormDataContentType()
}

func TestHTTP(t *testing.T) {
	h, url, _ := start(t)
	body, contentType := form(t, func(w *multipart.Writer) {
		assert.NoError(t, w.WriteField("name", "Rex"))
		assert.NoError(t, w.WriteField("owner", `{"name":"Bob"}`))
		assert.NoError(t, w.WriteField("address[city]", "Oslo"))
		file, err := w.CreateFormFile("photo", "dir/rex.png")
		assert.NoError(t, err)
		_, err = file.Write([]byte("png"))
		assert.NoError(t, err)
	})
	body = strings.Replace(body, "application/octet-stream", "image/png", 1)
	got := drive.Do(t, http.MethodPost, url+"/pets", body, "Content-Type", contentType)
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	assert.Equal(t, tornado.File{Name: "rex.png", ContentType: "image/png", Data: []byte("png")}, h.pet.Photo)
	assert.Equal(t, "Bob", h.pet.Owner.Value().Name)
	assert.Equal(t, int64(1), h.pet.Age.Value(), "the default")
	assert.Contains(t, got.Header.Get("Content-Type"), "multipart/form-data; boundary=")
}

// TestViolations tells all that is wrong with the parts, with pointers into their value.
func TestViolations(t *testing.T) {
	_, url, _ := start(t)
	body, contentType := form(t, func(w *multipart.Writer) {
		for _, field := range [][2]string{{"name", "R"}, {"age", "old"}, {"owner", `{"age":-1}`}, {"scans", "1"}, {"scans", "2"}, {"scans", "3"}, {"nobody", "asked"}} {
			assert.NoError(t, w.WriteField(field[0], field[1]))
		}
		file, err := w.CreateFormFile("photo", "x.gif")
		assert.NoError(t, err)
		_, err = file.Write([]byte("more than 8"))
		assert.NoError(t, err)
	})
	got := drive.Do(t, http.MethodPost, url+"/pets", body, "Content-Type", contentType)
	require.Equal(t, http.StatusUnprocessableEntity, got.Status, got.Body)
	assert.Equal(t, []string{
		"body /name minLength", "body /age type", "body /owner/age minimum", "body /owner/name required", "body /scans maxItems",
		"body /nobody additionalProperties", "body /photo contentType", "body /photo maxLength",
	}, got.Violations(t))
	body, contentType = form(t, func(*multipart.Writer) {})
	got = drive.Do(t, http.MethodPost, url+"/pets", body, "Content-Type", contentType)
	assert.Equal(t, []string{"body /name required", "body /photo required"}, got.Violations(t))
}

func TestMalformed(t *testing.T) {
	_, url, _ := start(t, tornado.WithMaxFields(2))
	body, contentType := form(t, func(w *multipart.Writer) {
		for range 3 {
			assert.NoError(t, w.WriteField("tags", "x"))
		}
	})
	for want, send := range map[string][2]string{
		"more than 2 parts": {body, contentType}, "boundary": {body, "multipart/form-data"}, "not a valid multipart body": {body[:60], contentType},
	} {
		got := drive.Do(t, http.MethodPost, url+"/pets", send[0], "Content-Type", send[1])
		assert.Equal(t, http.StatusBadRequest, got.Status, want)
		assert.Contains(t, got.Body, want)
	}
}

// TestBoth is one value as JSON, where the file is a data URL or a text, and as parts.
func TestBoth(t *testing.T) {
	h, url, c := start(t)
	note := api.Note{Text: "t", File: tornado.Some(tornado.File{Name: "a b.txt", ContentType: "text/plain", Data: []byte("x")})}
	require.NoError(t, c.PostBoth(t.Context(), api.PostBothRequest{Body: note}))
	assert.Equal(t, note, h.note)
	assert.Equal(t, http.StatusNoContent, drive.Do(t, http.MethodPost, url+"/both", `{"text":"t","file":"plain"}`).Status)
	assert.Equal(t, tornado.File{Data: []byte("plain")}, h.note.File.Value())
	body, contentType := form(t, func(w *multipart.Writer) { assert.NoError(t, w.WriteField("text", "t")) })
	assert.Equal(t, http.StatusNoContent, drive.Do(t, http.MethodPost, url+"/both", body, "Content-Type", contentType).Status)
	assert.Equal(t, api.Note{Text: "t"}, h.note)
}

func TestMixed(t *testing.T) {
	h, _, c := start(t)
	owners := []api.Owner{{Name: "a"}, {Name: "b", Age: tornado.Some[int64](1)}}
	require.NoError(t, c.PostMixed(t.Context(), api.PostMixedRequest{Body: owners}))
	assert.Equal(t, owners, h.mixed)
}

// TestRelated sends parts that their position tells apart, with an encoding for each.
func TestRelated(t *testing.T) {
	h, url, c := start(t)
	want := api.PostRelatedBody{
		V0: api.Owner{Name: "a"}, V1: tornado.File{Name: "x", ContentType: "image/png", Data: []byte("png")},
		Rest: []tornado.File{{Name: "y", ContentType: "image/gif", Data: []byte("gif")}},
	}
	require.NoError(t, c.PostRelated(t.Context(), api.PostRelatedRequest{Body: want}))
	assert.Equal(t, want, h.related)
	got := drive.Do(t, http.MethodPost, url+"/related", "--X\r\nContent-Type: application/json\r\n\r\n{}\r\n--X\r\nContent-Type: text/plain\r\n\r\nx\r\n--X--",
		"Content-Type", "multipart/related; boundary=X")
	assert.Equal(t, []string{"body /0/name required", "body /1 contentType"}, got.Violations(t))
}
