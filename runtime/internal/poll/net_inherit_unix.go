//go:build unix && (tornado_net || !(linux || darwin || freebsd || netbsd || openbsd))

package poll

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// Adopt makes a Listener of a listening stream socket that was bound
// elsewhere: by systemd, or by the process that this one replaces. The
// descriptor, one of the system, is closed if that fails.
func Adopt(fd int) (*Listener, error) {
	if err := syscall.SetNonblock(fd, true); err != nil { // or package os would take it for a file that blocks
		return nil, os.NewSyscallError("fcntl", err)
	}
	file := os.NewFile(uintptr(fd), "listener")
	l, err := net.FileListener(file)
	if err = errors.Join(err, file.Close()); err != nil { // l has a descriptor of its own
		return nil, err
	}
	return newListener(l)
}

// BoundAddr is the address of a TCP or Unix socket that was bound elsewhere.
func BoundAddr(fd int) (net.Addr, error) {
	copied, err := syscall.Dup(fd)
	if err != nil {
		return nil, os.NewSyscallError("dup", err)
	}
	file := os.NewFile(uintptr(copied), "listener")
	l, err := net.FileListener(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	return l.Addr(), l.Close()
}

// File is a copy of the socket, for another process. It is the caller's to
// close.
func (l *Listener) File() (*os.File, error) {
	n, ok := descriptors.find(l.FD).(*netListener)
	if !ok {
		return nil, syscall.EBADF
	}
	raw, err := n.listener.SyscallConn()
	if err != nil {
		return nil, err
	}
	var copied int
	var dup error
	err = raw.Control(func(fd uintptr) {
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
		if copied, dup = syscall.Dup(int(fd)); dup == nil {
			syscall.CloseOnExec(copied)
		}
	})
	if err = errors.Join(err, os.NewSyscallError("dup", dup)); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(copied), l.Addr.String()), nil
}
