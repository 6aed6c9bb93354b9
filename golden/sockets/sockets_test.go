package sockets_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/sockets/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

type chatSocket = tornado.Socket[api.ServerMessage, api.ClientMessage]

// rooms is a chat: what somebody says in a room goes to all who are there, encoded once.
type rooms struct {
	mu      sync.Mutex
	members map[string]map[*chatSocket]bool
}

func (r *rooms) Chat(_ context.Context, req api.ChatRequest, ws *chatSocket) error {
	if req.Room == "closed" {
		return api.ChatNotFound{Body: api.Problem{Title: "no such room"}}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.members[req.Room] == nil {
		r.members[req.Room] = make(map[*chatSocket]bool)
	}
	members := r.members[req.Room]
	members[ws] = true
	ws.OnMessage = func(msg api.ClientMessage) error {
		switch m := msg.Value.(type) {
		case *api.Leave:
			if m.ID.IsSet() {
				return errors.New("a member that is readOnly came through")
			}
			return &tornado.CloseError{Code: 4000, Reason: "bye"}
		case *api.Say:
			r.mu.Lock()
			defer r.mu.Unlock()
			said := ws.Prepare(api.ServerMessage{From: req.Room, Text: m.Text, Secret: tornado.Some("never sent")})
			for other := range members {
				if err := other.SendPrepared(said); err != nil {
					return err
				}
			}
		}
		return nil
	}
	ws.OnClose = func(error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(members, ws)
	}
	return ws.Send(api.ServerMessage{From: ws.Subprotocol(), Text: "welcome", Color: tornado.Some(api.ColorGreen)})
}

func (r *rooms) count(room string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.members[room])
}

func (*rooms) Ticks(ctx context.Context, _ api.TicksRequest, ws *tornado.Socket[int64, tornado.Nothing]) error {
	if tornado.Raw(ctx).Header("X-Broken") != "" {
		return errors.New("no clock")
	}
	for i := range int64(3) {
		if err := ws.Send(i); err != nil {
			return err
		}
	}
	return nil
}

func (*rooms) Echo(_ context.Context, _ api.EchoRequest, ws *tornado.Socket[[]byte, []byte]) error {
	for msg := range ws.Messages() {
		if err := ws.Send(msg); err != nil {
			return err
		}
	}
	return ws.Err()
}

func (*rooms) Calls(_ context.Context, _ api.CallsRequest, ws *tornado.Socket[[]api.Color, tornado.Null[api.CallsClientMessage]]) error {
	for call := range ws.Messages() {
		answer := []api.Color{api.Color(call.Value().Method)}
		if call.IsNull() {
			answer = nil
		}
		if err := ws.Send(answer); err != nil {
			return err
		}
	}
	return ws.Err()
}

type keys struct{}

func (keys) Key(ctx context.Context, key tornado.APIKey) (context.Context, error) {
	if key.Key != "good" {
		return nil, errors.New("unknown key")
	}
	return ctx, nil
}

// onEach runs a test with the API on the loops and on net/http.
func onEach(t *testing.T, test func(t *testing.T, h *rooms, url string)) {
	for name, serve := range map[string]func(t *testing.T, a *tornado.API) string{
		"loops": drive.Serve,
		"net/http": func(t *testing.T, a *tornado.API) string {
			s := httptest.NewServer(a.HTTPHandler())
			t.Cleanup(s.Close)
			return s.URL
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := &rooms{members: make(map[string]map[*chatSocket]bool)}
			test(t, h, serve(t, api.New(h, keys{})))
		})
	}
}

func newClient(t *testing.T, url string, opts ...client.Option) *api.Client {
	t.Helper()
	c, err := api.NewClient(url, opts...)
	require.NoError(t, err)
	return c
}

func say(text string) api.ClientMessage {
	return api.ClientMessage{Value: &api.Say{Text: text}}
}

// next is the next message; the test fails if there is none.
func next[S, R any](t *testing.T, ws *tornado.Socket[S, R]) (msg R) {
	t.Helper()
	for msg = range ws.Messages() {
		return msg
	}
	require.FailNow(t, "the socket has ended", ws.Err())
	return msg
}

// drained ranges to the end, and gives why.
func drained[S, R any](ws *tornado.Socket[S, R]) error {
	for range ws.Messages() { //nolint:revive // what still comes does not matter
	}
	return ws.Err()
}

