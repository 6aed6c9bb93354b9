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

func Example() {
	certificates, err := acme.New(acme.Config{Hosts: []string{"shop.example"}, Folder: "/var/lib/shop/certificates", Email: "ops@shop.example"})
	if err != nil {
		log.Fatal(err)
	}
	listener, err := certificates.Listen("tcp", ":443")
	if err != nil {
		log.Fatal(err)
	}
	if err := tornado.NewServer().Handle(petapi.New(shop{})).Serve(context.Background(), listener); err != nil {
		log.Fatal(err)
	}
}
