package poll

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
)

// Backlog is how many connections may wait to be accepted, unless the system
// allows fewer (net.core.somaxconn on Linux).
const Backlog = 65535

// Listener is a listening socket.
type Listener struct {
	FD    int
	Addr  net.Addr // where it listens: the port that was chosen if 0 was asked for
	Owner any      // whose listener this is: for who accepts

	mu     sync.Mutex
	path   string // guarded by mu; of a Unix socket whose file Close removes, or empty
	lent   bool   // guarded by mu; between Lend and what ends that
	closed bool   // guarded by mu
}

// Listen binds address on network ("tcp", "tcp4", "tcp6" or "unix") and returns
// n sockets that share it, or one, if the network cannot share: the loops then
// accept from it in common.
//
// "tcp" with no host, or with "::", takes IPv6 and IPv4. A Unix address that
// begins with "@" is abstract. The file of a Unix socket that nobody listens on
// any more is replaced.
func Listen(network, address string, n int) ([]*Listener, error) {
	ls, err := listen(network, address, n)
	if err != nil {
		return nil, fmt.Errorf("listen %s %s: %w", network, address, err)
	}
	return ls, nil
}

func listen(network, address string, n int) ([]*Listener, error) {
	switch network {
	case "unix":
		l, err := listenUnix(address, 0)
		if err != nil {
			return nil, err
		}
		return []*Listener{l}, nil
	case "tcp", "tcp4", "tcp6":
		tcp, err := net.ResolveTCPAddr(network, address)
		if err != nil {
			return nil, err
		}
		return listenTCP(network, tcp, n)
	default:
		return nil, net.UnknownNetworkError(network)
	}
}

// ListenUnix is Listen on "unix" with the mode that the file of the socket has
// before anybody can connect. With zero the umask decides.
func ListenUnix(address string, mode os.FileMode) (*Listener, error) {
	l, err := listenUnix(address, mode)
	if err != nil {
		return nil, fmt.Errorf("listen unix %s: %w", address, err)
	}
	return l, nil
}

// listenUnix binds a path or, after "@", an abstract name.
func listenUnix(address string, mode os.FileMode) (*Listener, error) {
	abstract := strings.HasPrefix(address, "@")
	if abstract {
		mode = 0
	}
	l, err := listenSocket(address, mode)
	if errors.Is(err, syscall.EADDRINUSE) && !abstract && abandoned(address) {
		if err := os.Remove(address); err != nil {
			return nil, err
		}
		l, err = listenSocket(address, mode)
	}
	if err == nil && !abstract {
		l.path = address
	}
	return l, err
}

// abandoned reports whether path is a socket that nobody listens on.
func abandoned(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeSocket == 0 {
		return false
	}
	c, err := net.Dial("unix", path)
	if err == nil {
		_ = c.Close() // whoever listens there is told in this way
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// Lend is File for another process that may go on listening here: until Keep or
// Reclaim tells whether it does, Close leaves the file of a Unix socket. Nobody
// can listen at that path anew until the other process has closed its copy. It
// fails with net.ErrClosed after Close.
func (l *Listener) Lend() (*os.File, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, net.ErrClosed
	}
	file, err := l.File()
	l.lent = l.lent || err == nil
	return file, err
}

// Keep leaves the file of a Unix socket, for another process goes on listening
// there.
func (l *Listener) Keep() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.path, l.lent = "", false
}

// Reclaim ends what Lend has begun, for nobody else listens. If l was closed
// meanwhile, the file of a Unix socket is removed now, unless somebody has begun
// to listen at its path since.
func (l *Listener) Reclaim() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lent = false
	if !l.closed || l.path == "" || !abandoned(l.path) {
		return nil
	}
	return l.remove()
}

// Own makes Close remove the file of a Unix socket that was adopted.
func (l *Listener) Own() {
	if path := l.Addr.String(); l.Addr.Network() == "unix" && !strings.HasPrefix(path, "@") {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.path = path
	}
}

// Owned reports whether Close removes the file of a Unix socket.
func (l *Listener) Owned() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.path != ""
}

// Close closes the socket, through s, and removes the file that Listen made for
// it.
func (l *Listener) Close(s Sys) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	var err error
	if errno := s.Close(l.FD); errno != 0 {
		err = os.NewSyscallError("close", errno)
	}
	if l.lent {
		return err
	}
	return errors.Join(err, l.remove())
}

// remove removes the file of a Unix socket. The caller holds mu.
func (l *Listener) remove() error {
	if l.path == "" {
		return nil
	}
	err := os.Remove(l.path)
	l.path = ""
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