func TestChat(t *testing.T) {
	onEach(t, func(t *testing.T, h *rooms, url string) {
		c := newClient(t, url)
		var all []*tornado.Socket[api.ClientMessage, api.ServerMessage]
		for range 3 {
			ws, err := c.Chat(t.Context(), api.ChatRequest{Room: "a"})
			require.NoError(t, err)
			assert.Equal(t, "chat.v2", ws.Subprotocol())
			assert.Equal(t, api.ServerMessage{From: "chat.v2", Text: "welcome", Color: tornado.Some(api.ColorGreen)}, next(t, ws))
			all = append(all, ws)
		}
		require.NoError(t, all[0].Send(say(strings.Repeat("long ", 40))))
		require.NoError(t, all[0].Send(say("hello")))
		for _, ws := range all {
			assert.Equal(t, api.ServerMessage{From: "a", Text: strings.Repeat("long ", 40)}, next(t, ws), "and what is writeOnly is not there")
			assert.Equal(t, "hello", next(t, ws).Text)
		}

		require.NoError(t, all[0].Send(api.ClientMessage{Value: &api.Leave{ID: tornado.Some[int64](1)}}))
		var closed *tornado.CloseError
		require.ErrorAs(t, drained(all[0]), &closed)
		assert.Equal(t, &tornado.CloseError{Code: 4000, Reason: "bye", Remote: true}, closed)
		require.ErrorIs(t, all[0].Send(say("late")), tornado.ErrSocketClosed)

		require.NoError(t, all[1].Close(tornado.CloseNormal, ""))
		require.NoError(t, drained(all[1]))

		require.NoError(t, all[2].Send(say("")))
		require.ErrorAs(t, drained(all[2]), &closed)
		assert.Equal(t, tornado.ClosePolicy, closed.Code)
		assert.Equal(t, "/text must have at least 1 character", closed.Reason)
		require.Eventually(t, func() bool { return h.count("a") == 0 }, 5*time.Second, time.Millisecond, "OnClose was called for each")
	})
}

// TestRefused: what comes before the socket is answered as for any other operation.
func TestRefused(t *testing.T) {
	onEach(t, func(t *testing.T, _ *rooms, url string) {
		c := newClient(t, url)
		_, err := c.Chat(t.Context(), api.ChatRequest{Room: "closed"})
		assert.Equal(t, api.ChatNotFound{Body: api.Problem{Title: "no such room"}}, err)

		_, err = c.Chat(t.Context(), api.ChatRequest{Room: strings.Repeat("x", 21)})
		var problem *client.Problem
		require.ErrorAs(t, err, &problem)
		assert.Equal(t, http.StatusUnprocessableEntity, problem.Status)

		_, err = newClient(t, url, api.WithKey("bad")).Chat(t.Context(), api.ChatRequest{Room: "a"})
		require.ErrorAs(t, err, &problem)
		assert.Equal(t, http.StatusUnauthorized, problem.Status)

		_, err = newClient(t, url, client.WithHeader("X-Broken", "1")).Ticks(t.Context(), api.TicksRequest{})
		assert.Equal(t, api.TicksDefault{Status: 500, Body: api.Problem{Title: "Internal Server Error"}}, err)

		_, err = newClient(t, url, client.WithHeader("Origin", "https://evil.example")).Echo(t.Context(), api.EchoRequest{})
		require.ErrorAs(t, err, &problem)
		assert.Equal(t, http.StatusForbidden, problem.Status)

		assert.Equal(t, http.StatusBadRequest, drive.Do(t, http.MethodGet, url+"/echo", "").Status, "not an upgrade")
	})
	_, err := newClient(t, "http://127.0.0.1:1").Echo(t.Context(), api.EchoRequest{})
	var failed *client.Error
	require.ErrorAs(t, err, &failed)
}

