package client

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// WithSubprotocols offers these subprotocols of a WebSocket, the preferred one first, in place of all that the document has for it. Others
// than those are errors of the call.
func WithSubprotocols(names ...string) Option { return func(c *Client) { c.subprotocols = names } }

// offered are the subprotocols that are asked for.
func (c *Call) offered() ([]string, error) {
	for _, name := range c.client.subprotocols {
		if !slices.Contains(c.op.Socket.Subprotocols, name) {
			return nil, fmt.Errorf("the document has no subprotocol %q for this WebSocket", name)
		}
	}
	if len(c.client.subprotocols) > 0 {
		return c.client.subprotocols, nil
	}
	return c.op.Socket.Subprotocols, nil
}

// Dial asks for the WebSocket of an operation. The context of the call ends it at any time; WithTimeout bounds how long the handshake
// takes. It is sent once. Where the server answers with another status than 101, res is the answer, and socket and err are nil.
func Dial[Send, Receive any](c *Call, out tornado.Outgoing[Send], in tornado.Incoming[Receive]) (socket *tornado.Socket[Send, Receive], res *Response, err error) {
	if err := c.check(); err != nil {
		return nil, nil, c.error("", 0, err)
	}
	url, place, err := c.url()
	if err == nil {
		err = c.tellAddress(url)
	}
	if err != nil {
		return nil, nil, c.error("", 0, err)
	}
	offered, err := c.offered()
	if err != nil {
		return nil, nil, c.error("", 0, err)
	}
	ctx, cancel := context.WithCancelCause(c.requestContext(c.ctx, 1))
	end := func() { cancel(nil) }
	inTime := func() bool { return true }
	if d := c.client.timeout; d > 0 {
		inTime = time.AfterFunc(d, func() { cancel(fmt.Errorf("no answer within %v: %w", d, context.DeadlineExceeded)) }).Stop
	}
	answer, key, err := c.handshake(ctx, url, offered)
	if err == nil && answer.StatusCode != http.StatusSwitchingProtocols {
		res, err = c.refusal(answer)
	}
	if !inTime() && err == nil {
		closeBody(answer)
		res, err = nil, context.Cause(ctx)
	}
	if err == nil && res == nil {
		socket, err = upgrade(c, answer, upgrading{key, offered, end}, out, in)
	}
	if err != nil {
		err = c.error(place, 1, cause(ctx, err))
	}
	if socket == nil { // which ends its context itself
		end()
	}
	return socket, res, err
}

// refusal reads an answer that is no socket.
func (c *Call) refusal(answer *http.Response) (*Response, error) {
	defer closeBody(answer)
	data, err := readBody(answer, c.client.maxBody)
	if err != nil {
		return nil, err
	}
	return &Response{StatusCode: answer.StatusCode, Header: answer.Header, Body: data, op: c.op, checked: c.client.checked}, nil
}

// handshake sends the request (RFC 6455 section 4.1). It is HTTP/1.1, as net/http sees by its fields.
func (c *Call) handshake(ctx context.Context, url string, offered []string) (res *http.Response, key string, err error) {
	req, err := http.NewRequestWithContext(ctx, c.op.Method, url, nil)
	if err != nil {
		return nil, "", err
	}
	var random [16]byte
	_, _ = rand.Read(random[:]) // it never fails
	key = ws.NewKey(random)
	h := c.fields()
	h.Set("Connection", "Upgrade")
	h.Set("Upgrade", "websocket")
	h.Set("Sec-WebSocket-Version", ws.Version)
	h.Set("Sec-WebSocket-Key", key)
	if len(offered) > 0 {
		h.Set("Sec-WebSocket-Protocol", strings.Join(offered, ", "))
	}
	if c.op.Socket.Compression {
		h.Set("Sec-WebSocket-Extensions", ws.Offer)
	}
	req.Header = h
	if err := c.client.authenticate(c.op, req); err != nil {
		return nil, "", err
	}
	res, err = c.client.doer.Do(req)
	return res, key, err
}

var (
	errNoUpgrade   = errors.New("the server has answered 101, and does not speak WebSocket")
	errSubprotocol = errors.New("the server speaks a subprotocol that was not asked for")
	errNotWritable = errors.New("the connection of the answer cannot be written to: does a middleware wrap it?")
)

// upgrading is what was asked for, and what is called when the socket has ended.
type upgrading struct {
	key     string
	offered []string
	ended   func()
}

// upgrade makes the socket of an answer with 101, or closes it.
func upgrade[Send, Receive any](c *Call, res *http.Response, asked upgrading, out tornado.Outgoing[Send], in tornado.Incoming[Receive]) (*tornado.Socket[Send, Receive], error) {
	conn, ok := res.Body.(io.ReadWriteCloser)
	if !ok {
		closeBody(res)
		return nil, errNotWritable
	}
	protocol := res.Header.Get("Sec-WebSocket-Protocol")
	err := error(nil)
	switch {
	case !ws.HasToken(res.Header.Get("Upgrade"), "websocket") || !ws.HasToken(res.Header.Get("Connection"), "upgrade") ||
		res.Header.Get("Sec-WebSocket-Accept") != ws.AcceptKey(asked.key):
		err = errNoUpgrade
	case protocol != "" && !slices.Contains(asked.offered, protocol):
		err = errSubprotocol
	}
	var socket *tornado.Socket[Send, Receive]
	if err == nil {
		socket, err = tornado.NewClientSocket(c.ctx, tornado.ClientSocket{
			Operation: c.op, Conn: conn, Subprotocol: protocol, Ended: asked.ended,
			Extensions: strings.Join(res.Header.Values("Sec-WebSocket-Extensions"), ", "), Judge: c.client.judge(),
		}, out, in)
	}
	if err != nil {
		closeBody(res)
		return nil, fmt.Errorf("websocket: %w", err)
	}
	return socket, nil
}

// judge picks the violations of a message that count; nil where all do.
func (c *Client) judge() func([]validate.Violation) []validate.Violation {
	if c.checked {
		return nil
	}
	return func(all []validate.Violation) []validate.Violation {
		return slices.DeleteFunc(all, func(v validate.Violation) bool { return !losesValue(v) })
	}
}
