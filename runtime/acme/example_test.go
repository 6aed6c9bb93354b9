package acme_test

import (
	"context"
	"log"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/acme"
)

// shop answers the operations of an API; petapi is generated from its document.
type shop struct {
	petapi.UnimplementedDefaultHandler
}

// serve answers at an address, with certificates that it gets by itself, until ctx is done.
func serve(ctx context.Context, address string, c acme.Config) error {
	certificates, err := acme.New(c)
	if err != nil {
		return err
	}
	listener, err := certificates.Listen("tcp", address)
	if err != nil {
		return err
	}
	return tornado.NewServer().Handle(petapi.New(shop{})).Serve(ctx, listener)
}

func Example() {
	config := acme.Config{Hosts: []string{"shop.example"}, Folder: "/var/lib/shop/certificates", Email: "ops@shop.example"}
	if err := serve(context.Background(), ":443", config); err != nil {
		log.Fatal(err)
	}
}
