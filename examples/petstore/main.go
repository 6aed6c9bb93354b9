// Petstore is a small shop for pets: the example of tornadogen. Its API is generated from openapi.yaml; the handlers are in
// handlers.go, and they keep the pets in an embedded SQLite, or in PostgreSQL.
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
	"syscall"

	"github.com/tornadogen/tornadogen/examples/petstore/petapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/docs"
)

//go:generate go run github.com/tornadogen/tornadogen/cmd/tornadogen generate openapi.yaml --out petapi

func main() {
	addr := flag.String("addr", ":8080", "address to listen on")
	source := flag.String("db", "", "where to keep the pets: a file of SQLite, or postgres://user@host/name; empty: in memory, with a few pets to begin with")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *source); err != nil {
		log.Fatal(err)
	}
}

// run serves the shop until ctx ends and every accepted request was answered.
func run(ctx context.Context, addr, source string) (err error) {
	db, err := openStore(ctx, source)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	listener, err := tornado.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w; choose another address with -addr, such as -addr :9000", err)
	}
	fmt.Print(welcome(listener.Addr()))
	return newServer(db).Serve(ctx, listener)
}

// newServer puts the shop together.
func newServer(db *store) *tornado.Server {
	api := petapi.New(&shop{db: db}, auth{key: "demo-key", token: "demo-token"})
	return tornado.NewServer(
		docs.At("/docs"),
		tornado.WithDocument("/openapi.yaml"),
		tornado.WithHealth("/healthz", "/readyz"),
		tornado.WithAccessLog(slog.Default()),
	).Handle(api)
}
