package metrics_test

import (
	"context"
	"log"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/metrics"
)

// shop answers the operations of an API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

// Prometheus scrapes http://127.0.0.1:9090/metrics.
func Example() {
	server := tornado.NewServer(
		tornado.WithAdmin("127.0.0.1:9090"),
		metrics.Mount("/metrics"),
	).Handle(petapi.New(shop{}))
	listener, err := tornado.Listen("tcp", ":8080")
	if err != nil {
		log.Fatal(err)
	}
	if err := server.Serve(context.Background(), listener); err != nil {
		log.Fatal(err)
	}
}
