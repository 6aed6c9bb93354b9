// Command connections serves connections.yaml, every way in which a connection can wait, from the generated package connapi,
// with default options and limits: its only argument is the address.
package main

import (
	"context"
	"fmt"
	"log"
	"maps"
	"os"
	"os/signal"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/bench/connapi"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
)

// patience is how long a poll waits at most.
const patience = time.Minute

// garbage is how much GetWork allocates for nothing, in bytes. It is no constant, or it would be on the stack.
var garbage = 64 << 10

// broadcast is what is sent: 256 bytes as JSON.
var broadcast = connapi.Message{Text: strings.Repeat("x", 256-len(`{"text":""}`))}

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
	api := connapi.New(&handler{streams: map[*events]bool{}})
	if cert, key := extra.Certificate(); cert != "" {
		return tornado.ServeTLS(ctx, os.Args[1], cert, key, api)
	}
	return tornado.Serve(ctx, os.Args[1], api)
}

type (
	events = tornado.EventStream[connapi.Message]
	socket = tornado.Socket[connapi.Message, connapi.Message]
)

// handler knows who waits. It is safe for concurrent use.
type handler struct {
	mu      sync.Mutex
	polls   []connapi.PollMessageReply // guarded by mu
	sockets []*socket                  // guarded by mu; in the order in which they were opened
	found   []int                      // guarded by mu; see descriptors
	streams map[*events]bool           // guarded by mu
}

func (h *handler) GetPing(context.Context, connapi.GetPingRequest) (*connapi.Message, error) {
	return &connapi.Message{Text: "here"}, nil
}

func (h *handler) GetWork(context.Context, connapi.GetWorkRequest) (*connapi.Message, error) {
	return &connapi.Message{Text: string(make([]byte, garbage)[:4])}, nil
}

func (h *handler) PollMessage(_ context.Context, _ connapi.PollMessageRequest, reply connapi.PollMessageReply) {
	reply.After(patience, reply.NoContent)
	h.mu.Lock()
	h.polls = append(h.polls, reply)
	h.mu.Unlock()
}

func (h *handler) OpenSocket(_ context.Context, _ connapi.OpenSocketRequest, ws *socket) error {
	ws.OnMessage = func(msg connapi.Message) error { return ws.Send(msg) }
	ws.OnClose = func(error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if i := slices.Index(h.sockets, ws); i >= 0 {
			h.sockets = slices.Delete(h.sockets, i, i+1)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sockets = append(h.sockets, ws)
	return nil
}

func (h *handler) WatchMessages(_ context.Context, _ connapi.WatchMessagesRequest, out *events) error {
	out.Keep()
	h.mu.Lock()
	h.streams[out] = true
	h.mu.Unlock()
	out.OnDone(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.streams, out)
	})
	return nil
}

func (h *handler) Broadcast(ctx context.Context, req connapi.BroadcastRequest) error {
	switch req.Body.To {
	case connapi.BroadcastToSockets:
		return h.sendMessages()
	case connapi.BroadcastToWrites:
		return h.writeToAll(ctx)
	case connapi.BroadcastToStreams:
		return h.sendEvents()
	case connapi.BroadcastToPolls:
		h.mu.Lock()
		polls := h.polls
		h.polls = nil
		h.mu.Unlock()
		for _, reply := range polls {
			reply.OK(broadcast)
		}
	}
	return nil
}

// sendMessages encodes a message once, and sends it to all.
func (h *handler) sendMessages() error {
	h.mu.Lock()
	sockets := slices.Clone(h.sockets)
	h.mu.Unlock()
	var prepared *tornado.Prepared[connapi.Message]
	for _, ws := range sockets {
		if prepared == nil {
			prepared = ws.Prepare(broadcast)
		}
		if err := ws.SendPrepared(prepared); err != nil {
			return err
		}
	}
	return nil
}

// sendEvents encodes an event once, and sends it to all.
func (h *handler) sendEvents() error {
	h.mu.Lock()
	streams := slices.Collect(maps.Keys(h.streams))
	h.mu.Unlock()
	var encoded tornado.EncodedEvent
	for _, out := range streams {
		if encoded == nil {
			var err error
			if encoded, err = out.Encode(tornado.Event[connapi.Message]{Data: broadcast}); err != nil {
				return err
			}
		}
		if err := out.SendEncoded(encoded); err != nil {
			return err
		}
	}
	return nil
}

func (h *handler) GetStatus(context.Context, connapi.GetStatusRequest) (*connapi.Status, error) {
	heap := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/cycles/total:gc-cycles"}}
	metrics.Read(heap)
	h.mu.Lock()
	defer h.mu.Unlock()
	return &connapi.Status{
		Sockets: int64(len(h.sockets)), Streams: int64(len(h.streams)), Polls: int64(len(h.polls)), Live: int64(heap[0].Value.Uint64()), Collections: int64(heap[1].Value.Uint64()),
	}, nil
}
