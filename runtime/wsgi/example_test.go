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

// serve has the old application answer what the new API does not have, until ctx is done.
func serve(ctx context.Context, address string, c wsgi.Config) error {
	old, err := wsgi.Start(c)
	if err != nil {
		return err // with what the worker said
	}
	defer old.Close() // after Serve
	server := tornado.NewServer(old.At(), tornado.WithReadyCheck("shop", old.Ready)).Handle(petapi.New(shop{}))

	listener, err := tornado.Listen("tcp", address)
	if err != nil {
		return err
	}
	return server.Serve(ctx, listener)
}

func Example() {
	config := wsgi.Config{App: "shop.wsgi:application", Dir: "/srv/shop", Workers: 4}
	if err := serve(context.Background(), ":8080", config); err != nil {
		log.Print(err)
	}
}
