// Command oapicodegen serves the API of the bench with the strict server that oapi-codegen generates, on the router of the
// standard library: its only argument is the address. oapi-codegen generates no validation, so the handlers check by hand
// what the document demands; its own middleware for that interprets the document at each request and would cost more.
package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/pet"
	"github.com/tornadogen/tornadogen/runtime/bench/servers/oapicodegen/petapi"
)

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config oapi-codegen.yaml ../../openapi.yaml

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: oapicodegen ADDRESS")
	}
	extras, err := extra.Start()
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(os.Args[1], petapi.Handler(petapi.NewStrictHandler(handler{extras}, nil))))
}

type handler struct {
	extras *extra.Extra
}

func (h handler) GetPet(_ context.Context, req petapi.GetPetRequestObject) (petapi.GetPetResponseObject, error) {
	if req.PetId < 1 {
		return petapi.GetPetdefaultApplicationProblemPlusJSONResponse{
			Body:       problem("petId must be at least 1"),
			StatusCode: http.StatusUnprocessableEntity,
		}, nil
	}
	h.extras.Sleep(req.PetId)
	description := pet.SampleDescription
	return petapi.GetPet200JSONResponse{
		Id:          req.PetId,
		Name:        pet.SampleName,
		Status:      pet.SampleStatus,
		Tags:        pet.SampleTags(),
		Price:       pet.SamplePrice,
		Category:    &petapi.Category{Id: pet.SampleCategoryID, Name: pet.SampleCategoryName},
		Description: &description,
	}, nil
}

func (handler) CreatePet(_ context.Context, req petapi.CreatePetRequestObject) (petapi.CreatePetResponseObject, error) {
	if err := validate(req.Body); err != nil {
		return petapi.CreatePetdefaultApplicationProblemPlusJSONResponse{
			Body:       problem(err.Error()),
			StatusCode: http.StatusUnprocessableEntity,
		}, nil
	}
	return petapi.CreatePet201JSONResponse(*req.Body), nil
}

func problem(detail string) petapi.Problem {
	return petapi.Problem{
		Title:  http.StatusText(http.StatusUnprocessableEntity),
		Status: http.StatusUnprocessableEntity,
		Detail: &detail,
	}
}

// validate is pet.Pet.Validate for the generated type.
func validate(p *petapi.Pet) error {
	switch {
	case p.Id < 1:
		return errors.New("id must be at least 1")
	case !pet.Length(p.Name, 1, pet.MaxName):
		return errors.New("name must have 1 to 64 characters")
	case !p.Status.Valid():
		return errors.New("status must be available, pending or sold")
	case p.Tags == nil || len(p.Tags) > pet.MaxTags:
		return errors.New("tags must be an array of at most 16 items")
	case p.Price < 0:
		return errors.New("price must not be negative")
	case p.Description != nil && !pet.Length(*p.Description, 0, pet.MaxDescription):
		return errors.New("description must have at most 256 characters")
	}
	for _, tag := range p.Tags {
		if !pet.Length(tag, 1, pet.MaxTag) {
			return errors.New("a tag must have 1 to 32 characters")
		}
	}
	if c := p.Category; c != nil && (c.Id < 1 || !pet.Length(c.Name, 1, pet.MaxCategoryName)) {
		return errors.New("category must have an id of at least 1 and a name of 1 to 32 characters")
	}
	return nil
}
