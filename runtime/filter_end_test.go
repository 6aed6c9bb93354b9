package tornado

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFilterHearsOfTheEnd: once for each request, also of one whose body never comes, and not while the handler runs.
func TestFilterHearsOfTheEnd(t *testing.T) {
	ended := make(chan string, 8)
	stranger := make(chan any, 8)
	filter := func(t *Transit) {
		t.OnEnd(func() { panic("of a filter") })
		t.OnEnd(func() {
			defer func() { stranger <- recover() }()
			defer func() { ended <- "end" }()
			t.Operation()
		})
	}
	leave, left := make(chan struct{}), make(chan struct{})
	handlers := testHandlers{item: func(ctx context.Context, req itemRequest) ([]byte, error) {
		switch req.ID {
		case 2:
			return nil, errors.New("failed")
		case 3:
			panic("three")
		case 4:
			close(leave)
			<-ctx.Done()
			select {
			case <-ended:
				t.Error("the request has ended while its handler runs")
			default:
			}
			close(left)
		}
		return []byte("item"), nil
	}}
	r := start(t, newTestAPI(handlers, WithFilter(filter), WithAPILogger(slog.New(slog.DiscardHandler))), WithTimeouts(Timeouts{HalfClose: 1}))
	for _, path := range []string{"/items/1", "/items/2", "/items/3", "/nowhere"} {
		c := r.dial(t)
		c.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")
		c.answer(http.MethodGet)
		<-ended
		require.NotNil(t, <-stranger, "no frame holds the request")
	}
	c := r.dial(t)
	c.send("GET /items/4 HTTP/1.1\r\nHost: a\r\n\r\n")
	<-leave
	require.NoError(t, c.Close())
	<-left
	<-ended
	c = r.dial(t)
	c.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nab")
	require.NoError(t, c.Close())
	<-ended
	assert.Empty(t, ended)
}

// lastStraw is a Coder that panics at the end.
type lastStraw struct{}

func (lastStraw) Encode(b, p []byte) []byte { return append(b, p...) }
func (lastStraw) End([]byte) []byte         { panic("at the end") }

// TestCoderThatPanics: what panics beside the handler is not logged as a handler that ended its goroutine.
func TestCoderThatPanics(t *testing.T) {
	var logged safeText
	logger := slog.New(slog.NewTextHandler(&logged, nil))
	api := watching(nil, func(_ context.Context, out *EventStream[string]) error { return out.Send("now") },
		WithFilter(func(t *Transit) { t.OnStream(func(*Reply) Coder { return lastStraw{} }) }), WithAPILogger(logger))
	r := start(t, api, WithLogger(logger))
	c := r.dial(t)
	c.send(askWatch)
	_, err := io.ReadAll(c)
	require.NoError(t, err)
	require.NoError(t, r.stop(t))
	assert.Contains(t, logged.String(), "at the end")
	assert.NotContains(t, logged.String(), "ended its goroutine")
}

// TestFilterHearsOfAParkedEnd: of a request whose answer never came, and of a stream that goes on without its handler.
func TestFilterHearsOfAParkedEnd(t *testing.T) {
	ended := make(chan string, 8)
	parked := make(chan *EventStream[string], 1)
	api := watching(&StreamOptions{}, func(_ context.Context, out *EventStream[string]) error {
		out.Keep()
		parked <- out
		return out.Send("now")
	}, WithFilter(func(t *Transit) { t.OnEnd(func() { ended <- "end" }) }))
	r := start(t, api, WithTimeouts(Timeouts{HalfClose: 1}))
	for _, gone := range []bool{false, true} {
		c := r.dial(t)
		c.send("GET /watch HTTP/1.1\r\nHost: a\r\n\r\n")
		out := <-parked
		require.NoError(t, out.Send("later"))
		assert.Empty(t, ended)
		if gone {
			require.NoError(t, c.Close())
		} else {
			out.Close()
		}
		<-ended
	}
	assert.Empty(t, ended)
}

// everyServer runs a test on the loops and on net/http.
func everyServer(t *testing.T, api *API, test func(t *testing.T, dial dialer)) {
	t.Helper()
	t.Run("loops", func(t *testing.T) { test(t, start(t, api).dialer()) })
	t.Run("net/http", func(t *testing.T) {
		s := httptest.NewServer(api.HTTPHandler())
		t.Cleanup(s.Close)
		test(t, dialTCP(s.Listener.Addr().String()))
	})
}

// TestFilterHearsOfTheEndOfASocketsHandler: the request of a socket ends with its handler, and the socket goes on.
func TestFilterHearsOfTheEndOfASocketsHandler(t *testing.T) {
	ended := make(chan string, 8)
	api := chatAPI(SocketOptions{}, func(_ context.Context, s *chatSocket) error {
		s.OnMessage = s.Send
		return nil
	}, WithFilter(func(t *Transit) { t.OnEnd(func() { ended <- "end" }) }))
	everyServer(t, api, func(t *testing.T, dial dialer) {
		p := open(t, dial)
		select {
		case <-ended:
		case <-time.After(patience):
			t.Fatal("the handler has returned")
		}
		p.say("still there?")
		assert.Equal(t, `"still there?"`, p.next())
		p.leave()
		assert.Empty(t, ended, "once")
	})
}

