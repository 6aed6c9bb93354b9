package tornado

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var opPoll = Operation{ID: "poll", Name: "Poll", Method: "GET", Path: "/poll", Produces: []string{"text/plain"}}

type pollReply struct{ *Deferred }

func writeText(w *Reply, text string) { w.Bytes(http.StatusOK, "text/plain", []byte(text)) }

// deferring is an API of one operation whose answers are given by poll, or elsewhere.
func deferring(poll func(ctx context.Context, d *Deferred), opts ...APIOption) *API {
	a := newTestAPI(testHandlers{}, opts...)
	RegisterDeferred(a, &opPoll, (*noRequest).decode, func(ctx context.Context, _ noRequest, r pollReply) { poll(ctx, r.Deferred) })
	return a
}

// waiting gives each reply to a channel and returns.
func waiting(opts ...APIOption) (*API, chan *Deferred) {
	replies := make(chan *Deferred, 16)
	return deferring(func(_ context.Context, d *Deferred) { replies <- d }, opts...), replies
}

// ended counts how often each reply ended, and tells a test of it.
func endOf(d *Deferred) (times *atomic.Int32, done chan bool) {
	times, done = new(atomic.Int32), make(chan bool, 8)
	d.OnDone(func() {
		times.Add(1)
		done <- d.Answered()
	})
	return times, done
}

// inEveryMode runs a test for each way to serve.
func inEveryMode(t *testing.T, test func(t *testing.T, opts ...Option)) {
	for name, opts := range modes {
		t.Run(name, func(t *testing.T) { test(t, opts...) })
	}
}

const askPoll = "GET /poll HTTP/1.1\r\nHost: h\r\n\r\n"

func TestDeferredIsAnsweredLaterAndKeepsTheConnection(t *testing.T) {
	inEveryMode(t, func(t *testing.T, opts ...Option) {
		api, replies := waiting()
		c := start(t, api, opts...).dial(t)
		for _, text := range []string{"one", "two"} {
			c.send(askPoll)
			d := <-replies
			times, done := endOf(d)
			require.False(t, d.Answered())
			require.True(t, AnswerWith(d, text, writeText))
			res, body := c.answer("GET")
			require.Equal(t, 200, res.StatusCode)
			require.Equal(t, text, body)
			require.True(t, <-done)
			require.False(t, d.Fail(errors.New("late")), "the first answer wins")
			require.EqualValues(t, 1, times.Load())
		}
	})
}

func TestDeferredMayBeAnsweredAtOnce(t *testing.T) {
	c := start(t, deferring(func(_ context.Context, d *Deferred) { AnswerWith(d, "now", writeText) })).dial(t)
	c.send(askPoll + "GET /items/2 HTTP/1.1\r\nHost: h\r\n\r\n")
	_, body := c.answer("GET")
	require.Equal(t, "now", body)
	_, body = c.answer("GET")
	require.Equal(t, `{"id":11}`, body)
}

func TestDeferredKeepsTheOrderOfAPipeline(t *testing.T) {
	inEveryMode(t, func(t *testing.T, opts ...Option) {
		api, replies := waiting()
		c := start(t, api, opts...).dial(t)
		c.send("GET /items/1 HTTP/1.1\r\nHost: h\r\n\r\n" + askPoll + "GET /items/2 HTTP/1.1\r\nHost: h\r\n\r\n" + askPoll)
		_, body := c.answer("GET")
		require.Equal(t, `{"id":1}`, body, "what was answered before is not held back")
		c.send("GET /items/3 HTTP/1.1\r\nHost: h\r\n\r\n")
		AnswerWith(<-replies, "first", writeText)
		for _, want := range []string{"first", `{"id":11}`} {
			_, body = c.answer("GET")
			require.Equal(t, want, body)
		}
		AnswerWith(<-replies, "second", writeText)
		for _, want := range []string{"second", `{"id":111}`} {
			_, body = c.answer("GET")
			require.Equal(t, want, body)
		}
	})
}

func TestDeferredFirstAnswerWins(t *testing.T) {
	inEveryMode(t, func(t *testing.T, opts ...Option) {
		api, replies := waiting()
		c := start(t, api, opts...).dial(t)
		for range 50 {
			c.send(askPoll)
			d := <-replies
			times, done := endOf(d)
			var won atomic.Int32
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					if AnswerWith(d, "x", writeText) {
						won.Add(1)
					}
				})
			}
			_, body := c.answer("GET")
			require.Equal(t, "x", body)
			all.Wait()
			require.EqualValues(t, 1, won.Load())
			require.True(t, <-done)
			require.EqualValues(t, 1, times.Load())
		}
	})
}

