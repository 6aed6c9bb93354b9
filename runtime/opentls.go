package tornado

import (
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/tlsconn"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// openTLS makes the handshakes of a listener.
func (s *service) openTLS(source *tlsconn.Source) func(c *worker.Conn) worker.Next {
	config := source.Config()
	return func(c *worker.Conn) worker.Next {
		layer := tlsconn.Server(c.Raw(), config)
		until := c.Deadline() // since its first byte
		if until.IsZero() {
			until = time.Now().Add(s.timeouts.Handshake)
		}
		if err := layer.Handshake(s.gate, until); err != nil {
			return s.refuseTLS(c, err)
		}
		if layer.State().NegotiatedProtocol == protocolHTTP2 {
			return s.http2.take(c, layer, nil)
		}
		c.SetLayer(layer)
		s.secured.Add(1)
		return worker.Idle
	}
}

// refuseTLS ends a connection whose handshake has failed. The alert that says so was sent.
func (s *service) refuseTLS(c *worker.Conn, err error) worker.Next {
	late := errors.Is(err, os.ErrDeadlineExceeded)
	gone := errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, worker.ErrOusted) // the last makes room for who is counted as BoundHandshakes
	switch {
	case late:
		s.server.bounds.meet(BoundHandshakeTime)
	case !gone:
		s.server.bounds.meet(BoundHandshake)
	}
	var header tls.RecordHeaderError
	if errors.As(err, &header) && header.Conn != nil && looksLikeHTTP(header.RecordHeader[:]) {
		c.Raw().TryWrite([]byte("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")) // as net/http says
		return worker.Linger
	}
	level := slog.LevelInfo
	if gone || late { // scanners and health checks do that
		level = slog.LevelDebug
	}
	s.server.logger.Log(s.base, level, "TLS handshake failed", "peer", c.RemoteAddr().String(), "error", err)
	if gone || late {
		return worker.Close
	}
	return worker.Linger
}

// looksLikeHTTP reports whether what should be the header of a record is the beginning of a request.
func looksLikeHTTP(header []byte) bool {
	return slices.Contains([]string{"GET /", "HEAD ", "POST ", "PUT /", "PATCH", "DELET", "OPTIO"}, string(header))
}

func (p *loopPeer) secure() bool { return p.conn().Layer() != nil || p.conn().Secure() }

// TLS is the state of the connection, nil on a plain one.
func (p *loopPeer) TLS() *tls.ConnectionState {
	layer, ok := p.conn().Layer().(*tlsconn.Conn)
	if !ok {
		return nil
	}
	state := layer.State()
	return &state
}
