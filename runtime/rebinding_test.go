package tornado

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAdminRefusesRebinding: all of the administration is for this machine, where it listens on the loopback interface.
func TestAdminRefusesRebinding(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), WithAdmin("127.0.0.1:0"), WithAdminMount("/secret", http.NotFoundHandler()))
	for host, status := range map[string]int{
		"": 404, "localhost:9090": 404, "SHOP.localhost": 404, "127.0.0.1": 404, "[::1]:80": 404, "evil.example": 403, "localhost.": 404, "shop.localhost.:80": 404, "evil.example.": 403, "localhost.evil.example:9090": 403,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.AdminAddr().String()+"/secret", nil)
		require.NoError(t, err)
		req.Host = host
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, status, res.StatusCode, host)
	}
	for _, request := range []string{"GET /healthz HTTP/1.0\r\n\r\n", "GET /readyz HTTP/1.0\r\nHost: shop.example\r\n\r\n"} {
		c, err := net.Dial("tcp", r.AdminAddr().String())
		require.NoError(t, err)
		_, err = io.WriteString(c, request)
		require.NoError(t, err)
		answer, err := io.ReadAll(c)
		require.NoError(t, err)
		require.NoError(t, c.Close())
		assert.True(t, strings.HasPrefix(string(answer), "HTTP/1.0 200 OK"), "%q: %s", request, answer)
	}
}
