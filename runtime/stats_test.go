package tornado

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// operationOf is what is known of an operation.
func operationOf(t *testing.T, all []OperationStats, id string) OperationStats {
	t.Helper()
	for _, o := range all {
		if o.Operation.ID == id {
			return o
		}
	}
	t.Fatal(id, " is not there")
	return OperationStats{}
}

// TestStatsOfOperations: each request is counted once where it belongs, by the loops, by HTTP/2 and by net/http alone.
func TestStatsOfOperations(t *testing.T) {
	newAPI := func() *API {
		return newTestAPI(testHandlers{item: func(_ context.Context, req itemRequest) ([]byte, error) {
			switch req.ID {
			case 2:
				return nil, itemGone{"sold"}
			case 3:
				panic("three")
			}
			return []byte("12345"), nil
		}}, WithAPILogger(quiet))
	}
	ask := func(t *testing.T, client *http.Client, url string) {
		t.Helper()
		for _, path := range []string{"/items/1", "/items/1", "/items/2", "/items/3", "/items/0", "/nothing"} {
			res, err := client.Get(url + path)
			require.NoError(t, err)
			_ = res.Body.Close()
		}
	}
	check := func(t *testing.T, all []OperationStats) {
		t.Helper()
		o := operationOf(t, all, "getItem")
		assert.Equal(t, map[int]uint64{200: 2, 410: 1, 500: 1, 422: 1}, o.Answered)
		assert.Equal(t, uint64(2), o.Class(4))
		assert.Equal(t, uint64(5), o.Requests())
		assert.Equal(t, uint64(1), o.Crashed)
		assert.Greater(t, o.Bytes, uint64(10))
		assert.Positive(t, o.Took.Sum)
		assert.Zero(t, o.Running)
		assert.Equal(t, "Test", o.API)
		assert.Equal(t, "/items/{itemId}", o.Route)
		assert.Zero(t, operationOf(t, all, "hold").Requests())
	}
	for name, way := range map[string]string{"HTTP/1": "", "HTTP/2": "h2c"} {
		t.Run(name, func(t *testing.T) {
			r := start(t, newAPI(), WithH2C(), WithMount("/pages", http.NotFoundHandler()))
			r.Measure()
			client, url := r.client(t)
			if way != "" {
				client, url = http2Client(t, r, way)
			}
			ask(t, client, url)
			res, err := client.Get(url + "/pages/1")
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			require.Eventually(t, func() bool { // an answer is there before it is counted
				s := r.Stats()
				return s.Others.Requests() == 2 && operationOf(t, s.Operations, "getItem").Requests() == 5
			}, patience, time.Millisecond)
			s := r.Stats()
			assert.True(t, s.Measured)
			check(t, s.Operations)
			assert.Equal(t, map[int]uint64{404: 2}, s.Others.Answered, "a path that is not known, and a page")
			_, err = json.Marshal(s)
			assert.NoError(t, err)
		})
	}
	t.Run("net/http", func(t *testing.T) {
		api := newAPI()
		api.Measure()
		s := httptest.NewServer(api.HTTPHandler())
		defer s.Close()
		ask(t, s.Client(), s.URL)
		require.Eventually(t, func() bool { return operationOf(t, api.Stats(), "getItem").Requests() == 5 }, patience, time.Millisecond)
		check(t, api.Stats())
	})
}

// TestStatsOfLoops: what is not measured costs nothing, and the loops count all the same.
func TestStatsOfLoops(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), WithLoops(1))
	before := r.Stats()
	assert.False(t, before.Measured)
	assert.Len(t, before.Bounds, len(Bounds()))
	c := r.dial(t)
	c.send(getItem + getItem + getItem)
	for range 3 {
		c.answer("GET")
	}
	require.Eventually(t, func() bool { return r.Stats().Loops[0].Requests == 3 }, patience, time.Millisecond)
	require.Eventually(t, func() bool { return r.Stats().Connections.Idle == 1 }, patience, time.Millisecond)
	s := r.Stats()
	assert.Equal(t, 1, s.Connections.Open)
	l := s.Loops[0]
	assert.Equal(t, uint64(1), l.Accepted)
	assert.Positive(t, l.Batches)
	assert.GreaterOrEqual(t, l.Events, l.Batches)
	assert.Positive(t, l.Wait.Count())
	o := operationOf(t, s.Operations, "getItem")
	assert.Zero(t, o.Requests())
}

