package union_inheritance_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/union_inheritance/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct{ got []api.Pet }

func (h *handler) Echo(_ context.Context, req api.EchoRequest) ([]api.Pet, error) {
	h.got = req.Body
	return req.Body, nil
}

func TestChildrenAreKept(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h)) + "/echo"
	for body, want := range map[string]api.PetValue{
		`[{"kind":"cat","name":"a","indoor":true}]`:        &api.Cat{Kind: "cat", Name: "a", Indoor: tornado.Some(true)},
		`[{"kind":"dog","name":"b","size":2}]`:             &api.DogBase{Kind: "dog", Name: "b", Size: 2},
		`[{"kind":"Puppy","name":"c","size":1,"weeks":8}]`: &api.Puppy{Kind: "Puppy", Name: "c", Size: 1, Weeks: tornado.Some[int64](8)},
		`[{"kind":"Goldfish","name":"d"}]`:                 &api.Goldfish{Kind: "Goldfish", Name: "d"},
		`[{"kind":"Pet","name":"e","friend":null}]`:        &api.PetBase{Kind: "Pet", Name: "e", Friend: tornado.Nil[api.Pet]()},
		`[{"kind":"cat","name":"f","friend":{"kind":"Goldfish","name":"g"}}]`: &api.Cat{
			Kind: "cat", Name: "f", Friend: tornado.Present(api.Pet{Value: &api.Goldfish{Kind: "Goldfish", Name: "g"}}),
		},
	} {
		got := drive.Do(t, http.MethodPost, url, body)
		require.Equal(t, http.StatusOK, got.Status, "%s: %s", body, got.Body)
		assert.Equal(t, body, got.Body)
		assert.Equal(t, want, h.got[0].Value)
	}
	got := drive.Do(t, http.MethodPost, url, `[{"kind":"newt","name":"h"},{"kind":"Puppy","name":"i"}]`)
	assert.Equal(t, []string{"body /0 discriminator", "body /1/size required"}, got.Violations(t))
}

// TestPartOfTheFamily has a union of the children of a child alone.
func TestPartOfTheFamily(t *testing.T) {
	var kennel api.Kennel
	require.NoError(t, tornado.UnmarshalJSON([]byte(`{"dogs":[{"kind":"Dog","name":"a","size":1},{"kind":"Puppy","name":"b","size":2}]}`), &kennel))
	assert.IsType(t, &api.DogBase{}, kennel.Dogs[0].Value)
	assert.IsType(t, &api.Puppy{}, kennel.Dogs[1].Value)
	require.Error(t, tornado.UnmarshalJSON([]byte(`{"dogs":[{"kind":"cat","name":"a"}]}`), &kennel))
}
