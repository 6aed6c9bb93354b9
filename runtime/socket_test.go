package tornado

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
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
				data, err = ws.Inflate(nil, data, 0, nil)
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
