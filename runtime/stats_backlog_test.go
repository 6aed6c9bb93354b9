package tornado

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestStatsOfSlowClients: what waits for a client that does not read is told of its operation and of its loop, as long as it waits.
func TestStatsOfSlowClients(t *testing.T) {
	streams, sockets := make(chan *EventStream[string], 1), make(chan *chatSocket, 1)
	for id, c := range map[string]struct {
		api  *API
		open func(r *running) (leave func())
		send func() error
	}{
		"watch": {
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
		"chat": {
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
		t.Run(id, func(t *testing.T) {
			r := start(t, c.api, WithLoops(1))
			leave := c.open(r)
			operation := func() OperationStats { return operationOf(t, r.Stats().Operations, id) }
			queued := func() (ofOperation, ofLoop int) { return operation().QueuedBytes, r.Stats().Loops[0].QueuedBytes }
			var wrong error
			require.Eventually(t, func() bool { // what the system takes leaves the queue, also after the first has been dropped
				if wrong = c.send(); wrong != nil {
					return true
				}
				ofOperation, ofLoop := queued()
				return operation().Dropped > 0 && ofOperation == ofLoop && ofLoop > 7*16<<10
			}, patience, time.Millisecond)
			require.NoError(t, wrong)
			leave()
			require.Eventually(t, func() bool {
				ofOperation, ofLoop := queued()
				return ofOperation == 0 && ofLoop == 0
			}, patience, time.Millisecond)
		})
	}
}
