package tornado

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAllow: a path tells what it takes, to who asks by another method or by OPTIONS.
func TestAllow(t *testing.T) {
	c := start(t, newTestAPI(testHandlers{})).dial(t)
	for method, status := range map[string]int{"POST": 405, "OPTIONS": 204} {
		c.send(method + " /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
		res, _ := c.answer(method)
		assert.Equal(t, status, res.StatusCode)
		assert.Equal(t, "DELETE, GET, HEAD, OPTIONS", res.Header.Get("Allow"), method)
	}
}

// TestClientVanishes: in the middle of a pipeline, of an answer, of a stream or of an upload: nothing is logged as an error, and nothing
// is left.
func TestClientVanishes(t *testing.T) {
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<20) // more than the sockets hold
	for mode, opts := range modes {
		t.Run(mode, func(t *testing.T) {
			var errs journal
			held := make(chan struct{}, 64)
			api := uploadAPI(count)
			Register(api, &opHold, (*noRequest).decode, func(context.Context, *noRequest) ([]byte, error) {
				held <- struct{}{}
				return large, nil
			}, func(w *Reply, b []byte) { w.Bytes(http.StatusOK, "application/octet-stream", b) })
			RegisterBytes(api, &Operation{ID: "download", Method: "GET", Path: "/download", Produces: []string{"a/b"}}, (*noRequest).decode,
				func(_ context.Context, _ noRequest, out *ByteStream) error {
					held <- struct{}{}
					for {
						if _, err := out.Write(large[:64<<10]); err != nil {
							return err
						}
					}
				}, http.StatusOK, "a/b")
			r := start(t, api, append(opts[:len(opts):len(opts)], WithLogger(errs.logger()), WithTimeouts(Timeouts{HalfClose: 10 * time.Millisecond}))...)
			hold, download := "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n", "GET /download HTTP/1.1\r\nHost: x\r\n\r\n"
			for name, c := range map[string]struct {
				send  string
				begun bool // it waits for the beginning of the answer
			}{
				"half a head":      {"GET /hold HTTP/1.1\r\nHo", false},
				"half a pipeline":  {hold + hold + "GET /hold HT", false},
				"half an answer":   {hold, true},
				"a pipeline":       {strings.Repeat(hold, 5), true},
				"half a download":  {download + hold, true},
				"half an upload":   {putBinary + "Content-Length: 100\r\n\r\nhello", false},
				"half a chunk":     {putBinary + "Transfer-Encoding: chunked\r\n\r\n5\r\nhe", false},
				"before an answer": {download, false},
			} {
				for _, leave := range []func(*peerConn){(*peerConn).vanish, func(c *peerConn) { _ = c.Close() }} {
					p := r.dial(t)
					p.send(c.send)
					if c.begun {
						<-held
						_, err := p.r.ReadByte()
						require.NoError(t, err, name)
					}
					leave(p)
				}
			}
			require.NoError(t, r.stop(t), "nothing had to be cut")
			assert.NotContains(t, errs.String(), "level=ERROR")
		})
	}
}

// TestDefaultTimeouts are part of what users rely on.
func TestDefaultTimeouts(t *testing.T) {
	s := NewServer()
	assert.Equal(t, Timeouts{
		Handshake: 10 * time.Second, Header: 10 * time.Second, Body: 30 * time.Second, Stream: 30 * time.Second, Write: 30 * time.Second,
		Idle: 75 * time.Second, Restart: time.Minute, DrainIdle: 500 * time.Millisecond, Drain: 30 * time.Second, HalfClose: 5 * time.Second,
	}, s.timeouts)
}

// TestWriteTimeout: a client that takes nothing of its answer is closed, and its request has not been answered.
func TestWriteTimeout(t *testing.T) {
	for mode, opts := range modes {
		t.Run(mode, func(t *testing.T) {
			var access journal
			large := make([]byte, 16<<20)
			r := start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) { return large, nil }}), append(opts[:len(opts):len(opts)],
				WithTimeouts(Timeouts{Write: 50 * time.Millisecond}), WithAccessLog(access.logger()))...)
			c := r.dial(t)
			c.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
			require.Eventually(t, func() bool { return strings.Contains(access.String(), `ended="client gone"`) }, patience, time.Millisecond)
			_, err := io.Copy(io.Discard, c.r)
			require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the connection is closed")
		})
	}
}

