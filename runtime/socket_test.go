package tornado

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// chatSocket is a socket whose messages are JSON strings of at most 2000 characters.
type chatSocket = Socket[string, string]

var chatRule = StringRule{MaxLength: 2000}

func sendText() Outgoing[string] {
	return SendJSON(func(v *string, b []byte) []byte { return AppendString(b, *v) })
}

func receiveText() Incoming[string] {
	return ReceiveJSON(func(v *string, d *Decoder) { *v = d.String(&chatRule) })
}

// chatAPI has one operation, GET /chat, whose handler is given.
func chatAPI(options SocketOptions, handle func(ctx context.Context, s *chatSocket) error, opts ...APIOption) *API {
	a := NewAPI(Info{Title: "Chat", Version: "1"}, append(opts, WithAPILogger(slog.New(slog.DiscardHandler)))...)
	op := &Operation{ID: "chat", Name: "Chat", Method: http.MethodGet, Path: "/chat", Socket: &options}
	RegisterSocket(a, op, (*noRequest).decode, func(ctx context.Context, _ noRequest, s *chatSocket) error { return handle(ctx, s) }, sendText(), receiveText())
	return a
}

// dialer connects to a server.
type dialer func(t *testing.T) net.Conn

func (r *running) dialer() dialer {
	return func(t *testing.T) net.Conn { return r.dial(t).Conn }
}

func dialTCP(addr string) dialer {
	return func(t *testing.T) net.Conn {
		c, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		t.Cleanup(func() { c.Close() })
		require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
		return c
	}
}

// ways are the ways to serve an API with sockets.
var ways = map[string]func(t *testing.T, api *API) dialer{
	"tcp":  func(t *testing.T, api *API) dialer { return start(t, api).dialer() },
	"tls":  func(t *testing.T, api *API) dialer { return start(t, api, over(overTLS)).dialer() },
	"unix": func(t *testing.T, api *API) dialer { return start(t, api, over(overUnix)).dialer() },
	"net/http": func(t *testing.T, api *API) dialer {
		s := httptest.NewUnstartedServer(api.HTTPHandler())
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.Start()
		t.Cleanup(s.Close)
		return dialTCP(s.Listener.Addr().String())
	},
}

// onEach runs a test in each of the ways.
func onEach(t *testing.T, api func() *API, test func(t *testing.T, dial dialer)) {
	t.Helper()
	for name, serve := range ways {
		t.Run(name, func(t *testing.T) { test(t, serve(t, api())) })
	}
}

// socketPeer is a client that speaks frames.
type socketPeer struct {
	net.Conn
	t      *testing.T
	r      *bufio.Reader
	parser ws.Parser
	rules  ws.Rules
	buf    []byte
	answer *http.Response
}

const handshakeFields = "Host: chat.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

// ask dials, and asks for a socket with further fields, each with its line end.
func ask(t *testing.T, dial dialer, fields string) *socketPeer {
	t.Helper()
	c := dial(t)
	p := &socketPeer{Conn: c, t: t, r: bufio.NewReader(c), rules: ws.Rules{Client: true}}
	_, err := io.WriteString(c, "GET /chat HTTP/1.1\r\n"+handshakeFields+fields+"\r\n")
	require.NoError(t, err)
	return p
}

// open asks for a socket, and gets it.
func open(t *testing.T, dial dialer, fields ...string) *socketPeer {
	t.Helper()
	p := ask(t, dial, strings.Join(fields, ""))
	p.opened()
	return p
}

