package body_raw_test

import (
	"context"
	"net/http"
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
	return req.Body, nil
}

func (handler) PutAny(_ context.Context, req api.PutAnyRequest) (tornado.Blob, error) {
	return req.Body, nil
}

func (handler) PutImage(_ context.Context, req api.PutImageRequest) (tornado.Blob, error) {
	return req.Body.Or(tornado.Blob{ContentType: "image/png", Data: []byte("none")}), nil
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
	picture, err := client.PutPicture(t.Context(), api.PutPictureRequest{Body: []byte("\x00")})
	require.NoError(t, err)
	assert.Equal(t, []byte("\x00"), picture)
	blob := tornado.Blob{ContentType: "image/jpeg", Data: []byte("x")}
	got, err := client.PutAny(t.Context(), api.PutAnyRequest{Body: blob})
	require.NoError(t, err)
	assert.Equal(t, blob, got)
	got, err = client.PutImage(t.Context(), api.PutImageRequest{Body: tornado.Some(blob)})
	require.NoError(t, err)
	assert.Equal(t, blob, got)
	got, err = client.PutImage(t.Context(), api.PutImageRequest{})
	require.NoError(t, err)
	assert.Equal(t, tornado.Blob{ContentType: "image/png", Data: []byte("none")}, got)
}
