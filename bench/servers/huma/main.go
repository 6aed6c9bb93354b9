// Command huma serves the API of the bench with danielgtaylor/huma on the router of the standard library: its only argument is
// the address. Validation is huma's own, from the tags of the structs.
package main

import (
	"context"
	"io"
	"log"
	"net/http"
	"os"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/pet"
)

// Pet is the schema Pet of openapi.yaml.
type Pet struct {
	ID          int64     `json:"id" minimum:"1"`
	Name        string    `json:"name" minLength:"1" maxLength:"64"`
	Status      string    `json:"status" enum:"available,pending,sold"`
	Tags        Tags      `json:"tags" maxItems:"16" nullable:"false"`
	Price       float64   `json:"price" minimum:"0"`
	Category    *Category `json:"category,omitempty"`
	Description *string   `json:"description,omitempty" maxLength:"256"`
}

// Tags are those of a pet. The limits of a tag stand in a schema of its own, as the tags of a field are those of the array.
type Tags []string

// Schema implements huma.SchemaProvider.
func (Tags) Schema(huma.Registry) *huma.Schema {
	least, most, items := 1, pet.MaxTag, pet.MaxTags
	s := &huma.Schema{
		Type: huma.TypeArray, MaxItems: &items,
		Items: &huma.Schema{Type: huma.TypeString, MinLength: &least, MaxLength: &most},
	}
	s.Items.PrecomputeMessages()
	s.PrecomputeMessages()
	return s
}

// Category is the schema Category of openapi.yaml.
type Category struct {
	ID   int64  `json:"id" minimum:"1"`
	Name string `json:"name" minLength:"1" maxLength:"32"`
}

// Order is the schema Order of openapi.yaml.
type Order struct {
	ID    int64   `json:"id" minimum:"1"`
	Lines []Line  `json:"lines" minItems:"1" maxItems:"1000" nullable:"false"`
	Buyer *Buyer  `json:"buyer,omitempty"`
	Note  *string `json:"note,omitempty" maxLength:"256"`
}

// Line is the schema Line of openapi.yaml.
type Line struct {
	SKU     string   `json:"sku" minLength:"1" maxLength:"32"`
	Count   int32    `json:"count" minimum:"1" maximum:"1000"`
	Price   float64  `json:"price" minimum:"0"`
	Gift    *bool    `json:"gift,omitempty"`
	Options []Choice `json:"options,omitempty" maxItems:"8" nullable:"false"`
}

// Choice is the schema Choice of openapi.yaml.
type Choice struct {
	Name  string `json:"name" minLength:"1" maxLength:"32"`
	Value string `json:"value" maxLength:"64"`
}

// Buyer is the schema Buyer of openapi.yaml.
type Buyer struct {
	Name    string  `json:"name" minLength:"1" maxLength:"64"`
	Address Address `json:"address"`
}

// Address is the schema Address of openapi.yaml.
type Address struct {
	Street  string `json:"street" minLength:"1" maxLength:"128"`
	City    string `json:"city" minLength:"1" maxLength:"64"`
	Country string `json:"country" enum:"DE,FR,GB,PL,US"`
}

// Receipt is the schema Receipt of openapi.yaml.
type Receipt struct {
	Size int64 `json:"size"`
}

// body is what an operation answers, and what it takes if it takes a body alone.
type body[T any] struct {
	Body T
}

// upload is a body that is read as it comes.
type upload struct {
	body io.Reader
}

// Resolve implements huma.Resolver, which is how huma hands over a request that it does not read itself.
func (u *upload) Resolve(ctx huma.Context) []error {
	u.body = ctx.BodyReader()
	return nil
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: huma ADDRESS")
	}
	extras, err := extra.Start()
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Bench", "1.0.0")
	config.CreateHooks = nil // the links to schemas that they add to every answer are not in the document
	register(humago.New(mux, config), extras)
	log.Fatal(extra.ListenAndServe(os.Args[1], mux))
}

func register(api huma.API, extras *extra.Extra) {
	type byID struct {
		PetID int64 `path:"petId" minimum:"1"`
	}
	type listed struct {
		Limit int32 `query:"limit" required:"true" minimum:"1" maximum:"100"`
	}
	huma.Register(api, huma.Operation{OperationID: "getPet", Method: http.MethodGet, Path: "/pets/{petId}"},
		func(_ context.Context, req *byID) (*body[*Pet], error) {
			extras.Occupy(req.PetID)
			return &body[*Pet]{sample(req.PetID)}, nil
		})
	huma.Register(api, huma.Operation{OperationID: "listPets", Method: http.MethodGet, Path: "/pets"},
		func(_ context.Context, req *listed) (*body[[]*Pet], error) {
			pets := make([]*Pet, req.Limit)
			for i := range pets {
				pets[i] = sample(int64(i + 1))
			}
			return &body[[]*Pet]{pets}, nil
		})
	huma.Register(api, huma.Operation{OperationID: "createPet", Method: http.MethodPost, Path: "/pets", DefaultStatus: http.StatusCreated},
		func(_ context.Context, req *body[Pet]) (*body[*Pet], error) { return &body[*Pet]{&req.Body}, nil })
	huma.Register(api, huma.Operation{OperationID: "createOrder", Method: http.MethodPost, Path: "/orders", DefaultStatus: http.StatusCreated},
		func(_ context.Context, req *body[Order]) (*body[*Order], error) { return &body[*Order]{&req.Body}, nil })
	huma.Register(api, huma.Operation{OperationID: "putFile", Method: http.MethodPut, Path: "/files"},
		func(_ context.Context, req *upload) (*body[Receipt], error) {
			size, err := extra.Count(req.body)
			return &body[Receipt]{Receipt{size}}, err
		})
}

// sample is pet.Sample for the type of this server.
func sample(id int64) *Pet {
	description := pet.SampleDescription
	return &Pet{
		ID:          id,
		Name:        pet.SampleName,
		Status:      pet.SampleStatus,
		Tags:        pet.SampleTags(),
		Price:       pet.SamplePrice,
		Category:    &Category{ID: pet.SampleCategoryID, Name: pet.SampleCategoryName},
		Description: &description,
	}
}
