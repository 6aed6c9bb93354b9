package param_query_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/param_query/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler keeps the latest request.
type handler struct{ got any }

func (h *handler) Form(_ context.Context, req api.FormRequest) error { h.got = req; return nil }

func (h *handler) FormObject(_ context.Context, req api.FormObjectRequest) error {
	h.got = req
	return nil
}

func (h *handler) FormJoined(_ context.Context, req api.FormJoinedRequest) error {
	h.got = req
	return nil
}

func (h *handler) Space(_ context.Context, req api.SpaceRequest) error { h.got = req; return nil }

func (h *handler) Pipe(_ context.Context, req api.PipeRequest) error { h.got = req; return nil }

func (h *handler) SpaceExplode(_ context.Context, req api.SpaceExplodeRequest) error {
	h.got = req
	return nil
}

func (h *handler) PipeExplode(_ context.Context, req api.PipeExplodeRequest) error {
	h.got = req
	return nil
}

func (h *handler) Deep(_ context.Context, req api.DeepRequest) error { h.got = req; return nil }

var many = []string{"a", "b,c", "d&e=f+g"}

// TestStyles sends what OpenAPI shows for each style, and what a client makes of the same values.
func TestStyles(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h))
	client, err := api.NewClient(url)
	require.NoError(t, err)
	one, g := tornado.Some[int64](5), tornado.Some("ä;&")
	for path, want := range map[string]any{
		"/form": api.FormRequest{},
		"/form?one=5&many=a&many=b%2Cc&many=d%26e%3Df%2Bg": api.FormRequest{One: one, Many: many},
		"/form-object":                  api.FormObjectRequest{},
		"/form-object?r=1&g=%C3%A4;%26": api.FormObjectRequest{Both: tornado.Some(api.FormObjectBoth{R: 1, G: g})},
		"/form-joined?one=5&many=a,b%2Cc,d%26e%3Df%2Bg&both=r,1,g,%C3%A4;%26": api.FormJoinedRequest{
			One: one, Many: many, Both: tornado.Some(api.FormJoinedBoth{R: 1, G: g}),
		},
		"/space?many=a%20b,c%20d%26e%3Df%2Bg":               api.SpaceRequest{Many: many},
		"/pipe?many=a%7Cb,c%7Cd%26e%3Df%2Bg":                api.PipeRequest{Many: many},
		"/space-explode?many=a&many=b,c&many=d%26e%3Df%2Bg": api.SpaceExplodeRequest{Many: many},
		"/pipe-explode?many=a&many=b,c&many=d%26e%3Df%2Bg":  api.PipeExplodeRequest{Many: many},
		"/deep":                                  api.DeepRequest{},
		"/deep?both%5Br%5D=1&both[g]=%C3%A4;%26": api.DeepRequest{Both: tornado.Some(api.DeepBoth{R: 1, G: g})},
	} {
		got := drive.Do(t, http.MethodGet, url+path, "")
		require.Equal(t, http.StatusNoContent, got.Status, path+": "+got.Body)
		assert.Equal(t, want, h.got, path)
		h.got = nil
		require.NoError(t, send(t.Context(), client, want), path)
		assert.Equal(t, want, h.got, "what the client sends")
	}
}

func send(ctx context.Context, c *api.Client, req any) error {
	switch req := req.(type) {
	case api.FormRequest:
		return c.Form(ctx, req)
	case api.FormObjectRequest:
		return c.FormObject(ctx, req)
	case api.FormJoinedRequest:
		return c.FormJoined(ctx, req)
	case api.SpaceRequest:
		return c.Space(ctx, req)
	case api.PipeRequest:
		return c.Pipe(ctx, req)
	case api.SpaceExplodeRequest:
		return c.SpaceExplode(ctx, req)
	case api.PipeExplodeRequest:
		return c.PipeExplode(ctx, req)
	case api.DeepRequest:
		return c.Deep(ctx, req)
	}
	panic("no such request")
}

func TestFaults(t *testing.T) {
	url := drive.Serve(t, api.New(&handler{}))
	for path, want := range map[string][]string{
		"/form?one=":               {"query one type"},
		"/form?one=1&one=2":        {"query one type"},
		"/form-object?g=x":         {"query r required"},
		"/form-joined?both=g,x":    {"query both/r required"},
		"/form-joined?many=a&many": {"query many type"},
		"/deep?both%5Bg%5D=x":      {"query both[r] required"},
	} {
		got := drive.Do(t, http.MethodGet, url+path, "")
		require.Equal(t, http.StatusUnprocessableEntity, got.Status, path+": "+got.Body)
		assert.Equal(t, want, got.Violations(t), path)
	}
	assert.Equal(t, http.StatusBadRequest, drive.Do(t, http.MethodGet, url+"/form?many=%zz", "").Status)
}
