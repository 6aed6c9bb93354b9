//go:build !tornado_net

package tornado

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// takesLittle has the system take a few kilobytes of a server that has left the loops before its client reads: longer writes are short, wherever
// that is, and go on where they ended.
func takesLittle(t *testing.T, c net.Conn) {
	t.Helper()
	for over, ok := c.(interface{ NetConn() net.Conn }); ok; over, ok = c.(interface{ NetConn() net.Conn }) {
		c = over.NetConn()
	}
	assert.NoError(t, c.(interface{ SetWriteBuffer(bytes int) error }).SetWriteBuffer(1))
}

// odd is a text whose pieces differ, longer than all buffers together.
var odd = func() []byte {
	b := make([]byte, 1<<20)
	for i := range b {
		b[i] = byte(i * 31 / 7)
	}
	return b
}()

// writeOdd writes it in pieces of odd lengths, most of which are longer than the system takes at once.
func writeOdd(w io.Writer) error {
	for at, n := 0, 1; at < len(odd); at, n = at+n, n*3%100_003 {
		n = min(n, len(odd)-at)
		if _, err := w.Write(odd[at : at+n]); err != nil {
			return err
		}
	}
	return nil
}

// readOdd reads r to its end, a little at a time.
func readOdd(t *testing.T, r io.Reader) {
	t.Helper()
	var got bytes.Buffer
	_, err := io.CopyBuffer(struct{ io.Writer }{&got}, r, make([]byte, 1000))
	require.NoError(t, err)
	require.Equal(t, len(odd), got.Len())
	assert.True(t, bytes.Equal(odd, got.Bytes()), "each byte, once and in order")
}

// TestShortWritesOutsideTheLoops: the same as TestShortWritesAtEveryByte for connections that have left the loops, over sockets of the system.
func TestShortWritesOutsideTheLoops(t *testing.T) {
	pages := http.NewServeMux()
	pages.HandleFunc("GET /app/long", func(w http.ResponseWriter, r *http.Request) {
		takesLittle(t, outsideOf(r).Conn)
		assert.NoError(t, writeOdd(w))
	})
	pages.HandleFunc("GET /app/hijack", func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if !assert.NoError(t, err) {
			return
		}
		defer conn.Close()
		takesLittle(t, conn)
		_, err = rw.WriteString("taken\n")
		assert.NoError(t, err)
		assert.NoError(t, writeOdd(rw))
		assert.NoError(t, rw.Flush())
	})
	for way, opts := range http2Ways {
		if strings.HasPrefix(way, "h2c") && way != "h2c unix" { // whatever other tests are over
			opts = append([]Option{over(overTCP)}, opts...)
		}
		t.Run("HTTP/2 "+way, func(t *testing.T) {
			r := start(t, newTestAPI(testHandlers{}), append([]Option{WithMount("/app", pages)}, opts...)...)
			client, base := http2Client(t, r, way)
			for range 2 {
				res, err := client.Get(base + "/app/long")
				require.NoError(t, err)
				assert.Equal(t, 2, res.ProtoMajor)
				readOdd(t, res.Body)
				require.NoError(t, res.Body.Close())
			}
		})
		if strings.HasSuffix(way, "onloop") { // where nothing is mounted on the loops
			continue
		}
		t.Run("hijacked "+way, func(t *testing.T) {
			r := start(t, nil, append([]Option{WithMount("/app", pages)}, opts...)...)
			c := r.dial(t)
			smallBuffer(t, c.Conn)
			c.send("GET /app/hijack HTTP/1.1\r\nHost: x\r\n\r\n")
			line, err := c.r.ReadString('\n')
			require.NoError(t, err)
			assert.Equal(t, "taken\n", line)
			readOdd(t, c.r)
		})
	}
}
