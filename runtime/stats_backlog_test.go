package tornado

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestStatsOfSlowClients: what waits for a client that does not read is told of its operation and of its loop, as long as it waits.
func TestStatsOfSlowClients(t *testing.T) {
	streams, sockets := make(chan *EventStream[string], 1), make(chan *chatSocket, 1)
	for name, c := range map[string]struct {
		api  *API
		open func(r *running) (leave func())
		send func() error
	}{
		"a stream": {
			api: watching(&StreamOptions{Queue: 8, Slow: SlowDropOldest}, func(_ context.Context, out *EventStream[string]) error {
				out.Keep()
				streams <- out
				return nil
			}),
			open: func(r *running) func() {
				client := r.dial(t)
				client.send(askWatch)
				return func() { _ = client.Close() }
			},
			send: func() error { out := <-streams; streams <- out; return out.Send(strings.Repeat("x", 16<<10)) },
		},
		"a socket": {
			api: chatAPI(SocketOptions{Queue: 8, Slow: SlowDropOldest}, func(_ context.Context, s *chatSocket) error {
				s.OnMessage = func(string) error { return nil }
				sockets <- s
				return nil
			}),
			open: func(r *running) func() {
				peer := open(t, r.dialer())
				return func() { _ = peer.Close() }
			},
			send: func() error { s := <-sockets; sockets <- s; return s.Send(strings.Repeat("x", 16<<10)) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, c.api, WithLoops(1))
			leave := c.open(r)
			queued := func() (operation, loop int) {
				s := r.Stats()
				return s.Operations[0].QueuedBytes, s.Loops[0].QueuedBytes
			}
			for r.Stats().Operations[0].Dropped == 0 {
				require.NoError(t, c.send())
			}
			require.Eventually(t, func() bool {
				operation, loop := queued()
				return operation == loop && loop > 7*16<<10
			}, patience, time.Millisecond)
			leave()
			require.Eventually(t, func() bool {
				operation, loop := queued()
				return operation == 0 && loop == 0
			}, patience, time.Millisecond)
			assert.NotZero(t, r.Stats().Operations[0].Dropped)
		})
	}
}
