package clienttrace_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/runtime/client/clienttrace"
)

// shop answers the operations of an API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

func (shop) GetPet(_ context.Context, req petapi.GetPetRequest) (*petapi.Pet, error) {
	return &petapi.Pet{Name: req.Name}, nil
}

// Each attempt of a call is a span of a tracer provider, that which package otel has unless another is named, and goes on with the trace of
// its context.
func Example() {
	server := httptest.NewServer(petapi.New(shop{}).HTTPHandler())
	defer server.Close()
	spans := tracetest.NewInMemoryExporter() // a service has one that sends them to a collector
	tracers := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans))

	c, err := petapi.NewClient(server.URL, clienttrace.New(clienttrace.WithTracerProvider(tracers)))
	if err != nil {
		log.Fatal(err)
	}
	pet, err := c.GetPet(context.Background(), petapi.GetPetRequest{Name: "mia"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(pet.Name)

	if err := tracers.ForceFlush(context.Background()); err != nil {
		log.Fatal(err)
	}
	for _, span := range spans.GetSpans() {
		fmt.Println(span.Name, span.SpanKind)
	}
	// Output:
	// mia
	// GET /pets/{name} client
}
