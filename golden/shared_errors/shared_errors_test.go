package shared_errors_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/shared_errors/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

// handler fails with what the test sets.
type handler struct{ err error }

func (h *handler) GetPet(context.Context, api.GetPetRequest) (string, error)     { return "", h.err }
func (h *handler) DeletePet(context.Context, api.DeletePetRequest) error         { return h.err }
func (h *handler) GetOwner(context.Context, api.GetOwnerRequest) (string, error) { return "", h.err }
func (h *handler) DeleteOwner(context.Context, api.DeleteOwnerRequest) error     { return h.err }

// TestShared answers one error for two operations, whose clients get the same one, by both of its names.
func TestShared(t *testing.T) {
	h := &handler{}
	c, err := api.NewClient(drive.Serve(t, api.New(h)), client.WithRetry(0))
	require.NoError(t, err)
	for want, status := range map[tornado.ResponseError]int{
		api.Unauthorized{XRealm: "shop", Body: api.Problem{Title: "who"}}: http.StatusUnauthorized,
		api.NotFound{Body: api.Problem{Title: "no such pet"}}:             http.StatusNotFound,
		api.Conflict{}: http.StatusConflict,
		api.ProblemDefault{Status: http.StatusTeapot, Body: api.Problem{Title: "tea"}}: http.StatusTeapot,
	} {
		h.err = want
		_, err := c.GetPet(t.Context(), api.GetPetRequest{})
		assert.Equal(t, want, err)
		assert.Equal(t, want, c.DeletePet(t.Context(), api.DeletePetRequest{}))
		assert.Equal(t, status, want.StatusCode())
	}
	h.err = api.DeletePetNotFound{}
	_, err = c.GetPet(t.Context(), api.GetPetRequest{})
	var gone api.GetPetNotFound
	require.ErrorAs(t, err, &gone)
}

// TestUndeclared does not send what an operation does not declare, though others do.
func TestUndeclared(t *testing.T) {
	h := &handler{}
	c, err := api.NewClient(drive.Serve(t, api.New(h)), client.WithRetry(0))
	require.NoError(t, err)
	for _, h.err = range []error{api.Conflict{}, api.NotFound{}, api.DeleteOwnerTooManyRequests{}} {
		_, err = c.GetOwner(t.Context(), api.GetOwnerRequest{})
		var unexpected *client.UnexpectedResponse
		require.ErrorAs(t, err, &unexpected)
		assert.Equal(t, http.StatusInternalServerError, unexpected.StatusCode)
	}
	h.err = api.UnauthorizedForbidden{} // of deletePet alone: getPet has its default for it
	_, err = c.GetPet(t.Context(), api.GetPetRequest{})
	assert.Equal(t, api.ProblemDefault{Status: http.StatusInternalServerError, Body: api.Problem{Title: "Internal Server Error"}}, err)
}
