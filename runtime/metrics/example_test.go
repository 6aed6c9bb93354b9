package metrics_test

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"net/http"
	"strings"

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
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	server := tornado.NewServer(
		tornado.WithAdmin("127.0.0.1:0"), // "127.0.0.1:9090"
		metrics.Mount("/metrics"),
	).Handle(petapi.New(shop{}))
	listener, err := tornado.Listen("tcp", "127.0.0.1:0") // any port
	if err != nil {
		log.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- server.Serve(ctx, listener) }()
	<-server.Bound()

	for _, url := range []string{"http://" + server.Addr().String() + "/pets", "http://" + server.AdminAddr().String() + "/metrics"} {
		res, err := http.Get(url)
		if err != nil {
			log.Fatal(err)
		}
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "tornado_requests_total{") {
				fmt.Println(lines.Text())
			}
		}
		res.Body.Close()
	}

	stop()
	fmt.Println(<-served)
	// Output:
	// tornado_requests_total{http_request_method="GET",http_response_status_code="501",http_route="/pets",operation="listPets"} 1
	// <nil>
}
