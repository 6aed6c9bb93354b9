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
	"github.com/tornadogen/tornadogen/runtime/bench/internal/order"
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
	log.Fatal(extra.ListenAndServe(os.Args[1], petapi.Handler(petapi.NewStrictHandler(handler{extras}, nil))))
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
	h.extras.Occupy(req.PetId)
	return petapi.GetPet200JSONResponse(sample(req.PetId)), nil
}

func (handler) ListPets(_ context.Context, req petapi.ListPetsRequestObject) (petapi.ListPetsResponseObject, error) {
	if limit := req.Params.Limit; limit < 1 || limit > pet.MaxList {
		return petapi.ListPetsdefaultApplicationProblemPlusJSONResponse{
			Body:       problem("limit must be 1 to 100"),
			StatusCode: http.StatusUnprocessableEntity,
		}, nil
	}
	pets := make(petapi.ListPets200JSONResponse, req.Params.Limit)
	for i := range pets {
		pets[i] = sample(int64(i + 1))
	}
	return pets, nil
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

func (handler) CreateOrder(_ context.Context, req petapi.CreateOrderRequestObject) (petapi.CreateOrderResponseObject, error) {
	if err := validateOrder(req.Body); err != nil {
		return petapi.CreateOrderdefaultApplicationProblemPlusJSONResponse{
			Body:       problem(err.Error()),
			StatusCode: http.StatusUnprocessableEntity,
		}, nil
	}
	return petapi.CreateOrder201JSONResponse(*req.Body), nil
}

func (handler) PutFile(_ context.Context, req petapi.PutFileRequestObject) (petapi.PutFileResponseObject, error) {
	size, err := extra.Count(req.Body)
	return petapi.PutFile200JSONResponse{Size: size}, err
}

// sample is pet.Sample for the generated type.
func sample(id int64) petapi.Pet {
	description := pet.SampleDescription
	return petapi.Pet{
		Id:          id,
		Name:        pet.SampleName,
		Status:      pet.SampleStatus,
		Tags:        pet.SampleTags(),
		Price:       pet.SamplePrice,
		Category:    &petapi.Category{Id: pet.SampleCategoryID, Name: pet.SampleCategoryName},
		Description: &description,
	}
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

// validateOrder is order.Order.Validate for the generated type.
func validateOrder(o *petapi.Order) error {
	switch {
	case o.Id < 1:
		return errors.New("id must be at least 1")
	case len(o.Lines) < 1 || len(o.Lines) > order.MaxLines:
		return errors.New("lines must be an array of 1 to 1000 items")
	case o.Note != nil && !pet.Length(*o.Note, 0, order.MaxNote):
		return errors.New("note must have at most 256 characters")
	}
	for i := range o.Lines {
		if err := validateLine(&o.Lines[i]); err != nil {
			return err
		}
	}
	b := o.Buyer
	switch {
	case b == nil:
		return nil
	case !pet.Length(b.Name, 1, order.MaxName):
		return errors.New("name must have 1 to 64 characters")
	case !pet.Length(b.Address.Street, 1, order.MaxStreet) || !pet.Length(b.Address.City, 1, order.MaxCity):
		return errors.New("street and city must have 1 to 128 and 1 to 64 characters")
	case !b.Address.Country.Valid():
		return errors.New("country must be DE, FR, GB, PL or US")
	}
	return nil
}

func validateLine(l *petapi.Line) error {
	switch {
	case !pet.Length(l.Sku, 1, order.MaxSKU):
		return errors.New("sku must have 1 to 32 characters")
	case l.Count < 1 || l.Count > order.MaxCount:
		return errors.New("count must be 1 to 1000")
	case l.Price < 0:
		return errors.New("price must not be negative")
	case l.Options == nil:
		return nil
	case len(*l.Options) > order.MaxOptions:
		return errors.New("options must be an array of at most 8 items")
	}
	for i := range *l.Options {
		if c := &(*l.Options)[i]; !pet.Length(c.Name, 1, order.MaxChoice) || !pet.Length(c.Value, 0, order.MaxValue) {
			return errors.New("an option must have a name of 1 to 32 characters and a value of at most 64")
		}
	}
	return nil
}
