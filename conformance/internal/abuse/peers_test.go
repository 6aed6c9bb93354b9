package abuse

import (
	"crypto/tls"
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

// Chunk extensions, and trailers, were read without a limit: those of a body that is held, of one that is read as it comes, and of one for a handler
// of net/http, which answers 400 whatever its body failed with. Extensions that the data pays for are dropped: the limit of the body bounds them.
func TestChunkExtensionsAndTrailersAreBounded(t *testing.T) {
	a, child := attacked(t)
	mounted := &attacker{ctx: t.Context(), at: target.Addresses{Plain: a.at.Echo}}
	for _, asked := range []struct {
		by          *attacker
		path, media string
		short, tail int
	}{{a, "/json", "application/json", 413, 431}, {a, "/bytes", "application/octet-stream", 200, 431}, {mounted, "/echo", "application/octet-stream", 200, 400}} {
		begin := "POST " + asked.path + head + "Content-Type: " + asked.media + "\r\nTransfer-Encoding: chunked\r\n\r\n"
		for _, c := range []struct {
			what, sent string
			status     int
		}{
			{"an endless extension", "1;a=" + strings.Repeat("b", 50<<20), 400},
			{"extensions that dwarf the data", strings.Repeat("1;a="+strings.Repeat("b", 64)+"\r\n1\r\n", 1<<20), 400},
			{"short extensions", strings.Repeat("1;a=b\r\n1\r\n", 8<<20) + "0\r\n\r\n", asked.short},
			{"an endless trailer", "1\r\n1\r\n0\r\nA: " + strings.Repeat("b", 50<<20), asked.tail},
			{"endless trailers", "1\r\n1\r\n0\r\n" + strings.Repeat("A: b\r\n", 8<<20), asked.tail},
		} {
			assert.NoError(t, asked.by.asks(begin+c.sent, c.status), "%s: %s", asked.path, c.what)
		}
	}
	alive(t, a)
	assert.NoError(t, mounted.asks("GET /"+head+"Connection: close\r\n\r\n", 200))
	assert.Less(t, resident(child.PID()), int64(200<<20))
}

// A compressed message of some 900 kB grew to 1 GB.
func TestCompressedMessageThatGrows(t *testing.T) {
	a, child := attacked(t)
	require.Less(t, len(bomb()), 1<<20)
	assert.NoError(t, closedWith("/deflated", bomb(), ws.StatusMessageTooBig)(a))
	alive(t, a)
	assert.Less(t, resident(child.PID()), int64(100<<20))
}

// A client that closed its side at once lost its answer: that of TCP, that of TLS alone, as curl does, or both.
func TestHalfCloseAtOnceIsAnswered(t *testing.T) {
	a, _ := attacked(t)
	for way, c := range map[string]struct{ secure, below bool }{"tcp": {false, true}, "tls": {true, false}, "both": {true, true}} {
		t.Run(way, func(t *testing.T) {
			for i := range 200 {
				halfCloseAtOnce(t, a, i, c.secure, c.below)
			}
		})
	}
}

// halfCloseAtOnce asks and closes its side, of TLS where that is there, and of TCP below it, and wants the answer, and then the end: of TLS, too.
func halfCloseAtOnce(t *testing.T, a *attacker, i int, secure, below bool) {
	t.Helper()
	addr := a.at.Plain
	if secure {
		addr = a.at.TLS
	}
	conn, err := a.dial(addr)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	over := conn
	if secure {
		over = tls.Client(conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}) //nolint:gosec // the certificate is made up
	}
	path := []string{"/ping?nonce=a", "/block?nonce=a&ms=5", "/later?nonce=a&ms=5"}[i%3]
	_, err = io.WriteString(over, "GET "+path+head+"\r\n")
	require.NoError(t, err)
	if secure {
		require.NoError(t, over.(*tls.Conn).CloseWrite())
	}
	if below {
		require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	}
	all, err := io.ReadAll(over) // without the server's close_notify that is an error
	require.NoError(t, err, path)
	require.Contains(t, string(all), `{"nonce":"a"}`, path)
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
