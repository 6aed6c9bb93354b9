package tornado

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/operation"
	"github.com/tornadogen/tornadogen/runtime/internal/queue"
	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// SocketOptions are what the document says of the WebSocket that an operation opens.
type SocketOptions = operation.Socket

// What holds for sockets of which the document says nothing.
const (
	DefaultPingInterval = 30 * time.Second
	DefaultMaxMessage   = 1 << 20
)

// RegisterSocket enters an operation that opens a WebSocket. Generated code calls it, see Register.
func RegisterSocket[Req, Send, Receive any](a *API, op *Operation, decode func(*Req, *Input), handle func(context.Context, Req, *Socket[Send, Receive]) error,
	out Outgoing[Send], in Incoming[Receive],
) {
	settings := newSocketSettings(op, a.log)
	settings.decoding = a.decoding
	newSocketKind(settings, out, in)
	settings.bounds = &a.bounds
	a.add(op, func(x *exchange) {
		offer := x.handshake(settings)
		if offer == nil {
			return
		}
		req := new(Req)
		if decode(req, &x.in); !x.accepted() {
			return
		}
		s := &Socket[Send, Receive]{}
		x.openSocket(&s.socket, settings, offer)
		var err error
		if x.match.middleware == nil {
			err = handle(x.ctx, *req, s)
		} else {
			_, err = x.through(req)
		}
		if err = s.handlerReturned(err); err != nil {
			x.fail(err)
		}
	}, (*Req)(nil), func(ctx context.Context, req any) (any, error) {
		s, ok := socketOf(ctx).(*Socket[Send, Receive])
		if !ok {
			return nil, fmt.Errorf("middleware of %s passed on a context that is not that of its request", op.ID)
		}
		return nil, handle(ctx, *req.(*Req), s)
	})
	settings.match = a.operations[len(a.operations)-1]
	settings.gauges = settings.match.gauges
	settings.limits.Meter = &settings.gauges.queue
}

// socketOf finds the socket of a request whose handler has not been called.
func socketOf(ctx context.Context) socketOwner {
	c, ok := ctx.Value(rawKey{}).(*requestContext)
	if !ok {
		return nil
	}
	x := c.exchange()
	if x == nil || x.socket == nil {
		return nil
	}
	return x.socket.self()
}

func newSocketSettings(op *Operation, logger func() *slog.Logger) *socketSettings {
	o := op.Socket
	s := &socketSettings{
		name: op.ID, logger: logger, protocols: o.Subprotocols, origins: o.Origins, deflate: o.Compression, ping: o.PingInterval,
		rules:  ws.Rules{MaxMessage: o.MaxMessage},
		limits: queue.Limits{Messages: o.Queue, Policy: o.Slow},
	}
	if s.ping == 0 {
		s.ping = DefaultPingInterval
	}
	s.ping = max(s.ping, 0)
	if s.rules.MaxMessage == 0 {
		s.rules.MaxMessage = DefaultMaxMessage
	}
	return s
}

// WithOrigins lets pages of these origins open sockets, beside those of the server itself and those that the document names:
// "https://app.example.com", "https://*.example.com" for all hosts below one, "*" for all pages. Without it a page of another
// origin gets 403; programs, which send no Origin, are not concerned.
func WithOrigins(origins ...string) APIOption {
	return func(a *API) {
		for _, o := range origins {
			if !ws.ValidOrigin(o) {
				a.Fail(fmt.Errorf("tornado: WithOrigins: %q is no origin, as https://app.example.com is", o))
			}
		}
		a.origins = append(a.origins, origins...)
	}
}

// socketHost is what brought the request of a socket.
type socketHost interface {
	// hosts is called before the handler is, by its goroutine.
	hosts()
	// watch has goAway called when the server drains, until release is, which may be nil. The caller holds the lock of s.
	watch(s *socket) (release func())
	// openSocket gives the connection, and what the client has sent behind its request. The caller holds the lock of s.
	openSocket(s *socket) (wire socketWire, received []byte, err error)
}

// socketOffer is the handshake of a socket whose handler runs. It belongs to its exchange.
type socketOffer struct {
	x          *exchange
	release    func() // ends what watches over the socket; nil for nothing
	key        ws.Key
	agreement  ws.Agreement
	protocol   string
	extensions string
}

