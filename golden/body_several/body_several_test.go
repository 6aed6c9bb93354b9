package body_several_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/body_several/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler answers JSON with JSON, and anything else with its bytes.
type handler struct {
	got tornado.Opt[api.Note]
	raw tornado.Blob
}

func (h *handler) PutNote(_ context.Context, req api.PutNoteRequest) (api.PutNoteResponse, error) {
	h.got = req.Body
	if note, ok := req.Body.Get(); ok {
		return api.PutNoteOK{Body: note}, nil
	}
	data, err := io.ReadAll(req.Raw.Value())
	h.raw = tornado.Blob{ContentType: req.Raw.Value().ContentType, Data: data}
	return api.PutNoteOKRaw{Body: data}, err
}

func (*handler) ListNotes(context.Context, api.ListNotesRequest) ([]api.Note, error) {
	return []api.Note{{Text: "a"}, {Text: "b"}}, nil
}

// TestOneListInSeveralTypes: a schema that stands with each media type, word for word, is one type, written as the client asks.
func TestOneListInSeveralTypes(t *testing.T) {
	url := drive.Serve(t, api.New(&handler{}))
	for accept, body := range map[string]string{
		"application/json": `[{"text":"a"},{"text":"b"}]`,
		"text/json":        `[{"text":"a"},{"text":"b"}]`,
		"application/xml":  `<ListNotesOK><Note><text>a</text></Note><Note><text>b</text></Note></ListNotesOK>`,
	} {
		got := drive.Do(t, http.MethodGet, url+"/notes", "", "Accept", accept)
		assert.Equal(t, accept, got.Header.Get("Content-Type"))
		assert.Equal(t, body, strings.TrimPrefix(got.Body, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"))
	}
	c, err := api.NewClient(url)
	require.NoError(t, err)
	list, err := c.ListNotes(t.Context(), api.ListNotesRequest{})
	require.NoError(t, err)
	assert.Equal(t, []api.Note{{Text: "a"}, {Text: "b"}}, list)
}

func TestSeveral(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h)) + "/note"
	for _, c := range []struct {
		mediaType, send string
		status          int
		want            tornado.Opt[api.Note]
		wantRaw         tornado.Blob
		wantType        string
	}{
		{"application/json", `{"text":"a"}`, 200, tornado.Some(api.Note{Text: "a"}), tornado.Blob{}, "application/json"},
		{"application/merge-patch+json", `{"text":"a"}`, 200, tornado.Some(api.Note{Text: "a"}), tornado.Blob{}, "application/json"},
		{"text/plain", "a", 200, tornado.Opt[api.Note]{}, tornado.Blob{ContentType: "text/plain", Data: []byte("a")}, "text/plain"},
		{"image/gif", "GIF", 200, tornado.Opt[api.Note]{}, tornado.Blob{ContentType: "image/gif", Data: []byte("GIF")}, "text/plain"},
		{"application/json", `{}`, 422, tornado.Opt[api.Note]{}, tornado.Blob{}, "application/problem+json"},
		{"application/xml", `<a/>`, 415, tornado.Opt[api.Note]{}, tornado.Blob{}, "application/problem+json"},
		{"", "", 400, tornado.Opt[api.Note]{}, tornado.Blob{}, "application/problem+json"},
	} {
		*h = handler{}
		got := drive.Do(t, http.MethodPut, url, c.send, "Content-Type", c.mediaType)
		require.Equal(t, c.status, got.Status, got.Body)
		assert.Equal(t, c.want, h.got)
		assert.Equal(t, c.wantRaw, h.raw)
		assert.Equal(t, c.wantType, got.Header.Get("Content-Type"))
	}
	assert.Equal(t, http.StatusNotAcceptable, drive.Do(t, http.MethodPut, url, `{"text":"a"}`, "Accept", "image/png").Status)
}

func TestClient(t *testing.T) {
	client, err := api.NewClient(drive.Serve(t, api.New(&handler{})))
	require.NoError(t, err)
	got, err := client.PutNote(t.Context(), api.PutNoteRequest{Body: tornado.Some(api.Note{Text: "a"})})
	require.NoError(t, err)
	assert.Equal(t, api.PutNoteOK{Body: api.Note{Text: "a"}}, got)
	got, err = client.PutNote(t.Context(), api.PutNoteRequest{Raw: tornado.Some(tornado.Upload{ContentType: "text/plain", Reader: strings.NewReader("a")})})
	require.NoError(t, err)
	assert.Equal(t, api.PutNoteOKRaw{Body: []byte("a")}, got)
	_, err = client.PutNote(t.Context(), api.PutNoteRequest{})
	require.Error(t, err, "the body is required")
}
