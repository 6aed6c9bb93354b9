package clienttrace_test

import (
	"context"
	"log"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/runtime/client/clienttrace"
)

// Each call is a span of the tracer provider that package otel has, and goes on with the trace of its context.
func Example() {
	c, err := petapi.NewClient("https://pets.example/v1", clienttrace.New())
	if err != nil {
		log.Fatal(err)
	}
	pets, err := c.ListPets(context.Background(), petapi.ListPetsRequest{})
	log.Print(len(pets), err)
}
