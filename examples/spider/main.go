// Spider follows the links of a site, several pages at a time, and tells of each as it is found: the progress is the answer, one JSON
// line a page. Its API is generated from openapi.yaml; crawl.go has the concurrency, and visitor.go what keeps it from being sent
// where it must not go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/tornadogen/tornadogen/examples/spider/spiderapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/docs"
)

//go:generate go run github.com/tornadogen/tornadogen/cmd/tornadogen generate openapi.yaml --out spiderapi

func main() {
	addr := flag.String("addr", ":8080", "address to listen on")
	allow := flag.String("allow", "", "hosts that may be visited, as go.dev,example.org")
	private := flag.Bool("private", false, "let the allowed hosts have addresses inside, as localhost has")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *allow, *private); err != nil {
		log.Fatal(err)
	}
}

// run serves the spider until ctx ends.
func run(ctx context.Context, addr, allow string, private bool) error {
	hosts := strings.FieldsFunc(strings.ToLower(allow), func(r rune) bool { return r == ',' || r == ' ' })
	if len(hosts) == 0 {
		return errors.New("no host may be visited: name some with -allow, such as -allow go.dev")
	}
	listener, err := tornado.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w; choose another address with -addr, such as -addr :9000", err)
	}
	fmt.Printf("spider: try curl -N 'http://%s/crawl?url=https://%s/&pages=20'\n", listener.Addr(), hosts[0])
	return newServer(newVisitor(hosts, private)).Serve(ctx, listener)
}

func newServer(v *visitor) *tornado.Server {
	return tornado.NewServer(
		docs.At("/docs"),
		tornado.WithDocument("/openapi.yaml"),
		tornado.WithHealth("/healthz", "/readyz"),
		tornado.WithAccessLog(slog.Default()),
	).Handle(spiderapi.New(&spider{visitor: v}))
}
