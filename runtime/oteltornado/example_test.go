package oteltornado_test

import (
	"context"
	"log"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/oteltornado"
)

// shop answers the operations of an API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

// Each request is a span of the tracer provider that package otel has.
func Example() {
	server := tornado.NewServer(
		tornado.WithAdmin("127.0.0.1:9090"),
	).Handle(petapi.New(shop{}, oteltornado.New()))
	listener, err := tornado.Listen("tcp", ":8080")
	if err != nil {
		log.Fatal(err)
	}
	if err := server.Serve(context.Background(), listener); err != nil {
		log.Fatal(err)
	}
}