// TestLimitOfAnOperation holds for its requests alone, whatever comes before and behind on the connection.
func TestLimitOfAnOperation(t *testing.T) {
	for mode, opts := range modes {
		t.Run(mode, func(t *testing.T) {
			api := newTestAPI(testHandlers{}, WithMaxBody(100))
			op := opEcho
			op.ID, op.Path, op.MaxBody = "small", "/small", 4
			Register(api, &op, (*echoRequest).decode, func(_ context.Context, req *echoRequest) ([]byte, error) { return req.Body, nil },
				func(w *Reply, b []byte) { w.Bytes(http.StatusOK, "text/plain", b) })
			post := func(path string, n int, chunks bool) string {
				body := strings.Repeat("x", n)
				framing := fmt.Sprintf("Content-Length: %d\r\n\r\n%s", n, body)
				if chunks {
					framing = chunked(body)
				}
				return "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n" + framing
			}
			for _, chunks := range []bool{false, true} {
				c := start(t, api, opts...).dial(t)
				c.send(post("/small", 4, chunks) + post("/echo", 100, chunks) + post("/small", 3, chunks) + post("/echo", 50, chunks) + post("/small", 5, chunks))
				for _, want := range []int{4, 100, 3, 50} {
					res, body := c.answer("POST")
					require.Equal(t, http.StatusOK, res.StatusCode)
					require.Len(t, body, want)
				}
				res, _ := c.answer("POST")
				require.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
				require.Equal(t, chunks, res.Close, "what has come as a whole is passed over")
			}
		})
	}
}

// TestFieldsThatCannotBeSent: CR, LF and NUL are an error to the handler, wherever they come from, and never on the wire.
func TestFieldsThatCannotBeSent(t *testing.T) {
	for _, bad := range []string{"a\rb", "a\nb", "a\r\nX-Evil: 1", "a\x00b"} {
		t.Run(fmt.Sprintf("%q", bad), func(t *testing.T) {
			set := make(chan error, 1)
			api := newTestAPI(testHandlers{hold: func(ctx context.Context) ([]byte, error) {
				err := Raw(ctx).SetHeader("X-A", bad)
				set <- err
				return []byte("fine"), nil
			}})
			Register(api, &Operation{ID: "declared", Method: "GET", Path: "/declared"}, (*noRequest).decode,
				func(context.Context, *noRequest) (string, error) { return bad, nil },
				func(w *Reply, s string) { w.Header("X-A", s); w.NoBody(http.StatusNoContent) })
			c := start(t, api).dial(t)
			for path, status := range map[string]int{"/hold": 200, "/declared": 500} {
				c.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")
				res, _ := c.answer("GET")
				assert.Equal(t, status, res.StatusCode, path)
				assert.Empty(t, res.Header.Get("X-A"))
				assert.Empty(t, res.Header.Get("X-Evil"))
			}
			require.Error(t, <-set)
		})
	}
}

// TestAnnouncedLength: fewer bytes than were announced close the connection, more are an error to the handler; both are logged.
func TestAnnouncedLength(t *testing.T) {
	for name, c := range map[string]struct{ announced, sent int }{"fewer": {10_000, 9_999}, "more": {10_000, 10_001}} {
		for mode, opts := range modes {
			t.Run(name+"/"+mode, func(t *testing.T) {
				var errs journal
				api := newTestAPI(testHandlers{}, WithAPILogger(errs.logger()))
				RegisterBytes(api, &Operation{ID: "download", Method: "GET", Path: "/download", Produces: []string{"a/b"}}, (*noRequest).decode,
					func(_ context.Context, _ noRequest, out *ByteStream) error {
						out.SetSize(int64(c.announced))
						if _, err := out.Write(make([]byte, 5000)); err != nil {
							return err
						}
						_, err := out.Write(make([]byte, c.sent-5000))
						if c.sent > c.announced {
							assert.ErrorIs(t, err, http.ErrContentLength)
						}
						return err
					}, http.StatusOK, "a/b")
				r := start(t, api, opts...)
				p := r.dial(t)
				p.send("GET /download HTTP/1.1\r\nHost: x\r\n\r\n" + getItem)
				res, err := http.ReadResponse(p.r, nil)
				require.NoError(t, err)
				assert.EqualValues(t, c.announced, res.ContentLength)
				_, err = io.ReadAll(res.Body)
				require.ErrorIs(t, err, io.ErrUnexpectedEOF, "it is not whole, and nothing follows")
				require.NoError(t, r.stop(t))
				assert.Contains(t, errs.String(), "operation=download")
			})
		}
	}
}

