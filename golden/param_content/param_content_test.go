package param_content_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/param_content/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct{ got api.SearchRequest }

func (h *handler) Search(_ context.Context, req api.SearchRequest) error {
	h.got = req
	return nil
}

func TestContent(t *testing.T) {
	h := &handler{}
	base := drive.Serve(t, api.New(h))
	want := api.SearchRequest{Filter: api.Filter{Name: "a&b"}, XHint: tornado.Some(api.Filter{Name: "c, d"})}
	query := "/search?filter=" + url.QueryEscape(`{"name":"a&b"}`)
	got := drive.Do(t, http.MethodGet, base+query, "", "X-Hint", `{"name":"c, d"}`)
	require.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, want, h.got)

	client, err := api.NewClient(base)
	require.NoError(t, err)
	h.got = api.SearchRequest{}
	require.NoError(t, client.Search(t.Context(), want))
	assert.Equal(t, want, h.got)
}

func TestFaults(t *testing.T) {
	base := drive.Serve(t, api.New(&handler{})) + "/search"
	assert.Equal(t, []string{"query filter required"}, drive.Do(t, http.MethodGet, base, "").Violations(t))
	assert.Equal(t, []string{"query filter/name minLength"}, drive.Do(t, http.MethodGet, base+"?filter=%7B%22name%22:%22%22%7D", "").Violations(t))
	cut := drive.Do(t, http.MethodGet, base+"?filter=%7B", "")
	assert.Equal(t, http.StatusBadRequest, cut.Status)
	assert.Contains(t, cut.Body, `parameter \"filter\": is not valid JSON, offset 1: unexpected end of the text"`)
}
