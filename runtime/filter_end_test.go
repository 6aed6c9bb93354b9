package tornado

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
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
