//go:build tornado_net || !(linux || darwin || freebsd || netbsd || openbsd)

package poll

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"
)

// sys finds what descriptors stand for. It has no state.
type sys struct{}

// Plain makes calls for who has no poller.
func Plain() Sys { return new(sys) }

func (*sys) Queued(int) int { return mostQueued() }

func (*sys) Accept(fd int) (int, Addr, syscall.Errno) {
	l, ok := descriptors.find(fd).(*netListener)
	if !ok {
		return -1, Addr{}, syscall.EBADF
	}
	conn, errno := l.accept()
	if errno != 0 {
		return -1, Addr{}, errno
	}
	return descriptors.add(newNetSocket(conn)), addrFrom(conn.RemoteAddr()), 0
}

// on calls fn with the connection that fd stands for.
func on(fd int, fn func(s *netSocket) (int, syscall.Errno)) (int, syscall.Errno) {
	s, ok := descriptors.find(fd).(*netSocket)
	if !ok {
		return 0, syscall.EBADF
	}
	return fn(s)
}

func (*sys) Read(fd int, p []byte) (int, syscall.Errno) {
	return on(fd, func(s *netSocket) (int, syscall.Errno) { return s.read(p, false) })
}

func (*sys) Peek(fd int, p []byte) (int, syscall.Errno) {
	return on(fd, func(s *netSocket) (int, syscall.Errno) { return s.read(p, true) })
}

func (*sys) Write(fd int, p []byte) (int, syscall.Errno) {
	return on(fd, func(s *netSocket) (int, syscall.Errno) { return s.write(p) })
}

// WriteLast is Write: package net knows of no such thing.
func (y *sys) WriteLast(fd int, p []byte) (int, syscall.Errno) { return y.Write(fd, p) }

func (*sys) Writev(fd int, bufs [][]byte) (int, syscall.Errno) {
	return on(fd, func(s *netSocket) (int, syscall.Errno) { return s.write(bufs...) })
}

func (*sys) ShutdownWrite(fd int) syscall.Errno {
	_, errno := on(fd, func(s *netSocket) (int, syscall.Errno) { s.shutdownWrite(); return 0, 0 })
	return errno
}

func (*sys) Shutdown(fd int) syscall.Errno {
	_, errno := on(fd, func(s *netSocket) (int, syscall.Errno) { s.shutdown(); return 0, 0 })
	return errno
}

func (*sys) Close(fd int) syscall.Errno {
	d, ok := descriptors.remove(fd)
	if !ok {
		return syscall.EBADF
	}
	switch d := d.(type) {
	case *netSocket:
		d.close()
	case *netListener:
		d.close()
	}
	return 0
}

// Spare opens nothing: there is no telling what package net needs.
func (*sys) Spare() (int, syscall.Errno) { return descriptors.add(nil), 0 }

func (*sys) LocalAddr(fd int) (Addr, syscall.Errno) {
	s, ok := descriptors.find(fd).(*netSocket)
	if !ok {
		return Addr{}, syscall.EBADF
	}
	return addrFrom(s.conn.LocalAddr()), 0
}

func (*sys) NetConn(fd int) (net.Conn, error) {
	d, _ := descriptors.remove(fd)
	s, ok := d.(*netSocket)
	if !ok {
		return nil, syscall.EBADF
	}
	return s.release()
}

func (*sys) Wait(fd int, bits Bits, d time.Duration) (Bits, syscall.Errno) {
	s, ok := descriptors.find(fd).(*netSocket)
	if !ok {
		return 0, syscall.EBADF
	}
	return s.wait(bits, d), 0
}

// errnoOf finds what the system has said in an error of package net.
func errnoOf(err error) syscall.Errno {
	var errno syscall.Errno
	switch {
	case err == nil:
		return 0
	case errors.As(err, &errno):
		return errno
	case errors.Is(err, os.ErrDeadlineExceeded):
		return syscall.ETIMEDOUT
	case errors.Is(err, net.ErrClosed):
		return syscall.EBADF
	}
	return syscall.EIO
}

func addrFrom(a net.Addr) Addr {
	switch a := a.(type) {
	case *net.TCPAddr:
		return AddrFrom(a.AddrPort())
	case *net.UnixAddr:
		return Addr{family: Unix}
	}
	return Addr{}
}
