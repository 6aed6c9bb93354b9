package profiling_test

import (
	"context"
	"log"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/profiling"
)

// shop answers the operations of an API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

// go tool pprof -tagroot operation http://127.0.0.1:9090/debug/pprof/profile tells which operation takes the time.
func Example() {
	server := tornado.NewServer(
		tornado.WithAdmin("127.0.0.1:9090"),
		profiling.Mount(),
	).Handle(petapi.New(shop{}, profiling.Labels()))
	listener, err := tornado.Listen("tcp", ":8080")
	if err != nil {
		log.Fatal(err)
	}
	if err := server.Serve(context.Background(), listener); err != nil {
		log.Fatal(err)
	}
}