// openSocket makes a socket that a handler is about to get, and tells the transport.
func (x *exchange) openSocket(s *socket, o *socketSettings, offer *socketOffer) {
	s.settings, s.ctx, s.offer = o, x.ctx, offer
	s.protocol, s.bits = int8(slices.Index(o.protocols, offer.protocol)), int8(offer.agreement.Bits)
	x.socket = s
	x.host.hosts()
}

// fieldOf joins the values of a field; what it gives belongs to h.
func fieldOf(h *http1.Head, name string) []byte {
	var list []byte
	for v := range h.Values(name) {
		if list == nil {
			list = v
			continue
		}
		list = append(append(slices.Clip(list), ", "...), v...)
	}
	return list
}

// handshake holds a request against RFC 6455 section 4.2.1, and refuses it, which gives nil, or agrees.
func (x *exchange) handshake(o *socketSettings) *socketOffer {
	h := &x.head
	key, valid := ws.ParseKey(fieldOf(h, "Sec-WebSocket-Key"))
	refuse := func(status int, detail string) *socketOffer {
		x.reply.refuse(status, detail)
		return nil
	}
	switch {
	case string(h.Method) != http.MethodGet || h.Minor != 1 || !ws.HasToken(string(fieldOf(h, "Upgrade")), "websocket") || !ws.HasToken(string(fieldOf(h, "Connection")), "upgrade"):
		return refuse(http.StatusBadRequest, "this operation opens a WebSocket, and the request asks for none")
	case h.HasBody():
		return refuse(http.StatusBadRequest, "a request for a WebSocket has no body")
	case string(fieldOf(h, "Sec-WebSocket-Version")) != ws.Version:
		x.reply.Header("Sec-WebSocket-Version", ws.Version)
		return refuse(http.StatusUpgradeRequired, "the version of the WebSocket protocol must be "+ws.Version)
	case !valid:
		return refuse(http.StatusBadRequest, "Sec-WebSocket-Key is not the base64 of 16 bytes")
	}
	if origin := string(fieldOf(h, "Origin")); !x.mayOpen(o, origin) {
		x.match.api.bounds.meet(BoundOrigin)
		return refuse(http.StatusForbidden, fmt.Sprintf("pages of %.100q may not open this WebSocket", origin))
	}
	offer := &x.offer
	*offer = socketOffer{x: x, key: key, protocol: ws.Subprotocol(string(fieldOf(h, "Sec-WebSocket-Protocol")), o.protocols)}
	if o.deflate {
		offer.agreement, offer.extensions = ws.Accept(string(fieldOf(h, "Sec-WebSocket-Extensions")))
	}
	return offer
}

// appendTo appends the head of the answer.
func (o *socketOffer) appendTo(b []byte) []byte {
	b = append(b, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "...)
	b = append(o.key.AppendAccept(b), '\r', '\n')
	if o.protocol != "" {
		b = append(append(append(b, "Sec-WebSocket-Protocol: "...), o.protocol...), '\r', '\n')
	}
	if o.extensions != "" {
		b = append(append(append(b, "Sec-WebSocket-Extensions: "...), o.extensions...), '\r', '\n')
	}
	for _, f := range o.x.ownFields(nil) {
		b = append(append(append(append(b, f.name...), ": "...), f.value...), '\r', '\n')
	}
	return append(b, '\r', '\n')
}

// mayOpen reports whether pages of an origin may open the socket. What is not a browser sends none.
func (x *exchange) mayOpen(o *socketSettings, origin string) bool {
	if origin == "" {
		return true
	}
	seen := Request{x.request} // by the client: a proxy may be in between
	matches := func(pattern string) bool { return ws.MatchOrigin(origin, pattern) }
	return ws.SameOrigin(origin, seen.Scheme(), seen.Host()) || slices.ContainsFunc(o.origins, matches) || slices.ContainsFunc(x.match.api.origins, matches)
}

// accept answers the handshake. The caller holds mu.
func (s *socket) accept() error {
	offer := s.offer
	wire, received, err := offer.x.host.openSocket(s)
	if err != nil {
		s.state, s.offer = socketClosed, nil
		s.cause = &CloseError{Code: CloseAbnormal, Reason: err.Error()}
		return fmt.Errorf("%w: %w", ErrSocketClosed, s.cause)
	}
	s.wire = wire
	f := frameBuffers.Get().(*frameBuffer)
	defer f.release()
	f.b = offer.appendTo(f.b[:0])
	s.begin()
	s.write(f.b, false)
	if len(received) > 0 {
		s.reader = &socketReader{buf: received, w: len(received)}
	}
	return nil
}