// TestStatsOfWhatGoesOn: requests that wait, kept streams, sockets and what is queued for slow clients are there as long as they are.
func TestStatsOfWhatGoesOn(t *testing.T) {
	api, deferred := waiting()
	op := &Operation{ID: "watch", Name: "Watch", Method: "GET", Path: "/watch", Produces: []string{"text/event-stream"}, Kind: KindStream}
	streams := make(chan *EventStream[string], 1)
	RegisterEvents(api, op, (*noRequest).decode, func(_ context.Context, _ noRequest, out *EventStream[string]) error {
		out.Keep()
		streams <- out
		return nil
	}, http.StatusOK, &textCodec)
	chat := &Operation{ID: "chat", Name: "Chat", Method: "GET", Path: "/chat", Socket: &SocketOptions{}}
	RegisterSocket(api, chat, (*noRequest).decode, func(_ context.Context, _ noRequest, s *chatSocket) error {
		s.OnMessage = func(string) error { return nil }
		return nil
	}, sendText(), receiveText())
	r := start(t, api)
	r.Measure()

	poll, watch := r.dial(t), r.dial(t)
	poll.send(askPoll)
	watch.send(askWatch)
	socket := open(t, r.dialer())
	d, stream := <-deferred, <-streams
	require.Eventually(t, func() bool { c := r.Stats().Connections; return c.Waiting == 2 && c.Sockets == 1 }, patience, time.Millisecond)
	assert.Equal(t, 3, r.Stats().Connections.Open)

	d.give(func(a *answerer) { writeText(&a.reply, "late") })
	poll.answer("GET")
	stream.Close()
	socket.leave()
	require.Eventually(t, func() bool { c := r.Stats().Connections; return c.Waiting == 0 && c.Sockets == 0 }, patience, time.Millisecond)
	for operation, status := range map[string]int{"watch": 200, "chat": 101} { // counted once they have ended
		require.Eventually(t, func() bool {
			return maps.Equal(map[int]uint64{status: 1}, operationOf(t, r.Stats().Operations, operation).Answered)
		}, patience, time.Millisecond, operation)
	}
}

// TestStatsOfConnections: each is in one state, also a socket whose handler runs.
func TestStatsOfConnections(t *testing.T) {
	entered, let := make(chan string), make(chan struct{})
	stay := func(who string) {
		entered <- who
		<-let
	}
	api := chatAPI(SocketOptions{}, func(_ context.Context, s *chatSocket) error {
		if err := s.Send("hello"); err != nil {
			return err
		}
		stay("socket")
		s.OnMessage = func(string) error {
			stay("message")
			return nil
		}
		return nil
	})
	hold := opHold
	Register(api, &hold, (*noRequest).decode, func(context.Context, *noRequest) ([]byte, error) {
		stay("handler")
		return nil, nil
	}, func(w *Reply, b []byte) { w.Bytes(http.StatusOK, "text/plain", b) })
	r := start(t, api)
	are := func(want ConnectionStats) {
		t.Helper()
		require.EventuallyWithT(t, func(c *assert.CollectT) { assert.Equal(c, want, r.Stats().Connections) }, patience, time.Millisecond)
	}
	idle, holder := r.dial(t), r.dial(t)
	idle.send(getItem)
	idle.answer("GET")
	holder.send(askHold)
	<-entered
	socket := open(t, r.dialer())
	require.Equal(t, `"hello"`, socket.next())
	<-entered
	are(ConnectionStats{Open: 3, Idle: 1, Busy: 1, Sockets: 1})
	let <- struct{}{}
	let <- struct{}{}
	holder.answer("GET")
	are(ConnectionStats{Open: 3, Idle: 2, Sockets: 1})
	socket.say("what is new?")
	<-entered
	are(ConnectionStats{Open: 3, Idle: 2, Sockets: 1})
	let <- struct{}{}
	socket.leave()
	are(ConnectionStats{Open: 2, Idle: 2})
}

