package tornado

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHealthPaths: one of the two pages may be left out, and the root of the server is a path as others are.
func TestHealthPaths(t *testing.T) {
	s := start(t, newTestAPI(testHandlers{}), WithHealth("", "/"), WithDocument(""))
	status, body := s.exchange(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	require.Equal(t, 200, status)
	require.Equal(t, "ready\n", body)
	status, body = s.exchange(t, "GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n")
	require.Equal(t, 404, status)
	require.Contains(t, body, "no operation has this path")
}

func TestReadyChecks(t *testing.T) {
	var calls atomic.Int32
	down := errors.New("connection refused")
	s := start(t, newTestAPI(testHandlers{}), WithHealth("/healthz", "/readyz"),
		WithReadyCheck("cache", func(context.Context) error { return nil }),
		WithReadyCheck("database", func(ctx context.Context) error {
			calls.Add(1)
			return down
		}))
	for range 3 {
		status, body := s.exchange(t, "GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n")
		require.Equal(t, 503, status)
		require.Equal(t, "not ready: database\n", body)
	}
	require.LessOrEqual(t, calls.Load(), int32(2), "what was found counts for a second")
	status, _ := s.exchange(t, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
	require.Equal(t, 200, status)
	for _, c := range s.checks {
		c.mu.Lock()
		c.check = func(context.Context) error { return nil }
		c.at = c.at.Add(-healthMemory)
		c.mu.Unlock()
	}
	status, body := s.exchange(t, "GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n")
	require.Equal(t, 200, status)
	require.Equal(t, "ready\n", body)
}
