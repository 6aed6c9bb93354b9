// Upload keeps files in a folder. They may be of any size: what is uploaded goes from the connection to the disk, and what is
// downloaded the other way, in constant memory. An os.Root sees to it that no name leads out of the folder.
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

	"github.com/tornadogen/tornadogen/examples/upload/uploadapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/docs"
)

//go:generate go run github.com/tornadogen/tornadogen/cmd/tornadogen generate openapi.yaml --out uploadapi

func main() {
	addr := flag.String("addr", ":8080", "address to listen on")
	dir := flag.String("dir", "files", "folder to keep the files in; it is made if it is not there")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *dir); err != nil {
		log.Fatal(err)
	}
}

// run serves the folder until ctx ends and every accepted request was answered.
func run(ctx context.Context, addr, dir string) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()

	listener, err := tornado.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w; choose another address with -addr, such as -addr :9000", err)
	}
	fmt.Printf("The folder %s is open at http://%s/files, its API at http://%[2]s/docs\n", dir, listener.Addr())
	return newServer(root).Serve(ctx, listener)
}

// newServer serves the files of root.
func newServer(root *os.Root) *tornado.Server {
	return tornado.NewServer(
		docs.At("/docs"),
		tornado.WithDocument("/openapi.yaml"),
		tornado.WithAccessLog(slog.Default()),
	).Handle(uploadapi.New(&folder{root: root}))
}
