package wsgi_test

import (
	"context"
	"log"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/wsgi"
)

// shop answers the operations of the new API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

// The old application answers what the new API does not have.
func Example() {
	old, err := wsgi.Start(wsgi.Config{App: "shop.wsgi:application", Dir: "/srv/shop", Workers: 4})
	if err != nil {
		log.Fatal(err) // with what the worker said
	}
	defer old.Close() // after Serve
	server := tornado.NewServer(old.At(), tornado.WithReadyCheck("shop", old.Ready)).Handle(petapi.New(shop{}))

	listener, err := tornado.Listen("tcp", ":8080")
	if err != nil {
		log.Fatal(err)
	}
	if err := server.Serve(context.Background(), listener); err != nil {
		log.Print(err)
	}
}
