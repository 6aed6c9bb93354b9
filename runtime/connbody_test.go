package tornado

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mountOne serves one net/http handler at /m, on one loop, so that requests share frames.
func mountOne(t *testing.T, h http.HandlerFunc, opts ...Option) *running {
	t.Helper()
	return start(t, nil, append([]Option{WithMount("/m", h), WithLoops(1)}, opts...)...)
}

const getMounted = "GET /m HTTP/1.1\r\nHost: x\r\n\r\n"

// A handler's goroutine that is left behind gets neither bytes of the request nor of others.
func TestMountedBodyReadAfterReturn(t *testing.T) {
	late, got := make(chan struct{}), make(chan error, 1)
	inner := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		<-late
		n, err := r.Body.Read(make([]byte, 100))
		assert.Zero(t, n)
		got <- err
	})
	r := mountOne(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.TimeoutHandler(inner, time.Millisecond, "late").ServeHTTP(w, r)
		}
	})
	c := r.dial(t)
	c.send("POST /m HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
	res, _ := c.answer("POST")
	assert.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
	c.send(getMounted + "GET /m HTTP/1.1\r\nHost: x\r\nAuthorization: secret\r\n\r\n")
	c.answer("GET")
	c.answer("GET")
	close(late)
	require.ErrorIs(t, <-got, http.ErrBodyReadAfterClose)
}

// A Read that waits ends before the frame serves anything else; the connection goes on behind the body.
func TestMountedReadInFlight(t *testing.T) {
	for name, end := range map[string]func(*http.Request){
		"the handler returns": func(*http.Request) {},
		"the body is closed": func(r *http.Request) {
			assert.NoError(t, r.Body.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := make(chan error, 1)
			r := mountOne(t, func(_ http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					return
				}
				half := make([]byte, 5)
				_, err := io.ReadFull(r.Body, half)
				assert.NoError(t, err)
				reading := make(chan struct{})
				go func() {
					close(reading)
					_, err := r.Body.Read(half)
					got <- err
				}()
				<-reading
				end(r)
			})
			c := r.dial(t)
			for range 20 { // the end comes before, while and after the reader parks
				c.send("POST /m HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello")
				c.answer("POST")
				require.ErrorIs(t, <-got, http.ErrBodyReadAfterClose)
				c.send("world" + getMounted)
				res, _ := c.answer("GET")
				require.Equal(t, http.StatusOK, res.StatusCode)
			}
		})
	}
}

func TestMountedWriterAfterReturn(t *testing.T) {
	kept := make(chan http.ResponseWriter, 1)
	r := mountOne(t, func(w http.ResponseWriter, _ *http.Request) { kept <- w })
	c := r.dial(t)
	c.send(getMounted)
	c.answer("GET")
	w := <-kept
	control := http.NewResponseController(w)
	_, err := w.Write([]byte("late"))
	require.ErrorIs(t, err, errHandlerReturned)
	w.WriteHeader(http.StatusEarlyHints)
	require.ErrorIs(t, control.Flush(), errHandlerReturned)
	require.ErrorIs(t, control.SetReadDeadline(time.Now()), errHandlerReturned)
	require.ErrorIs(t, control.SetWriteDeadline(time.Now()), errHandlerReturned)
	_, _, err = control.Hijack()
	require.ErrorIs(t, err, errHandlerReturned)
	c.send(getMounted)
	c.answer("GET")
}

func TestMountedReadWhileWriting(t *testing.T) {
	r := mountOne(t, func(w http.ResponseWriter, r *http.Request) {
		done := make(chan int64)
		go func() {
			n, _ := io.Copy(io.Discard, r.Body)
			done <- n
		}()
		for range 50 {
			_, _ = w.Write(bytes.Repeat([]byte("x"), 5000))
		}
		assert.EqualValues(t, 300_000, <-done)
	})
	c := r.dial(t)
	go func() {
		_, _ = io.WriteString(c.Conn, "POST /m HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n"+strings.Repeat("A", 300_000))
	}()
	_, body := c.answer("POST")
	assert.Len(t, body, 250_000)
}

