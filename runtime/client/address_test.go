package client_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	pages "github.com/tornadogen/tornadogen/golden/pages/expected"
	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/runtime/client"
	"github.com/tornadogen/tornadogen/runtime/internal/operation"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
)

// TestURL: the address of a call, which is not sent, without what is secret.
func TestURL(t *testing.T) {
	t.Parallel()
	sent := 0
	nobody := client.WithHTTPClient(&http.Client{Transport: transportFunc(func(*http.Request) (*http.Response, error) {
		sent++
		return nil, errors.New("it was sent")
	})})
	c, err := petapi.NewClient("https://ann:secret@pets.example:8443/v1/", nobody)
	require.NoError(t, err)
	at, err := client.URL(t.Context(), func(ctx context.Context) error {
		_, err := c.GetPet(ctx, petapi.GetPetRequest{Name: "a/b c"})
		require.Error(t, err)
		return err
	})
	require.NoError(t, err)
	assert.Equal(t, "https://pets.example:8443/v1/pets/a%2Fb%20c", at.String())

	secured := getPet
	secured.Security = []operation.Requirement{{Uses: []operation.SchemeUse{{Scheme: "key"}}}}
	own, err := client.New("http://pets.example", nobody, client.WithCredential("key", client.APIKey(param.InQuery, "key", "secret")))
	require.NoError(t, err)
	at, err = client.URL(t.Context(), func(ctx context.Context) error {
		call := own.Call(ctx, &secured)
		call.Path("petId", param.Simple).String("7")
		call.Query("limit", param.FormExplode).Int64(10)
		_, err := call.Open()
		return err
	})
	require.NoError(t, err)
	assert.Equal(t, "http://pets.example/pets/7?limit=10", at.String())

	listed, err := pages.NewClient("http://pets.example", nobody)
	require.NoError(t, err)
	at, err = client.URL(t.Context(), func(ctx context.Context) error {
		for _, err := range listed.ListByPageAll(ctx, pages.ListByPageRequest{}) {
			return err
		}
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, "pets.example", at.Host)

	_, err = client.URL(t.Context(), func(ctx context.Context) error {
		_, err := own.Call(ctx, &getPet).Do()
		return err
	})
	require.ErrorContains(t, err, "petId", "a path that lacks a parameter is wrong itself")
	_, err = client.URL(t.Context(), func(context.Context) error { return nil })
	require.ErrorContains(t, err, "no call was made")
	assert.Zero(t, sent)
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
