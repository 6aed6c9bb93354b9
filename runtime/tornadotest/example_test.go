package tornadotest_test

import (
	"context"
	"errors"
	"testing"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/runtime/tornadotest"
)

// shop answers the operations of a small API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

func (shop) GetPet(_ context.Context, req petapi.GetPetRequest) (*petapi.Pet, error) {
	if req.Name != "mia" {
		return nil, petapi.GetPetNotFound{Body: petapi.Problem{Title: "no such pet"}}
	}
	return &petapi.Pet{Name: req.Name}, nil
}

func Example() {
	_ = func(t *testing.T) { // func TestGetPet(t *testing.T)
		server := tornadotest.Serve(t, petapi.New(shop{}))
		c := tornadotest.NewClient(server, petapi.NewClient)
		pet, err := c.GetPet(t.Context(), petapi.GetPetRequest{Name: "mia"})
		if err != nil || pet.Name != "mia" {
			t.Errorf("got %v, %v", pet, err)
		}
		_, err = c.GetPet(t.Context(), petapi.GetPetRequest{Name: "leo"})
		if gone := (petapi.GetPetNotFound{}); !errors.As(err, &gone) {
			t.Errorf("got %v, want that there is no such pet", err)
		}
	}
}
