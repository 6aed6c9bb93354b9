// Package order holds the order of openapi.yaml as one writes it by hand: the struct, its validation, and samples of any
// size. It is what package pet is for a body that is larger and nested.
package order

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/pet"
)

// The limits of openapi.yaml, for the servers that check them by hand.
const (
	MaxLines   = 1000
	MaxNote    = 256
	MaxSKU     = 32
	MaxCount   = 1000
	MaxOptions = 8
	MaxChoice  = 32
	MaxValue   = 64
	MaxName    = 64
	MaxStreet  = 128
	MaxCity    = 64
)

// Order is the schema Order of openapi.yaml.
type Order struct {
	ID    int64   `json:"id"`
	Lines []Line  `json:"lines"`
	Buyer *Buyer  `json:"buyer,omitempty"`
	Note  *string `json:"note,omitempty"`
}

// Line is the schema Line of openapi.yaml.
type Line struct {
	SKU     string   `json:"sku"`
	Count   int32    `json:"count"`
	Price   float64  `json:"price"`
	Gift    *bool    `json:"gift,omitempty"`
	Options []Choice `json:"options,omitempty"`
}

// Choice is the schema Choice of openapi.yaml.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Buyer is the schema Buyer of openapi.yaml.
type Buyer struct {
	Name    string  `json:"name"`
	Address Address `json:"address"`
}

// Address is the schema Address of openapi.yaml.
type Address struct {
	Street  string `json:"street"`
	City    string `json:"city"`
	Country string `json:"country"`
}

// Receipt is the schema Receipt of openapi.yaml.
type Receipt struct {
	Size int64 `json:"size"`
}

// Validate checks what openapi.yaml demands of an order and gives the first fault, or nil.
func (o *Order) Validate() error {
	switch {
	case o.ID < 1:
		return errors.New("id must be at least 1")
	case len(o.Lines) < 1 || len(o.Lines) > MaxLines:
		return errors.New("lines must be an array of 1 to 1000 items")
	case o.Note != nil && !pet.Length(*o.Note, 0, MaxNote):
		return errors.New("note must have at most 256 characters")
	}
	for i := range o.Lines {
		if err := o.Lines[i].validate(); err != nil {
			return err
		}
	}
	if b := o.Buyer; b != nil {
		return b.validate()
	}
	return nil
}

func (l *Line) validate() error {
	switch {
	case !pet.Length(l.SKU, 1, MaxSKU):
		return errors.New("sku must have 1 to 32 characters")
	case l.Count < 1 || l.Count > MaxCount:
		return errors.New("count must be 1 to 1000")
	case l.Price < 0:
		return errors.New("price must not be negative")
	case len(l.Options) > MaxOptions:
		return errors.New("options must be an array of at most 8 items")
	}
	for i := range l.Options {
		if c := &l.Options[i]; !pet.Length(c.Name, 1, MaxChoice) || !pet.Length(c.Value, 0, MaxValue) {
			return errors.New("an option must have a name of 1 to 32 characters and a value of at most 64")
		}
	}
	return nil
}

func (b *Buyer) validate() error {
	a := &b.Address
	switch {
	case !pet.Length(b.Name, 1, MaxName):
		return errors.New("name must have 1 to 64 characters")
	case !pet.Length(a.Street, 1, MaxStreet) || !pet.Length(a.City, 1, MaxCity):
		return errors.New("street and city must have 1 to 128 and 1 to 64 characters")
	case !Country(a.Country):
		return errors.New("country must be DE, FR, GB, PL or US")
	}
	return nil
}

// Country tells whether s is a country that the document knows.
func Country(s string) bool {
	switch s {
	case "DE", "FR", "GB", "PL", "US":
		return true
	}
	return false
}

// Sample gives an order whose compact JSON has exactly size bytes: the same one for the same size. It panics if size is one
// that no order of it has: below 50, or too little for a buyer and too much for a bare line.
func Sample(size int) Order {
	if size == 50 {
		return Order{ID: 7, Lines: []Line{{SKU: "t", Count: 2, Price: 3}}}
	}
	note, gift := "", true
	o := Order{
		ID:    4_711,
		Buyer: &Buyer{Name: "Zoë Ångström", Address: Address{Street: "12, rue de l'Église", City: "Colmar", Country: "FR"}},
		Note:  &note,
	}
	for i := 0; ; i++ {
		line := Line{SKU: fmt.Sprintf("SKU-%05d", 10_000+i*37%90_000), Count: int32(1 + i%12), Price: float64(199+i*325%10_000) / 100}
		if i%3 == 0 {
			line.Options = []Choice{{Name: "colour", Value: "dark \"racing\" green"}, {Name: "size", Value: "XL"}}
		}
		if i%4 == 1 {
			line.Gift = &gift
		}
		longer := o
		longer.Lines = append(o.Lines[:i:i], line)
		if length(longer) > size {
			break
		}
		o = longer
	}
	missing := size - length(o)
	if missing < 0 || missing > MaxNote || len(o.Lines) == 0 {
		panic(fmt.Sprintf("no order has %d bytes", size))
	}
	note = strings.Repeat("Please ring twice. ", 1+missing/19)[:missing]
	return o
}

// length gives the size of o as compact JSON.
func length(o Order) int { return len(JSON(o)) }

// JSON gives o as the load sends it.
func JSON(o Order) []byte {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err) // an order has nothing that cannot be encoded
	}
	return text
}
