package tornado

import (
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// speaksHTTP2 is a connection of a client that has chosen HTTP/2 by ALPN.
func speaksHTTP2(t *testing.T, r *running, change func(c *tls.Config)) *peerConn {
	t.Helper()
	config := authority().client()
	config.NextProtos = []string{protocolHTTP2}
	if change != nil {
		change(config)
	}
	conn, err := handshake(t, r.addr, config)
	require.NoError(t, err)
	require.Equal(t, protocolHTTP2, conn.ConnectionState().NegotiatedProtocol)
	c := &peerConn{Conn: conn, below: conn.NetConn(), t: t}
	c.reader()
	return c
}

// TestWeakTLSUnderHTTP2: HTTP/2 is not spoken over TLS that RFC 9113 section 9.2 finds too weak.
func TestWeakTLSUnderHTTP2(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), over(overTLS))
	c := speaksHTTP2(t, r, func(c *tls.Config) {
		c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}
	})
	_, code := goAway(t, c)
	assert.EqualValues(t, 12, code, "INADEQUATE_SECURITY")
	_, err := io.Copy(io.Discard, c.r)
	require.NoError(t, err, "closed, not reset")
}

// TestHTTP2Request: a handler is told of TLS; and what is no host with a port is refused, as in HTTP/1.1.
func TestHTTP2Request(t *testing.T) {
	for way, opts := range http2Ways {
		t.Run(way, func(t *testing.T) {
			r := start(t, newTestAPI(testHandlers{}), append([]Option{
				WithMount("/tls", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.TLS != nil {
						_, _ = io.WriteString(w, r.TLS.NegotiatedProtocol)
					}
				})),
			}, opts...)...)
			client, base := http2Client(t, r, way)
			res, err := client.Get(base + "/tls")
			want := ""
			if strings.HasPrefix(way, "tls") {
				want = "h2"
			}
			assert.Equal(t, want, readAll(t, res, err))
			for host, status := range map[string]int{"a": 200, "a:80": 200, "[::1]:80": 200, "a:80:80": 400, "a:evil": 400, "[::1": 400} {
				req, err := http.NewRequest(http.MethodGet, base+"/items/2", nil)
				require.NoError(t, err)
				req.Host = host
				res, err := client.Do(req)
				readAll(t, res, err)
				assert.Equal(t, status, res.StatusCode, host)
			}
		})
	}
}