// TestStatsOfWhatWaitsOutside: an answer that is waited for by net/http is no handler that runs, and no connection of the loops.
func TestStatsOfWhatWaitsOutside(t *testing.T) {
	api, deferred := waiting()
	server := NewServer().Handle(api)
	outside := httptest.NewServer(server.HTTPHandler())
	defer outside.Close()
	server.Measure()
	answered := make(chan error, 1)
	go func() {
		res, err := outside.Client().Get(outside.URL + "/poll")
		if err == nil {
			err = res.Body.Close()
		}
		answered <- err
	}()
	d := <-deferred
	require.Eventually(t, func() bool { return operationOf(t, server.Stats().Operations, "poll").Waiting == 1 }, patience, time.Millisecond)
	assert.Zero(t, operationOf(t, server.Stats().Operations, "poll").Running)
	assert.Zero(t, server.Stats().Connections.Waiting)
	d.give(func(a *answerer) { writeText(&a.reply, "late") })
	require.NoError(t, <-answered)
	require.Eventually(t, func() bool {
		o := operationOf(t, server.Stats().Operations, "poll")
		return o.Waiting == 0 && maps.Equal(o.Answered, map[int]uint64{200: 1})
	}, patience, time.Millisecond)
}

// TestStatsOfMountsOutside: a handler that is mounted and panics is counted, also where net/http recovers from it.
func TestStatsOfMountsOutside(t *testing.T) {
	server := NewServer(WithMount("/boom", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/boom/cut" {
			panic(http.ErrAbortHandler)
		}
		panic("boom")
	})))
	outside := httptest.NewUnstartedServer(server.HTTPHandler())
	outside.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	outside.Start()
	defer outside.Close()
	for range 2 {
		for _, path := range []string{"/boom", "/boom/cut"} {
			_, err := outside.Client().Get(outside.URL + path)
			require.Error(t, err)
		}
	}
	assert.Equal(t, uint64(2), server.Stats().Others.Crashed)
}

// TestRunning: handlers that run are found with their stacks, the slowest first, and those of mounts with their paths.
func TestRunning(t *testing.T) {
	entered, let := make(chan struct{}), make(chan struct{})
	stay := func() {
		entered <- struct{}{}
		<-let
	}
	api := newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) {
		stay()
		return nil, errors.New("enough")
	}}, WithAPILogger(quiet))
	r := start(t, api, WithMount("/slow", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stay() })))
	r.Measure()
	assert.Empty(t, r.Running(10, true))
	first, second := r.dial(t), r.dial(t)
	first.send(askHold)
	<-entered
	second.send("GET /slow/page HTTP/1.1\r\nHost: x\r\n\r\n")
	<-entered
	all := r.Running(10, true)
	require.Len(t, all, 2)
	assert.Equal(t, "hold", all[0].Operation.ID)
	assert.GreaterOrEqual(t, all[0].For, all[1].For)
	assert.Nil(t, all[1].Operation)
	assert.Equal(t, "/slow/page", all[1].Path)
	for _, one := range all {
		assert.Contains(t, one.Stack, "TestRunning")
	}
	assert.NotEqual(t, all[0].Stack, all[1].Stack)
	assert.Equal(t, 1, operationOf(t, r.Stats().Operations, "hold").Running)
	assert.Len(t, r.Running(1, false), 1)
	close(let)
	first.answer("GET")
	second.answer("GET")
	require.Eventually(t, func() bool { return len(r.Running(10, false)) == 0 }, patience, time.Millisecond)
}

// TestRunningSince: a handler runs from when it is called, not from when the request began that it answers, or an earlier one on the connection.
func TestRunningSince(t *testing.T) {
	entered, let, left := make(chan struct{}), make(chan struct{}), make(chan time.Time, 2)
	stay := func() {
		entered <- struct{}{}
		<-let
	}
	api := newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) {
		stay()
		left <- time.Now()
		return nil, nil
	}, echo: func(_ context.Context, req echoRequest) ([]byte, error) {
		stay()
		return req.Body, nil
	}}, WithAPILogger(quiet))
	r := start(t, api)
	r.Measure()
	runsSince := func(before time.Time) {
		t.Helper()
		all := r.Running(1, false)
		require.Len(t, all, 1)
		assert.Less(t, all[0].For, time.Since(before))
	}
	c := r.dial(t)
	c.send(askHold + askHold)
	<-entered
	let <- struct{}{}
	<-entered
	runsSince(<-left)
	let <- struct{}{}
	c.answer("GET")
	c.answer("GET")
	c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
	for _, want := range []string{"HTTP/1.1 100 Continue\r\n", "\r\n"} {
		line, err := c.r.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, want, line)
	}
	before := time.Now()
	c.send("{}")
	<-entered
	runsSince(before)
	let <- struct{}{}
	c.answer("POST")
}

