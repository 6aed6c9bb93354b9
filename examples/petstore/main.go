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
	"github.com/tornadogen/tornadogen/runtime/debugpage"
	"github.com/tornadogen/tornadogen/runtime/docs"
)

//go:generate go run github.com/tornadogen/tornadogen/cmd/tornadogen generate openapi.yaml --out petapi

func main() {
	addr := flag.String("addr", ":8080", "address to listen on")
	admin := flag.String("admin", "127.0.0.1:0", "address of the administration, which has a live page: away from the public")
	source := flag.String("db", "", "where to keep the pets: a file of SQLite, or postgres://user@host/name; empty: in memory, with a few pets to begin with")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *admin, *source); err != nil {
		log.Fatal(err)
	}
}

// run serves the shop until ctx ends and every accepted request was answered.
func run(ctx context.Context, addr, admin, source string) (err error) {
	db, err := openStore(ctx, source)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	listener, err := tornado.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w; choose another address with -addr, such as -addr :9000", err)
	}
	server := newServer(newAPI(db), db, admin)
	go func() {
		<-server.Bound()
		fmt.Print(welcome(listener.Addr(), server.AdminAddr()))
	}()
	return server.Serve(ctx, listener)
}

// newAPI is the shop.
func newAPI(db *store) *tornado.API {
	return petapi.New(&shop{db: db}, auth{key: "demo-key", token: "demo-token"})
}

// newServer puts the shop and the pages beside it together: it is ready while db answers. admin is the address of the administration.
func newServer(api *tornado.API, db *store, admin string) *tornado.Server {
	return tornado.NewServer(
		docs.At("/docs"),
		tornado.WithAdmin(admin),
		debugpage.At("/debug/tornado"),
		tornado.WithDocument("/openapi.yaml"),
		tornado.WithHealth("/healthz", "/readyz"),
		tornado.WithReadyCheck("database", db.db.PingContext),
		tornado.WithAccessLog(slog.Default()),
	).Handle(api)
}
