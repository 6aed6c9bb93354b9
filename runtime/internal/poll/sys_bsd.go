//go:build (darwin || freebsd || netbsd || openbsd) && !tornado_net

package poll

import (
	"net/netip"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// errNoNetwork is an error of accept that Linux alone has.
const errNoNetwork = unix.ENETDOWN + 1<<16

// spreads says that sockets with SO_REUSEPORT share the connections out: there
// they do not, or not everywhere.
const spreads = false

func (*sys) Queued(int) int { return mostQueued() }

func (*sys) Accept(fd int) (int, Addr, syscall.Errno) {
	conn, sa, err := accept(fd)
	if err != nil {
		return -1, Addr{}, errnoOf(err)
	}
	peer := addrOf(sa)
	if peer.family != Unix {
		if err := inherit(conn); err != nil {
			_ = unix.Close(conn) // the peer has reset it
			return -1, Addr{}, syscall.ECONNABORTED
		}
	}
	return conn, peer, 0
}

// accept and socket hold the lock of package syscall, so that no program is
// started with a descriptor that is not claimed yet.
func accept(fd int) (int, unix.Sockaddr, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	conn, sa, err := unix.Accept(fd)
	if err == nil {
		err = claim(conn)
	}
	return conn, sa, err
}

// Accept waits here where another process, with which a listening socket is
// shared, has made it block.
func ownListener(int) error   { return nil }
func adoptedListener(int)     {}
func ownConnection(int) error { return nil }

func socket(domain int) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(domain, unix.SOCK_STREAM, 0)
	if err == nil {
		err = claim(fd)
	}
	return fd, err
}

// claim makes a new descriptor non-blocking, and keeps it from other programs.
func claim(fd int) error {
	unix.CloseOnExec(fd)
	err := unix.SetNonblock(fd, true)
	if err != nil {
		_ = unix.Close(fd) // it is of no use
	}
	return err
}

// inherit sets the options of a connection; whether it inherits them from its
// listener is not the same everywhere.
func inherit(fd int) error {
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		return err
	}
	return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
}

func (*sys) Read(fd int, p []byte) (int, syscall.Errno) {
	n, err := unix.Read(fd, p)
	return max(n, 0), errnoOf(err)
}

func (*sys) Peek(fd int, p []byte) (int, syscall.Errno) {
	n, _, err := unix.Recvfrom(fd, p, unix.MSG_PEEK)
	return max(n, 0), errnoOf(err)
}

// Write raises no SIGPIPE: the Go runtime keeps that to standard output and
// error.
func (*sys) Write(fd int, p []byte) (int, syscall.Errno) {
	n, err := unix.Write(fd, p)
	return max(n, 0), errnoOf(err)
}

// WriteLast is Write: there is no flag like MSG_MORE.
func (y *sys) WriteLast(fd int, p []byte) (int, syscall.Errno) { return y.Write(fd, p) }

func (*sys) Writev(fd int, bufs [][]byte) (int, syscall.Errno) {
	filled := make([][]byte, 0, MaxVectors)
	for _, b := range bufs {
		if len(b) > 0 && len(filled) < MaxVectors {
			filled = append(filled, b)
		}
	}
	if len(filled) == 0 {
		return 0, 0
	}
	n, err := unix.SendmsgBuffers(fd, filled, nil, nil, 0)
	return max(n, 0), errnoOf(err)
}

func (*sys) Close(fd int) syscall.Errno { return errnoOf(unix.Close(fd)) }

func (*sys) LocalAddr(fd int) (Addr, syscall.Errno) {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return Addr{}, errnoOf(err)
	}
	return addrOf(sa), 0
}

func (*sys) Wait(fd int, bits Bits, d time.Duration) (Bits, syscall.Errno) {
	p := []unix.PollFd{{Fd: int32(fd)}}
	if bits&In != 0 {
		p[0].Events |= unix.POLLIN
	}
	if bits&Out != 0 {
		p[0].Events |= unix.POLLOUT
	}
	// Rounded up, or the last part of a millisecond would be spun away.
	wait := (max(d, 0) + time.Millisecond - 1) / time.Millisecond
	if _, err := unix.Poll(p, int(wait)); err != nil {
		return 0, errnoOf(err)
	}
	var b Bits
	if p[0].Revents&unix.POLLIN != 0 {
		b |= In
	}
	if p[0].Revents&unix.POLLOUT != 0 {
		b |= Out
	}
	if p[0].Revents&(unix.POLLHUP|unix.POLLERR) != 0 {
		b |= Hangup
	}
	return b, 0
}

func addrOf(sa unix.Sockaddr) Addr {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return AddrFrom(netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port)))
	case *unix.SockaddrInet6:
		a := AddrFrom(netip.AddrPortFrom(netip.AddrFrom16(sa.Addr), uint16(sa.Port)))
		a.zone = sa.ZoneId
		return a
	case *unix.SockaddrUnix:
		return Addr{family: Unix}
	}
	return Addr{}
}
