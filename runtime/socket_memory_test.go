package tornado

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// TestSocketsLeaveTheirMemory: a socket that ends within a long message leaves its memory for the next one.
func TestSocketsLeaveTheirMemory(t *testing.T) {
	const times, size = 100, 1 << 20
	fragment := append([]byte{byte(ws.OpBinary), 126, 4, 0}, make([]byte, 1<<10)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range times {
		rd := takeUp(nil)
		for received := 0; received < size; received += 1 << 10 {
			fragment[0] = 0
			if received == 0 {
				fragment[0] = byte(ws.OpBinary)
			}
			_, _, err := rd.parser.Feed(fragment, ws.Rules{Client: true})
			require.NoError(t, err)
		}
		rd.end()
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(times*size)) // under the race detector a sync.Pool forgets much
}
