package tornado

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// TestSocketCloses: the code for every way in which a socket ends, in both styles.
func TestSocketCloses(t *testing.T) {
	type step struct {
		do   func(p *socketPeer)
		code int
		why  string
	}
	say := func(text string) func(*socketPeer) { return func(p *socketPeer) { p.say(text) } }
	bytes := func(b string) func(*socketPeer) {
		return func(p *socketPeer) {
			_, err := io.WriteString(p.Conn, b)
			require.NoError(p.t, err)
		}
	}
	react := func(s *chatSocket, msg string) error {
		switch msg {
		case "fail":
			return errors.New("no database")
		case "panic":
			panic("no memory")
		case "leave":
			return &CloseError{Code: 4002, Reason: "kicked"}
		case "close":
			return s.Close(3000, "done")
		case "ghost":
			return &CloseError{Code: CloseAbnormal}
		}
		return nil
	}
	styles := map[string]func(ctx context.Context, s *chatSocket) error{
		"loop": func(_ context.Context, s *chatSocket) error {
			for msg := range s.Messages() {
				if err := react(s, msg); err != nil {
					return err
				}
			}
			return s.Err()
		},
		"callback": func(_ context.Context, s *chatSocket) error {
			s.OnMessage = func(msg string) error { return react(s, msg) }
			return nil
		},
	}
	for style, handle := range styles {
		t.Run(style, func(t *testing.T) {
			onEach(t, func() *API { return chatAPI(SocketOptions{MaxMessage: 3000, Compression: true}, handle) }, func(t *testing.T, dial dialer) {
				for name, c := range map[string]step{
					"error":            {say("fail"), 1011, ""},
					"panic":            {say("panic"), 1011, ""},
					"chosen":           {say("leave"), 4002, "kicked"},
					"closed":           {say("close"), 3000, "done"},
					"not to be sent":   {say("ghost"), 1000, ""},
					"not masked":       {bytes("\x81\x02\"\""), 1002, "frame of a client is not masked"},
					"reserved bit":     {bytes("\xa1\x80\x00\x00\x00\x00"), 1002, "reserved bit is set"},
					"binary":           {func(p *socketPeer) { p.send(ws.OpBinary, `"x"`) }, 1003, "the messages of this socket are text"},
					"not UTF-8":        {func(p *socketPeer) { p.send(ws.OpText, "\"\xff\"") }, 1007, "text is not utf-8"},
					"not JSON":         {func(p *socketPeer) { p.send(ws.OpText, "{") }, 1007, "not valid JSON, offset 1: unexpected end of the text"},
					"against the rule": {say(strings.Repeat("x", 2001)), 1008, "must have at most 2000 characters"},
					"too big":          {say(strings.Repeat("x", 3001)), 1009, "message is too big"},
					"no deflate":       {bytes("\xc1\x81\x00\x00\x00\x00\xff"), 1002, "reserved bit is set"},
				} {
					t.Run(name, func(t *testing.T) {
						p := open(t, dial)
						c.do(p)
						p.closes(c.code, c.why)
					})
				}
				t.Run("compressed", func(t *testing.T) {
					p := open(t, dial, "Sec-WebSocket-Extensions: permessage-deflate\r\n")
					f, ok := ws.Deflate(append(ws.NewFrame(nil), `"`+strings.Repeat("x", 4000)+`"`...), 15)
					require.True(t, ok)
					_, err := p.Write(f.Seal(ws.OpText, true, &testMask))
					require.NoError(t, err)
					p.closes(1009, "message is too big")
					p = open(t, dial, "Sec-WebSocket-Extensions: permessage-deflate\r\n")
					_, err = io.WriteString(p.Conn, "\xc1\x81\x00\x00\x00\x00\xff")
					require.NoError(t, err)
					p.closes(1007, "compressed message cannot be read")
				})
			})
		})
	}
}

