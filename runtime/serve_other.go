//go:build !linux

package tornado

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/tlsconn"
)

// Listener is a bound address that a server accepts connections on.
type Listener struct {
	net.Listener
	tls *tlsconn.Source // nil: plain
}

// Listen binds an address: "tcp" with ":8080", or "unix" with the path of a socket.
func Listen(network, address string) (*Listener, error) {
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, fmt.Errorf("tornado: %w", err)
	}
	return &Listener{Listener: l}, nil
}

// run serves by net/http, as the loops exist on Linux alone: the same APIs, mounts, timeouts and drain.
func (s *Server) run(ctx context.Context, listeners []*Listener) error {
	base, cut := context.WithCancelCause(context.WithValue(context.WithoutCancel(ctx), serverKey{}, s))
	defer cut(context.Canceled)
	server := &http.Server{
		Handler: s.netHandler(), Protocols: new(http.Protocols),
		ReadHeaderTimeout: s.timeouts.Header, IdleTimeout: s.timeouts.Idle, MaxHeaderBytes: s.limits.HeaderBytes,
		BaseContext: func(net.Listener) context.Context { return base },
	}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetHTTP2(true)
	server.Protocols.SetUnencryptedHTTP2(s.h2c)
	ended := make(chan error, len(listeners))
	for _, l := range listeners {
		from := l.Listener
		if l.tls != nil {
			l.tls.SetLogger(s.logger)
			from = tls.NewListener(from, l.tls.Config())
		}
		go func() { ended <- server.Serve(from) }()
	}
	close(s.bound)
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
		ended <- err
	}
	s.unready.Store(true)
	time.Sleep(s.timeouts.Unready)
	s.wind()
	limit, cancel := context.WithTimeout(base, s.timeouts.Drain)
	defer cancel()
	if server.Shutdown(limit) != nil {
		cut(ErrCut)
		err = errors.Join(ErrCut, server.Close())
	}
	for range listeners {
		if end := <-ended; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
	}
	return err
}
