package debugpage_test

import (
	"context"
	"log"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/debugpage"
)

// shop answers the operations of an API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

// The page is at http://127.0.0.1:9090/debug/tornado.
func Example() {
	server := tornado.NewServer(
		tornado.WithAdmin("127.0.0.1:9090"),
		debugpage.At("/debug/tornado"),
	).Handle(petapi.New(shop{}))
	listener, err := tornado.Listen("tcp", ":8080")
	if err != nil {
		log.Fatal(err)
	}
	if err := server.Serve(context.Background(), listener); err != nil {
		log.Fatal(err)
	}
}
