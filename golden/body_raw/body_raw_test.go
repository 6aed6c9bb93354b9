package body_raw_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/body_raw/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler gives back what it gets.
type handler struct{}

func (handler) PutPicture(_ context.Context, req api.PutPictureRequest) ([]byte, error) {
	return io.ReadAll(req.Body)
}

func (handler) PutAny(_ context.Context, req api.PutAnyRequest) (tornado.Blob, error) {
	return held(req.Body)
}

func (handler) PutImage(_ context.Context, req api.PutImageRequest) (tornado.Blob, error) {
	return held(req.Body.Or(tornado.Upload{ContentType: "image/png", Reader: strings.NewReader("none")}))
}

func held(u tornado.Upload) (tornado.Blob, error) {
	data, err := io.ReadAll(u)
	return tornado.Blob{ContentType: u.ContentType, Data: data}, err
}

func (handler) PutOptional(_ context.Context, req api.PutOptionalRequest) (string, error) {
	if req.Body == nil {
		return "nothing", nil
	}
	data, err := io.ReadAll(req.Body)
	return string(data), err
}

func (handler) PutHeld(_ context.Context, req api.PutHeldRequest) ([]byte, error) {
	return req.Body, nil
}

func (handler) PutHeldAny(_ context.Context, req api.PutHeldAnyRequest) (tornado.Blob, error) {
	return req.Body.Value(), nil
}

func (handler) PutText(_ context.Context, req api.PutTextRequest) (string, error) {
	return req.Body, nil
}

func TestRaw(t *testing.T) {
	url := drive.Serve(t, api.New(handler{}))
	for _, c := range []struct {
		path, send, mediaType string
		status                int
		wantBody, wantType    string
	}{
		{"/picture", "\x00\xff{", "image/png", 200, "\x00\xff{", "image/png"},
		{"/picture", "x", "image/jpeg", 415, "", ""},
		{"/any", "a=b", "application/x-www-form-urlencoded", 200, "a=b", "application/x-www-form-urlencoded"},
		{"/any", "x", "Text/HTML; charset=utf-8", 200, "x", "Text/HTML; charset=utf-8"},
		{"/image", "", "", 200, "none", "image/png"},
		{"/image", "x", "image/webp", 200, "x", "image/webp"},
		{"/image", "x", "video/mp4", 415, "", ""},
		{"/optional", "", "", 200, "nothing", "text/plain; charset=utf-8"},
		{"/optional", "", "application/octet-stream", 200, "", "text/plain; charset=utf-8"},
		{"/optional", "12345678", "application/octet-stream", 200, "12345678", "text/plain; charset=utf-8"},
		{"/optional", "123456789", "application/octet-stream", 413, "", ""},
		{"/held", "1234", "image/png", 200, "1234", "image/png"},
		{"/held", "12345", "image/png", 413, "", ""},
		{"/held-any", "x", "image/gif", 200, "x", "image/gif"},
		{"/text", "ä", "text/plain; charset=utf-8", 200, "ä", "text/plain; charset=utf-8"},
	} {
		got := drive.Do(t, http.MethodPut, url+c.path, c.send, "Content-Type", c.mediaType)
		require.Equal(t, c.status, got.Status, "%s %s: %s", c.path, c.mediaType, got.Body)
		if c.status == http.StatusOK {
			assert.Equal(t, c.wantBody, got.Body)
			assert.Equal(t, c.wantType, got.Header.Get("Content-Type"))
		}
	}
}

func TestClient(t *testing.T) {
	client, err := api.NewClient(drive.Serve(t, api.New(handler{})))
	require.NoError(t, err)
	picture, err := client.PutPicture(t.Context(), api.PutPictureRequest{Body: strings.NewReader("\x00")})
	require.NoError(t, err)
	assert.Equal(t, []byte("\x00"), picture)
	blob := tornado.Blob{ContentType: "image/jpeg", Data: []byte("x")}
	upload := func() tornado.Upload {
		return tornado.Upload{ContentType: "image/jpeg", Reader: strings.NewReader("x")}
	}
	got, err := client.PutAny(t.Context(), api.PutAnyRequest{Body: upload()})
	require.NoError(t, err)
	assert.Equal(t, blob, got)
	got, err = client.PutImage(t.Context(), api.PutImageRequest{Body: tornado.Some(upload())})
	require.NoError(t, err)
	assert.Equal(t, blob, got)
	got, err = client.PutImage(t.Context(), api.PutImageRequest{})
	require.NoError(t, err)
	assert.Equal(t, tornado.Blob{ContentType: "image/png", Data: []byte("none")}, got)
	text, err := client.PutOptional(t.Context(), api.PutOptionalRequest{})
	require.NoError(t, err)
	assert.Equal(t, "nothing", text)
	text, err = client.PutOptional(t.Context(), api.PutOptionalRequest{Body: io.LimitReader(strings.NewReader("1234567890"), 5)})
	require.NoError(t, err)
	assert.Equal(t, "12345", text)
	_, err = client.PutPicture(t.Context(), api.PutPictureRequest{})
	require.Error(t, err, "the body is required")
	data, err := client.PutHeld(t.Context(), api.PutHeldRequest{Body: []byte("1234")})
	require.NoError(t, err)
	assert.Equal(t, []byte("1234"), data)
}
