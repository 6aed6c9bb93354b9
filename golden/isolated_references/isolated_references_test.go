package isolated_references_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/isolated_references/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) PutPet(_ context.Context, req api.PutPetRequest) (tornado.Blob, error) {
	body := req.Body.Or(tornado.Upload{ContentType: "text/plain", Reader: strings.NewReader(req.PetID)})
	data, err := io.ReadAll(body)
	return tornado.Blob{ContentType: body.ContentType, Data: data}, err
}

func (handler) PostOwners(_ context.Context, req api.PostOwnersRequest) (*api.PostOwnersDefault, error) {
	data, err := io.ReadAll(req.Body.Value())
	return &api.PostOwnersDefault{StatusCode: http.StatusAccepted, Body: tornado.Blob{ContentType: req.Body.Value().ContentType, Data: data}}, err
}

func (handler) ListShelters(context.Context, api.ListSheltersRequest) error { return nil }

func (handler) PostWrong(context.Context, api.PostWrongRequest) error { return nil }

// What a reference that names nothing was to say is taken as anything; what is known all around it is held to.
func TestOperationsAreServed(t *testing.T) {
	url := drive.Serve(t, api.New(handler{}))
	for _, c := range []struct {
		method, path, send, mediaType string
		status                        int
		want                          string
	}{
		{http.MethodPut, "/pets/7", "", "", 200, "7"},
		{http.MethodPut, "/pets/7", "<pet/>", "application/xml", 200, "<pet/>"},
		{http.MethodPost, "/owners", "x", "text/csv", 202, "x"},
		{http.MethodGet, "/shelters", "", "", 204, ""},
		{http.MethodPost, "/wrong", `{"kind": [1], "never": 1, "union": 5, "list": [1]}`, "application/json", 204, ""},
		{http.MethodPost, "/wrong", `{"never": 1}`, "application/json", 422, ""},
		{http.MethodPost, "/wrong", `{"kind": 1, "list": ["a"]}`, "application/json", 422, ""},
	} {
		got := drive.Do(t, c.method, url+c.path, c.send, "Content-Type", c.mediaType)
		assert.Equal(t, c.status, got.Status, "%s %s %s: %s", c.method, c.path, c.send, got.Body)
		if c.status < http.StatusBadRequest {
			assert.Equal(t, c.want, got.Body)
		}
	}
}
