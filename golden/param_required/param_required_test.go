package param_required_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/param_required/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct{ got api.SearchRequest }

func (h *handler) Search(_ context.Context, req api.SearchRequest) error {
	h.got = req
	return nil
}

func TestPresence(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h)) + "/search"
	got := drive.Do(t, http.MethodGet, url+"?must=a&list=1&list=2", "", "X-Must", "3", "Cookie", "sid=4")
	require.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, api.SearchRequest{Must: "a", List: []int64{1, 2}, XMust: 3, Sid: "4"}, h.got)
	got = drive.Do(t, http.MethodGet, url+"?list=1&may=&must=+", "", "X-Must", "3", "Cookie", "sid=")
	require.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, api.SearchRequest{Must: " ", May: tornado.Some(""), List: []int64{1}, XMust: 3}, h.got)
}

// TestAllFaultsAreTold finds every fault of a request at once.
func TestAllFaultsAreTold(t *testing.T) {
	url := drive.Serve(t, api.New(&handler{})) + "/search"
	got := drive.Do(t, http.MethodGet, url, "")
	require.Equal(t, http.StatusUnprocessableEntity, got.Status)
	assert.Equal(t, "application/problem+json", got.Header.Get("Content-Type"))
	assert.Equal(t, []string{"query must required", "query list required", "header X-Must required", "cookie sid required"}, got.Violations(t))
	got = drive.Do(t, http.MethodGet, url+"?must=&list=1&list=1&list=-1&gone=yes", "", "X-Must", "x", "Cookie", "sid=1")
	assert.ElementsMatch(t, []string{
		"query must minLength", "query list/2 minimum", "query list maxItems", "query list uniqueItems", "query gone type", "header X-Must type",
	}, got.Violations(t))
}