func TestKinds(t *testing.T) {
	onEach(t, func(t *testing.T, _ *rooms, url string) {
		c := newClient(t, url)
		ticks, err := c.Ticks(t.Context(), api.TicksRequest{})
		require.NoError(t, err)
		var got []int64
		for i := range ticks.Messages() {
			got = append(got, i)
		}
		assert.Equal(t, []int64{0, 1, 2}, got)
		require.NoError(t, ticks.Err())
		require.Error(t, ticks.Send(nil))

		echo, err := c.Echo(t.Context(), api.EchoRequest{})
		require.NoError(t, err)
		for _, msg := range [][]byte{{}, {0, 255}, make([]byte, 1<<17)} {
			require.NoError(t, echo.Send(msg))
			assert.Equal(t, msg, next(t, echo))
		}
		require.NoError(t, echo.Close(tornado.CloseNormal, ""))

		calls, err := c.Calls(t.Context(), api.CallsRequest{})
		require.NoError(t, err)
		require.NoError(t, calls.Send(tornado.NonNull(api.CallsClientMessage{Method: "red"})))
		assert.Equal(t, []api.Color{api.ColorRed}, next(t, calls))
		require.NoError(t, calls.Send(tornado.NonNull(api.CallsClientMessage{Method: "blue"})))
		assert.Equal(t, []api.Color{"blue"}, next(t, calls), "a client keeps what it does not know")
		require.NoError(t, calls.Send(tornado.Null[api.CallsClientMessage]{}))
		assert.Equal(t, []api.Color{}, next(t, calls))
		require.NoError(t, calls.Close(tornado.CloseNormal, ""))
	})
}

// TestDial opens a socket over TLS, through a proxy, with a credential, a header of the call and the subprotocol that the call wants.
func TestDial(t *testing.T) {
	s := httptest.NewTLSServer(api.New(&rooms{members: make(map[string]map[*chatSocket]bool)}, keys{}).HTTPHandler())
	t.Cleanup(s.Close)
	var through []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		through = append(through, r.Method+" "+r.Host)
		tunnel(t, w, r.Host)
	}))
	t.Cleanup(proxy.Close)
	hc := s.Client()
	hc.Transport.(*http.Transport).Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }
	var asked, answered http.Header
	c := newClient(t, s.URL, client.WithHTTPClient(hc), api.WithKey("good"), client.WithMiddleware(func(next client.Doer) client.Doer {
		return client.DoerFunc(func(req *http.Request) (*http.Response, error) {
			assert.Equal(t, "GET /rooms/{room}/chat", client.OperationOf(req.Context()).String())
			res, err := next.Do(req)
			if err == nil {
				asked, answered = req.Header, res.Header
			}
			return res, err
		})
	}))
	ctx := client.With(t.Context(), client.WithHeader("X-Trace", "1"), client.WithSubprotocols("chat.v1"))
	ws, err := c.Chat(ctx, api.ChatRequest{Room: "a"})
	require.NoError(t, err)
	assert.Equal(t, "chat.v1", ws.Subprotocol())
	assert.Equal(t, "1", asked.Get("X-Trace"))
	assert.Equal(t, "chat.v1", asked.Get("Sec-Websocket-Protocol"))
	assert.Contains(t, answered.Get("Sec-Websocket-Extensions"), "permessage-deflate")
	assert.Equal(t, []string{"CONNECT " + strings.TrimPrefix(s.URL, "https://")}, through)
	assert.Equal(t, "chat.v1", next(t, ws).From)
	require.NoError(t, ws.Close(tornado.CloseNormal, ""))

	_, err = c.Chat(client.With(t.Context(), client.WithSubprotocols("chat.v9")), api.ChatRequest{Room: "a"})
	require.ErrorContains(t, err, `the document has no subprotocol "chat.v9" for this WebSocket`)
}

// tunnel is what a proxy does with CONNECT.
func tunnel(t *testing.T, w http.ResponseWriter, host string) {
	out, err := net.Dial("tcp", host)
	if !assert.NoError(t, err) {
		return
	}
	defer out.Close()
	in, _, err := w.(http.Hijacker).Hijack()
	if !assert.NoError(t, err) {
		return
	}
	defer in.Close()
	_, _ = io.WriteString(in, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(out, in); out.Close() }()
	_, _ = io.Copy(in, out)
}

// TestContext: the context of the call ends the socket.
func TestContext(t *testing.T) {
	onEach(t, func(t *testing.T, h *rooms, url string) {
		ctx, cancel := context.WithCancel(t.Context())
		ws, err := newClient(t, url).Chat(ctx, api.ChatRequest{Room: "a"})
		require.NoError(t, err)
		next(t, ws)
		time.AfterFunc(10*time.Millisecond, cancel)
		require.Error(t, drained(ws))
		require.Eventually(t, func() bool { return h.count("a") == 0 }, 5*time.Second, time.Millisecond)

		_, err = newClient(t, url).Chat(ctx, api.ChatRequest{Room: "a"})
		require.ErrorIs(t, err, context.Canceled)
	})
}
