package docs_test

import (
	"context"
	"log"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/docs"
)

// shop answers the operations of an API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

// People read the API at http://localhost:8080/docs, and try it out.
func Example() {
	if err := tornado.Serve(context.Background(), ":8080", petapi.New(shop{}), docs.At("/docs")); err != nil {
		log.Fatal(err)
	}
}
