package tornado

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/forwarded"
	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/proxyproto"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// proxies are peers whose word about the client is believed. nil is nobody.
type proxies struct {
	prefixes []netip.Prefix
	rfc7239  bool // they write Forwarded, not X-Forwarded-*
}

// WithXForwarded believes X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host of proxies whose address is in one of the prefixes:
// [Request.RemoteAddr], [Request.Scheme] and [Request.Host] tell of the client, and so do the access log and the RemoteAddr of
// mounted handlers, for which [SchemeOf] and [HostOf] tell the rest. The fields are read from their end, as far as a trusted proxy has written them; junk is ignored. A peer on a Unix
// socket is trusted: the mode of its file says who may connect. A proxy passes fields on that it does not set itself, so see to it that
// it sets or removes all three. The default is to believe nobody.
func WithXForwarded(trusted ...netip.Prefix) Option {
	return func(s *Server) { s.proxies = &proxies{prefixes: trusted} }
}

// WithForwarded is WithXForwarded for proxies that write the Forwarded field (RFC 7239). The last of the two options holds: what the
// other one would believe, a client could have sent.
func WithForwarded(trusted ...netip.Prefix) Option {
	return func(s *Server) { s.proxies = &proxies{prefixes: trusted, rfc7239: true} }
}

// WithProxyProtocol expects a header of the PROXY protocol, version 1 or 2, from peers whose address is in one of the prefixes, and from
// all on a Unix socket: their connections are those of the client that it names, for [Request.RemoteAddr], limits and logs. With
// TLS it comes before the handshake. Without a header, or with one that is wrong, such a connection is closed; it has Timeouts.Header
// to come. Others are served as they are: a header of theirs is no request. The default is to expect none.
func WithProxyProtocol(trusted ...netip.Prefix) ListenOption {
	return func(o *listenOptions) { o.proxies = &proxies{prefixes: trusted} }
}

// trusts reports whether the word of a peer is believed; one without an address is on a Unix socket.
func (p *proxies) trusts(a netip.Addr) bool {
	if p == nil {
		return false
	}
	if !a.IsValid() {
		return true
	}
	a = a.Unmap().WithZone("")
	for _, prefix := range p.prefixes {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// proxiesOf are the proxies that the server of a request believes.
func proxiesOf(ctx context.Context) *proxies {
	if s, ok := ctx.Value(serverKey{}).(*Server); ok {
		return s.proxies
	}
	return nil
}

// origin is what trusted proxies tell of a request that came over a connection with peer.
func (p *proxies) origin(peer net.Addr, lines func(name string) []string) forwarded.Hop {
	if p == nil {
		return forwarded.Hop{}
	}
	from := addrPort(peer).Addr()
	if p.rfc7239 {
		return forwarded.Find(from, p.trusts, lines("Forwarded"))
	}
	return forwarded.FindX(from, p.trusts, lines("X-Forwarded-For"), lines("X-Forwarded-Proto"), lines("X-Forwarded-Host"))
}

// addrPort is an address without the things around it, invalid if it is none of IP.
func addrPort(a net.Addr) netip.AddrPort {
	if tcp, ok := a.(*net.TCPAddr); ok {
		ap := tcp.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}

// hopKey is what the contexts of mounted requests of net/http hold, where a trusted proxy has told something: a forwarded.Hop.
type hopKey struct{}

// seen is a request of net/http as one of the client that trusted proxies tell of.
func (p *proxies) seen(r *http.Request) *http.Request {
	if p == nil {
		return r
	}
	hop := p.origin(httpPeer{r}.RemoteAddr(), r.Header.Values)
	if hop == (forwarded.Hop{}) {
		return r
	}
	other := r.WithContext(context.WithValue(r.Context(), hopKey{}, hop))
	if hop.Client.IsValid() {
		other.RemoteAddr = hop.Client.String()
	}
	return other
}

// SchemeOf is what the client of a mounted handler speaks, over any version of HTTP: [Request.Scheme]. Of a server of net/http it is "https"
// for a request over TLS, as nothing is known there of proxies.
func SchemeOf(r *http.Request) string {
	if InRequest(r.Context()) {
		return Raw(r.Context()).Scheme()
	}
	if hop, _ := r.Context().Value(hopKey{}).(forwarded.Hop); hop.Scheme != "" {
		return hop.Scheme
	}
	if (httpPeer{r}).secure() {
		return "https"
	}
	return "http"
}

// HostOf is the host that the client of a mounted handler has asked for, over any version of HTTP: [Request.Host]. Of a server of net/http it
// is that of the request.
func HostOf(r *http.Request) string {
	if InRequest(r.Context()) {
		return Raw(r.Context()).Host()
	}
	if hop, _ := r.Context().Value(hopKey{}).(forwarded.Hop); hop.Host != "" {
		return hop.Host
	}
	return r.Host
}

// origin is what trusted proxies tell of the request.
func (x *exchange) origin() forwarded.Hop {
	p := proxiesOf(x.request)
	if p == nil {
		return forwarded.Hop{}
	}
	return p.origin(x.peer.RemoteAddr(), func(name string) []string { return headLines(&x.head, name) })
}

func headLines(head *http1.Head, name string) []string {
	var lines []string
	for value := range head.Values(name) {
		lines = append(lines, string(value))
	}
	return lines
}

// clientAddr is the address of the client, as far as it is known.
func (x *exchange) clientAddr() net.Addr {
	if client := x.origin().Client; client.IsValid() {
		return net.TCPAddrFromAddrPort(client)
	}
	return x.peer.RemoteAddr()
}

// openProxied reads the PROXY headers of a listener, before what else makes its connections ready (nil: nothing).
func (s *service) openProxied(trusted *proxies, then func(*worker.Conn) worker.Next) func(*worker.Conn) worker.Next {
	return func(c *worker.Conn) worker.Next {
		if trusted.trusts(c.RemoteAddrPort().Addr()) && !s.introduce(c) {
			return worker.Close
		}
		if then != nil {
			return then(c)
		}
		return worker.Idle
	}
}

// introduce reads a PROXY header; it reports false if there is none.
func (s *service) introduce(c *worker.Conn) bool {
	var header proxyproto.Header
	buf := make([]byte, proxyproto.MaxSize)
	until := time.Now().Add(s.timeouts.Header)
	if d := c.Deadline(); !d.IsZero() && d.Before(until) { // it has waited for its turn
		until = d
	}
	err := c.Raw().Ahead(buf, until, func(b []byte) (size int, err error) {
		header, size, err = proxyproto.Parse(b)
		return size, err
	})
	if err != nil {
		level := slog.LevelWarn
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, worker.ErrOusted) { // a health check that connects, and no more; or there are too many
			level = slog.LevelDebug
		}
		s.server.logger.Log(s.base, level, "a connection was closed: no PROXY header", "peer", c.RemoteAddr().String(), "error", err)
		return false
	}
	return !header.Source.IsValid() || c.Introduce(header.Source, header.Destination, header.Secure)
}
