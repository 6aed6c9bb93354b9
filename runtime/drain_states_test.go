package tornado

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heldAPI is an API whose operation hold tells of each call, and answers when it may.
func heldAPI(opts ...Option) (calls chan struct{}, release chan struct{}, serve func(t *testing.T) *running) {
	calls, release = make(chan struct{}, 10), make(chan struct{})
	return calls, release, func(t *testing.T) *running {
		return start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) {
			calls <- struct{}{}
			<-release
			return []byte("held"), nil
		}}), opts...)
	}
}

// TestDrainOfAHalfClosedClient: who has ended its side and waits for an answer gets it.
func TestDrainOfAHalfClosedClient(t *testing.T) {
	calls, release, serve := heldAPI()
	r := serve(t)
	c := r.dial(t)
	c.send(askHold)
	<-calls
	require.NoError(t, c.CloseWrite())
	r.drains(t)
	close(release)
	_, body := c.answer("GET")
	assert.Equal(t, "held", body)
	c.ended()
	require.NoError(t, r.stop(t))
}

// TestDrainOfTheQueue: requests that wait for a worker when the drain begins are answered.
func TestDrainOfTheQueue(t *testing.T) {
	const many = 5
	calls, release, serve := heldAPI(WithLoops(1), WithLimits(Limits{Workers: 1}))
	r := serve(t)
	clients := make([]*peerConn, many)
	for i := range clients {
		clients[i] = r.dial(t)
		clients[i].send(askHold)
		if i == 0 {
			<-calls
		}
	}
	require.Eventually(t, func() bool { return r.Stats().Loops[0].Queue == many-1 }, patience, time.Millisecond)
	r.drains(t)
	close(release)
	for _, c := range clients {
		res, body := c.answer("GET")
		assert.Equal(t, "held", body)
		assert.True(t, res.Close)
		c.ended()
	}
	require.NoError(t, r.stop(t))
}

// TestDrainOfARefusedBody: a client that is still sending a body which was refused gets to read that, and holds nobody up.
func TestDrainOfARefusedBody(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}))
	c := r.dial(t)
	c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 1000000000\r\n\r\nmore")
	res, _ := c.answer("POST")
	assert.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
	r.drains(t)
	begun := time.Now()
	require.NoError(t, r.stop(t))
	assert.Less(t, time.Since(begun), patience/2)
}

// TestDrainOfAHijackedConnection: it is its handler's, who is not waited for, and whom nobody cuts off.
func TestDrainOfAHijackedConnection(t *testing.T) {
	taken := make(chan net.Conn, 1)
	r := start(t, nil, WithMount("/take", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		assert.NoError(t, err)
		taken <- conn
	})))
	c := r.dial(t)
	c.send("GET /take HTTP/1.1\r\nHost: x\r\n\r\n")
	conn := <-taken
	defer conn.Close()
	r.drains(t)
	require.NoError(t, r.stop(t))
	go func() { _, _ = io.WriteString(conn, "still here") }() // the client tells what has come
	got := make([]byte, len("still here"))
	_, err := io.ReadFull(c.r, got)
	require.NoError(t, err)
	assert.Equal(t, "still here", string(got))
}
