package defaults_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/defaults/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct {
	search api.SearchRequest
	store  api.StoreRequest
}

func (h *handler) Search(_ context.Context, req api.SearchRequest) error {
	h.search = req
	return nil
}

func (h *handler) Store(_ context.Context, req api.StoreRequest) error {
	h.store = req
	return nil
}

func TestParameters(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h)) + "/search"
	all := api.SearchRequest{
		Limit: tornado.Some[int64](20), Ratio: tornado.Some(0.5), Q: tornado.Some("all\"of`it"), Deep: tornado.Some(true),
		Sort: tornado.Some(api.SearchSortName), Since: tornado.Some(tornado.Date{Year: 2020, Month: 2, Day: 29}), Tags: []string{"a", "b"},
	}
	require.Equal(t, http.StatusNoContent, drive.Do(t, http.MethodGet, url, "").Status)
	assert.Equal(t, all, h.search)

	require.Equal(t, http.StatusNoContent, drive.Do(t, http.MethodGet, url+"?limit=0&ratio=0&q=&deep=false&sort=age&since=2021-01-01&tags=c", "").Status)
	assert.Equal(t, api.SearchRequest{
		Limit: tornado.Some[int64](0), Ratio: tornado.Some(0.0), Q: tornado.Some(""), Deep: tornado.Some(false),
		Sort: tornado.Some(api.SearchSortAge), Since: tornado.Some(tornado.Date{Year: 2021, Month: 1, Day: 1}), Tags: []string{"c"},
	}, h.search)
}

func TestBody(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h)) + "/search"
	for body, want := range map[string]api.StoreBody{
		`{}`:                    {Size: tornado.Some[int64](3), Name: tornado.Some("x")},
		`{"size":0}`:            {Size: tornado.Some[int64](0), Name: tornado.Some("x")},
		`{"name":"","size":-1}`: {Size: tornado.Some[int64](-1), Name: tornado.Some("")},
	} {
		require.Equal(t, http.StatusNoContent, drive.Do(t, http.MethodPost, url, body).Status)
		assert.Equal(t, want, h.store.Body)
	}
}
