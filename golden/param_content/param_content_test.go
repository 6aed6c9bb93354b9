package param_content_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

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

func (h *handler) Whole(context.Context, api.WholeRequest) error { return nil }

func TestContent(t *testing.T) {
	h := &handler{}
	base := drive.Serve(t, api.New(h))
	want := api.SearchRequest{Filter: api.Filter{Name: "a&b"}, XHint: tornado.Some(api.Filter{Name: "c, d"})}
	texts := want
	texts.Code, texts.XSize, texts.Mail, texts.Any = tornado.Some("ab"), tornado.Some(api.SearchXSize2), tornado.Some("a, c"), tornado.Some("a, b")
	texts.Day, texts.Mark = tornado.Some(tornado.Date{Year: 2020, Month: time.May, Day: 4}), tornado.Some("abc")
	query := "/search?filter=" + url.QueryEscape(`{"name":"a&b"}`)
	got := drive.Do(t, http.MethodGet, base+query, "", "X-Hint", `{"name":"c, d"}`)
	require.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, want, h.got)

	client, err := api.NewClient(base)
	require.NoError(t, err)
	h.got = api.SearchRequest{}
	for _, sent := range []api.SearchRequest{want, texts} {
		require.NoError(t, client.Search(t.Context(), sent))
		assert.Equal(t, sent, h.got)
	}
}

func TestFaults(t *testing.T) {
	base := drive.Serve(t, api.New(&handler{})) + "/search"
	assert.Equal(t, []string{"query filter required"}, drive.Do(t, http.MethodGet, base, "").Violations(t))
	assert.Equal(t, []string{"query filter/name minLength"}, drive.Do(t, http.MethodGet, base+"?filter=%7B%22name%22:%22%22%7D", "").Violations(t))
	cut := drive.Do(t, http.MethodGet, base+"?filter=%7B", "")
	assert.Equal(t, http.StatusBadRequest, cut.Status)
	assert.Contains(t, cut.Body, `parameter \"filter\": is not valid JSON, offset 1: unexpected end of the text"`)
}

func TestText(t *testing.T) {
	base := drive.Serve(t, api.New(&handler{}))
	search := base + "/search?filter=%7B%22name%22:%22a%22%7D"
	for query, want := range map[string][]string{
		"&code=abc":    {"query code maxLength"},
		"&code=A":      {"query code pattern"},
		"&day=today":   {"query day format"},
		"&mail=a,%20b": {"query mail not"},
	} {
		assert.Equal(t, want, drive.Do(t, http.MethodGet, search+query, "").Violations(t), query)
	}
	assert.Equal(t, http.StatusNoContent, drive.Do(t, http.MethodGet, search+"&code=ab&mail=a,b", "").Status)
	assert.Equal(t, []string{"header X-Size enum"}, drive.Do(t, http.MethodGet, search, "", "X-Size", "3").Violations(t))
	assert.Equal(t, []string{"query all maxLength"}, drive.Do(t, http.MethodGet, base+"/whole?four", "").Violations(t))
	assert.Equal(t, []string{"query all not"}, drive.Do(t, http.MethodGet, base+"/whole?no", "").Violations(t))
	assert.Equal(t, http.StatusNoContent, drive.Do(t, http.MethodGet, base+"/whole?yes", "").Status)
}
