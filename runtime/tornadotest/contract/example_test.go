package contract_test

import (
	"context"
	"testing"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/runtime/tornadotest/contract"
)

// shop answers the operations of a small API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

func (shop) GetPet(_ context.Context, req petapi.GetPetRequest) (*petapi.Pet, error) {
	return &petapi.Pet{Name: req.Name}, nil
}

func Example() {
	_ = func(t *testing.T) { // func TestContract(t *testing.T)
		contract.Test(t, petapi.New(shop{}), contract.WithValues("getPet.name", "mia"))
	}
}
