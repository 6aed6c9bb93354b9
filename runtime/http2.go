package tornado

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/tlsconn"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// protocolHTTP2 is HTTP/2 in ALPN (RFC 9113 section 3.1).
const protocolHTTP2 = "h2"

// The windows of flow control (RFC 9113 section 5.2), and so what waits for handlers that do not read. Those of the streams are
// smaller, so that a handler that is slow leaves room for others of its connection.
const (
	http2Connection = 1 << 20
	http2Stream     = 256 << 10
)

// http2Frame is how long a frame of a client may be (RFC 9113 section 4.2): the least that can be told. net/http keeps memory for one per connection.
const http2Frame = 16 << 10

// http2Streams is how many streams a connection may have open (RFC 9113 section 5.1.2): as many as section 6.5.2 finds fit. Each has a goroutine.
const http2Streams = 100

// What a client gets that is not served HTTP/2: no settings, and a GOAWAY which says that no stream was looked at (RFC 9113 section 6.8). goneAway is for
// one that comes while the server drains, inadequate for one whose TLS is too weak (section 9.2).
const (
	goneAway   = "\x00\x00\x00\x04\x00\x00\x00\x00\x00" + "\x00\x00\x08\x07\x00\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00"
	inadequate = "\x00\x00\x00\x04\x00\x00\x00\x00\x00" + "\x00\x00\x08\x07\x00\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x0c"
)

// http2Server serves connections that speak HTTP/2, by net/http's server, into the same handlers. They leave the loops, but for
// their place among the open ones. It is their net.Listener; it runs once the first has come.
type http2Server struct {
	service  *service       // immutable
	server   *http.Server   // immutable
	incoming chan net.Conn  // what Accept returns
	over     chan struct{}  // closed when Accept shall fail
	tasks    sync.WaitGroup // Serve, and calls of Shutdown
	empty    chan struct{}  // holds a token once the last connection has ended while it drains

	mu       sync.Mutex
	running  bool                  // guarded by mu
	draining bool                  // guarded by mu
	open     map[*outsideConn]bool // guarded by mu
}

func newHTTP2(s *service) *http2Server {
	h := &http2Server{
		service: s, incoming: make(chan net.Conn), over: make(chan struct{}), empty: make(chan struct{}, 1),
		open: make(map[*outsideConn]bool),
	}
	t := s.timeouts
	h.server = &http.Server{
		Handler: arrive(s.server.timely(s.server.netHandler())), Protocols: new(http.Protocols),
		ReadHeaderTimeout: t.Header, IdleTimeout: t.Idle, MaxHeaderBytes: s.server.limits.HeaderBytes,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: http2Streams, WriteByteTimeout: t.Write, SendPingTimeout: t.Idle,
			MaxReceiveBufferPerConnection: http2Connection, MaxReceiveBufferPerStream: http2Stream, MaxReadFrameSize: http2Frame,
			CountError: s.server.bounds.meetHTTP2,
		},
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(s.base, timelyKey{}, true)
		},
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return context.WithValue(ctx, outsideKey{}, below(conn))
		},
		ConnState: h.follow,
		ErrorLog:  log.New(&http2Log{s.server}, "", 0),
	}
	h.server.Protocols.SetHTTP2(true)
	h.server.Protocols.SetUnencryptedHTTP2(true)
	return h
}

// arrive does what net/http does not before a handler runs: it lets others go first, as many handlers of a connection may be about to run, says which
// TLS a request came over, and refuses what is no host, as a head of HTTP/1.1 is. A handler that gives up since its client has left just returns:
// net/http would throw the buffer of its answer away where it panics, and nothing of what it sends then leaves.
func arrive(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o := outsideOf(r)
		o.way.Give()
		r.TLS = o.tls
		if !http1.ValidHost(r.Host) {
			var reply Reply
			reply.refuse(http.StatusBadRequest, "invalid authority")
			reply.writeTo(w, r.Method == http.MethodHead)
			return
		}
		defer func() {
			cause := recover()
			if cause != nil && (cause != http.ErrAbortHandler || !o.left(r)) { //nolint:errorlint // net/http compares the panic value in the same way
				panic(cause)
			}
		}()
		h.ServeHTTP(w, r)
	})
}

// http2Log is what net/http logs of its connections.
type http2Log struct{ server *Server }

// Write logs a line, and counts that of a connection that is given up because of what its client has sent.
func (l *http2Log) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("server connection error")) && !bytes.Contains(line, []byte("ENHANCE_YOUR_CALM")) {
		l.server.bounds.meet(BoundHTTP2)
	}
	l.server.logger.Debug(string(bytes.TrimSpace(line)))
	return len(line), nil
}