// TestEveryRequestEndsOnce: whatever clients do, each request that was begun is reported as answered or as left by its client, exactly
// once, and so is each deferred reply and stream.
func TestEveryRequestEndsOnce(t *testing.T) {
	var access journal
	var mu sync.Mutex
	begun, ended := map[string]int{}, map[string]int{}
	note := func(counts map[string]int, target string) {
		mu.Lock()
		defer mu.Unlock()
		counts[target]++
	}
	errFault := errors.New("fault")
	faults := func(target string) error {
		switch {
		case strings.HasSuffix(target, "1"):
			return errFault
		case strings.HasSuffix(target, "2"):
			panic("chosen")
		}
		return nil
	}
	api := deferring(func(ctx context.Context, d *Deferred) {
		target := "/poll?" + Raw(ctx).Query()
		note(begun, target)
		d.OnDone(func() { note(ended, target) })
		if strings.HasSuffix(target, "3") {
			return // until the drain
		}
		d.After(time.Millisecond, func() bool {
			if err := faults(target); err != nil {
				return d.Fail(err)
			}
			return AnswerWith(d, target, writeText)
		})
	}, WithAPILogger(slog.New(slog.DiscardHandler)))
	RegisterEvents(api, &Operation{ID: "watch", Method: "GET", Path: "/watch", Produces: []string{"text/event-stream"}, Stream: &StreamOptions{}}, (*noRequest).decode,
		func(ctx context.Context, _ noRequest, out *EventStream[string]) error {
			target := "/watch?" + Raw(ctx).Query()
			note(begun, target)
			out.OnDone(func() { note(ended, target) })
			if strings.HasSuffix(target, "4") {
				if err := out.Send("before"); err != nil {
					return err
				}
			}
			if err := faults(target); err != nil {
				return err
			}
			out.Keep()
			err := out.Send("kept")
			if strings.HasSuffix(target, "5") {
				out.Close()
			}
			return err
		}, http.StatusOK, &textCodec)
	Register(api, &Operation{ID: "plain", Method: "GET", Path: "/plain", Produces: []string{"text/plain"}}, (*noRequest).decode,
		func(ctx context.Context, _ *noRequest) (string, error) {
			target := "/plain?" + Raw(ctx).Query()
			note(begun, target)
			note(ended, target)
			return target, faults(target)
		}, writeText)

	r := start(t, api, WithAccessLog(access.logger()), WithTimeouts(Timeouts{Header: time.Hour, HalfClose: 5 * time.Millisecond, Drain: 500 * time.Millisecond}))
	var clients sync.WaitGroup
	for i := range 60 {
		clients.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(i)))
			for round := range 5 {
				c := r.dial(t)
				text := ""
				for k := range 1 + random.IntN(4) {
					path := []string{"/plain", "/poll", "/watch"}[random.IntN(3)]
					text += fmt.Sprintf("GET %s?%d.%d.%d.%d HTTP/1.1\r\nHost: x\r\n\r\n", path, i, round, k, random.IntN(8))
				}
				c.send(text[:len(text)-random.IntN(2)*random.IntN(20)])
				if random.IntN(2) == 0 {
					_ = c.SetReadDeadline(time.Now().Add(time.Duration(random.IntN(20)) * time.Millisecond))
					_, _ = io.CopyN(io.Discard, c.r, int64(random.IntN(400)))
				}
				switch random.IntN(4) {
				case 0:
					c.vanish()
				case 1:
					_ = c.CloseWrite()
				case 2:
					_ = c.Close()
				}
			}
		})
	}
	clients.Wait()
	_ = r.stop(t) // some wait until they are cut
	logged := map[string]int{}
	line := regexp.MustCompile(`target="?([^" ]*)"? .*ended=(answered|"client gone"|cut)`)
	for _, m := range line.FindAllStringSubmatch(access.String(), -1) {
		logged[m[1]]++
	}
	assert.Greater(t, len(begun), 200)
	for target, n := range begun {
		assert.Equal(t, []int{1, 1, 1}, []int{n, ended[target], logged[target]}, "begun, ended, logged: %s", target)
	}
	for target, n := range logged {
		assert.Equal(t, 1, n, "logged: %s", target)
	}
}