func (p *socketPeer) opened() {
	p.t.Helper()
	p.answered(http.StatusSwitchingProtocols)
	require.Equal(p.t, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", p.answer.Header.Get("Sec-WebSocket-Accept"))
	p.rules.Deflate = p.answer.Header.Get("Sec-WebSocket-Extensions") != ""
}

func (p *socketPeer) answered(status int) string {
	p.t.Helper()
	var err error
	p.answer, err = http.ReadResponse(p.r, nil)
	require.NoError(p.t, err)
	body := ""
	if status != http.StatusSwitchingProtocols {
		b, err := io.ReadAll(p.answer.Body)
		require.NoError(p.t, err)
		body = string(b)
	}
	require.Equal(p.t, status, p.answer.StatusCode, body)
	return body
}

var testMask = [4]byte{1, 2, 3, 4}

func masked(op ws.Opcode, payload string) []byte {
	return append(ws.NewFrame(nil), payload...).Seal(op, false, &testMask)
}

func (p *socketPeer) send(op ws.Opcode, payload string) {
	p.t.Helper()
	_, err := p.Write(masked(op, payload))
	require.NoError(p.t, err)
}

// say sends a message, which is a JSON string.
func (p *socketPeer) say(text string) {
	p.t.Helper()
	p.send(ws.OpText, string(AppendString(nil, text)))
}

// next is the next frame in words: `"text"`, "ping", "close 1000 reason", "end", or "cut" for an end in the middle of a TLS record.
func (p *socketPeer) next() string {
	p.t.Helper()
	for {
		if len(p.buf) == 0 {
			p.buf = make([]byte, 4096)
			n, err := p.r.Read(p.buf)
			if p.buf = p.buf[:n]; errors.Is(err, io.ErrUnexpectedEOF) {
				return "cut"
			} else if err != nil {
				require.ErrorIs(p.t, err, io.EOF)
				return "end"
			}
		}
		n, ev, err := p.parser.Feed(p.buf, p.rules)
		require.NoError(p.t, err)
		p.buf = p.buf[n:]
		switch ev.Op {
		case 0:
		case ws.OpClose:
			return strings.TrimSpace(fmt.Sprintf("close %d %s", ev.Code, ev.Reason))
		case ws.OpPing:
			return "ping"
		case ws.OpPong:
			return "pong " + string(ev.Data)
		default:
			data := ev.Data
			if ev.Compressed {
				data, err = ws.Inflate(nil, data, 0)
				require.NoError(p.t, err)
			}
			return string(data)
		}
	}
}

// closed expects a close frame; a ping may come before it, if the machine is slow.
func (p *socketPeer) closed(code int, reason string) {
	p.t.Helper()
	got := p.next()
	for got == "ping" {
		got = p.next()
	}
	require.Equal(p.t, strings.TrimSpace(fmt.Sprintf("close %d %s", code, reason)), got)
}

// closes expects a close frame, answers it, and expects the end.
func (p *socketPeer) closes(code int, reason string) {
	p.t.Helper()
	p.closed(code, reason)
	p.send(ws.OpClose, string(ws.AppendClose(nil, code, "")))
	require.Equal(p.t, "end", p.next())
}

// leave closes, and expects the same of the server.
func (p *socketPeer) leave() {
	p.t.Helper()
	p.send(ws.OpClose, string(ws.AppendClose(nil, CloseNormal, "")))
	p.closed(CloseNormal, "")
	require.Equal(p.t, "end", p.next())
}

// echoStyles are the two ways to write a handler that sends back what it gets.
var echoStyles = map[string]func(ctx context.Context, s *chatSocket) error{
	"loop": func(_ context.Context, s *chatSocket) error {
		for msg := range s.Messages() {
			if err := s.Send(msg); err != nil {
				return err
			}
		}
		return s.Err()
	},
	"callback": func(_ context.Context, s *chatSocket) error {
		s.OnMessage = s.Send
		return nil
	},
}

func TestSocketEcho(t *testing.T) {
	for style, handle := range echoStyles {
		t.Run(style, func(t *testing.T) {
			onEach(t, func() *API { return chatAPI(SocketOptions{}, handle) }, func(t *testing.T, dial dialer) {
				p := open(t, dial)
				p.say("hello")
				assert.Equal(t, `"hello"`, p.next())
				p.send(ws.OpPing, "x")
				assert.Equal(t, "pong x", p.next())
				p.say(strings.Repeat("long", 500))
				assert.Equal(t, `"`+strings.Repeat("long", 500)+`"`, p.next())
				whole := append(masked(ws.OpText, `"a"`), masked(ws.OpText, `"b"`)...)
				whole = append(whole, masked(ws.OpPing, "")...)
				for _, c := range whole { // byte by byte
					_, err := p.Write([]byte{c})
					require.NoError(t, err)
				}
				assert.ElementsMatch(t, []string{`"a"`, `"b"`, "pong "}, []string{p.next(), p.next(), p.next()}, "a pong may overtake messages")
				p.leave()
			})
		})
	}
}

// TestSocketAtOnce sends messages, and the close frame, right behind the handshake.
func TestSocketAtOnce(t *testing.T) {
	for style, handle := range echoStyles {
		t.Run(style, func(t *testing.T) {
			onEach(t, func() *API { return chatAPI(SocketOptions{}, handle) }, func(t *testing.T, dial dialer) {
				c := dial(t)
				p := &socketPeer{Conn: c, t: t, r: bufio.NewReader(c), rules: ws.Rules{Client: true}}
				all := "GET /chat HTTP/1.1\r\n" + handshakeFields + "\r\n"
				for range 200 {
					all += string(masked(ws.OpText, `"x"`))
				}
				all += string(masked(ws.OpClose, string(ws.AppendClose(nil, 4001, "enough"))))
				_, err := io.WriteString(c, all)
				require.NoError(t, err)
				p.opened()
				for range 200 {
					require.Equal(t, `"x"`, p.next())
				}
				require.Equal(t, "close 4001 enough", p.next())
				require.Equal(t, "end", p.next())
			})
		})
	}
}

// TestSocketHandshake: what is no request for a socket is refused before anything else (RFC 6455 section 4.2.2).
func TestSocketHandshake(t *testing.T) {
	onEach(t, func() *API {
		return chatAPI(SocketOptions{Origins: []string{"https://app.example"}}, echoStyles["loop"], WithOrigins("http://*.lab.example"))
	}, func(t *testing.T, dial dialer) {
		request := func(method string, edit ...string) (int, http.Header) {
			c := dial(t)
			defer c.Close()
			fields := strings.NewReplacer(edit...).Replace(handshakeFields)
			_, err := io.WriteString(c, method+" /chat HTTP/1.1\r\n"+fields+"\r\n")
			require.NoError(t, err)
			res, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
			require.NoError(t, err)
			defer res.Body.Close()
			return res.StatusCode, res.Header
		}
		own, other, port := "http", "https", "80"
		if _, secure := dial(t).(*tls.Conn); secure {
			own, other, port = other, own, "443"
		}
		for name, c := range map[string]struct {
			edit []string
			want int
		}{
			"complete":            {nil, 101},
			"several tokens":      {[]string{"Connection: Upgrade", "Connection: keep-alive, upgrade"}, 101},
			"plain request":       {[]string{"Upgrade: websocket\r\n", "", "Connection: Upgrade\r\n", ""}, 400},
			"other protocol":      {[]string{"Upgrade: websocket", "Upgrade: h2c"}, 400},
			"no connection field": {[]string{"Connection: Upgrade\r\n", ""}, 400},
			"no key":              {[]string{"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""}, 400},
			"bad key":             {[]string{"dGhlIHNhbXBsZSBub25jZQ==", "aGVsbG8="}, 400},
			"two keys":            {[]string{"Sec-WebSocket-Key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key"}, 400},
			"old version":         {[]string{"Version: 13", "Version: 8"}, 426},
			"body":                {[]string{"Host", "Content-Length: 1\r\nHost", "Version: 13\r\n", "Version: 13\r\n\r\nx"}, 400},
			"own origin":          {[]string{"Host", "Origin: " + own + "://chat.example\r\nHost"}, 101},
			"own with port":       {[]string{"Host", "Origin: " + own + "://CHAT.example:" + port + "\r\nHost"}, 101},
			"other scheme":        {[]string{"Host", "Origin: " + other + "://chat.example\r\nHost"}, 403},
			"other port":          {[]string{"Host", "Origin: " + own + "://chat.example:81\r\nHost"}, 403},
			"other origin":        {[]string{"Host", "Origin: http://evil.example\r\nHost"}, 403},
			"opaque origin":       {[]string{"Host", "Origin: null\r\nHost"}, 403},
			"documented origin":   {[]string{"Host", "Origin: https://app.example\r\nHost"}, 101},
			"allowed origin":      {[]string{"Host", "Origin: http://a.lab.example\r\nHost"}, 101},
		} {
			got, header := request("GET", c.edit...)
			assert.Equal(t, c.want, got, name)
			if got == 426 {
				assert.Equal(t, "13", header.Get("Sec-WebSocket-Version"))
			}
		}
		got, _ := request("POST")
		assert.Equal(t, 405, got)
		got, _ = request("HEAD")
		assert.Equal(t, 400, got)
	})
}

// TestSocketBehindAProxy: the own origin is what the client sees, where a trusted proxy tells of that.
func TestSocketBehindAProxy(t *testing.T) {
	ask := func(r *running, before, fields string) int {
		c := r.dial(t)
		c.send(before + "GET /chat HTTP/1.1\r\n" + handshakeFields + fields + "\r\n")
		res, err := http.ReadResponse(c.r, nil)
		require.NoError(t, err)
		res.Body.Close()
		return res.StatusCode
	}
	const page, inside = "Origin: https://chat.example\r\n", "Origin: http://chat.example\r\n"
	const told = "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n"
	api := func() *API { return chatAPI(SocketOptions{}, echoStyles["loop"]) }
	trusting := start(t, api(), over(overTCP), WithXForwarded(loopback))
	assert.Equal(t, 101, ask(trusting, "", told+page))
	assert.Equal(t, 403, ask(trusting, "", told+inside))
	assert.Equal(t, 101, ask(trusting, "", told+"X-Forwarded-Host: shop.example\r\nOrigin: https://shop.example\r\n"))
	assert.Equal(t, 403, ask(start(t, api(), over(overTCP)), "", told+page), "nobody is trusted")

	l, err := Listen("tcp", "127.0.0.1:0", WithProxyProtocol(loopback))
	require.NoError(t, err)
	r := serveOn(t, api(), l)
	assert.Equal(t, 101, ask(r, v2From, page))
	assert.Equal(t, 403, ask(r, v2From, inside))
	assert.Equal(t, 101, ask(r, v1From, inside))
}

// TestSocketAnswers: an error before the socket is used is the answer of the request; fields set through Raw are those of either.
func TestSocketAnswers(t *testing.T) {
	opened := make(chan string, 1)
	api := func() *API {
		return chatAPI(SocketOptions{Subprotocols: []string{"v2", "v1"}}, func(ctx context.Context, s *chatSocket) error {
			if err := Raw(ctx).SetHeader("X-Room", "7"); err != nil {
				return err
			}
			switch Raw(ctx).Header("X-Do") {
			case "refuse":
				return &StatusError{Status: http.StatusNotFound, Detail: "no such room"}
			case "panic":
				panic("no room")
			}
			opened <- s.Subprotocol()
			return nil
		})
	}
	onEach(t, api, func(t *testing.T, dial dialer) {
		p := ask(t, dial, "X-Do: refuse\r\n")
		assert.Contains(t, p.answered(404), "no such room")
		assert.Equal(t, "7", p.answer.Header.Get("X-Room"))
		ask(t, dial, "X-Do: panic\r\n").answered(500)

		p = open(t, dial, "Sec-WebSocket-Protocol: v3, v1, v2\r\n")
		assert.Equal(t, "7", p.answer.Header.Get("X-Room"))
		assert.Equal(t, "v1", p.answer.Header.Get("Sec-WebSocket-Protocol"))
		assert.Equal(t, "v1", <-opened)
		p.closes(1000, "") // the handler has returned and set nothing
	})
}

// TestSocketPipelined opens a socket behind another request on the same connection.
func TestSocketPipelined(t *testing.T) {
	api := chatAPI(SocketOptions{}, echoStyles["callback"])
	c := start(t, api).dial(t)
	c.send("GET /none HTTP/1.1\r\nHost: a\r\n\r\nGET /chat HTTP/1.1\r\n" + handshakeFields + "\r\n" + string(masked(ws.OpText, `"x"`)))
	res, _ := c.answer("GET")
	assert.Equal(t, 404, res.StatusCode)
	p := &socketPeer{Conn: c, t: t, r: c.r, rules: ws.Rules{Client: true}}
	p.opened()
	assert.Equal(t, `"x"`, p.next())
	p.leave()
}

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

// TestSocketPings: silence is asked about, an answer of any kind will do, and none ends the socket.
func TestSocketPings(t *testing.T) {
	for style, handle := range echoStyles {
		t.Run(style, func(t *testing.T) {
			onEach(t, func() *API { return chatAPI(SocketOptions{PingInterval: 100 * time.Millisecond}, handle) }, func(t *testing.T, dial dialer) {
				p := open(t, dial)
				for range 3 {
					require.Equal(t, "ping", p.next())
					p.send(ws.OpPong, "")
				}
				require.Equal(t, "ping", p.next())
				p.say("alive")
				require.Equal(t, `"alive"`, p.next())
				require.Equal(t, "ping", p.next())
				require.Equal(t, "end", p.next()) // there is nobody to close with
			})
		})
	}
}

// TestSocketInvalid: the handler may answer what the document does not allow.
func TestSocketInvalid(t *testing.T) {
	for _, style := range []string{"loop", "callback"} {
		t.Run(style, func(t *testing.T) {
			handle := func(ctx context.Context, s *chatSocket) error {
				s.OnInvalid = func(err error) error {
					if strings.Contains(err.Error(), "binary") || strings.Contains(err.Error(), "text") {
						return &CloseError{Code: 4003, Reason: err.Error()}
					}
					return s.Send("invalid: " + err.Error())
				}
				return echoStyles[style](ctx, s)
			}
			onEach(t, func() *API { return chatAPI(SocketOptions{}, handle) }, func(t *testing.T, dial dialer) {
				p := open(t, dial)
				p.send(ws.OpText, "1")
				assert.Equal(t, `"invalid:  expected string, got number"`, p.next())
				p.say("fine")
				assert.Equal(t, `"fine"`, p.next())
				p.send(ws.OpBinary, "")
				p.closes(4003, "the messages of this socket are text")
			})
		})
	}
}

// TestSocketCompression compresses long messages in both directions, where both ends want it.
func TestSocketCompression(t *testing.T) {
	long := strings.Repeat("tornado ", 100)
	onEach(t, func() *API { return chatAPI(SocketOptions{Compression: true}, echoStyles["callback"]) }, func(t *testing.T, dial dialer) {
		p := open(t, dial, "Sec-WebSocket-Extensions: foo, permessage-deflate; client_max_window_bits; server_max_window_bits=10\r\n")
		require.Contains(t, p.answer.Header.Get("Sec-WebSocket-Extensions"), "server_max_window_bits=10")
		f, _ := ws.Deflate(append(ws.NewFrame(nil), `"`+long+`"`...), 15)
		_, err := p.Write(f.Seal(ws.OpText, true, &testMask))
		require.NoError(t, err)
		assert.Equal(t, `"`+long+`"`, p.next())
		p.say("short")
		assert.Equal(t, `"short"`, p.next())
		p.leave()

		p = open(t, dial)
		assert.Empty(t, p.answer.Header.Get("Sec-WebSocket-Extensions"), "not asked for")
	})
	onEach(t, func() *API { return chatAPI(SocketOptions{}, echoStyles["callback"]) }, func(t *testing.T, dial dialer) {
		p := open(t, dial, "Sec-WebSocket-Extensions: permessage-deflate\r\n")
		assert.Empty(t, p.answer.Header.Get("Sec-WebSocket-Extensions"), "not offered by the document")
	})
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

// TestSocketOnLoop: a loop that serves itself calls OnMessage.
func TestSocketOnLoop(t *testing.T) {
	for name, on := range map[string]transport{"tcp": overTCP, "tls": overTLS} {
		t.Run(name, func(t *testing.T) {
			r := start(t, chatAPI(SocketOptions{PingInterval: 100 * time.Millisecond}, echoStyles["callback"]), over(on), WithHandlersOnLoop())
			p := open(t, r.dialer())
			p.say("x")
			require.Equal(t, `"x"`, p.next())
			require.Equal(t, "ping", p.next())
			p.leave()
			p = open(t, r.dialer())
			r.Shutdown()
			p.closes(1001, "the server drains")
			require.NoError(t, r.stop(t))
		})
	}
}

// TestSocketMiddleware: it sees the call, and its error before the handler is the answer.
func TestSocketMiddleware(t *testing.T) {
	opt := WithMiddleware(func(next Handler) Handler {
		return func(ctx context.Context, call *Call) (any, error) {
			if Raw(ctx).Header("X-Do") == "refuse" {
				return nil, &StatusError{Status: http.StatusForbidden}
			}
			return next(context.WithValue(ctx, callerKey{}, "me"), call)
		}
	})
	api := func() *API {
		return chatAPI(SocketOptions{}, func(ctx context.Context, s *chatSocket) error { return s.Send(ctx.Value(callerKey{}).(string)) }, opt)
	}
	onEach(t, api, func(t *testing.T, dial dialer) {
		ask(t, dial, "X-Do: refuse\r\n").answered(403)
		p := open(t, dial)
		assert.Equal(t, `"me"`, p.next())
		p.closes(1000, "")
	})
}
