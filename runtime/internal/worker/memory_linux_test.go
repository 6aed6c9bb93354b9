//go:build !tornado_net

package worker

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// What an idle connection costs after one request. The clients are descriptors
// without any memory of Go.
func TestIdleMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector needs memory of its own")
	}
	const want = 6000
	var limit unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	if limit.Cur < 2*want+100 {
		t.Skip("too few descriptors: ", limit.Cur)
	}
	e, addr := serveReal(t, "tcp4", "127.0.0.1:0", Options{Handler: constant{}, Loops: 2})
	to := addr.(*net.TCPAddr)
	sa := &unix.SockaddrInet4{Port: to.Port, Addr: [4]byte(to.IP.To4())}
	fds := make([]int, 0, 2*want)
	defer func() {
		for _, fd := range fds {
			assert.NoError(t, unix.Close(fd))
		}
	}()
	request, answer := []byte("GET / HTTP/1.1\r\n\r\n"), make([]byte, 4096)
	open := func(n int) {
		from := len(fds)
		for range n {
			fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			require.NoError(t, err)
			fds = append(fds, fd)
			require.NoError(t, unix.Connect(fd, sa))
		}
		for _, fd := range fds[from:] { // all at once, to have a queue
			_, err := unix.Write(fd, request)
			require.NoError(t, err)
		}
		for _, fd := range fds[from:] {
			_, err := unix.Read(fd, answer)
			require.NoError(t, err)
		}
	}
	open(200) // workers, frames
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rss := resident(t)
	open(want)
	rss = resident(t) - rss
	runtime.GC()
	runtime.ReadMemStats(&after)
	heap := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d idle connections: %d bytes of heap each, resident set grown by %d each; %d workers",
		want, heap/want, rss/want, e.Stats()[0].Workers+e.Stats()[1].Workers)
	assert.Less(t, heap/want, int64(300))
}

// resident is the resident set of this process in bytes.
func resident(t *testing.T) int64 {
	data, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	fields := bytes.Fields(data)
	require.Greater(t, len(fields), 1, fmt.Sprint("statm: ", string(data)))
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	require.NoError(t, err)
	return pages * int64(os.Getpagesize())
}
