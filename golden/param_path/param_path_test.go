package param_path_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/param_path/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler keeps the latest request.
type handler struct{ got any }

func (h *handler) Simple(_ context.Context, req api.SimpleRequest) error { h.got = req; return nil }

func (h *handler) Label(_ context.Context, req api.LabelRequest) error { h.got = req; return nil }

func (h *handler) Matrix(_ context.Context, req api.MatrixRequest) error { h.got = req; return nil }

func (h *handler) SimpleExplode(_ context.Context, req api.SimpleExplodeRequest) error {
	h.got = req
	return nil
}

func (h *handler) LabelExplode(_ context.Context, req api.LabelExplodeRequest) error {
	h.got = req
	return nil
}

func (h *handler) MatrixExplode(_ context.Context, req api.MatrixExplodeRequest) error {
	h.got = req
	return nil
}

var (
	many = []string{"a", "b,c", "d/e.f;g"}
	both = tornado.Some("ä=&")
)

// TestStyles sends what OpenAPI shows for each style, and what a client makes of the same values.
func TestStyles(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h))
	client, err := api.NewClient(url)
	require.NoError(t, err)
	for path, want := range map[string]any{
		"/simple/5/a,b%2Cc,d%2Fe.f;g/r,1,g,%C3%A4%3D%26":                    api.SimpleRequest{One: 5, Many: many, Both: api.SimpleBoth{R: 1, G: both}},
		"/simple-explode/a,b%2Cc,d%2Fe.f;g/r=1,g=%C3%A4%3D%26":              api.SimpleExplodeRequest{Many: many, Both: api.SimpleExplodeBoth{R: 1, G: both}},
		"/label/.5/.a,b%2Cc,d%2Fe.f;g/.r,1,g,%C3%A4%3D%26":                  api.LabelRequest{One: 5, Many: many, Both: api.LabelBoth{R: 1, G: both}},
		"/label-explode/.a.b%2Cc.d%2Fe%2Ef;g/.r=1.g=%C3%A4%3D%26":           api.LabelExplodeRequest{Many: many, Both: api.LabelExplodeBoth{R: 1, G: both}},
		"/matrix/;one=5/;many=a,b%2Cc,d%2Fe.f%3Bg/;both=r,1,g,%C3%A4%3D%26": api.MatrixRequest{One: 5, Many: many, Both: api.MatrixBoth{R: 1, G: both}},
		"/matrix-explode/;many=a;many=b%2Cc;many=d%2Fe.f%3Bg/;r=1;g=%C3%A4%3D%26": api.MatrixExplodeRequest{
			Many: many, Both: api.MatrixExplodeBoth{R: 1, G: both},
		},
	} {
		got := drive.Do(t, http.MethodGet, url+path, "")
		require.Equal(t, http.StatusNoContent, got.Status, path+": "+got.Body)
		assert.Equal(t, want, h.got, path)
		h.got = nil
		require.NoError(t, send(t.Context(), client, want))
		assert.Equal(t, want, h.got, "what the client sends")
	}
}

func send(ctx context.Context, c *api.Client, req any) error {
	switch req := req.(type) {
	case api.SimpleRequest:
		return c.Simple(ctx, req)
	case api.SimpleExplodeRequest:
		return c.SimpleExplode(ctx, req)
	case api.LabelRequest:
		return c.Label(ctx, req)
	case api.LabelExplodeRequest:
		return c.LabelExplode(ctx, req)
	case api.MatrixRequest:
		return c.Matrix(ctx, req)
	case api.MatrixExplodeRequest:
		return c.MatrixExplode(ctx, req)
	}
	panic("no such request")
}

func TestFaults(t *testing.T) {
	url := drive.Serve(t, api.New(&handler{}))
	for path, want := range map[string][]string{
		"/simple/x/a/g,x":                    {"path one type", "path both/r required"},
		"/simple/1/a/r,x":                    {"path both/r type"},
		"/label/5/.a/.r,1":                   {"path one type"},
		"/matrix/;one=1.5/;many=a/;both=r,1": {"path one type"},
	} {
		got := drive.Do(t, http.MethodGet, url+path, "")
		require.Equal(t, http.StatusUnprocessableEntity, got.Status, path+": "+got.Body)
		assert.Equal(t, want, got.Violations(t), path)
	}
	assert.Equal(t, http.StatusBadRequest, drive.Do(t, http.MethodGet, url+"/simple/1/%FF/r,1", "").Status)
	assert.Equal(t, http.StatusNotFound, drive.Do(t, http.MethodGet, url+"/simple/1", "").Status)
}
