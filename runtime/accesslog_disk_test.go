package tornado

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAccessLogOnAFullDisk: the log misses lines, which the other log tells once, and clients do not notice.
func TestAccessLogOnAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no full disk to be had: ", err)
	}
	defer full.Close()
	var other bytes.Buffer
	r := start(t, newTestAPI(testHandlers{}), WithAccessLog(slog.New(slog.NewTextHandler(full, nil))), WithLogger(slog.New(slog.NewTextHandler(&other, nil))))
	c := r.dial(t)
	for range 20 {
		c.send("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
		res, body := c.answer(http.MethodGet)
		assert.Equal(t, http.StatusOK, res.StatusCode)
		assert.Equal(t, `{"id":1}`, body)
	}
	require.NoError(t, r.stop(t))
	assert.Equal(t, 1, strings.Count(other.String(), "the access log misses lines"), other.String())
	assert.Contains(t, other.String(), "no space left on device")
}

// fillingDisk is a file on a disk that is full for a while.
type fillingDisk struct {
	mu    sync.Mutex
	full  bool         // guarded by mu
	tried int          // writes; guarded by mu
	b     bytes.Buffer // guarded by mu
}

func (d *fillingDisk) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tried++
	if d.full {
		return 0, &os.PathError{Op: "write", Path: "access.log", Err: syscall.ENOSPC}
	}
	return d.b.Write(p)
}

// fill says whether it is full from now on.
func (d *fillingDisk) fill(full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = full
}

func (d *fillingDisk) writes() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tried
}

// TestAccessLogOnceThereIsRoom: the log goes on, a whole line for each request, when its disk has room again. The loss is told once, though
// there is another, and clients do not notice.
func TestAccessLogOnceThereIsRoom(t *testing.T) {
	var disk fillingDisk
	var other lockedBuffer
	r := start(t, newTestAPI(testHandlers{}), WithAccessLog(slog.New(slog.NewTextHandler(&disk, nil))), WithLogger(slog.New(slog.NewTextHandler(&other, nil))))
	c := r.dial(t)
	var want []string
	asked := 0
	for _, full := range []bool{false, true, false, true, false} {
		disk.fill(full)
		for range 5 {
			asked++
			c.send(fmt.Sprintf("GET /items/1?n=%d HTTP/1.1\r\nHost: x\r\n\r\n", asked))
			res, body := c.answer(http.MethodGet)
			assert.Equal(t, http.StatusOK, res.StatusCode)
			assert.Equal(t, `{"id":1}`, body)
			if !full {
				want = append(want, fmt.Sprint("n=", asked))
			}
		}
		require.Eventually(t, func() bool { return disk.writes() == asked }, patience, time.Millisecond, "a line for each request was tried")
	}
	require.NoError(t, r.stop(t))
	assert.Equal(t, want, regexp.MustCompile(`n=\d+`).FindAllString(disk.b.String(), -1))
	assert.Equal(t, len(want), strings.Count(disk.b.String(), "ended=answered\n"), disk.b.String())
	assert.Equal(t, 1, strings.Count(other.String(), "the access log misses lines"), other.String())
	assert.Contains(t, other.String(), "no space left on device")
}
