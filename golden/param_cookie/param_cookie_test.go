package param_cookie_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/param_cookie/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler keeps the latest request.
type handler struct{ got any }

func (h *handler) Form(_ context.Context, req api.FormRequest) error { h.got = req; return nil }

func (h *handler) FormJoined(_ context.Context, req api.FormJoinedRequest) error {
	h.got = req
	return nil
}

func (h *handler) FormExplode(_ context.Context, req api.FormExplodeRequest) error {
	h.got = req
	return nil
}

func TestCookies(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h))
	client, err := api.NewClient(url)
	require.NoError(t, err)
	five := tornado.Some[int64](5)

	got := drive.Do(t, http.MethodGet, url+"/form", "", "Cookie", "other=x; one=5; last=y")
	require.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, api.FormRequest{One: five}, h.got)
	require.NoError(t, client.FormExplode(t.Context(), api.FormExplodeRequest{One: five}))
	assert.Equal(t, api.FormExplodeRequest{One: five}, h.got)

	want := api.FormJoinedRequest{One: five, Many: []string{"a", "b;c,d"}, Both: tornado.Some(api.FormJoinedBoth{R: 1, G: tornado.Some("ä")})}
	got = drive.Do(t, http.MethodGet, url+"/form-joined", "", "Cookie", "one=5; many=a,b%3Bc%2Cd; both=r,1,g,%C3%A4")
	require.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, want, h.got)
	h.got = nil
	require.NoError(t, client.FormJoined(t.Context(), want))
	assert.Equal(t, want, h.got)

	got = drive.Do(t, http.MethodGet, url+"/form", "", "Cookie", "one=x")
	assert.Equal(t, []string{"cookie one type"}, got.Violations(t))
}
