package tornado

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCutByTheServer: a request that its handler ends without an answer, or in the middle of one, is not its client's doing.
func TestCutByTheServer(t *testing.T) {
	page := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/page/begun" {
			_, _ = io.WriteString(w, "begun")
			_ = http.NewResponseController(w).Flush()
		}
		panic(http.ErrAbortHandler)
	}
	for path, watch := range map[string]func(ctx context.Context, out *EventStream[string]) error{
		"/cut": nil, "/page": nil, "/page/begun": nil,
		"/watch?fails": func(_ context.Context, out *EventStream[string]) error {
			return errors.Join(out.Send("one"), errors.New("two"))
		},
		"/watch?panics": func(_ context.Context, out *EventStream[string]) error { _ = out.Send("one"); panic("two") },
		"/watch?aborts": func(_ context.Context, out *EventStream[string]) error { out.Abort(nil); return out.Send("one") },
		"/watch?kept": func(_ context.Context, out *EventStream[string]) error {
			out.Keep()
			time.AfterFunc(time.Millisecond, func() { out.Abort(nil) })
			return out.Send("one")
		},
	} {
		t.Run(path, func(t *testing.T) {
			newServer := func(access *journal) (*API, []Option) {
				api := watching(nil, watch, WithAPILogger(quiet))
				hold := opHold
				hold.ID, hold.Path = "cut", "/cut"
				Register(api, &hold, (*noRequest).decode, func(context.Context, *noRequest) ([]byte, error) { panic(http.ErrAbortHandler) },
					func(*Reply, []byte) {})
				return api, []Option{WithLogger(quiet), WithAccessLog(access.logger()), WithMount("/page", http.HandlerFunc(page))}
			}
			check := func(t *testing.T, s *Server, access *journal, client *http.Client, url string) {
				t.Helper()
				s.Measure()
				res, err := client.Get(url + path)
				if err == nil {
					_, err = io.ReadAll(res.Body)
					_ = res.Body.Close()
				}
				require.Error(t, err)
				require.Eventually(t, func() bool { return strings.Contains(access.String(), "ended=") }, patience, time.Millisecond)
				assert.Contains(t, access.String(), "ended=cut")
				cut, gone := s.Stats().Others.Cut, s.Stats().Others.Gone
				for _, o := range s.Stats().Operations {
					cut, gone = cut+o.Cut, gone+o.Gone
				}
				assert.Equal(t, []uint64{1, 0}, []uint64{cut, gone}, "cut, gone")
			}
			t.Run("loops", func(t *testing.T) {
				var access journal
				api, opts := newServer(&access)
				r := start(t, api, opts...)
				client, url := r.client(t)
				check(t, r.Server, &access, client, url)
			})
			t.Run("net/http", func(t *testing.T) {
				var access journal
				api, opts := newServer(&access)
				s := NewServer(opts...).Handle(api)
				outside := httptest.NewServer(s.HTTPHandler())
				defer outside.Close()
				check(t, s, &access, outside.Client(), outside.URL)
			})
		})
	}
}

// TestCutInAWrite: who is cut off while the server writes to it has not gone, though that write fails: net/http says so.
func TestCutInAWrite(t *testing.T) {
	for name, kept := range map[string]bool{"handler": false, "kept": true} {
		t.Run(name, func(t *testing.T) {
			streams := make(chan *ByteStream, 2)
			hears := make(chan Ending, 2)
			newServer := func(access *journal) (*API, []Option) {
				large := make([]byte, 64<<20) // more than the sockets hold
				api := newTestAPI(testHandlers{}, WithAPILogger(quiet), WithFilter(func(t *Transit) { t.OnEnd(func() { hears <- t.Ended() }) }))
				op := &Operation{ID: "download", Method: "GET", Path: "/download", Produces: []string{"a/b"}}
				RegisterBytes(api, op, (*noRequest).decode, func(_ context.Context, _ noRequest, out *ByteStream) error {
					streams <- out
					if !kept {
						_, err := out.Write(large)
						return err
					}
					out.Keep()
					go func() { _, _ = out.Write(large) }()
					return nil
				}, http.StatusOK, "a/b")
				return api, []Option{WithLogger(quiet), WithAccessLog(access.logger())}
			}
			check := func(t *testing.T, s *Server, access *journal, dial dialer) {
				t.Helper()
				s.Measure()
				c := dial(t)
				_, err := io.WriteString(c, "GET /download HTTP/1.1\r\nHost: h\r\n\r\n")
				require.NoError(t, err)
				_, err = io.ReadFull(c, make([]byte, 1<<20)) // the head, and what comes of the body while the rest waits
				require.NoError(t, err)
				(<-streams).Abort(nil)
				require.Equal(t, EndedCut, <-hears)
				require.Eventually(t, func() bool { return strings.Contains(access.String(), "ended=") }, patience, time.Millisecond)
				assert.Contains(t, access.String(), "ended=cut")
				o := operationOf(t, s.Stats().Operations, "download")
				assert.Equal(t, []uint64{1, 0}, []uint64{o.Cut, o.Gone}, "cut, gone")
			}
			t.Run("loops", func(t *testing.T) {
				var access journal
				api, opts := newServer(&access)
				r := start(t, api, opts...)
				check(t, r.Server, &access, r.dialer())
			})
			t.Run("net/http", func(t *testing.T) {
				var access journal
				api, opts := newServer(&access)
				s := NewServer(opts...).Handle(api)
				outside := httptest.NewServer(s.HTTPHandler())
				defer outside.Close()
				check(t, s, &access, dialTCP(outside.Listener.Addr().String()))
			})
		})
	}
}

// TestCutByTheDrain: whoever still waits for an answer when the time to drain is up has not gone.
func TestCutByTheDrain(t *testing.T) {
	var access journal
	api, replies := waiting(WithAPILogger(quiet))
	r := start(t, api, WithAccessLog(access.logger()), WithTimeouts(Timeouts{Drain: 20 * time.Millisecond}))
	c := r.dial(t)
	c.send(askPoll)
	<-replies
	require.ErrorIs(t, r.stop(t), ErrCut)
	require.Eventually(t, func() bool { return strings.Contains(access.String(), "ended=cut") }, patience, time.Millisecond, "Serve waits only so long")
}

// TestGoneInTheMiddle: a handler that ends since its client has gone has not cut it off.
func TestGoneInTheMiddle(t *testing.T) {
	for name, watch := range map[string]func(ctx context.Context) error{
		"returns": func(ctx context.Context) error { return ctx.Err() },
		"aborts":  func(context.Context) error { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			var access journal
			r := start(t, watching(nil, func(ctx context.Context, out *EventStream[string]) error {
				if err := out.Send("one"); err != nil {
					return err
				}
				<-ctx.Done()
				return watch(ctx)
			}, WithAPILogger(quiet)), WithAccessLog(access.logger()), WithTimeouts(Timeouts{HalfClose: time.Millisecond}))
			c := r.dial(t)
			c.send(askWatch)
			_, err := c.r.ReadString('\n')
			require.NoError(t, err)
			require.NoError(t, c.Close())
			require.Eventually(t, func() bool { return strings.Contains(access.String(), "ended=") }, patience, time.Millisecond)
			assert.Contains(t, access.String(), `ended="client gone"`)
		})
	}
}
