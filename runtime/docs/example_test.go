package docs_test

import (
	"context"
	"fmt"
	"log"
	"net/http"

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
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	server := tornado.NewServer(
		docs.At("/docs"),
	).Handle(petapi.New(shop{}))
	listener, err := tornado.Listen("tcp", "127.0.0.1:0") // any port
	if err != nil {
		log.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- server.Serve(ctx, listener) }()
	<-server.Bound()

	res, err := http.Get("http://" + server.Addr().String() + "/docs")
	if err != nil {
		log.Fatal(err)
	}
	res.Body.Close()
	fmt.Println(res.StatusCode, res.Header.Get("Content-Type"))

	stop()
	fmt.Println(<-served)
	// Output:
	// 200 text/html; charset=utf-8
	// <nil>
}
