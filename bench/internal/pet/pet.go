// Package pet holds the pet of openapi.yaml as one writes it by hand: the struct, its validation, and the sample that
// every server answers. The servers without a generator use it; those with one build the same sample from their own type.
package pet

import (
	"errors"
	"unicode/utf8"
)

// The limits of openapi.yaml, for the servers that check them by hand.
const (
	MaxName         = 64
	MaxTags         = 16
	MaxTag          = 32
	MaxCategoryName = 32
	MaxDescription  = 256
)

// The fields of the sample that every server answers to a GET.
const (
	SampleName         = "Barnaby the Third"
	SampleStatus       = "available"
	SamplePrice        = 1249.95
	SampleCategoryID   = 17
	SampleCategoryName = "long-haired dogs"
	SampleDescription  = "Calm with children, wary of cats; has been with us since March and walks twice a day."
)

// SampleTags gives the tags of the sample, a new slice at each call.
func SampleTags() []string {
	return []string{"house-trained", "vaccinated", "senior"}
}

// Pet is the schema Pet of openapi.yaml.
type Pet struct {
	ID          int64     `json:"id"`
	Name        string    `json:"name"`
	Status      string    `json:"status"`
	Tags        []string  `json:"tags"`
	Price       float64   `json:"price"`
	Category    *Category `json:"category,omitempty"`
	Description *string   `json:"description,omitempty"`
}

// Category is the schema Category of openapi.yaml.
type Category struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Problem is the schema Problem of openapi.yaml.
type Problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
}

// Sample gives the pet that every server answers to a GET, with the id that was asked for.
func Sample(id int64) Pet {
	description := SampleDescription
	return Pet{
		ID:          id,
		Name:        SampleName,
		Status:      SampleStatus,
		Tags:        SampleTags(),
		Price:       SamplePrice,
		Category:    &Category{ID: SampleCategoryID, Name: SampleCategoryName},
		Description: &description,
	}
}

// MaxList is the largest limit of GET /pets.
const MaxList = 100

// Samples gives the pets that every server answers to GET /pets, whose ids count from 1.
func Samples(limit int) []Pet {
	pets := make([]Pet, limit)
	for i := range pets {
		pets[i] = Sample(int64(i + 1))
	}
	return pets
}

// Length tells whether s has between least and most characters. Like JSON Schema it counts code points.
func Length(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most
}

// Validate checks what openapi.yaml demands of a pet and gives the first fault, or nil.
func (p *Pet) Validate() error {
	switch {
	case p.ID < 1:
		return errors.New("id must be at least 1")
	case !Length(p.Name, 1, MaxName):
		return errors.New("name must have 1 to 64 characters")
	case p.Status != "available" && p.Status != "pending" && p.Status != "sold":
		return errors.New("status must be available, pending or sold")
	case p.Tags == nil || len(p.Tags) > MaxTags:
		return errors.New("tags must be an array of at most 16 items")
	case p.Price < 0:
		return errors.New("price must not be negative")
	case p.Description != nil && !Length(*p.Description, 0, MaxDescription):
		return errors.New("description must have at most 256 characters")
	}
	for _, tag := range p.Tags {
		if !Length(tag, 1, MaxTag) {
			return errors.New("a tag must have 1 to 32 characters")
		}
	}
	if c := p.Category; c != nil && (c.ID < 1 || !Length(c.Name, 1, MaxCategoryName)) {
		return errors.New("category must have an id of at least 1 and a name of 1 to 32 characters")
	}
	return nil
}
