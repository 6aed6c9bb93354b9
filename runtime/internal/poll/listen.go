//go:build linux

package poll

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// backlog is asked for; the kernel lowers it to net.core.somaxconn.
const backlog = 65535

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

// listenTCP opens n sockets with SO_REUSEPORT. A probe without it comes first:
// with the flag alone, a second server would start unseen on the same port and
// take half of the connections.
func listenTCP(network string, tcp *net.TCPAddr, n int) ([]*Listener, error) {
	probe, err := bindTCP(network, tcp, false)
	if err != nil {
		return nil, err
	}
	if n <= 1 {
		return []*Listener{probe}, nil
	}
	bound, ok := probe.Addr.(*net.TCPAddr)
	if err := unix.Close(probe.FD); err != nil {
		return nil, err
	}
	if !ok {
		return nil, errors.New("not an IP socket")
	}
	at := *tcp
	at.Port = bound.Port
	ls := make([]*Listener, 0, n)
	for range n {
		l, err := bindTCP(network, &at, true)
		if err != nil {
			for _, l := range ls {
				err = errors.Join(err, l.Close(sys{}))
			}
			return nil, err
		}
		ls = append(ls, l)
	}
	return ls, nil
}

// bindTCP opens, binds and listens. Where IPv6 is not there, "tcp" without a
// host is IPv4.
func bindTCP(network string, tcp *net.TCPAddr, reusePort bool) (*Listener, error) {
	dual := network == "tcp" && (len(tcp.IP) == 0 || tcp.IP.Equal(net.IPv6unspecified) && tcp.IP.To4() == nil)
	if network == "tcp4" || tcp.IP.To4() != nil {
		return bind(unix.AF_INET, sockaddr4(tcp), false, reusePort)
	}
	sa, err := sockaddr6(tcp)
	if err != nil {
		return nil, err
	}
	l, err := bind(unix.AF_INET6, sa, dual, reusePort)
	if dual && (errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EADDRNOTAVAIL)) {
		return bind(unix.AF_INET, sockaddr4(tcp), false, reusePort)
	}
	return l, err
}

func sockaddr4(tcp *net.TCPAddr) unix.Sockaddr {
	sa := &unix.SockaddrInet4{Port: tcp.Port}
	copy(sa.Addr[:], tcp.IP.To4())
	return sa
}

func sockaddr6(tcp *net.TCPAddr) (unix.Sockaddr, error) {
	sa := &unix.SockaddrInet6{Port: tcp.Port}
	copy(sa.Addr[:], tcp.IP.To16())
	if tcp.Zone != "" {
		if sa.ZoneId = zoneID(tcp.Zone); sa.ZoneId == 0 {
			return nil, fmt.Errorf("no network interface %q", tcp.Zone)
		}
	}
	return sa, nil
}

// bind opens a socket, sets its options, binds it and listens. Accepted sockets
// inherit TCP_NODELAY and SO_KEEPALIVE from it, so that they cost no call.
func bind(domain int, sa unix.Sockaddr, dual, reusePort bool) (l *Listener, err error) {
	fd, err := unix.Socket(domain, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, unix.Close(fd))
		}
	}()
	set := func(level, option, value int) {
		if err == nil {
			err = os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, level, option, value))
		}
	}
	if domain != unix.AF_UNIX {
		set(unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	}
	if domain == unix.AF_INET6 {
		only := 1
		if dual {
			only = 0
		}
		set(unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only)
	}
	if reusePort {
		set(unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	}
	if err != nil {
		return nil, err
	}
	if err := unix.Bind(fd, sa); err != nil {
		return nil, os.NewSyscallError("bind", err)
	}
	if err := unix.Listen(fd, backlog); err != nil {
		return nil, os.NewSyscallError("listen", err)
	}
	return Adopt(fd)
}

// Adopt makes a Listener of a listening stream socket that was bound
// elsewhere: by systemd, or by the process that this one replaces. It sets the
// options that connections inherit. The descriptor belongs to the Listener from
// then on, unless Adopt fails.
func Adopt(fd int) (*Listener, error) {
	listening, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	if err != nil {
		return nil, os.NewSyscallError("getsockopt", err)
	}
	if listening == 0 {
		return nil, fmt.Errorf("descriptor %d does not listen", fd)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	unix.CloseOnExec(fd)
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return nil, os.NewSyscallError("getsockname", err)
	}
	l := &Listener{FD: fd}
	switch sa := sa.(type) {
	case *unix.SockaddrUnix:
		l.Addr = &net.UnixAddr{Net: "unix", Name: sa.Name}
		return l, nil
	case *unix.SockaddrInet4:
		l.Addr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port)))
	case *unix.SockaddrInet6:
		ip := netip.AddrFrom16(sa.Addr)
		if sa.ZoneId != 0 {
			ip = ip.WithZone(zoneName(sa.ZoneId))
		}
		l.Addr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, uint16(sa.Port)))
	default:
		return nil, fmt.Errorf("descriptor %d is neither TCP nor Unix", fd)
	}
	for _, o := range [...]struct{ level, option, value int }{
		{unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, keepAliveSeconds},
		{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, keepAliveSeconds},
	} {
		if err := unix.SetsockoptInt(fd, o.level, o.option, o.value); err != nil {
			return nil, os.NewSyscallError("setsockopt", err)
		}
	}
	return l, nil
}

// keepAliveSeconds is what package net uses: a peer that has gone without a
// word is found out even where no deadline applies.
const keepAliveSeconds = 15

// listenUnix binds a path or, after "@", an abstract name.
func listenUnix(address string) (*Listener, error) {
	sa := &unix.SockaddrUnix{Name: address}
	l, err := bind(unix.AF_UNIX, sa, false, false)
	if errors.Is(err, unix.EADDRINUSE) && !strings.HasPrefix(address, "@") && abandoned(address) {
		if err := os.Remove(address); err != nil {
			return nil, err
		}
		l, err = bind(unix.AF_UNIX, sa, false, false)
	}
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(address, "@") {
		l.path = address
	}
	return l, nil
}

// abandoned reports whether path is a socket that nobody listens on.
func abandoned(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeSocket == 0 {
		return false
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	refused := errors.Is(unix.Connect(fd, &unix.SockaddrUnix{Name: path}), unix.ECONNREFUSED)
	return unix.Close(fd) == nil && refused
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
