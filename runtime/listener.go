package tornado

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"

	"github.com/tornadogen/tornadogen/runtime/internal/tlsconn"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// Listener is a bound address that a server accepts connections on: one socket for each loop where the network can share an
// address, else one for all.
type Listener struct {
	bound   *worker.Listener
	tls     *tlsconn.Source // nil: plain
	proxies *proxies        // who begins connections with a PROXY header; nil: nobody
	passed  passedSocket    // how it is passed on to another process; immutable
}

// ListenOption changes what [Listen] does. Each says what holds without it.
type ListenOption func(*listenOptions)

type listenOptions struct {
	mode    os.FileMode
	proxies *proxies
}

// WithMode sets the mode of the file of a Unix socket, 0o660 say, before anybody can connect. Who may write to it may connect. The
// default is what the umask of the process leaves of 0o777.
func WithMode(mode os.FileMode) ListenOption { return func(o *listenOptions) { o.mode = mode } }

// Listen binds an address: "tcp" (also "tcp4" and "tcp6") with ":8080", or "unix" with the path of a socket or "@" and an
// abstract name. Port 0 takes a free one, see Addr. An address that another socket has is refused; the file of a Unix socket that
// nobody listens on any more is replaced. If the socket was passed to this process, by systemd or by the process that it replaces
// (see [Server.Restart]), it is taken over.
func Listen(network, address string, opts ...ListenOption) (*Listener, error) {
	return listen(network, address, runtime.GOMAXPROCS(0), opts)
}

// listen binds up to n sockets, or takes those over that were passed.
func listen(network, address string, n int, opts []ListenOption) (*Listener, error) {
	var o listenOptions
	for _, opt := range opts {
		opt(&o)
	}
	l, err := inherited.get().listening(network, address)
	if err != nil {
		return nil, err
	}
	if l != nil {
		l.proxies = o.proxies
		return l, nil
	}
	var bound *worker.Listener
	if network == "unix" {
		bound, err = worker.ListenUnix(address, o.mode)
	} else {
		bound, err = worker.Listen(network, address, n)
	}
	if err != nil {
		return nil, fmt.Errorf("tornado: %w", err)
	}
	return live.add(&Listener{bound: bound, proxies: o.proxies, passed: passedSocket{Network: network, Address: address}}), nil
}

// Addr is where the listener listens.
func (l *Listener) Addr() net.Addr { return l.bound.Addr() }

// Name is what systemd calls a listener that it has passed (FileDescriptorName=), "" for others.
func (l *Listener) Name() string { return l.passed.Name }

// Close gives the address up. A server that serves on the listener closes it itself.
func (l *Listener) Close() error {
	live.remove(l)
	return l.bound.Close()
}

// netListener is a listener of package net on the same socket.
func (l *Listener) netListener() (net.Listener, error) {
	files, err := l.bound.Files()
	if errors.Is(err, errors.ErrUnsupported) { // and then it cannot be passed on
		if err := l.Close(); err != nil {
			return nil, err
		}
		return net.Listen(l.passed.Network, l.passed.Address)
	}
	if err != nil {
		return nil, err
	}
	other, err := net.FileListener(files[0])
	for _, f := range files {
		err = errors.Join(err, f.Close()) // other has a descriptor of its own
	}
	return other, err
}