func TestDeferredAnswersAfterATime(t *testing.T) {
	inEveryMode(t, func(t *testing.T, opts ...Option) {
		order := make(chan string, 4)
		api := deferring(func(_ context.Context, d *Deferred) {
			d.After(40*time.Millisecond, func() bool { order <- "late"; return AnswerStatus(d, 204) })
			d.After(10*time.Millisecond, func() bool { order <- "early"; return false })
			d.After(time.Hour, func() bool { order <- "never"; return false })
		})
		c := start(t, api, opts...).dial(t)
		c.send(askPoll)
		res, _ := c.answer("GET")
		require.Equal(t, 204, res.StatusCode)
		require.Equal(t, "early", <-order)
		require.Equal(t, "late", <-order)
		require.Empty(t, order)
	})
}

func TestDeferredAfterFromElsewhere(t *testing.T) {
	api, replies := waiting()
	c := start(t, api).dial(t)
	c.send(askPoll)
	d := <-replies
	d.After(time.Hour, func() bool { return false })
	d.After(5*time.Millisecond, func() bool { return AnswerWith(d, "time", writeText) })
	_, body := c.answer("GET")
	require.Equal(t, "time", body)
	d.After(0, func() bool { panic("the request has ended") })
}

func TestDeferredThatNobodyAnswers(t *testing.T) {
	api, replies := waiting(WithDeferredTimeout(10 * time.Millisecond))
	c := start(t, api).dial(t)
	c.send(askPoll)
	_, done := endOf(<-replies)
	res, _ := c.answer("GET")
	require.Equal(t, 503, res.StatusCode)
	require.True(t, <-done)
}

func TestDeferredWhoseClientLeaves(t *testing.T) {
	inEveryMode(t, func(t *testing.T, opts ...Option) {
		for name, leave := range map[string]func(c *peerConn){
			"reset": func(c *peerConn) { c.vanish() },
			"close": func(c *peerConn) { c.Close() },
			"half":  func(c *peerConn) { _ = c.CloseWrite() },
		} {
			t.Run(name, func(t *testing.T) {
				contexts := make(chan context.Context, 1)
				replies := make(chan *Deferred, 1)
				api := deferring(func(ctx context.Context, d *Deferred) {
					_ = ctx.Done()
					contexts <- ctx
					replies <- d
				})
				c := start(t, api, append(opts[:len(opts):len(opts)], WithTimeouts(Timeouts{HalfClose: 20 * time.Millisecond}))...).dial(t)
				c.send(askPoll)
				d, ctx := <-replies, <-contexts
				times, done := endOf(d)
				leave(c)
				require.False(t, <-done, "nobody answered")
				require.False(t, AnswerWith(d, "late", writeText))
				require.EqualValues(t, 1, times.Load())
				<-ctx.Done()
				require.ErrorIs(t, context.Cause(ctx), ErrClientGone)
			})
		}
	})
}

func TestDeferredAnswersAHalfClosedClient(t *testing.T) {
	inEveryMode(t, func(t *testing.T, opts ...Option) {
		api, replies := waiting()
		c := start(t, api, opts...).dial(t)
		c.send(askPoll)
		require.NoError(t, c.CloseWrite())
		AnswerWith(<-replies, "still", writeText)
		_, body := c.answer("GET")
		require.Equal(t, "still", body)
		c.ended()
	})
}

// Completing a reply from the close callback is safe.
func TestDeferredAnswerFromOnDone(t *testing.T) {
	api, replies := waiting()
	c := start(t, api).dial(t)
	c.send(askPoll)
	d := <-replies
	tried := make(chan bool, 2)
	d.OnDone(func() {
		tried <- AnswerWith(d, "late", writeText)
		d.OnDone(func() { tried <- true })
	})
	c.vanish()
	require.False(t, <-tried)
	require.True(t, <-tried, "what is added after the end is called, too")
}

func TestDeferredKeepsFieldsAndHead(t *testing.T) {
	replies := make(chan *Deferred, 1)
	contexts := make(chan context.Context, 1)
	api := deferring(func(ctx context.Context, d *Deferred) {
		_ = Raw(ctx).SetHeader("X-Mine", "yes")
		contexts <- ctx
		replies <- d
	})
	r := start(t, api, WithLoops(1), WithLimits(Limits{Workers: 1}))
	c := r.dial(t)
	c.send("HEAD /poll HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n")
	d, ctx := <-replies, <-contexts
	other := r.dial(t) // the one worker serves it when it has left the request before
	other.send(askPoll)
	AnswerWith(<-replies, "text", writeText)
	<-contexts
	require.Panics(t, func() { Raw(ctx) }, "the handler has returned")
	require.NoError(t, ctx.Err())
	AnswerWith(d, "text", writeText)
	res, body := c.answer("HEAD")
	require.Equal(t, "yes", res.Header.Get("X-Mine"))
	require.Equal(t, "keep-alive", res.Header.Get("Connection"))
	require.EqualValues(t, 4, res.ContentLength)
	require.Empty(t, body)
}

