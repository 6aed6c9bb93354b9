package openapi32_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/openapi32/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler answers with what it was asked for.
type handler struct {
	api.UnimplementedNotesHandler
	called string
}

func (*handler) SearchNotes(_ context.Context, req api.SearchNotesRequest) ([]api.Note, error) {
	return []api.Note{{Text: req.Body.Text}}, nil
}

func (h *handler) LinkNotes(context.Context, api.LinkNotesRequest) error {
	h.called = "LINK"
	return nil
}

func (h *handler) PurgeNotes(context.Context, api.PurgeNotesRequest) error {
	h.called = "Purge"
	return nil
}

type auth struct{}

func (auth) Device(ctx context.Context, _ tornado.Bearer) (context.Context, error) { return ctx, nil }

func (auth) Old(ctx context.Context, _ tornado.Basic) (context.Context, error) { return ctx, nil }

// TestMethods calls operations of methods that earlier versions do not have, each in the capitals of the document.
func TestMethods(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h, auth{}))
	c, err := api.NewClient(url, api.WithDevice("t"), api.WithOld("ann", "secret")) //nolint:staticcheck // a scheme that is deprecated still works
	require.NoError(t, err)

	got := drive.Do(t, "QUERY", url+"/notes", `{"text":""}`, "Authorization", "Bearer t")
	assert.Equal(t, []string{"body /text minLength"}, got.Violations(t))
	notes, err := c.SearchNotes(t.Context(), api.SearchNotesRequest{Body: api.SearchNotesBody{Text: "a"}})
	require.NoError(t, err)
	assert.Equal(t, []api.Note{{Text: "a"}}, notes)

	assert.Equal(t, http.StatusUnauthorized, drive.Do(t, "LINK", url+"/notes", "").Status, "the scheme is named by a reference")
	require.NoError(t, c.LinkNotes(t.Context(), api.LinkNotesRequest{}))
	assert.Equal(t, "LINK", h.called)
	require.NoError(t, c.PurgeNotes(t.Context(), api.PurgeNotesRequest{}))
	assert.Equal(t, "Purge", h.called)
	got = drive.Do(t, "PURGE", url+"/notes", "")
	assert.Equal(t, http.StatusNotImplemented, got.Status, "a method is compared with its capitals")
}

// TestDefaultMapping takes the default member for a discriminator that selects nothing, or is not there.
func TestDefaultMapping(t *testing.T) {
	for text, want := range map[string]api.MarkValue{
		`{"kind":"star","count":3}`:  &api.Star{Kind: api.StarKindStar, Count: 3},
		`{"kind":"moon","text":"a"}`: &api.OtherMark{Kind: tornado.Some("moon"), Text: tornado.Some("a")},
		`{"text":"a"}`:               &api.OtherMark{Text: tornado.Some("a")},
		`{"kind":"OtherMark"}`:       &api.OtherMark{Kind: tornado.Some("OtherMark")},
	} {
		var mark api.Mark
		require.NoError(t, json.Unmarshal([]byte(text), &mark), text)
		assert.Equal(t, want, mark.Value, text)
		again, err := json.Marshal(mark)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(again))
	}
	var mark api.Mark
	require.ErrorContains(t, json.Unmarshal([]byte(`{"kind":"star"}`), &mark), "count")
}