// TestTransitOfAKeptStream: nobody has the request once the handler of a stream has returned, though the stream goes on.
func TestTransitOfAKeptStream(t *testing.T) {
	transits := make(chan *Transit, 1)
	parked := make(chan *EventStream[string], 1)
	api := watching(nil, func(_ context.Context, out *EventStream[string]) error {
		out.Keep()
		parked <- out
		return nil
	}, WithFilter(func(t *Transit) { transits <- t }))
	everyServer(t, api, func(t *testing.T, dial dialer) {
		c := dial(t)
		_, err := io.WriteString(c, askWatch)
		require.NoError(t, err)
		transit, out := <-transits, <-parked
		require.Eventually(t, func() bool { return operationOf(t, api.Stats(), "watch").Waiting == 1 }, patience, time.Millisecond)
		assert.Panics(t, func() { transit.Operation() })
		out.Close()
	})
}

// TestHeartbeatBeginsTheAnswer: what filters do to an answer that begins since its handler is silent is the request's, whoever runs them.
func TestHeartbeatBeginsTheAnswer(t *testing.T) {
	silent := func(on func(w *Reply)) *API {
		return watching(&StreamOptions{Heartbeat: time.Millisecond}, func(ctx context.Context, _ *EventStream[string]) error {
			<-ctx.Done()
			return ctx.Err()
		}, WithFilter(func(t *Transit) { t.OnStream(func(w *Reply) Coder { on(w); return nil }) }), WithAPILogger(quiet))
	}
	for name, on := range map[string]func(w *Reply){
		"panic": func(*Reply) { panic("a filter") },
		"fault": func(w *Reply) { w.Fault(errors.New("a filter")) },
	} {
		t.Run(name, func(t *testing.T) {
			everyServer(t, silent(on), func(t *testing.T, dial dialer) {
				c := dial(t)
				_, err := io.WriteString(c, askWatch)
				require.NoError(t, err)
				answer, err := http.ReadResponse(bufio.NewReader(c), nil)
				require.NoError(t, err)
				assert.Equal(t, http.StatusInternalServerError, answer.StatusCode)
				assert.Equal(t, name == "panic", answer.Close)
				require.NoError(t, answer.Body.Close())
			})
		})
	}
	t.Run("abort", func(t *testing.T) {
		everyServer(t, silent(func(*Reply) { panic(http.ErrAbortHandler) }), func(t *testing.T, dial dialer) {
			c := dial(t)
			_, err := io.WriteString(c, askWatch)
			require.NoError(t, err)
			answer, _ := io.ReadAll(c)
			assert.Empty(t, answer)
		})
	})
}

// TestHeartbeatBesideTheHandler: the answer begins while its handler says what is to be in its head and in the log.
func TestHeartbeatBesideTheHandler(t *testing.T) {
	heads := make(chan int, 2)
	api := watching(&StreamOptions{Heartbeat: time.Millisecond}, func(ctx context.Context, _ *EventStream[string]) error {
		for added := 0; ; added++ {
			select {
			case <-heads:
				return nil
			default:
			}
			raw := Raw(ctx)
			if err := raw.SetHeader("X-Number", strconv.Itoa(added)); err != nil {
				return err
			}
			raw.Log(slog.Int("number", added))
			time.Sleep(10 * time.Microsecond)
		}
	}, WithFilter(func(t *Transit) {
		t.OnStream(func(w *Reply) Coder {
			t.Log(slog.Int("fields", len(w.Fields()["X-Number"])))
			_ = t.AddHeader("X-Filter", "seen")
			heads <- len(w.Fields())
			return nil
		})
	}))
	everyServer(t, api, func(t *testing.T, dial dialer) {
		c := dial(t)
		_, err := io.WriteString(c, askWatch)
		require.NoError(t, err)
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, answer.StatusCode)
		assert.Contains(t, []string{"", "0"}, answer.Header.Get("X-Number"), "the first, if it was said before the answer began")
		assert.Equal(t, "seen", answer.Header.Get("X-Filter"))
		_, err = io.ReadAll(answer.Body)
		require.NoError(t, err)
	})
}

// TestHeartbeatAfterTheHandler: who has ended the goroutine has ended the stream.
func TestHeartbeatAfterTheHandler(t *testing.T) {
	streams := make(chan *EventStream[string], 1)
	api := watching(&StreamOptions{Heartbeat: time.Millisecond}, func(_ context.Context, out *EventStream[string]) error {
		streams <- out
		runtime.Goexit()
		return nil
	}, WithAPILogger(quiet))
	everyServer(t, api, func(t *testing.T, dial dialer) {
		c := dial(t)
		_, err := io.WriteString(c, askWatch)
		require.NoError(t, err)
		_, _ = io.ReadAll(c)
		out := <-streams
		require.Eventually(t, func() bool { return errors.Is(out.Send("late"), ErrStreamEnded) }, patience, time.Millisecond)
	})
}
