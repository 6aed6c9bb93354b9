package abuse

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

// What follows has brought other servers down, a name each.

func attacked(t *testing.T) (*attacker, *target.Child) {
	t.Helper()
	child, err := target.Spawn()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, child.Stop()) })
	return &attacker{ctx: t.Context(), at: child.Addresses}, child
}

// alive demands that the server answers, and quickly.
func alive(t *testing.T, a *attacker) {
	t.Helper()
	begun := time.Now()
	require.NoError(t, a.asks("GET /ping?nonce=a"+head+"Connection: close\r\n\r\n", 200))
	assert.Less(t, time.Since(begun), 5*time.Second)
}

// One frame that announces 2^63 bytes crashed a server.
func TestFrameThatAnnounces2To63Bytes(t *testing.T) {
	a, child := attacked(t)
	for _, path := range []string{"/messages", "/frames", "/deflated"} {
		for n, code := range map[uint64]ws.StatusCode{1 << 63: ws.StatusProtocolError, 1<<64 - 1: ws.StatusProtocolError, 1<<63 - 1: ws.StatusMessageTooBig, 1 << 40: ws.StatusMessageTooBig} {
			assert.NoError(t, closedWith(path, frameOf(n), code)(a), "%s %d", path, n)
		}
	}
	alive(t, a)
	assert.Less(t, resident(child.PID()), int64(100<<20))
}

// 10,000 nested arrays stalled a validator.
func TestNestedArrays(t *testing.T) {
	a, _ := attacked(t)
	for _, n := range []int{10_000, 1_000_000} {
		for _, path := range []string{"/tree", "/json"} {
			body := strings.Repeat("[", n) + strings.Repeat("]", n)
			begun := time.Now()
			assert.NoError(t, a.asks(fmt.Sprintf("POST %s%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, head, len(body), body), 400))
			assert.Less(t, time.Since(begun), 5*time.Second, "%s, %d deep", path, n)
		}
	}
}

// Chunk extensions, and trailers, were read without a limit.
func TestChunkExtensionsAndTrailersAreBounded(t *testing.T) {
	a, child := attacked(t)
	const begin = "POST /json" + head + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
	for _, endless := range []string{
		begin + "1;a=" + strings.Repeat("b", 50<<20), begin + strings.Repeat("1;a=b\r\n1\r\n", 8<<20),
		begin + "1\r\n1\r\n0\r\nA: " + strings.Repeat("b", 50<<20), begin + "1\r\n1\r\n0\r\n" + strings.Repeat("A: b\r\n", 8<<20),
	} {
		assert.NoError(t, a.asks(endless, 400, 413, 431))
	}
	alive(t, a)
	assert.Less(t, resident(child.PID()), int64(200<<20))
}

// A compressed message of some 100 kB grew to 1 GB.
func TestCompressedMessageThatGrows(t *testing.T) {
	a, child := attacked(t)
	require.Less(t, len(bomb()), 1<<20)
	assert.NoError(t, closedWith("/deflated", bomb(), ws.StatusMessageTooBig)(a))
	alive(t, a)
	assert.Less(t, resident(child.PID()), int64(100<<20))
}

// A client that closed its side at once lost its answer.
func TestHalfCloseAtOnceIsAnswered(t *testing.T) {
	a, _ := attacked(t)
	for i := range 200 {
		conn, err := a.dial(a.at.Plain)
		require.NoError(t, err)
		path := []string{"/ping?nonce=a", "/block?nonce=a&ms=5", "/later?nonce=a&ms=5"}[i%3]
		_, err = io.WriteString(conn, "GET "+path+head+"\r\n")
		require.NoError(t, err)
		require.NoError(t, conn.(*net.TCPConn).CloseWrite())
		all, err := io.ReadAll(conn)
		require.NoError(t, err)
		require.Contains(t, string(all), `{"nonce":"a"}`, path)
		require.NoError(t, conn.Close())
	}
}

// EMFILE on accept ended the engine.
func TestNoDescriptorsLeft(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the descriptors of a target are bounded by setrlimit")
	}
	const files = 64
	child, err := target.SpawnWithFiles(files)
	require.NoError(t, err)
	a := &attacker{ctx: t.Context(), at: child.Addresses}
	conn, err := a.dial(a.at.Plain) // is let in, and stays
	require.NoError(t, err)
	ask := func(conn net.Conn) error {
		if _, err := io.WriteString(conn, "GET /ping?nonce=a"+head+"\r\n"); err != nil {
			return err
		}
		return a.wants(conn, 200)
	}
	require.NoError(t, ask(conn))
	var others []net.Conn
	for range 4 * files {
		other, err := a.dial(a.at.Plain)
		require.NoError(t, err, "the kernel takes it for the server")
		others = append(others, other)
	}
	assert.NoError(t, ask(conn), "while there are none")
	for _, other := range others {
		require.NoError(t, other.Close())
	}
	assert.Eventually(t, func() bool {
		other, err := a.dial(a.at.Plain)
		if err != nil {
			return false
		}
		defer func() { _ = other.Close() }()
		return ask(other) == nil
	}, 10*time.Second, 20*time.Millisecond, "when there are some again")
	row := &Row{Attack: Attack{Bound: "descriptors"}}
	assert.Positive(t, row.counted(child), "who was refused")
	assert.Empty(t, row.Faults)
	require.NoError(t, conn.Close())
	assert.NoError(t, child.Stop())
}
