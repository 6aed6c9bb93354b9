package oteltornado_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/runtime/oteltornado"
)

// shop answers the operations of an API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

func (shop) GetPet(_ context.Context, req petapi.GetPetRequest) (*petapi.Pet, error) {
	return &petapi.Pet{Name: req.Name}, nil
}

// Each request is a span of a tracer provider: that which package otel has, unless another is named.
func Example() {
	spans := tracetest.NewInMemoryExporter() // a service has one that sends them to a collector
	tracers := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans))
	api := petapi.New(shop{}, oteltornado.New(oteltornado.WithTracerProvider(tracers)))

	server := httptest.NewServer(api.HTTPHandler()) // or tornado.Serve
	res, err := http.Get(server.URL + "/pets/mia")
	if err != nil {
		log.Fatal(err)
	}
	res.Body.Close()
	server.Close() // waits for the end of what it serves

	if err := tracers.ForceFlush(context.Background()); err != nil {
		log.Fatal(err)
	}
	for _, span := range spans.GetSpans() {
		fmt.Println(span.Name, span.SpanKind)
	}
	// Output:
	// GET /pets/{name} server
}
