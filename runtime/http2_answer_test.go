package tornado

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// http2Get is a request on a stream of its own.
func http2Get(stream uint32, path string) string {
	block := "\x82\x86\x01\x09localhost\x04" + string(rune(len(path))) + path // RFC 7541 appendix A
	head := binary.BigEndian.AppendUint32([]byte{0, 0, byte(len(block)), 1, 5}, stream)
	return string(head) + block
}

// TestHTTP2SlowReader: a client that keeps the window closed gets the head of each answer, and its streams are reset after Timeouts.Write,
// whatever answers, and counted.
func TestHTTP2SlowReader(t *testing.T) {
	const windowOfNone = "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00"
	large := bytes.Repeat([]byte("x"), 1<<20)
	for _, way := range []string{"tls", "h2c"} {
		for name, path := range map[string]string{
			"small": "/items/1", "large": "/hold", "refused": "/nothing", "mount": "/page", "large mount": "/pages", "flushed mount": "/flushed",
		} {
			t.Run(way+"/"+name, func(t *testing.T) {
				t.Parallel()
				left := make(chan struct{}, 100)
				page := func(content []byte, flush bool) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
						_, _ = w.Write(content)
						if flush {
							w.(http.Flusher).Flush()
						}
						left <- struct{}{}
					})
				}
				r := start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) { return large, nil }}), append([]Option{
					WithTimeouts(Timeouts{Write: time.Second}),
					WithMount("/page", page([]byte("x"), false)), WithMount("/pages", page(large, false)), WithMount("/flushed", page([]byte("x"), true)),
				}, http2Ways[way]...)...)
				c := settled(t, r, way)
				c.send(windowOfNone)
				const streams = 20
				for i := range streams {
					c.send(http2Get(uint32(2*i+1), path))
				}
				for reset := 0; reset < streams; {
					switch kind, payload := readFrame(t, c.r); kind {
					case 0:
						require.Empty(t, payload, "there is no window")
					case 3:
						require.Equal(t, uint32(2), binary.BigEndian.Uint32(payload), "INTERNAL_ERROR, as net/http calls it")
						reset++
					}
				}
				counted := uint64(streams)
				if name == "mount" { // without a length, and small: net/http sends it
					counted = 0
				}
				assert.Equal(t, counted, r.Stats().Bounds[BoundWriteTime])
				c.send("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x04\x00\x00\xff\xff" + http2Get(2*streams+1, "/items/1"))
				for {
					if kind, payload := readFrame(t, c.r); kind == 0 && len(payload) > 0 {
						assert.Equal(t, `{"id":1}`, string(payload), "the connection serves on")
						break
					}
				}
			})
		}
	}
}

// TestHTTP2Pause: what takes longer than Timeouts.Write between two writes is no slow reader.
func TestHTTP2Pause(t *testing.T) {
	const pause = 900 * time.Millisecond
	pages := func(w http.ResponseWriter, _ *http.Request) {
		for range 2 {
			_, _ = io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			time.Sleep(pause)
		}
	}
	api := watching(nil, func(_ context.Context, out *EventStream[string]) error {
		for range 2 {
			if err := out.Send("x"); err != nil {
				return err
			}
			time.Sleep(pause)
		}
		return nil
	})
	r := start(t, api, WithH2C(), WithTimeouts(Timeouts{Write: pause * 2 / 3}), WithMount("/page", http.HandlerFunc(pages)))
	client, base := http2Client(t, r, "h2c")
	res, err := client.Get(base + "/page")
	assert.Equal(t, "xx", readAll(t, res, err))
	res, err = client.Get(base + "/watch")
	assert.Equal(t, "data: x\n\ndata: x\n\n", readAll(t, res, err))
	assert.Zero(t, r.Stats().Bounds[BoundWriteTime])
}

// TestHTTP2Deadline: a mounted handler may want less time, and what it wants is not Timeouts.Write.
func TestHTTP2Deadline(t *testing.T) {
	failed := make(chan error, 1)
	r := start(t, newTestAPI(testHandlers{}), WithH2C(), WithMount("/page", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		assert.NoError(t, http.NewResponseController(w).SetWriteDeadline(time.Now().Add(50*time.Millisecond)))
		_, err := w.Write(make([]byte, 1<<20))
		failed <- err
	})))
	settled(t, r, "h2c").send(http2Get(1, "/page"))
	require.ErrorContains(t, <-failed, "timeout")
	assert.Zero(t, r.Stats().Bounds[BoundWriteTime])
}

// TestHTTP2LengthOfMounts: a small answer of a mounted handler has the length that net/http gives it.
func TestHTTP2LengthOfMounts(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), WithH2C(), WithMount("/page", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no such page", http.StatusNotFound)
	})))
	client, base := http2Client(t, r, "h2c")
	res, err := client.Get(base + "/page")
	assert.Equal(t, "no such page\n", readAll(t, res, err))
	assert.Equal(t, int64(13), res.ContentLength)
}

// TestHTTP2DeadlineOfTheRest: the deadline of a mounted handler holds for what net/http sends when it has returned, too.
func TestHTTP2DeadlineOfTheRest(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), WithH2C(), WithTimeouts(Timeouts{Write: time.Hour}), WithMount("/page", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		assert.NoError(t, http.NewResponseController(w).SetWriteDeadline(time.Now().Add(50*time.Millisecond)))
		_, _ = io.WriteString(w, "x")
	})))
	c := settled(t, r, "h2c")
	c.send("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00" + http2Get(1, "/page")) // no window
	for kind := byte(0); kind != 3; {
		kind, _ = readFrame(t, c.r)
	}
}

// TestHTTP2HeldAnswerIsLogged: an answer with a length that net/http still holds when its handler returns is logged, and counted, as what has
// become of it, and a flush that fails tells a mounted handler so.
func TestHTTP2HeldAnswerIsLogged(t *testing.T) {
	flushed := make(chan error, 1)
	for name, path := range map[string]string{"operation": "/items/1", "mount": "/sized", "flushed mount": "/flushed"} {
		for what, want := range map[string]string{"closed": `ended="client gone"`, "open": "ended=answered"} {
			t.Run(name+"/"+what, func(t *testing.T) {
				var access journal
				r := start(t, newTestAPI(testHandlers{}), WithH2C(), WithTimeouts(Timeouts{Write: 100 * time.Millisecond}), WithAccessLog(access.logger()),
					WithMount("/sized", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
						w.Header().Set("Content-Length", "1")
						_, _ = io.WriteString(w, "x")
					})),
					WithMount("/flushed", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
						_, _ = io.WriteString(w, "x")
						flushed <- http.NewResponseController(w).Flush()
					})))
				c := settled(t, r, "h2c")
				if what == "closed" {
					c.send("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00") // no window
				}
				c.send(http2Get(1, path))
				require.Eventually(t, func() bool { return access.String() != "" }, patience, time.Millisecond)
				assert.Contains(t, access.String(), want)
				if path == "/flushed" {
					assert.Equal(t, what == "closed", <-flushed != nil)
				}
			})
		}
	}
}
