package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever pieces an answer or a message comes in, it is read once.
func TestKindsAtEverySplit(t *testing.T) {
	for name, text := range map[string]string{
		"http":      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"websocket": "HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: " + socketAccept + "\r\n\r\n\x81\x02{}\x89\x00\x81\x7e\x00\x80" + strings.Repeat("x", 128),
		"poll":      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"events":    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n:\n\n\r\na\r\nid: 7\ndata\r\n" + "9\r\ndata:{}\n\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			want := map[string]int{"http": 0, "websocket": 2, "poll": 1, "events": 1}[name]
			k, err := kindNamed(name, "")
			require.NoError(t, err)
			for split := range len(text) {
				i := &idle{kind: k}
				var c connection
				for _, piece := range []string{text[:split], text[split:]} {
					got := append(bytes.Clone(c.partial), piece...)
					for len(got) > 0 {
						size, err := i.parse(&c, got)
						require.NoError(t, err, "split at %d", split)
						if size == 0 {
							break
						}
						got = got[size:]
					}
					c.keep(got)
				}
				assert.Empty(t, c.partial, "split at %d", split)
				assert.Equal(t, want, i.received, "split at %d", split)
			}
		})
	}
}

func TestKindsRefuse(t *testing.T) {
	for name, answers := range map[string][]string{
		"http":      {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"},
		"websocket": {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: another\r\n\r\n"},
		"events":    {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	} {
		k, err := kindNamed(name, "")
		require.NoError(t, err)
		for _, answer := range answers {
			_, err := k.opened([]byte(answer))
			assert.Error(t, err, "%s: %s", name, answer)
		}
	}
	for name, messages := range map[string][]string{
		"http":      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
		"websocket": {"\x88\x02\x03\xe8", "\x81\x82....{}", "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", "\xc1\x01x"},
		"poll":      {"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"},
		"events":    {"0\r\n\r\n", "x\r\n"},
	} {
		k, err := kindNamed(name, "")
		require.NoError(t, err)
		for _, message := range messages {
			_, _, err := k.message([]byte(message))
			assert.Error(t, err, "%s: %q", name, message)
		}
	}
	_, err := kindNamed("gopher", "")
	assert.Error(t, err)
}

// A text of a client must be masked; a mask of zeros is one.
func TestMaskedText(t *testing.T) {
	assert.Equal(t, []byte("\x81\x82\x00\x00\x00\x00{}"), maskedText("{}"))
}

// The connections that wait hear a message each, twice, and are held until the input ends.
func TestIdleReportsMessages(t *testing.T) {
	const count = 20
	var asked atomic.Int64
	publish := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/stream", r.URL.Path)
		w.Header().Set("Content-Type", "text/event-stream")
		flusher := http.NewResponseController(w)
		asked.Add(1)
		assert.NoError(t, flusher.Flush())
		for range publish {
			_, _ = io.WriteString(w, ": noise\n\n")
			_ = flusher.Flush()
			_, _ = io.WriteString(w, "data: 1\n\n")
			_ = flusher.Flush()
		}
	}))
	defer server.Close()
	defer close(publish)
	in, end := io.Pipe()
	out, printed := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		address := strings.TrimPrefix(server.URL, "http://")
		args := []string{"idle", "-address", address, "-connections", "20", "-kind", "events", "-target", "/stream"}
		ended <- run(args, in, printed)
	}()
	lines := json.NewDecoder(out)
	var opened openedResult
	require.NoError(t, lines.Decode(&opened))
	assert.Equal(t, count, opened.Answered)
	assert.EqualValues(t, count, asked.Load())
	for round := range 2 {
		for range count {
			publish <- struct{}{}
		}
		var got receivedResult
		require.NoError(t, lines.Decode(&got))
		assert.Equal(t, count*(round+1), got.Received)
	}
	require.NoError(t, end.Close())
	require.NoError(t, <-ended)
}

func TestIdleSecureAsksSeveralTimes(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked[r.RemoteAddr]++
		mu.Unlock()
		_, _ = io.WriteString(w, "here")
	}))
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "https://")
	var out bytes.Buffer
	args := []string{"idle", "-address", address, "-connections", "70", "-kind", "tls", "-rounds", "3"}
	require.NoError(t, run(args, strings.NewReader(""), &out))
	lines := json.NewDecoder(&out)
	var opened openedResult
	require.NoError(t, lines.Decode(&opened))
	assert.Equal(t, 70, opened.Answered)
	for round := 1; round < 3; round++ {
		var got receivedResult
		require.NoError(t, lines.Decode(&got))
		assert.Equal(t, 70*round, got.Received)
	}
	assert.Len(t, asked, 70)
	for peer, n := range asked {
		assert.Equal(t, 3, n, peer)
	}
}

// A server that closes as it was told to is asked over and over.
func TestChurn(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		assert.True(t, r.Close)
		w.Header().Set("Content-Length", "4")
		_, _ = io.WriteString(w, "here")
	}))
	defer server.Close()
	var out bytes.Buffer
	args := []string{"churn", "-address", strings.TrimPrefix(server.URL, "http://"), "-connections", "8", "-duration", "200ms"}
	require.NoError(t, run(args, nil, &out))
	var result churnResult
	require.NoError(t, json.Unmarshal(out.Bytes(), &result))
	assert.EqualValues(t, asked.Load(), result.Connections)
	assert.Greater(t, result.Connections, 8)
}

func TestChurnRefusesMoreThanOneAnswer(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		_, _ = fmt.Fprint(conn, strings.Repeat("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 2))
		_ = conn.Close()
	}()
	err = run([]string{"churn", "-address", listener.Addr().String(), "-connections", "1"}, nil, io.Discard)
	assert.ErrorContains(t, err, "not one answer")
}