func TestDeferredFails(t *testing.T) {
	for _, one := range []struct {
		err    error
		status int
	}{
		{&StatusError{Status: 409, Detail: "busy"}, 409}, {errors.New("inside"), 500}, {&StatusError{Status: 200}, 500},
	} {
		c := start(t, deferring(func(_ context.Context, d *Deferred) { go d.Fail(one.err) })).dial(t)
		c.send(askPoll)
		res, body := c.answer("GET")
		require.Equal(t, one.status, res.StatusCode)
		require.NotContains(t, body, "inside")
	}
}

func TestDeferredMiddleware(t *testing.T) {
	for name, one := range map[string]struct {
		status int
		around Middleware
	}{
		"passes": {200, func(next Handler) Handler { return next }},
		"refuses": {409, func(Handler) Handler {
			return func(context.Context, *Call) (any, error) { return nil, &StatusError{Status: 409} }
		}},
		"forgets": {500, func(Handler) Handler {
			return func(context.Context, *Call) (any, error) { return nil, nil }
		}},
		"swaps": {500, func(next Handler) Handler {
			return func(ctx context.Context, call *Call) (any, error) {
				return next(context.Background(), call)
			}
		}},
		"fails afterwards": {200, func(next Handler) Handler {
			return func(ctx context.Context, call *Call) (any, error) {
				_, _ = next(ctx, call)
				return nil, errors.New("too late")
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, deferring(func(_ context.Context, d *Deferred) { AnswerWith(d, "in", writeText) }, WithMiddleware(one.around))).dial(t)
			c.send(askPoll)
			res, _ := c.answer("GET")
			require.Equal(t, one.status, res.StatusCode)
		})
	}
}

// For every request exactly one of "answered", "client gone" and "cut" is logged.
func TestDeferredAccessLog(t *testing.T) {
	var text safeText
	api, replies := waiting()
	r := start(t, api, WithAccessLog(slog.New(slog.NewTextHandler(&text, nil))), WithTimeouts(Timeouts{Drain: 50 * time.Millisecond}))
	answered, gone, cut := r.dial(t), r.dial(t), r.dial(t)
	answered.send(askPoll)
	AnswerWith(<-replies, "x", writeText)
	answered.answer("GET")
	gone.send(askPoll)
	_, done := endOf(<-replies)
	gone.vanish()
	<-done
	cut.send(askPoll)
	<-replies
	require.ErrorIs(t, r.stop(t), ErrCut)
	require.Equal(t, 1, strings.Count(text.String(), "ended=answered"))
	require.Equal(t, 1, strings.Count(text.String(), `ended="client gone"`))
	require.Equal(t, 1, strings.Count(text.String(), "ended=cut"))
	require.Equal(t, 3, strings.Count(text.String(), "method=GET target=/poll operation=poll"))
}

// safeText collects what is logged.
type safeText struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *safeText) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeText) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestDeferredUnderNetHTTP(t *testing.T) {
	api, replies := waiting()
	server := httptest.NewServer(api.HTTPHandler())
	defer server.Close()
	results := make(chan string, 1)
	get := func(ctx context.Context) {
		req, _ := http.NewRequestWithContext(ctx, "GET", server.URL+"/poll", nil)
		res, err := server.Client().Do(req)
		if err != nil {
			results <- "error"
			return
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		results <- string(body)
	}
	go get(t.Context())
	d := <-replies
	_, done := endOf(d)
	require.True(t, AnswerWith(d, "net/http", writeText))
	require.Equal(t, "net/http", <-results)
	require.True(t, <-done)

	go get(t.Context())
	d = <-replies
	d.After(time.Millisecond, func() bool { return AnswerWith(d, "time", writeText) })
	require.Equal(t, "time", <-results)

	ctx, cancel := context.WithCancel(t.Context())
	go get(ctx)
	d = <-replies
	times, done := endOf(d)
	cancel()
	require.False(t, <-done)
	require.Equal(t, "error", <-results)
	require.False(t, d.Fail(errors.New("late")))
	require.EqualValues(t, 1, times.Load())
}

func TestDeferredOnLoop(t *testing.T) {
	api, replies := waiting()
	c := start(t, api, WithHandlersOnLoop()).dial(t)
	c.send(askPoll)
	d := <-replies
	d.After(time.Millisecond, func() bool { return AnswerWith(d, "loop", writeText) })
	_, body := c.answer("GET")
	require.Equal(t, "loop", body)
}

func TestDeferredChoosesTheMediaType(t *testing.T) {
	api, replies := waiting()
	c := start(t, api).dial(t)
	c.send("GET /poll HTTP/1.1\r\nHost: h\r\nAccept: text/plain;q=0.5\r\nAccept: application/b\r\n\r\n")
	AnswerWith(<-replies, "", func(w *Reply, _ string) {
		w.Done(append(w.MediaBody(200, nil, "", "text/plain", "application/b"), "b"...))
	})
	res, body := c.answer("GET")
	require.Equal(t, "b", body)
	require.Equal(t, "application/b", res.Header.Get("Content-Type"))
}
