package tornado

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestHandshakesAreBounded, on systems that have all of 127.0.0.0/8: silent clients of one address that are as many as there may be, and more, keep out nobody of another.
func TestHandshakesAreBounded(t *testing.T) {
	const limit, places, silent, good = 24, 21, 50, 40
	for mode, opts := range map[string][]Option{"workers": nil, "onloop": {WithHandlersOnLoop()}} {
		t.Run(mode, func(t *testing.T) {
			r := start(t, newTestAPI(testHandlers{}), append([]Option{over(overTLS), WithLimits(Limits{Handshakes: limit})}, opts...)...)
			hello := recordHello(t)
			var conns []net.Conn
			begin := func() {
				c, err := net.Dial("tcp", r.addr)
				require.NoError(t, err)
				t.Cleanup(func() { c.Close() })
				_, err = c.Write(hello)
				require.NoError(t, err)
				conns = append(conns, c)
			}
			for range silent {
				begin()
			}
			require.Eventually(t, func() bool { return r.Stats().Bounds[BoundHandshakes] == silent-places }, patience, time.Millisecond,
				"the last eighth of the places is for others, and who finds none is counted")
			require.Equal(t, places, r.Stats().Connections.Handshakes)
			for range good {
				fromElsewhere := &tls.Dialer{NetDialer: &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}, Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // a test of bounds
				conn, err := fromElsewhere.Dial("tcp4", r.addr)
				require.NoError(t, err)
				require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
				_, err = io.WriteString(conn, getItem)
				require.NoError(t, err)
				res, err := http.ReadResponse(bufio.NewReader(conn), nil)
				require.NoError(t, err)
				require.Equal(t, http.StatusOK, res.StatusCode)
				require.NoError(t, conn.Close())
				begin() // and there are new ones all the time
				assert.LessOrEqual(t, r.Stats().Connections.Handshakes, limit)
			}
			assert.Zero(t, r.Stats().Bounds[BoundHandshake], "they are counted once")
			assert.Zero(t, r.Stats().Bounds[BoundHandshakeTime])
			for _, c := range conns {
				require.NoError(t, c.Close())
			}
			require.Eventually(t, func() bool { return r.Stats().Connections.Handshakes == 0 }, patience, time.Millisecond)
		})
	}
}
