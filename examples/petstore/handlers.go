package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/tornadogen/tornadogen/examples/petstore/petapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// shop answers every operation of the API. Its methods may block: each has a goroutine of its own.
type shop struct{ db *store }

// ListPets asks for one pet more than the page has, to know whether another page follows.
func (s *shop) ListPets(ctx context.Context, req petapi.ListPetsRequest) (*petapi.ListPetsOK, error) {
	limit := int(req.Limit.Value())
	pets, err := s.db.list(ctx, req.After.Value(), limit+1)
	if err != nil {
		return nil, err
	}
	page := &petapi.ListPetsOK{Body: pets}
	if len(pets) > limit {
		page.Body = pets[:limit]
		page.XNextAfter = tornado.Some(pets[limit-1].ID)
	}
	return page, nil
}

func (s *shop) CreatePet(ctx context.Context, req petapi.CreatePetRequest) (*petapi.CreatePetCreated, error) {
	pet, err := s.db.create(ctx, req.Body)
	if errors.Is(err, errNameTaken) {
		return nil, petapi.CreatePetConflict{Body: nameTaken(req.Body.Name)}
	}
	if err != nil {
		return nil, err
	}
	return &petapi.CreatePetCreated{Location: fmt.Sprintf("/v1/pets/%d", pet.ID), Body: pet}, nil
}

func (s *shop) FindPetsByStatus(ctx context.Context, req petapi.FindPetsByStatusRequest) ([]petapi.Pet, error) {
	return s.db.findByStatus(ctx, req.Status)
}

func (s *shop) GetPet(ctx context.Context, req petapi.GetPetRequest) (*petapi.Pet, error) {
	pet, err := s.db.get(ctx, req.PetID)
	if errors.Is(err, errNoPet) {
		return nil, petapi.GetPetNotFound{Body: noSuchPet(req.PetID)}
	}
	return &pet, err
}

func (s *shop) ReplacePet(ctx context.Context, req petapi.ReplacePetRequest) (*petapi.Pet, error) {
	pet, err := s.db.replace(ctx, req.PetID, req.Body)
	switch {
	case errors.Is(err, errNoPet):
		return nil, petapi.ReplacePetNotFound{Body: noSuchPet(req.PetID)}
	case errors.Is(err, errNameTaken):
		return nil, petapi.ReplacePetConflict{Body: nameTaken(req.Body.Name)}
	}
	return &pet, err
}

func (s *shop) DeletePet(ctx context.Context, req petapi.DeletePetRequest) error {
	err := s.db.delete(ctx, req.PetID)
	if errors.Is(err, errNoPet) {
		return petapi.DeletePetNotFound{Body: noSuchPet(req.PetID)}
	}
	return err
}

// PutPhoto looks for the pet before it reads the photo, so that a client that waits for 100 does not send it in vain; the pet may leave while
// the photo comes.
func (s *shop) PutPhoto(ctx context.Context, req petapi.PutPhotoRequest) error {
	_, err := s.db.get(ctx, req.PetID)
	if err == nil {
		err = s.storePhoto(ctx, req.PetID, req.Body)
	}
	if errors.Is(err, errNoPet) {
		return petapi.PutPhotoNotFound{Body: noSuchPet(req.PetID)}
	}
	return err
}

// storePhoto reads a photo as it comes, up to the limit of the document, and keeps it.
func (s *shop) storePhoto(ctx context.Context, id int64, photo tornado.Upload) error {
	data, err := io.ReadAll(photo)
	if err != nil {
		return err
	}
	return s.db.putPhoto(ctx, id, tornado.Blob{ContentType: photo.ContentType, Data: data})
}

func (s *shop) GetPhoto(ctx context.Context, req petapi.GetPhotoRequest) (tornado.Blob, error) {
	photo, err := s.db.photo(ctx, req.PetID)
	if errors.Is(err, errNoPet) {
		return photo, petapi.GetPhotoNotFound{Body: problem(404, fmt.Sprintf("there is no photo of a pet %d", req.PetID))}
	}
	return photo, err
}

func (s *shop) GetInventory(ctx context.Context, _ petapi.GetInventoryRequest) (map[string]int64, error) {
	return s.db.inventory(ctx)
}

func noSuchPet(id int64) petapi.Problem { return problem(404, fmt.Sprintf("there is no pet %d", id)) }

func nameTaken(name string) petapi.Problem {
	return problem(409, fmt.Sprintf("a pet named %q is there already", name))
}

func problem(status int32, title string) petapi.Problem {
	return petapi.Problem{Title: title, Status: tornado.Some(status)}
}
