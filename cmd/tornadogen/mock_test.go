package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// commandBinary builds the command for tests that need a process of it.
func commandBinary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tornadogen")
	command(t, ".", "go", "build", "-mod=readonly", "-o", path, ".")
	return path
}

// A mock checks requests, and answers with examples and samples of every kind of operation, as the client prefers.
func TestMock(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a service")
	}
	tornadogen, cache := commandBinary(t), t.TempDir()
	compiled := "GOCACHE=" + strings.TrimSpace(command(t, ".", "go", "env", "GOCACHE")) // which is not below a cache of our own: that takes minutes
	mock := func(args ...string) *exec.Cmd {
		cmd := exec.Command(tornadogen, append([]string{"mock", "testdata/mock.yaml", "--addr", "127.0.0.1:0"}, args...)...)
		cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+cache, compiled)
		return cmd
	}
	start := func(args ...string) *served { return serve(t, mock(args...)) }
	s := start()
	const pet = `{"name": "tex", "age": 1, "labels": {"key": true}}`
	for _, c := range []struct {
		target      string
		header      []string
		status      int
		contentType string
		body        string
	}{
		{"/pets/1", nil, 200, "application/json", `{"name":"Tiny"}`},
		{"/pets/1", []string{"Prefer", "example=large"}, 200, "application/json", `{"name":"Rex"}`},
		{"/pets/1", []string{"Accept", "text/*"}, 200, "text/plain", "a pet"},
		{"/pets/1", []string{"Prefer", "code=404"}, 404, "application/problem+json", `{"title": "gone"}`},
		{"/pets/1", []string{"Prefer", "code=409"}, 409, "application/problem+json", `{"title": "taken", "status": 400}`},
		{"/pets/1", []string{"Prefer", "code=418"}, 418, "application/problem+json", `{"status":418,"title":"text"}`},
		{"/pets/1", []string{"Prefer", "code=503"}, 503, "text/plain", "broken"},
		{"/pets/1", []string{"Prefer", "code=302"}, 400, "application/problem+json", `{"title":"Bad Request","status":400,"detail":"the document declares no answer 302 for this operation"}`},
		{"/pets/1", []string{"Prefer", "example=none"}, 400, "application/problem+json", `{"title":"Bad Request","status":400,"detail":"the document has no example \"none\" of this answer"}`},
		{"/pets", []string{"X-Key", "any"}, 200, "application/json", "[" + pet + "]"},
		{"/later", nil, 204, "", ""},
		{"/events", nil, 200, "text/event-stream", strings.Repeat(`data: {"name": "tex", "age": 1, "labels": {}}`+"\n\n", 3)},
		{"/kinds", nil, 200, "text/event-stream", strings.Repeat("event: pet\nid: 7\ndata: {\"name\": \"tex\"}\n\n", 3)},
		{
			"/parts", nil, 200, "multipart/mixed; boundary=tornadogen-mock",
			strings.Repeat("--tornadogen-mock\r\nContent-Type: application/json\r\n\r\n"+pet+"\r\n", 3) + "--tornadogen-mock--\r\n",
		},
		{"/labels/1", nil, 200, "application/xml", xmlHeader + `<label lang="text"><words><word>text</word></words></label>`},
		{"/labels/1", []string{"Accept", "text/xml"}, 200, "text/xml", xmlHeader + `<label lang="en"><words><word>a</word><word>b</word></words></label>`},
		{"/labels/1", []string{"Accept", "text/xml", "Prefer", "example=text"}, 200, "text/xml", "<label/>"},
		{"/lines", nil, 200, "application/jsonl", strings.Repeat(pet+"\n", 3)},
		{"/olderevents", nil, 200, "text/event-stream", strings.Repeat("data: "+pet+"\n\n", 3)},
		{"/olderlines", nil, 200, "application/jsonl", strings.Repeat(pet+"\n", 3)},
		{"/olderlists", nil, 200, "application/jsonl", strings.Repeat(pet+"\n", 3)},
	} {
		status, contentType, body := s.ask(t, http.MethodGet, c.target, c.header...)
		require.Equal(t, []any{c.status, c.contentType, c.body}, []any{status, contentType, body}, "%s %v", c.target, c.header)
	}
	status, _, body := s.ask(t, http.MethodGet, "/pets/x")
	require.Equal(t, 422, status, body)
	talk(t, strings.TrimPrefix(s.root, "http://"), pet)
	taken, err := mock("--addr", strings.TrimPrefix(s.root, "http://")).CombinedOutput()
	require.Error(t, err)
	require.Regexp(t, `(?m)^tornadogen: .*address already in use; choose another address with --addr$`, string(taken))
	s.end(t, os.Interrupt)

	s = start("--addr", ":0", "--error-rate", "1", "--latency", "50ms")
	require.Regexp(t, `^http://localhost:\d+$`, s.root)
	began := time.Now()
	status, _, body = s.ask(t, http.MethodGet, "/pets/1")
	require.Equal(t, []any{500, "broken"}, []any{status, body})
	require.GreaterOrEqual(t, time.Since(began), 50*time.Millisecond)
	status, _, body = s.ask(t, http.MethodGet, "/pets")
	require.Equal(t, 500, status, body)
	status, _, _ = s.ask(t, http.MethodGet, "/pets/x")
	require.Equal(t, 422, status, "what is refused is refused first")
	s.end(t, os.Interrupt)
}

// Without the go command a mock says what it needs.
func TestMockNeedsGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	var stderr bytes.Buffer
	require.Equal(t, exitRefused, run([]string{"mock", "testdata/mock.yaml"}, nil, io.Discard, &stderr))
	require.Contains(t, stderr.String(), "tornadogen: the mock needs the go command, which is not found; install Go 1.26 or later, and look at PATH\n")
}

// talk opens the WebSocket of the mock and demands the sample twice: when it is opened, and for a message.
func talk(t *testing.T, addr, sample string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	_, err = conn.Write([]byte("GET /talk HTTP/1.1\r\nHost: " + addr + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
	require.NoError(t, err)
	in := bufio.NewReader(conn)
	res, err := http.ReadResponse(in, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusSwitchingProtocols, res.StatusCode)
	require.NoError(t, res.Body.Close())
	want := strings.ReplaceAll(sample, " ", "")
	for range 2 {
		frame := make([]byte, 2+len(want)) // a short text from the server (RFC 6455 section 5.2)
		for got := 0; got < len(frame); {
			n, err := in.Read(frame[got:])
			require.NoError(t, err)
			got += n
		}
		require.Equal(t, want, string(frame[2:]))
		_, err = conn.Write([]byte{0x81, 0x84, 0, 0, 0, 0, '"', 'h', 'i', '"'})
		require.NoError(t, err)
	}
}