func TestMountedReadDeadline(t *testing.T) {
	r := mountOne(t, func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		one := make([]byte, 1)
		assert.NoError(t, control.SetReadDeadline(time.Now().Add(20*time.Millisecond)))
		_, err := r.Body.Read(one)
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.NoError(t, control.SetReadDeadline(time.Time{}))
		failed := make(chan error)
		go func() {
			_, err := r.Body.Read(one)
			failed <- err
		}()
		assert.NoError(t, control.SetReadDeadline(time.Now().Add(-time.Second)), "it ends a read that is under way")
		assert.ErrorIs(t, <-failed, os.ErrDeadlineExceeded)
		assert.NoError(t, control.SetReadDeadline(time.Time{}))
		fmt.Fprint(w, "now")
		assert.NoError(t, control.Flush())
		b, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		_, _ = w.Write(b)
	})
	c := r.dial(t)
	c.send("POST /m HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
	res, err := http.ReadResponse(c.r, nil)
	require.NoError(t, err)
	c.send("hello")
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Equal(t, "nowhello", string(body))
}

func TestMountedStreamTimeout(t *testing.T) {
	r := mountOne(t, func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
	}, WithTimeouts(Timeouts{Stream: 20 * time.Millisecond}))
	c := r.dial(t)
	c.send("POST /m HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nh")
	res, _ := c.answer("POST")
	assert.True(t, res.Close, "nobody waits a second time for the rest")
}

// The client waits with its body until it is asked.
func TestMountedContinue(t *testing.T) {
	read := func(r *http.Request) { _, _ = io.ReadAll(r.Body) }
	for _, c := range []struct {
		name    string
		handler func(w http.ResponseWriter, r *http.Request)
		version string
		want    []string // of each answer, the status line and then whether the connection is closed
	}{
		{"read", func(_ http.ResponseWriter, r *http.Request) { read(r) }, "1.1", []string{"100 Continue", "200 OK"}},
		{"chosen and read", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(202); read(r) }, "1.1", []string{"100 Continue", "202 Accepted"}},
		{"begun and read", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "0")
			_ = http.NewResponseController(w).Flush()
			read(r)
		}, "1.1", []string{"200 OK close"}},
		{"refused", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, "1.1", []string{"403 Forbidden close"}},
		{"asked by the handler", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(100); read(r) }, "1.1", []string{"100 Continue", "200 OK"}},
		{"HTTP/1.0", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(103); read(r) }, "1.0", []string{"200 OK close"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := mountOne(t, c.handler).dial(t)
			p.send("POST /m HTTP/" + c.version + "\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
			if c.version == "1.0" {
				p.send("hello")
			}
			var got []string
			for range c.want {
				res, _ := p.answer("POST")
				line := res.Status
				if res.Close {
					line += " close"
				}
				if got = append(got, line); len(got) == 1 && c.version != "1.0" {
					p.send("hello")
				}
			}
			assert.Equal(t, c.want, got)
			if strings.HasSuffix(got[len(got)-1], "close") {
				p.ended()
			}
		})
	}
}

// What the handler leaves of the body is dropped, if it is little and comes soon.
func TestMountedDiscard(t *testing.T) {
	r := mountOne(t, func(http.ResponseWriter, *http.Request) {}, WithTimeouts(Timeouts{Body: 100 * time.Millisecond}))
	for name, c := range map[string]struct {
		body  string
		close bool // announced
		ends  bool
	}{
		"little":          {"Content-Length: 5\r\n\r\nhello", false, false},
		"chunked":         {"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", false, false},
		"chunked, no end": {"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", false, true},
		"bad chunk":       {"Transfer-Encoding: chunked\r\n\r\nnonsense", true, true},
		"much":            {"Content-Length: 300000\r\n\r\nhello", true, true},
		"not soon":        {"Content-Length: 50\r\n\r\nhello", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := r.dial(t)
			p.send("POST /m HTTP/1.1\r\nHost: x\r\n" + c.body)
			res, _ := p.answer("POST")
			assert.Equal(t, c.close, res.Close)
			if c.ends {
				p.ended()
				return
			}
			p.send(getMounted)
			p.answer("GET")
		})
	}
}

// Bytes that trickle in do not hold a worker for longer than Timeouts.Body.
func TestMountedDiscardTrickle(t *testing.T) {
	r := mountOne(t, func(http.ResponseWriter, *http.Request) {}, WithTimeouts(Timeouts{Body: 100 * time.Millisecond}))
	p := r.dial(t)
	p.send("POST /m HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
	p.answer("POST")
	begun := time.Now()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, err := p.r.Peek(1)
		assert.Error(t, err)
	}()
	for {
		select {
		case <-ended:
			assert.Less(t, time.Since(begun), patience/2, "all of it would take half an hour")
			return
		case <-ticker.C:
			_, _ = p.Write([]byte("x"))
		}
	}
}
