package body_parameters_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/body_parameters/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
)

type handler struct{}

func (handler) PutThing(_ context.Context, req api.PutThingRequest) (*api.Second, error) {
	switch thing := req.Body.Value.(type) {
	case *api.First:
		if thing.Name == "used" {
			return nil, api.PutThingConflict{Body: "in use"}
		}
		return &api.Second{Title: thing.Name}, nil
	case *api.Second:
		return thing, nil
	}
	return nil, nil
}

// TestBodyIsWhatOneOfThemSays sends bodies of each media type: a charset tells nothing apart.
func TestBodyIsWhatOneOfThemSays(t *testing.T) {
	url := drive.Serve(t, api.New(handler{}))
	for _, body := range []string{`{"name":"a"}`, `{"title":"a"}`} {
		for _, media := range []string{"application/json", "application/json; v=2", "application/json; charset=us-ascii", "application/json;charset=utf-8"} {
			got := drive.Do(t, http.MethodPut, url+"/things", body, "Content-Type", media)
			assert.Equal(t, 200, got.Status, "%s %s %s", body, media, got.Body)
			assert.JSONEq(t, `{"title":"a"}`, got.Body)
		}
	}
	got := drive.Do(t, http.MethodPut, url+"/things", `{"title":"too long"}`, "Content-Type", "application/json; v=2")
	assert.Equal(t, 422, got.Status, got.Body)

	c, err := api.NewClient(url)
	require.NoError(t, err)
	_, err = c.PutThing(t.Context(), api.PutThingRequest{Body: api.PutThingBody{Value: &api.First{Name: "used"}}})
	var conflict api.PutThingConflict
	require.ErrorAs(t, err, &conflict)
	assert.Equal(t, "in use", conflict.Body)
}
