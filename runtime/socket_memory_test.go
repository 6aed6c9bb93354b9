//go:build !race && !loopcheck && !tornado_net

package tornado

import (
	"bytes"
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// TestAllocationsOfSocketsThatEnd: a socket that ends within a long message leaves its memory for the next one. It runs beside no other test, whose memory
// would count, and not over package net, where what is read ahead counts too.
func TestAllocationsOfSocketsThatEnd(t *testing.T) {
	const times, size = 40, 900 << 10 // which is read into memory of 1 MiB, and half of that before, and so on
	r := start(t, chatAPI(SocketOptions{}, func(_ context.Context, s *chatSocket) error {
		s.OnMessage = func(string) error { return nil }
		return nil
	}))
	fragment := func(op ws.Opcode) []byte {
		return append([]byte{byte(op), 0x80 | 126, 4, 0, 0, 0, 0, 0}, bytes.Repeat([]byte("x"), 1<<10)...)
	}
	message := append(fragment(ws.OpText), bytes.Repeat(fragment(0), size>>10-1)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range times {
		peer := open(t, r.dialer())
		_, err := peer.Write(message)
		require.NoError(t, err)
		require.NoError(t, peer.Close())
		require.Eventually(t, func() bool { return r.Stats().Connections.Sockets == 0 }, patience, time.Millisecond)
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(times<<20))
}
