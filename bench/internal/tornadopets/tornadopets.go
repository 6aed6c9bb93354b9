// Package tornadopets holds the handlers that the servers tornado and tornado-onloop share. Routing, decoding, validation
// and encoding are the generated package's.
package tornadopets

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/pet"
	"github.com/tornadogen/tornadogen/runtime/bench/petapi"
)

// Main serves the API of the bench on the address that is the only argument of the program, until it is interrupted.
func Main(opts ...tornado.Option) error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: %s ADDRESS", os.Args[0])
	}
	extras, err := extra.Start()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if cert, key := extra.Certificate(); cert != "" {
		return tornado.ServeTLS(ctx, os.Args[1], cert, key, petapi.New(handler{extras}), opts...)
	}
	return tornado.Serve(ctx, os.Args[1], petapi.New(handler{extras}), opts...)
}

type handler struct {
	extras *extra.Extra
}

func (h handler) GetPet(_ context.Context, req petapi.GetPetRequest) (*petapi.Pet, error) {
	h.extras.Occupy(req.PetID)
	p := sample(req.PetID)
	return &p, nil
}

func (handler) ListPets(_ context.Context, req petapi.ListPetsRequest) ([]petapi.Pet, error) {
	pets := make([]petapi.Pet, req.Limit)
	for i := range pets {
		pets[i] = sample(int64(i + 1))
	}
	return pets, nil
}

func (handler) CreatePet(_ context.Context, req petapi.CreatePetRequest) (*petapi.Pet, error) {
	return &req.Body, nil
}

func (handler) CreateOrder(_ context.Context, req petapi.CreateOrderRequest) (*petapi.Order, error) {
	return &req.Body, nil
}

func (handler) PutFile(_ context.Context, req petapi.PutFileRequest) (*petapi.Receipt, error) {
	size, err := extra.Count(req.Body)
	return &petapi.Receipt{Size: size}, err
}

// sample is pet.Sample for the generated type.
func sample(id int64) petapi.Pet {
	return petapi.Pet{
		ID:          id,
		Name:        pet.SampleName,
		Status:      pet.SampleStatus,
		Tags:        pet.SampleTags(),
		Price:       pet.SamplePrice,
		Category:    tornado.Some(petapi.Category{ID: pet.SampleCategoryID, Name: pet.SampleCategoryName}),
		Description: tornado.Some(pet.SampleDescription),
	}
}
