//go:build !race && !tornado_net

package tornado

import (
	"context"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// What a request costs that waits for its answer: no goroutine, and little memory. The clients are descriptors without any memory
// of Go; what the handler keeps is counted.
func TestParkedRequestsAreSmall(t *testing.T) {
	const want = 2000
	var kept []*Deferred
	taken := make(chan *Deferred, want)
	r := start(t, deferring(func(_ context.Context, d *Deferred) {
		d.After(time.Hour, func() bool { return AnswerStatus(d, 204) })
		taken <- d
	}))
	to := netip.MustParseAddrPort(r.addr)
	sa := &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}
	var fds []int
	defer func() {
		for _, fd := range fds {
			assert.NoError(t, unix.Close(fd))
		}
	}()
	park := func(n int) {
		from := len(fds)
		for range n {
			fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			require.NoError(t, err)
			fds = append(fds, fd)
			require.NoError(t, unix.Connect(fd, sa))
		}
		for _, fd := range fds[from:] {
			_, err := unix.Write(fd, []byte(askPoll))
			require.NoError(t, err)
		}
		for range n {
			kept = append(kept, <-taken)
		}
	}
	kept = make([]*Deferred, 0, want+100)
	park(100) // workers, frames
	goroutines := runtime.NumGoroutine()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	park(want)
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / want
	t.Logf("%d parked requests: %d bytes of heap each", want, each)
	assert.Less(t, each, int64(700))
	assert.Less(t, runtime.NumGoroutine(), goroutines+100, "some workers, and none for a request")
	for _, d := range kept {
		require.True(t, AnswerWith(d, "x", writeText))
	}
	answer := make([]byte, 4096)
	for _, fd := range fds {
		n, err := unix.Read(fd, answer)
		require.NoError(t, err)
		require.Contains(t, string(answer[:n]), "HTTP/1.1 200 OK")
	}
}