// take takes a connection out of the loops: what is below layer, or a plain one, of which rest has been read. The answer is for the
// engine.
func (h *http2Server) take(c *worker.Conn, layer *tlsconn.Conn, rest []byte) worker.Next {
	release := c.Hold()
	below, err := c.Detach()
	if err != nil {
		release()
		h.service.server.logger.Error("HTTP/2: taking a connection over", "error", err)
		return worker.Close
	}
	o := &outsideConn{Conn: below, server: h, rest: rest, release: release, way: h.service.engine.Way(), secure: c.Secure()}
	conn := o.serve(o)
	if layer != nil {
		secured, err := layer.Adopt(o)
		if err != nil {
			_ = o.Close() // the peer is gone
			return worker.Detached
		}
		state := secured.ConnectionState()
		conn.Conn, o.tls = secured, &state
		if !fitsHTTP2(&state) {
			go refuseHTTP2(conn.Conn, inadequate)
			return worker.Detached
		}
	}
	if h.enter(o) {
		select {
		case h.incoming <- conn:
		case <-h.over:
			_ = conn.Close() // time is up
		}
	} else {
		go refuseHTTP2(conn.Conn, goneAway)
	}
	return worker.Detached
}

// fitsHTTP2 reports whether HTTP/2 may be spoken over a TLS: without compression and renegotiation, which crypto/tls never has, and, of version 1.2,
// by ephemeral keys and authenticated encryption alone (RFC 9113 section 9.2).
func fitsHTTP2(state *tls.ConnectionState) bool {
	switch state.CipherSuite {
	case tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256:
		return true
	}
	return state.Version >= tls.VersionTLS13
}

// isHTTP2 reports whether what stands at the front, and is no request of HTTP/1, is the preface of a client that speaks HTTP/2. With
// TLS it would have said so there.
func (f *frame) isHTTP2() bool {
	front := f.buf[f.r:f.w]
	match, maybe := http1.MatchPreface(front[:min(len(front), len(http1.Preface))])
	return (match || maybe) && f.conn.Layer() == nil
}

// passOn gives the connection to those that speak HTTP/2.
func (f *frame) passOn() verdict {
	f.flush()
	rest := bytes.Clone(f.buf[f.r:f.w])
	f.r, f.w, f.progress = 0, 0, progress{}
	if f.service.http2.take(f.conn, nil, rest) == worker.Detached {
		return endHijack
	}
	return endConn
}

// count is how many connections are open.
func (h *http2Server) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.open)
}

// enter notes a connection, and reports whether it shall be served.
func (h *http2Server) enter(o *outsideConn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open[o] = true
	if h.draining {
		return false
	}
	if !h.running {
		h.running = true
		h.tasks.Go(func() {
			err := h.server.Serve(h)
			if !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) { // the latter is Accept's, if it was sooner
				h.service.server.logger.Error("HTTP/2 ended", "error", err)
			}
		})
	}
	return true
}

// refuseHTTP2 tells a client why it is not served, and lets it read that.
func refuseHTTP2(conn net.Conn, why string) {
	defer func() { _ = conn.Close() }()               // it is gone in any case
	_ = conn.SetDeadline(time.Now().Add(time.Second)) // it fails on a connection that is closed
	if _, err := io.WriteString(conn, why); err != nil {
		return
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		_, _ = io.Copy(io.Discard, conn) // until the client closes, or time is up
	}
}

// follow is called when a connection changes its state. One that net/http began to serve when the drain had begun may have missed
// it, and is told.
func (h *http2Server) follow(conn net.Conn, state http.ConnState) {
	if state != http.StateActive {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	o := below(conn)
	if !o.begun && h.draining {
		h.sayGoAway()
	}
	o.begun = true
}

// sayGoAway has net/http send GOAWAY to all. Shutdown does that first; then it would close idle connections before they got it,
// but for that it waits for Accept, which goes on until they have ended by themselves. The caller holds mu.
func (h *http2Server) sayGoAway() {
	h.tasks.Go(func() { _ = h.server.Shutdown(context.Background()) }) // what it returns is that of Close, below
}

// drain is the drainer of the connections.
func (h *http2Server) drain(ctx context.Context) {
	h.mu.Lock()
	h.draining = true
	if h.running {
		h.sayGoAway()
	}
	none := len(h.open) == 0
	h.mu.Unlock()
	if !none {
		select {
		case <-h.empty:
		case <-ctx.Done():
			h.cut()
		}
	}
	close(h.over)
	h.tasks.Wait()
	_ = h.server.Close() // there is nothing left to close
}

// cut closes all connections below TLS, which would wait to say goodbye.
func (h *http2Server) cut() {
	h.mu.Lock()
	var all []*outsideConn
	for o := range h.open {
		all = append(all, o)
	}
	h.mu.Unlock()
	for _, o := range all {
		_ = o.Close() // it is gone in any case
	}
}

// Accept gives net/http the next connection.
func (h *http2Server) Accept() (net.Conn, error) {
	select {
	case conn := <-h.incoming:
		return conn, nil
	case <-h.over:
		return nil, net.ErrClosed
	}
}

// Close does nothing: see sayGoAway.
func (h *http2Server) Close() error { return nil }

// Addr is where the server listens.
func (h *http2Server) Addr() net.Addr { return h.service.server.Addr() }
