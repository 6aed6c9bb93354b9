package references_by_name_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/references_by_name/expected"
)

type handler struct{}

func (handler) PostPets(_ context.Context, req api.PostPetsRequest) (*api.PetPage, error) {
	return &req.Body, nil
}

func (handler) PostOwners(_ context.Context, req api.PostOwnersRequest) (*api.OwnerPage, error) {
	return &req.Body, nil
}

// One page, two kinds of items: a dynamic reference takes its meaning from who refers to the page.
func TestPages(t *testing.T) {
	url := drive.Serve(t, api.New(handler{}))
	for _, c := range []struct {
		path, body string
		status     int
	}{
		{"/pets", `{"items":[{"name":"Rex"}],"next":{"items":[]}}`, 200},
		{"/pets", `{"items":[{"id":1}]}`, 422},
		{"/pets", `{"items":[],"next":{"items":[{"id":1}]}}`, 422},
		{"/owners", `{"items":[{"id":1,"street":"Long Lane"}]}`, 200},
		{"/owners", `{"items":[{"name":"Rex"}]}`, 422},
		{"/owners", `{"items":[{"id":1,"street":"A street that is too long"}]}`, 422},
	} {
		got := drive.Do(t, http.MethodPost, url+c.path, c.body, "Content-Type", "application/json")
		assert.Equal(t, c.status, got.Status, "%s %s: %s", c.path, c.body, got.Body)
		if c.status == http.StatusOK {
			assert.JSONEq(t, c.body, got.Body)
		}
	}
}
