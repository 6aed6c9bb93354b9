package body_json_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/body_json/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler keeps the latest body.
type handler struct{ got any }

func (h *handler) PostNote(_ context.Context, req api.PostNoteRequest) error {
	h.got = req.Body
	return nil
}

func (h *handler) PostOptional(_ context.Context, req api.PostOptionalRequest) error {
	h.got = req.Body
	return nil
}

func (h *handler) PostList(_ context.Context, req api.PostListRequest) error {
	h.got = req.Body
	return nil
}

func (h *handler) PostText(_ context.Context, req api.PostTextRequest) error {
	h.got = req.Body
	return nil
}

func (h *handler) PostPlace(_ context.Context, req api.PostPlaceRequest) error {
	h.got = req.Body
	return nil
}

func TestBodies(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h))
	for _, c := range []struct {
		path, send, mediaType string
		status                int
		want                  any
	}{
		{"/note", `{"text":"a"}`, "application/json", 204, api.Note{Text: "a"}},
		{"/note", ` {"text":"a"} `, "Application/JSON; charset=utf-8", 204, api.Note{Text: "a"}},
		{"/note", ``, "application/json", 400, nil},
		{"/note", `{"text":""}`, "application/json", 422, nil},
		{"/note", `{"text":"a"}`, "text/plain", 415, nil},
		{"/note/optional", ``, "", 204, tornado.Opt[api.Note]{}},
		{"/note/optional", `{"text":"a"}`, "application/json", 204, tornado.Some(api.Note{Text: "a"})},
		{"/note/optional", `{}`, "application/json", 422, nil},
		{"/note/list", `[]`, "application/json", 204, []api.Note{}},
		{"/note/list", `[{"text":"a"},{"text":"b"}]`, "application/json", 204, []api.Note{{Text: "a"}, {Text: "b"}}},
		{"/note/list", `[{"text":"a"},{"text":"b"},{"text":"c"}]`, "application/json", 422, nil},
		{"/note/list", `null`, "application/json", 422, nil},
		{"/note/text", `"a"`, "application/json", 204, "a"},
		{"/note/text", `a`, "application/json", 400, nil},
		{"/note/place", `{"title":"a"}`, "application/vnd.note+json", 204, api.PostPlaceBody{Title: "a"}},
		{"/note/place", `{"title":"a"}`, "application/json", 415, nil},
	} {
		h.got = nil
		got := drive.Do(t, http.MethodPost, url+c.path, c.send, "Content-Type", c.mediaType)
		require.Equal(t, c.status, got.Status, "%s %s: %s", c.path, c.send, got.Body)
		assert.Equal(t, c.want, h.got, c.send)
	}
}

// TestLargeBody comes in many reads.
func TestLargeBody(t *testing.T) {
	h := &handler{}
	text := strings.Repeat("ä😀\"\\", 50_000)
	client, err := api.NewClient(drive.Serve(t, api.New(h)))
	require.NoError(t, err)
	require.NoError(t, client.PostNote(t.Context(), api.PostNoteRequest{Body: api.Note{Text: text}}))
	assert.Equal(t, api.Note{Text: text}, h.got)
}

func TestClient(t *testing.T) {
	h := &handler{}
	client, err := api.NewClient(drive.Serve(t, api.New(h)))
	require.NoError(t, err)
	require.NoError(t, client.PostOptional(t.Context(), api.PostOptionalRequest{}))
	assert.Equal(t, tornado.Opt[api.Note]{}, h.got)
	require.NoError(t, client.PostList(t.Context(), api.PostListRequest{}))
	assert.Equal(t, []api.Note{}, h.got)
	require.NoError(t, client.PostText(t.Context(), api.PostTextRequest{Body: "a"}))
	assert.Equal(t, "a", h.got)
	require.NoError(t, client.PostPlace(t.Context(), api.PostPlaceRequest{Body: api.PostPlaceBody{Title: "a"}}))
	assert.Equal(t, api.PostPlaceBody{Title: "a"}, h.got)
}
