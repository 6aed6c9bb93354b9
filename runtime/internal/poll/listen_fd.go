//go:build (linux || darwin || freebsd || netbsd || openbsd) && !tornado_net

package poll

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// listenTCP opens n sockets with SO_REUSEPORT, or one where that does not share
// connections out (spreads). A probe without it comes first: with the flag
// alone, a second server would start unseen on the same port and take half of
// the connections.
func listenTCP(network string, tcp *net.TCPAddr, n int) ([]*Listener, error) {
	probe, err := bindTCP(network, tcp, false)
	if err != nil {
		return nil, err
	}
	if n <= 1 || !spreads {
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
				err = errors.Join(err, l.Close(Plain()))
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
		return bind(unix.AF_INET, sockaddr4(tcp), false, reusePort, nil)
	}
	sa, err := sockaddr6(tcp)
	if err != nil {
		return nil, err
	}
	l, err := bind(unix.AF_INET6, sa, dual, reusePort, nil)
	if dual && (errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EADDRNOTAVAIL)) {
		return bind(unix.AF_INET, sockaddr4(tcp), false, reusePort, nil)
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

// bind opens a socket, sets its options, binds it, does what comes before
// anybody can connect, and listens. Accepted sockets
// inherit TCP_NODELAY and SO_KEEPALIVE from it, so that they cost no call.
func bind(domain int, sa unix.Sockaddr, dual, reusePort bool, before func() error) (l *Listener, err error) {
	fd, err := socket(domain)
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
	if before != nil {
		if err := before(); err != nil {
			return nil, err
		}
	}
	if err := unix.Listen(fd, Backlog); err != nil {
		return nil, os.NewSyscallError("listen", err)
	}
	if err := ownListener(fd); err != nil {
		return nil, os.NewSyscallError("setsockopt", err)
	}
	return adopt(fd)
}

// Adopt makes a Listener of a listening stream socket that was bound
// elsewhere: by systemd, or by the process that this one replaces. It sets the
// options that connections inherit. The descriptor is closed if that fails.
func Adopt(fd int) (*Listener, error) {
	l, err := adopt(fd)
	if err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	adoptedListener(fd)
	return l, nil
}

func adopt(fd int) (*Listener, error) {
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
	addr, err := BoundAddr(fd)
	if err != nil {
		return nil, err
	}
	l := &Listener{FD: fd, Addr: addr}
	if addr.Network() == "unix" {
		return l, nil
	}
	if err := inherit(fd); err != nil {
		return nil, os.NewSyscallError("setsockopt", err)
	}
	return l, nil
}

// BoundAddr is the address of a TCP or Unix socket that was bound elsewhere.
func BoundAddr(fd int) (net.Addr, error) {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return nil, os.NewSyscallError("getsockname", err)
	}
	switch sa := sa.(type) {
	case *unix.SockaddrUnix:
		return &net.UnixAddr{Net: "unix", Name: sa.Name}, nil
	case *unix.SockaddrInet4:
		return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))), nil
	case *unix.SockaddrInet6:
		ip := netip.AddrFrom16(sa.Addr)
		if sa.ZoneId != 0 {
			ip = ip.WithZone(zoneName(sa.ZoneId))
		}
		return net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, uint16(sa.Port))), nil
	default:
		return nil, fmt.Errorf("descriptor %d is neither TCP nor Unix", fd)
	}
}

// listenSocket binds a path or, after "@", an abstract name.
func listenSocket(address string, mode os.FileMode) (*Listener, error) {
	return bind(unix.AF_UNIX, &unix.SockaddrUnix{Name: address}, false, false, func() error {
		if mode == 0 {
			return nil
		}
		return os.Chmod(address, mode)
	})
}

// File is a copy of the socket, for another process. It is the caller's to
// close.
func (l *Listener) File() (*os.File, error) {
	fd, err := unix.FcntlInt(uintptr(l.FD), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(fd), l.Addr.String()), nil
}
