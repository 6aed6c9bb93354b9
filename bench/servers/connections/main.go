// Command connections serves connections.yaml, every way in which a connection can wait, from the generated package connapi,
// with default options and limits: its only argument is the address.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"runtime/metrics"
	"syscall"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/bench/connapi"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: %s ADDRESS", os.Args[0])
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return tornado.Serve(ctx, os.Args[1], connapi.New(&handler{}))
}

// handler knows who waits. It is safe for concurrent use.
type handler struct{}

func (h *handler) GetStatus(context.Context, connapi.GetStatusRequest) (*connapi.Status, error) {
	heap := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/cycles/total:gc-cycles"}}
	metrics.Read(heap)
	return &connapi.Status{Live: int64(heap[0].Value.Uint64()), Collections: int64(heap[1].Value.Uint64())}, nil
}
