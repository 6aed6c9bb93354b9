package poll

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
)

// Listener is a listening socket.
type Listener struct {
	FD    int
	Addr  net.Addr // where it listens: the port that was chosen if 0 was asked for
	Owner any      // whose listener this is: for who accepts
	path  string   // of a Unix socket made by Listen, removed by Close
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
		l, err := listenUnix(address)
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

// listenUnix binds a path or, after "@", an abstract name.
func listenUnix(address string) (*Listener, error) {
	abstract := strings.HasPrefix(address, "@")
	l, err := listenSocket(address)
	if errors.Is(err, syscall.EADDRINUSE) && !abstract && abandoned(address) {
		if err := os.Remove(address); err != nil {
			return nil, err
		}
		l, err = listenSocket(address)
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

// Keep makes Close leave the file of a Unix socket: another process goes on
// listening on it.
func (l *Listener) Keep() { l.path = "" }

// Close closes the socket, through s, and removes the file that Listen made for
// it.
func (l *Listener) Close(s Sys) error {
	var err error
	if errno := s.Close(l.FD); errno != 0 {
		err = os.NewSyscallError("close", errno)
	}
	if l.path != "" {
		if rm := os.Remove(l.path); rm != nil && !errors.Is(rm, os.ErrNotExist) {
			err = errors.Join(err, rm)
		}
	}
	return err
}
