//go:build !race && !loopcheck

package tornado

import (
	"encoding/binary"
	"io"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
)

// http2Bytes is a frame of HTTP/2 (RFC 9113 section 4.1).
func http2Bytes(kind, flags byte, stream uint32, payload string) string {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	return string(binary.BigEndian.AppendUint32(append(head, flags), stream)) + payload
}

// TestAllocationsOfStreamsThatAreLeft: the buffer of an answer that nobody waits for any more is used again, as that of any other is. It runs beside
// no other test, whose memory would count.
func TestAllocationsOfStreamsThatAreLeft(t *testing.T) {
	const streams, most = 2000, 5 << 10 // bytes for each; 4 KiB of them would be the buffer
	api, replies := waiting()
	c := start(t, api, WithH2C()).dial(t)
	go func() { _, _ = io.Copy(io.Discard, c.Conn) }()
	c.send(http1.Preface + http2Bytes(4, 0, 0, ""))
	id := uint32(1)
	leave := func(n int) {
		for range n {
			// GET http://h/poll (RFC 7541 section 6), and CANCEL.
			c.send(http2Bytes(1, 5, id, "\x82\x86\x01\x01h\x04\x05/poll"))
			_, done := endOf(<-replies)
			c.send(http2Bytes(3, 0, id, "\x00\x00\x00\x08"))
			require.False(t, <-done)
			id += 2
		}
	}
	leave(streams / 10)
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // which empties the pools
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	leave(streams)
	runtime.ReadMemStats(&after)
	each := (after.TotalAlloc - before.TotalAlloc) / streams
	t.Logf("%d bytes for each", each)
	require.Less(t, each, uint64(most))
}
