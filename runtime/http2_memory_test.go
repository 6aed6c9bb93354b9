//go:build !race && !loopcheck

package tornado

import (
	"io"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAllocationsOfStreamsThatAreLeft: the buffer of an answer that nobody waits for any more is used again, as that of any other is. It runs beside
// no other test, whose memory would count.
func TestAllocationsOfStreamsThatAreLeft(t *testing.T) {
	const streams, most = 2000, 5 << 10 // bytes for each; 4 KiB of them would be the buffer
	api, replies := waiting()
	r := start(t, api, WithH2C())
	conns := make([]*peerConn, streams/fewResets+1) // a hundred on each
	for i := range conns {
		conns[i] = settled(t, r, "h2c")
		go func() { _, _ = io.Copy(io.Discard, conns[i].Conn) }()
	}
	leave := func(conns ...*peerConn) {
		for _, c := range conns {
			for i := range uint32(fewResets) {
				// GET http://h/poll (RFC 7541 section 6), and CANCEL.
				c.send(http2Bytes(1, 5, 2*i+1, "\x82\x86\x01\x01h\x04\x05/poll"))
				_, done := endOf(<-replies)
				c.send(http2Bytes(3, 0, 2*i+1, "\x00\x00\x00\x08"))
				require.False(t, <-done)
			}
		}
	}
	leave(conns[0])
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // which empties the pools
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	leave(conns[1:]...)
	runtime.ReadMemStats(&after)
	each := (after.TotalAlloc - before.TotalAlloc) / streams
	t.Logf("%d bytes for each", each)
	require.Less(t, each, uint64(most))
}
