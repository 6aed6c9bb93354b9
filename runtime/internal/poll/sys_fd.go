//go:build (linux || darwin || freebsd || netbsd || openbsd) && !tornado_net

package poll

import (
	"errors"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// sys makes the calls. It has no state. What calls it does so through Sys, and a
// method of a pointer is called so without another one in between.
type sys struct{}

// Plain makes system calls for who has no poller.
func Plain() Sys { return new(sys) }

func (*sys) ShutdownWrite(fd int) syscall.Errno { return errnoOf(unix.Shutdown(fd, unix.SHUT_WR)) }
func (*sys) Shutdown(fd int) syscall.Errno      { return errnoOf(unix.Shutdown(fd, unix.SHUT_RDWR)) }

func (*sys) Spare() (int, syscall.Errno) {
	fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	return fd, errnoOf(err)
}

func (*sys) NetConn(fd int) (net.Conn, error) {
	if err := ownConnection(fd); err != nil {
		return nil, errors.Join(os.NewSyscallError("setsockopt", err), unix.Close(fd))
	}
	file := os.NewFile(uintptr(fd), "connection")
	conn, err := net.FileConn(file)
	return conn, errors.Join(err, file.Close()) // conn has a descriptor of its own
}

// errnoOf turns the error of package unix, which is always an Errno, back.
func errnoOf(err error) syscall.Errno {
	if err == nil {
		return 0
	}
	if errno, ok := err.(syscall.Errno); ok { //nolint:errorlint // package unix never wraps an Errno
		return errno
	}
	return unix.EIO
}
