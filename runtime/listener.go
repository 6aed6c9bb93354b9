package tornado

import (
	"fmt"
	"net"
	"runtime"

	"github.com/tornadogen/tornadogen/runtime/internal/tlsconn"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// Listener is a bound address that a server accepts connections on: one socket for each loop where the network can share an
// address, else one for all.
type Listener struct {
	bound *worker.Listener
	tls   *tlsconn.Source // nil: plain
}

// Listen binds an address: "tcp" (also "tcp4" and "tcp6") with ":8080", or "unix" with the path of a socket or "@" and an
// abstract name. Port 0 takes a free one, see Addr. An address that another socket has is refused.
func Listen(network, address string) (*Listener, error) {
	bound, err := worker.Listen(network, address, runtime.GOMAXPROCS(0))
	if err != nil {
		return nil, fmt.Errorf("tornado: %w", err)
	}
	return &Listener{bound: bound}, nil
}

// Addr is where the listener listens.
func (l *Listener) Addr() net.Addr { return l.bound.Addr() }

// Close gives the address up. A server that serves on the listener closes it itself.
func (l *Listener) Close() error { return l.bound.Close() }
