// Command goa serves the API of the bench with what goa generates, on goa's own muxer: its only argument is the address.
// Validation is goa's own. The package design says in goa's language what openapi.yaml says.
package main

import (
	"context"
	"io"
	"log"
	"os"

	goahttp "goa.design/goa/v3/http"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/pet"
	"github.com/tornadogen/tornadogen/runtime/bench/servers/goa/gen/bench"
	"github.com/tornadogen/tornadogen/runtime/bench/servers/goa/gen/http/bench/server"
)

//go:generate go run goa.design/goa/v3/cmd/goa gen github.com/tornadogen/tornadogen/runtime/bench/servers/goa/design
//go:generate rm -r gen/http/cli gen/http/bench/client gen/bench/client.go gen/http/openapi.json gen/http/openapi.yaml gen/http/openapi3.json gen/http/openapi3.yaml

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: goa ADDRESS")
	}
	extras, err := extra.Start()
	if err != nil {
		log.Fatal(err)
	}
	mux := goahttp.NewMuxer()
	server.New(bench.NewEndpoints(service{extras}), mux, goahttp.RequestDecoder, goahttp.ResponseEncoder, nil, nil).Mount(mux)
	log.Fatal(extra.ListenAndServe(os.Args[1], mux))
}

type service struct {
	extras *extra.Extra
}

func (s service) GetPet(_ context.Context, req *bench.GetPetPayload) (*bench.Pet, error) {
	s.extras.Occupy(req.PetID)
	return sample(req.PetID), nil
}

func (service) ListPets(_ context.Context, req *bench.ListPetsPayload) ([]*bench.Pet, error) {
	pets := make([]*bench.Pet, req.Limit)
	for i := range pets {
		pets[i] = sample(int64(i + 1))
	}
	return pets, nil
}

func (service) CreatePet(_ context.Context, req *bench.Pet) (*bench.Pet, error) {
	return req, nil
}

func (service) CreateOrder(_ context.Context, req *bench.Order) (*bench.Order, error) {
	return req, nil
}

func (service) PutFile(_ context.Context, body io.ReadCloser) (*bench.Receipt, error) {
	size, err := extra.Count(body)
	return &bench.Receipt{Size: size}, err
}

// sample is pet.Sample for the generated type.
func sample(id int64) *bench.Pet {
	description := pet.SampleDescription
	return &bench.Pet{
		ID:          id,
		Name:        pet.SampleName,
		Status:      pet.SampleStatus,
		Tags:        pet.SampleTags(),
		Price:       pet.SamplePrice,
		Category:    &bench.Category{ID: pet.SampleCategoryID, Name: pet.SampleCategoryName},
		Description: &description,
	}
}