// TestSocketEnds: OnClose is called once, the context ends, and Err and Send tell why.
func TestSocketEnds(t *testing.T) {
	type end struct {
		err, send error
		ctx       error
	}
	ends := make(chan end, 2)
	ready := make(chan *chatSocket, 1)
	api := func() *API {
		return chatAPI(SocketOptions{}, func(ctx context.Context, s *chatSocket) error {
			s.OnMessage = func(string) error { return nil }
			s.OnClose = func(err error) { ends <- end{err, s.Send("late"), ctx.Err()} }
			ready <- s
			return nil
		})
	}
	onEach(t, api, func(t *testing.T, dial dialer) {
		for name, c := range map[string]struct {
			end  func(p *socketPeer, s *chatSocket)
			want string
		}{
			"normal":       {func(p *socketPeer, _ *chatSocket) { p.leave() }, ""},
			"without code": {func(p *socketPeer, _ *chatSocket) { p.send(ws.OpClose, "") }, ""},
			"going away":   {func(p *socketPeer, _ *chatSocket) { p.send(ws.OpClose, "\x03\xe9bye") }, "websocket closed by the other end: 1001 (going away): bye"},
			"own":          {func(p *socketPeer, s *chatSocket) { require.NoError(t, s.Close(4000, "x")); p.closes(4000, "x") }, "websocket closed: 4000: x"},
			"vanished":     {func(p *socketPeer, _ *chatSocket) { p.Close() }, "websocket closed: 1006 (abnormal): EOF"},
			"fault":        {func(p *socketPeer, _ *chatSocket) { p.send(3, ""); p.closes(1002, "reserved opcode") }, "websocket closed: 1002 (protocol error): reserved opcode"},
		} {
			t.Run(name, func(t *testing.T) {
				p := open(t, dial)
				s := <-ready
				c.end(p, s)
				got := <-ends
				if c.want == "" {
					require.NoError(t, got.err)
				} else {
					require.EqualError(t, got.err, c.want)
					var closed *CloseError
					require.ErrorAs(t, got.send, &closed)
				}
				require.ErrorIs(t, got.send, ErrSocketClosed)
				require.ErrorIs(t, got.ctx, context.Canceled)
				require.ErrorIs(t, s.Close(1000, ""), ErrSocketClosed)
				assert.Equal(t, got.err, s.Err())
				assert.Empty(t, ends)
			})
		}
		require.Error(t, (&chatSocket{}).Close(CloseAbnormal, ""))
	})
}

// TestSocketGoexit: a goroutine that is ended costs its socket.
func TestSocketGoexit(t *testing.T) {
	ended := make(chan error, 1)
	for style, handle := range map[string]func(ctx context.Context, s *chatSocket) error{
		"handler": func(_ context.Context, s *chatSocket) error {
			s.OnClose = func(err error) { ended <- err }
			for range s.Messages() {
				runtime.Goexit()
			}
			return nil
		},
		"callback": func(_ context.Context, s *chatSocket) error {
			s.OnClose = func(err error) { ended <- err }
			s.OnMessage = func(string) error { runtime.Goexit(); return nil }
			return nil
		},
	} {
		t.Run(style, func(t *testing.T) {
			p := open(t, start(t, chatAPI(SocketOptions{}, handle)).dialer())
			p.say("x")
			require.Error(t, <-ended)
			assert.Contains(t, []string{"close 1011", "end"}, p.next())
		})
	}
}

// TestSocketDrain: each socket is closed with 1001, and the server ends when that is answered.
func TestSocketDrain(t *testing.T) {
	for style, handle := range echoStyles {
		t.Run(style, func(t *testing.T) {
			s := start(t, chatAPI(SocketOptions{}, handle))
			p := open(t, s.dialer())
			p.say("x")
			require.Equal(t, `"x"`, p.next())
			s.Shutdown()
			p.closes(1001, "the server drains")
			require.NoError(t, s.stop(t))
		})
	}
	t.Run("net/http", func(t *testing.T) {
		s := httptest.NewServer(chatAPI(SocketOptions{}, echoStyles["callback"]).HTTPHandler())
		defer s.Close()
		p := open(t, dialTCP(s.Listener.Addr().String()))
		p.say("x")
		require.Equal(t, `"x"`, p.next())
		go func() { _ = s.Config.Shutdown(context.Background()) }()
		p.closes(1001, "the server drains")
	})
}
