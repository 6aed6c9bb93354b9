package union_discriminator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/union_discriminator/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct{ got api.Shape }

func (h *handler) AddShape(_ context.Context, req api.AddShapeRequest) ([]api.Shape, error) {
	h.got = req.Body
	return []api.Shape{req.Body}, nil
}

func TestUnion(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h)) + "/shapes"
	for body, want := range map[string]api.Shape{
		`{"kind":"circle","radius":1}`:                                {Value: &api.Circle{Kind: "circle", Radius: 1}},
		`{"kind":"round","radius":2}`:                                 {Value: &api.Circle{Kind: "round", Radius: 2}},
		`{"kind":"square","side":3}`:                                  {Value: &api.Square{Kind: api.SquareKindSquare, Side: 3}},
		`{"kind":"line","length":4}`:                                  {Value: &api.Line{Length: tornado.Some(4.0)}},
		`{"kind":"line"}`:                                             {Value: &api.Line{}},
		`{"kind":"Group","shapes":[]}`:                                {Value: &api.Group{Kind: "Group", Shapes: []api.Shape{}}},
		`{"kind":"Group","shapes":[{"kind":"circle","radius":0.25}]}`: {Value: &api.Group{Kind: "Group", Shapes: []api.Shape{{Value: &api.Circle{Kind: "circle", Radius: 0.25}}}}},
	} {
		got := drive.Do(t, http.MethodPost, url, body)
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		assert.Equal(t, want, h.got)
		assert.Equal(t, "["+body+"]", got.Body)
	}
	require.Equal(t, http.StatusOK, drive.Do(t, http.MethodPost, url, `{"side":3,"kind":"square"}`).Status, "the discriminator may come last")
}

func TestNoMember(t *testing.T) {
	url := drive.Serve(t, api.New(&handler{})) + "/shapes"
	for body, want := range map[string][]string{
		`{"kind":"triangle"}`: {"body  discriminator"},
		`{"radius":1}`:        {"body  discriminator"},
		`[]`:                  {"body  discriminator"},
		`{"kind":"circle"}`:   {"body /radius required"},
		`{"kind":"Group","shapes":[{"kind":"x"},{"kind":"square","side":"x"}]}`: {"body /shapes/0 discriminator", "body /shapes/1/side type"},
	} {
		got := drive.Do(t, http.MethodPost, url, body)
		require.Equal(t, http.StatusUnprocessableEntity, got.Status, body)
		assert.Equal(t, want, got.Violations(t), body)
	}
}

// TestClient leaves the discriminator out: the mapping's first name is filled in.
func TestClient(t *testing.T) {
	client, err := api.NewClient(drive.Serve(t, api.New(&handler{})))
	require.NoError(t, err)
	sent := &api.Circle{Radius: 1}
	shapes, err := client.AddShape(t.Context(), api.AddShapeRequest{Body: api.Shape{Value: sent}})
	require.NoError(t, err)
	require.Equal(t, []api.Shape{{Value: &api.Circle{Kind: "circle", Radius: 1}}}, shapes)
	assert.Empty(t, sent.Kind, "what the caller holds is not changed")
	switch shape := shapes[0].Value.(type) {
	case *api.Circle:
		assert.InDelta(t, 1, shape.Radius, 0)
	default:
		assert.Fail(t, "another member")
	}
}

// TestEncodingJSON takes the way through encoding/json, which asks the same methods.
func TestEncodingJSON(t *testing.T) {
	shape := api.Shape{Value: &api.Group{Kind: "Group", Shapes: []api.Shape{{Value: &api.Line{}}}}}
	data, err := json.Marshal(map[string]api.Shape{"a": shape})
	require.NoError(t, err)
	assert.JSONEq(t, `{"a":{"kind":"Group","shapes":[{"kind":"line"}]}}`, string(data))
	var got map[string]api.Shape
	require.NoError(t, json.Unmarshal(data, &got))
	assert.Equal(t, shape, got["a"])
	require.Error(t, json.Unmarshal([]byte(`{"kind":"?"}`), &shape))
}

// TestPrinted prints a union as its JSON, also in a wrapper.
func TestPrinted(t *testing.T) {
	shape := api.Shape{Value: &api.Group{Kind: "Group"}}
	assert.Equal(t, `{"kind":"Group","shapes":[]} absent`, fmt.Sprintf("%v %v", tornado.Some(shape), tornado.Opt[api.Shape]{}))
	assert.Equal(t, "null", api.Shape{}.String())
}

func TestNothing(t *testing.T) {
	assert.Equal(t, "null", string(api.Shape{}.AppendJSON(nil)))
}
