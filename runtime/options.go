package tornado

import (
	"log/slog"
	"net/http"
	"time"
)

// defaultWriteTimeout is how long an answer may be written without progress.
const defaultWriteTimeout = 30 * time.Second

// Option changes a Server. Each says what holds without it.
type Option func(*Server)

// Timeouts bound how long a connection may take, and the end of a server. A zero field takes its default; none can be turned
// off.
type Timeouts struct {
	Handshake time.Duration // from the first byte of a connection to the end of its TLS handshake; 10 s
	Header    time.Duration // from the first byte of a request to the end of its head; 10 s
	Body      time.Duration // from the end of the head to the end of a body that is held in memory; 30 s
	Stream    time.Duration // without a byte, while a handler reads a body as it comes; 30 s
	Write     time.Duration // without progress, while an answer is written; 30 s
	Idle      time.Duration // before the first request and between requests; 75 s
	Restart   time.Duration // from the start of a process that is to replace this one until it serves; 60 s
	// Unready is how long the server goes on as before once it is to end, but with readiness off, so that a load balancer that
	// asks for it sends nothing any more when the listeners close; 0: they close at once.
	Unready   time.Duration
	DrainIdle time.Duration // in the drain, for one more request on a connection that waits for it; 500 ms
	Drain     time.Duration // from the closing of the listeners until open connections are cut; 30 s
	// HalfClose is how long the context of a request lives on after the client has closed its side: whoever sends a request
	// and then shuts down writing gets an answer, and whoever has left does not cost work for long; 5 s.
	HalfClose time.Duration
}

func (t Timeouts) withDefaults() Timeouts {
	def := func(d *time.Duration, otherwise time.Duration) {
		if *d <= 0 {
			*d = otherwise
		}
	}
	def(&t.Handshake, 10*time.Second)
	def(&t.Header, 10*time.Second)
	def(&t.Body, 30*time.Second)
	def(&t.Stream, 30*time.Second)
	def(&t.Write, defaultWriteTimeout)
	def(&t.Idle, 75*time.Second)
	def(&t.Restart, time.Minute)
	def(&t.DrainIdle, 500*time.Millisecond)
	def(&t.Drain, 30*time.Second)
	def(&t.HalfClose, 5*time.Second)
	return t
}

// Limits bound what a peer may make the server hold. A zero field takes its default.
type Limits struct {
	Target      int // bytes of a request target; 8 KiB; 414 beyond
	HeaderBytes int // bytes of a request head; 32 KiB; 431 beyond
	HeaderCount int // header fields of a request; 128; 431 beyond
	Connections int // open connections of the server; 0 means what the limit on descriptors leaves
	PerPeer     int // open connections of one IPv4 address, or of one IPv6 network of 64 bits; 0 means no limit; trusted proxies have none
	Workers     int // handlers that run at the same time; 10,000
	Queue       int // requests that wait while all workers are taken; 10,000; beyond they are answered 503
	// Handshakes is how many handshakes of TLS, and headers of proxies, are under way at a time; 10,000. There are as many as were made in the last seconds, and
	// 2,000 at least, if that is not more. Beyond that connections stand in line, as idle as others and within the same time: first those of whose address (or
	// network, as for PerPeer) the fewest are under way. An eighth, from 8 on, is for addresses that have none. Where none is made, one that waits for its client is
	// closed for one in line: after a second for one of an address that has none, and after half of the time for one of an address that does not have more.
	Handshakes int
	// Bodies is how many bytes the bodies of all requests that are held at a time, and what is decoded of them, take together; half of GOMEMLIMIT, but
	// 16 MiB at least, and 1 GiB where that is not set, as NewServer finds it; what takes more is answered 503, and a body that is longer than all of it
	// 413. The first 4 KiB of a body, and 16 KiB of what is decoded, do not count. Bodies that are read as they come hold little.
	Bodies int
}

// WithTimeouts sets the timeouts. The default is that of Timeouts.
func WithTimeouts(t Timeouts) Option { return func(s *Server) { s.timeouts = t.withDefaults() } }

// WithLimits sets the limits. The default is that of Limits. The limit for bodies belongs to the API, see WithMaxBody.
func WithLimits(l Limits) Option { return func(s *Server) { s.limits = l } }

// WithLoops sets the number of event loops. The default is GOMAXPROCS. There are never more of them than Limits.Workers.
func WithLoops(n int) Option { return func(s *Server) { s.loops = n } }

// WithHandlersOnLoop lets the loops serve ready connections themselves, as Tornado does, for services in which no handler
// ever blocks: a handler that does stalls every connection of its loop, and is logged. The default is warm workers.
func WithHandlersOnLoop() Option { return func(s *Server) { s.onLoop = true } }

// WithBlockingWait lets idle loops wait in the system call itself instead of parking in Go's scheduler. It suits a process
// that does nothing but serve one lone connection; it is here to be compared. The default is parking.
func WithBlockingWait() Option { return func(s *Server) { s.blockingWait = true } }

// WithH2C serves HTTP/2 without TLS, too, to clients that begin with its preface (prior knowledge, RFC 9113 section 3.3): proxies
// and meshes inside of a network. The default is HTTP/1 alone without TLS. With TLS, HTTP/2 needs no option.
func WithH2C() Option { return func(s *Server) { s.h2c = true } }

// WithLogger sets where the server logs, and the APIs that have no logger of their own. The default is slog.Default.
func WithLogger(l *slog.Logger) Option { return func(s *Server) { s.logger = l } }

// WithAccessLog logs each request at level Info once it has ended, however it did: see Ending. The default is no
// access log. That a line could not be written, as on a disk that is full, is told to the server's logger, once.
func WithAccessLog(l *slog.Logger) Option { return func(s *Server) { s.accessLog = l } }

// WithMount serves everything below prefix by a net/http handler, see Server.Mount.
func WithMount(prefix string, h http.Handler) Option { return func(s *Server) { s.Mount(prefix, h) } }

// WithHealth answers GET live and GET ready on the public listener: live is 200 as long as the process serves, ready is 200
// until the server begins to drain, then 503. The usual paths are "/healthz" and "/readyz"; "" leaves one out. The default is
// none: they are on the listener of WithAdmin alone.
func WithHealth(live, ready string) Option {
	return func(s *Server) {
		s.mountPage(live, s.serveLive)
		s.mountPage(ready, s.serveReady)
	}
}

// WithAdmin listens on a second TCP address, "127.0.0.1:9090" say, and serves /healthz and /readyz there, and what
// WithAdminMount adds. Keep it away from the public; on a loopback address it refuses what RefuseRebinding does. The default is no such
// listener.
func WithAdmin(addr string) Option { return func(s *Server) { s.adminAddr = addr } }

// WithAdminMount serves everything below prefix by a net/http handler, on the listener of WithAdmin. The contexts of its requests
// end when the listener does, which is last. A nil handler panics.
func WithAdminMount(prefix string, h http.Handler) Option {
	return func(s *Server) { s.admin.add(prefix, h) }
}

// WithDocument serves the document of the (first) API at path, "/openapi.yaml" say. The default, and "", is not to serve it.
func WithDocument(path string) Option {
	return func(s *Server) { s.mountPage(path, s.serveDocument) }
}
