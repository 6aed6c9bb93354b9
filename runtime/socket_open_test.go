package tornado

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

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
