package param_header_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/param_header/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler keeps the latest request.
type handler struct{ got any }

func (h *handler) Simple(_ context.Context, req api.SimpleRequest) error { h.got = req; return nil }

func (h *handler) SimpleExplode(_ context.Context, req api.SimpleExplodeRequest) error {
	h.got = req
	return nil
}

func TestHeaders(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h))
	client, err := api.NewClient(url)
	require.NoError(t, err)

	simple := api.SimpleRequest{XOne: tornado.Some[int64](5), XMany: []string{"a", "b%2Cc"}, XBoth: tornado.Some(api.SimpleXBoth{R: 1, G: tornado.Some("x y")})}
	got := drive.Do(t, http.MethodGet, url+"/simple", "", "x-one", "5", "X-MANY", "a, b%2Cc", "X-Both", "r,1,g,x y")
	require.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, simple, h.got)
	h.got = nil
	require.NoError(t, client.Simple(t.Context(), simple))
	assert.Equal(t, simple, h.got)

	explode := api.SimpleExplodeRequest{XMany: []string{"a"}, XBoth: tornado.Some(api.SimpleExplodeXBoth{R: -1, G: tornado.Some("x=y")})}
	got = drive.Do(t, http.MethodGet, url+"/simple-explode", "", "X-Many", "a", "X-Both", "r=-1,g=x=y")
	require.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, explode, h.got)
	require.NoError(t, client.SimpleExplode(t.Context(), explode))
	assert.Equal(t, explode, h.got)
}

func TestFaults(t *testing.T) {
	url := drive.Serve(t, api.New(&handler{}))
	got := drive.Do(t, http.MethodGet, url+"/simple", "", "X-One", "five", "X-Both", "g,x")
	require.Equal(t, http.StatusUnprocessableEntity, got.Status)
	assert.Equal(t, []string{"header X-One type", "header X-Both/r required"}, got.Violations(t))
}

// TestInexpressible cannot be sent: header fields are not percent-encoded.
func TestInexpressible(t *testing.T) {
	client, err := api.NewClient(drive.Serve(t, api.New(&handler{})))
	require.NoError(t, err)
	require.Error(t, client.Simple(t.Context(), api.SimpleRequest{XMany: []string{"a,b"}}))
	require.Error(t, client.Simple(t.Context(), api.SimpleRequest{XMany: []string{"a\r\nX-Evil: 1"}}))
}
