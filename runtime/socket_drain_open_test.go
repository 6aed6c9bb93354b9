package tornado

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// TestSocketDrainOfAHandshake: one whose handler has not opened the socket when the drain begins is answered as any other request is; a socket that
// it opens still takes what its handler sends first, and is closed with 1001. A handler that does neither is cut with the drain.
func TestSocketDrainOfAHandshake(t *testing.T) {
	type handling struct {
		*running
		client *socketPeer
		ended  chan error
	}
	begun := func(t *testing.T, handle func(ctx context.Context, s *chatSocket) error, opts ...Option) *handling {
		before := goleak.IgnoreCurrent()
		t.Cleanup(func() { goleak.VerifyNone(t, before) })
		h := &handling{ended: make(chan error, 1)}
		entered := make(chan struct{})
		h.running = start(t, chatAPI(SocketOptions{}, func(ctx context.Context, s *chatSocket) error {
			s.OnClose = func(err error) { h.ended <- err }
			close(entered)
			if Raw(ctx).Header("X-Wait") == "until cut" {
				<-ctx.Done()
				assert.ErrorIs(t, context.Cause(ctx), ErrCut)
			} else {
				<-Draining(ctx)
			}
			return handle(ctx, s)
		}), opts...)
		fields := ""
		if len(opts) > 0 {
			fields = "X-Wait: until cut\r\n"
		}
		h.client = ask(t, h.dialer(), fields)
		<-entered
		h.Shutdown()
		return h
	}
	for name, c := range map[string]struct {
		handle func(ctx context.Context, s *chatSocket) error
		want   []string
	}{
		"which ranges": {echoStyles["loop"], nil},
		"which sends and ranges": {func(ctx context.Context, s *chatSocket) error {
			if err := s.Send("x"); err != nil {
				return err
			}
			return echoStyles["loop"](ctx, s)
		}, []string{`"x"`}},
		"which sets OnMessage": {echoStyles["callback"], nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := begun(t, c.handle)
			h.client.opened()
			for _, text := range c.want {
				require.Equal(t, text, h.client.next())
			}
			h.client.closed(CloseGoingAway, "the server drains")
			h.client.send(ws.OpClose, string(ws.AppendClose(nil, CloseGoingAway, "")))
			h.client.ends()
			require.NoError(t, h.stop(t))
			require.EqualError(t, <-h.ended, drains1001)
		})
	}
	t.Run("which refuses", func(t *testing.T) {
		h := begun(t, func(context.Context, *chatSocket) error {
			return &StatusError{Status: http.StatusServiceUnavailable, Detail: "elsewhere"}
		})
		assert.Contains(t, h.client.answered(http.StatusServiceUnavailable), "elsewhere")
		assert.True(t, h.client.answer.Close)
		h.client.ends()
		require.NoError(t, h.stop(t))
		assert.Empty(t, h.ended)
	})
	t.Run("which waits on", func(t *testing.T) {
		release, sent := make(chan struct{}), make(chan error, 1)
		h := begun(t, func(_ context.Context, s *chatSocket) error {
			<-release
			err := s.Send("x")
			sent <- err
			return err
		}, shortDrain)
		require.ErrorIs(t, h.stop(t), ErrCut)
		h.client.over()
		close(release)
		require.ErrorIs(t, <-sent, ErrSocketClosed)
	})
	t.Run("half received", func(t *testing.T) {
		d := startSockets(t, SocketOptions{})
		c := d.dial(t)
		c.send("GET /none HTTP/1.1\r\nHost: a\r\n\r\nGET /chat HTTP/1.1\r\nHost: chat.ex")
		c.answer("GET")
		d.drains(t)
		c.send("ample\r\nX-Style: loop\r\n" + handshakeFields[len("Host: chat.example\r\n"):] + "\r\n")
		p := &socketPeer{Conn: c, t: t, r: c.r, rules: ws.Rules{Client: true}}
		p.opened()
		require.Equal(t, `"hello"`, p.next())
		p.closed(CloseGoingAway, "the server drains")
		p.send(ws.OpClose, string(ws.AppendClose(nil, CloseGoingAway, "")))
		p.ends()
		require.NoError(t, d.stop(t))
		require.EqualError(t, <-d.ended, drains1001)
	})
}