func TestHistogram(t *testing.T) {
	var live liveHistogram
	for range 90 {
		live.add(3 * time.Microsecond)
	}
	for range 10 {
		live.add(100 * time.Millisecond)
	}
	live.add(time.Hour)
	h := live.read()
	assert.Equal(t, uint64(101), h.Count())
	assert.LessOrEqual(t, h.Quantile(0.5), 4*time.Microsecond)
	assert.Greater(t, h.Quantile(0.5), 2*time.Microsecond)
	assert.InDelta(t, float64(100*time.Millisecond), float64(h.Quantile(0.95)), float64(40*time.Millisecond))
	assert.Greater(t, h.Quantile(1), time.Minute)
	earlier := h
	live.add(3 * time.Microsecond)
	h = live.read()
	since := h.Sub(earlier)
	assert.Equal(t, uint64(1), since.Count())
	assert.Equal(t, 3*time.Microsecond, since.Sum)
	assert.Zero(t, Histogram{}.Quantile(0.5))
}

// TestSlowLog: a handler that runs for long is logged once, with its stack, and those that are meant to are not.
func TestSlowLog(t *testing.T) {
	var logged safeText
	let := make(chan struct{})
	stay := func() { <-let }
	api := newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) {
		stay()
		return nil, nil
	}}, WithAPILogger(quiet))
	op := &Operation{ID: "watch", Name: "Watch", Method: "GET", Path: "/watch", Produces: []string{"text/event-stream"}, Kind: KindStream}
	RegisterEvents(api, op, (*noRequest).decode, func(context.Context, noRequest, *EventStream[string]) error {
		stay()
		return nil
	}, http.StatusOK, &textCodec)
	r := start(t, api, WithSlowLog(10*time.Millisecond), WithLogger(slog.New(slog.NewTextHandler(&logged, nil))))
	defer close(let)
	r.dial(t).send(askWatch)
	r.dial(t).send(askHold)
	require.Eventually(t, func() bool { return strings.Contains(logged.String(), "operation=hold") }, patience, time.Millisecond)
	r.dial(t).send(askHold)
	require.Eventually(t, func() bool { return strings.Count(logged.String(), "operation=hold") == 2 }, patience, time.Millisecond)
	assert.Contains(t, logged.String(), "TestSlowLog")
	assert.NotContains(t, logged.String(), "operation=watch")
}

// TestSlowLogOverNetHTTP: a server that stands behind an http.Server, or in a test in memory, logs as one that serves, until it is told to end.
func TestSlowLogOverNetHTTP(t *testing.T) {
	var logged safeText
	let := make(chan struct{})
	api := newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) { <-let; return nil, nil }}, WithAPILogger(quiet))
	s := NewServer(WithSlowLog(10*time.Millisecond), WithLogger(slog.New(slog.NewTextHandler(&logged, nil)))).Handle(api)
	h := s.HTTPHandler()
	ended := make(chan struct{})
	go func() {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/hold", nil))
		close(ended)
	}()
	require.Eventually(t, func() bool { return strings.Contains(logged.String(), "operation=hold") }, patience, time.Millisecond)
	s.Shutdown()
	require.Eventually(t, func() bool { return !strings.Contains(string(allStacks()), "(*Server).watchSlow") }, patience, time.Millisecond)
	close(let)
	<-ended
}

// TestRunningSockets: what a socket does with a message is found, too.
func TestRunningSockets(t *testing.T) {
	entered, let := make(chan struct{}), make(chan struct{})
	r := start(t, chatAPI(SocketOptions{}, func(_ context.Context, s *chatSocket) error {
		s.OnMessage = func(string) error {
			entered <- struct{}{}
			<-let
			return nil
		}
		return nil
	}))
	r.Measure()
	p := open(t, r.dialer())
	p.say("hello")
	<-entered
	all := r.Running(1, true)
	require.Len(t, all, 1)
	assert.Equal(t, "chat", all[0].Operation.ID)
	assert.Contains(t, all[0].Stack, "TestRunningSockets")
	close(let)
	require.Eventually(t, func() bool { return len(r.Running(1, false)) == 0 }, patience, time.Millisecond)
}
