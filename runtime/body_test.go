package tornado

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/internal/freeport"
)

// TestLargeBodies sends bodies that outgrow every buffer, in pieces of odd sizes, one behind the other on one connection.
func TestLargeBodies(t *testing.T) {
	for mode, opts := range modes {
		t.Run(mode, func(t *testing.T) {
			r := start(t, newTestAPI(testHandlers{}), opts...)
			c := r.dial(t)
			random := rand.New(rand.NewPCG(1, 2))
			for round := range 6 {
				body := make([]byte, 1+random.IntN(600_000))
				for i := range body {
					body[i] = byte('a' + random.IntN(26))
				}
				go func() {
					if round%2 == 0 {
						fmt.Fprintf(c.Conn, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n", len(body))
						for rest := body; len(rest) > 0; {
							n := min(len(rest), 1+len(body)/37)
							_, _ = c.Write(rest[:n])
							rest = rest[n:]
						}
						return
					}
					_, _ = io.WriteString(c.Conn, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
					for rest := body; len(rest) > 0; {
						n := min(len(rest), 1+len(body)/53)
						fmt.Fprintf(c.Conn, "%x\r\n%s\r\n", n, rest[:n])
						rest = rest[n:]
					}
					_, _ = io.WriteString(c.Conn, "0\r\n\r\n")
				}()
				res, got := c.answer("POST")
				require.Equal(t, http.StatusOK, res.StatusCode)
				require.Equal(t, string(body), got)
			}
		})
	}
}

// TestSlowReader: an answer that the client takes slowly holds its own worker alone, and arrives whole.
func TestSlowReader(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 1<<20) // 16 MiB, more than the sockets hold
	r := start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) { return []byte(large), nil }}))
	slow := r.dial(t)
	slow.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\nGET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	for range 20 {
		status, _ := r.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
		require.Equal(t, http.StatusOK, status)
	}
	_, body := slow.answer("GET")
	assert.Equal(t, len(large), len(body))
	assert.True(t, body == large)
	_, body = slow.answer("GET")
	assert.Equal(t, `{"id":1}`, body)
}

// TestBodyBeforeAFinalAnswer is behaviour 42: the answer is there, and the rest of the upload does no harm.
func TestBodyBeforeAFinalAnswer(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}))
	c := r.dial(t)
	c.send("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
	c.send(strings.Repeat("x", 50_000))
	res, _ := c.answer("POST")
	assert.Equal(t, http.StatusNotFound, res.StatusCode)
	assert.True(t, res.Close)
}

// TestBodyThatNobodyReads is skipped, and the connection stays usable.
func TestBodyThatNobodyReads(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}))
	c := r.dial(t)
	c.send("GET /items/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /items/2 HTTP/1.1\r\nHost: x\r\n\r\n")
	_, body := c.answer("GET")
	assert.Equal(t, `{"id":1}`, body)
	_, body = c.answer("GET")
	assert.Equal(t, `{"id":11}`, body)
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "api.sock")
	listener, err := Listen("unix", path)
	require.NoError(t, err)
	s := NewServer(WithLogger(slog.New(slog.DiscardHandler)), WithAccessLog(slog.New(slog.DiscardHandler))).Handle(newTestAPI(testHandlers{}))
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), listener) }()
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}}
	res, err := client.Get("http://unix/items/3")
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	res.Body.Close()
	assert.Equal(t, `{"id":111}`, string(body))
	client.CloseIdleConnections()
	s.Shutdown()
	require.NoError(t, <-served)
	assert.NoFileExists(t, path)
}

func TestAdminListener(t *testing.T) {
	addr, err := freeport.Address()
	require.NoError(t, err)
	r := start(t, newTestAPI(testHandlers{}), WithAdmin(addr), WithAdminMount("/debug/hello", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "hello")
	})))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n", "/debug/hello": "hello"} {
		res, err := client.Get("http://" + addr + path)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, want, string(body))
	}
	status, _ := r.exchange(t, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusNotFound, status, "not on the public listener unless asked")
}

func TestTwoAPIsAndAMount(t *testing.T) {
	one := newTestAPI(testHandlers{}, WithBasePath("/v1"))
	two := newTestAPI(testHandlers{item: func(context.Context, itemRequest) ([]byte, error) { return []byte(`"two"`), nil }}, WithBasePath("v2/"))
	r := start(t, one, func(s *Server) { s.Handle(two) }, WithDocument("/v1/openapi.yaml"))
	for path, want := range map[string]string{"/v1/items/1": `{"id":1}`, "/v2/items/1": `"two"`, "/v1/openapi.yaml": "openapi: 3.1.0\n"} {
		_, body := r.exchange(t, "GET "+path+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		assert.Equal(t, want, body)
	}
}

// TestLongBodiesStandBehind: what goes on with a long body is read behind requests that have come since.
func TestLongBodiesStandBehind(t *testing.T) {
	order := make(chan string, 2)
	held, goOn := make(chan struct{}), make(chan struct{})
	r := start(t, newTestAPI(testHandlers{
		hold: func(context.Context) ([]byte, error) { close(held); <-goOn; return nil, nil },
		item: func(context.Context, itemRequest) ([]byte, error) { order <- "item"; return []byte("{}"), nil },
		echo: func(context.Context, echoRequest) ([]byte, error) { order <- "body"; return nil, nil },
	}), WithLoops(1), WithLimits(Limits{Workers: 1}))
	long, short, blocks := r.dial(t), r.dial(t), r.dial(t)
	const most, rest = 64 << 10, 1 << 10
	long.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 66560\r\n\r\n" + strings.Repeat("a", most))
	require.Eventually(t, func() bool { return r.bodies.Taken() > most }, patience, time.Millisecond, "a part is kept")
	blocks.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	<-held
	queued := func(n int) func() bool { return func() bool { return r.Stats().Loops[0].Queue == n } }
	long.send(strings.Repeat("a", rest))
	require.Eventually(t, queued(1), patience, time.Millisecond)
	short.send(getItem)
	require.Eventually(t, queued(2), patience, time.Millisecond)
	close(goOn)
	assert.Equal(t, "item", <-order)
	assert.Equal(t, "body", <-order)
}
