//go:build !tornado_net

package tornado

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestIdleTLS: a connection that waits holds no goroutine, and no more than 8 KiB that are alive. The clients are another process.
func TestIdleTLS(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), over(overTLS))
	for range 4 { // workers, frames
		status, _ := r.exchange(t, getItem)
		require.Equal(t, http.StatusOK, status)
	}
	require.Eventually(t, func() bool { return runtime.NumGoroutine() < 20 }, patience, time.Millisecond)
	goroutines := runtime.NumGoroutine()
	before := liveHeap()
	clients := exec.Command(os.Args[0], "-test.run=^$")
	clients.Env = append(os.Environ(), idleClients+"="+r.addr)
	clients.Stderr = os.Stderr
	input, err := clients.StdinPipe()
	require.NoError(t, err)
	output, err := clients.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, clients.Start())
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "ready\n", line)
	each := (liveHeap() - before) / manyClients
	t.Logf("%d bytes each, %d goroutines more", each, runtime.NumGoroutine()-goroutines)
	assert.LessOrEqual(t, each, 8<<10)
	assert.LessOrEqual(t, runtime.NumGoroutine(), goroutines+8)
	require.NoError(t, input.Close())
	require.NoError(t, clients.Wait())
}

// liveHeap is what is alive of the heap, in bytes.
func liveHeap() int {
	var m runtime.MemStats
	for range 3 { // what is pooled goes with the second
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
