package profiling_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"

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
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	server := tornado.NewServer(
		tornado.WithAdmin("127.0.0.1:0"), // "127.0.0.1:9090"
		profiling.Mount(),
	).Handle(petapi.New(shop{}, profiling.Labels()))
	listener, err := tornado.Listen("tcp", "127.0.0.1:0") // any port
	if err != nil {
		log.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- server.Serve(ctx, listener) }()
	<-server.Bound()

	res, err := http.Get("http://" + server.AdminAddr().String() + "/debug/pprof/profile?seconds=1")
	if err != nil {
		log.Fatal(err)
	}
	profile, err := io.ReadAll(res.Body)
	res.Body.Close()
	fmt.Println(res.StatusCode, len(profile) > 0, err)

	stop()
	fmt.Println(<-served)
	// Output:
	// 200 true <nil>
	// <nil>
}
