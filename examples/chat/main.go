// Chat is one room that is entered in three ways at once: by long poll, by server-sent events, and by WebSocket. Its API is generated
// from openapi.yaml; the room is in room.go, and the page in web.
package main

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/tornadogen/tornadogen/examples/chat/chatapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/docs"
	"github.com/tornadogen/tornadogen/runtime/pubsub"
	"github.com/tornadogen/tornadogen/runtime/pubsub/nats"
)

//go:generate go run github.com/tornadogen/tornadogen/cmd/tornadogen generate openapi.yaml --out chatapi

// history is how many messages those who come back can catch up with.
const history = 1000

func main() {
	addr := flag.String("addr", ":8080", "address to listen on")
	queue := flag.String("nats", "", "NATS server that connects several processes to one room, as nats://127.0.0.1:4222; it needs JetStream")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *queue); err != nil {
		log.Fatal(err)
	}
}

// run serves the room until ctx ends.
func run(ctx context.Context, addr, queue string) error {
	topic, leave, err := openTopic(ctx, queue)
	if err != nil {
		return err
	}
	defer leave()
	listener, err := tornado.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w; choose another address with -addr, such as -addr :9000", err)
	}
	fmt.Printf("chat: open http://%s/room/ in two windows\n", browsable(listener.Addr()))
	return newServer(topic).Serve(ctx, listener)
}

// openTopic makes what is said in the room reach all who listen: in this process, or in all that share a queue.
func openTopic(ctx context.Context, queue string) (topic *pubsub.Topic[chatapi.Message], leave func(), err error) {
	stamp := pubsub.WithStamp(func(m *chatapi.Message, id string) { m.ID = id })
	if queue == "" {
		return pubsub.NewTopic[chatapi.Message]("room", stamp, pubsub.WithHistory(history)), func() {}, nil
	}
	conn, err := natsgo.Connect(queue, natsgo.MaxReconnects(-1))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", queue, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	backend, err := nats.New(ctx, conn)
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	return pubsub.NewTopic[chatapi.Message]("room", stamp, pubsub.WithBackend(backend)), conn.Close, nil
}

//go:embed web
var web embed.FS

func newServer(topic *pubsub.Topic[chatapi.Message]) *tornado.Server {
	pages, err := fs.Sub(web, "web")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return tornado.NewServer(
		docs.At("/docs"),
		tornado.WithDocument("/openapi.yaml"),
		tornado.WithHealth("/healthz", "/readyz"),
		tornado.WithAccessLog(slog.Default()),
	).Handle(chatapi.New(&room{topic: topic})).Mount("/room", http.StripPrefix("/room", http.FileServerFS(pages)))
}

// browsable is how a browser on this machine writes the address of a listener.
func browsable(a net.Addr) string {
	if tcp, ok := a.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return fmt.Sprintf("localhost:%d", tcp.Port)
	}
	return a.String()
}
