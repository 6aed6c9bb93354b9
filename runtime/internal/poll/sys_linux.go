//go:build !tornado_net

package poll

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe" // pointers for the kernel, which become numbers in the call itself; what it has written is read as its family says

	"golang.org/x/sys/unix"
)

// errNoNetwork is the error of accept that Linux alone has.
const errNoNetwork = unix.ENONET

// spreads says that sockets with SO_REUSEPORT share the connections out.
const spreads = true

// keepAliveSeconds is what package net uses: a peer that has gone without a
// word is found out even where no deadline applies.
const keepAliveSeconds = 15

// O_NONBLOCK belongs to all processes that share a listening socket, and whoever
// starts one with it clears the flag, as package os/exec does. Accept must not
// wait all the same, for it would hold up a loop and a processor of the scheduler.

// ownListener prepares a socket that this process has opened: SO_RCVTIMEO bounds
// what Accept waits to a tick of the kernel. Connections inherit it, and do not
// block; NetConn takes it off those that are given away.
func ownListener(fd int) error {
	adopted.Delete(fd) // of one that had this number before
	return unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 1})
}

// ownConnection takes off a connection what it has from ownListener: whoever gets
// it may read from it as from one that blocks.
func ownConnection(fd int) error {
	return unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, new(unix.Timeval))
}

// adoptedListener prepares one that others have opened, and may go on to use:
// they would inherit the option, and sockets of Multipath TCP, as package net
// opens them, do not know it where they accept. Accept looks whether anybody waits.
func adoptedListener(fd int) {
	adopted.Store(fd, true)
	anyAdopted.Store(true)
}

var (
	adopted    sync.Map // descriptors
	anyAdopted atomic.Bool
)

// unblock sets O_NONBLOCK if another process has cleared it.
func unblock(fd int) {
	flags, _, errno := unix.RawSyscall(unix.SYS_FCNTL, uintptr(fd), unix.F_GETFL, 0)
	if errno == 0 && flags&unix.O_NONBLOCK == 0 {
		_, _, _ = unix.RawSyscall(unix.SYS_FCNTL, uintptr(fd), unix.F_SETFL, flags|unix.O_NONBLOCK) // it is not relied on
	}
}

// nobodyWaits reports whether Accept would find nobody, of a socket that was
// adopted, and makes it non-blocking. Another process must clear the flag, and
// take who waited, both between this and Accept, for Accept to block; then the next
// who connects ends it.
func nobodyWaits(fd int) bool {
	if !anyAdopted.Load() {
		return false
	}
	if _, found := adopted.Load(fd); !found {
		return false
	}
	unblock(fd)
	at := unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	var now unix.Timespec
	n, _, errno := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&at)), 1, uintptr(unsafe.Pointer(&now)), 0, 0, 0)
	return n == 0 && errno == 0
}

// inherit sets the options of a listening socket that connections inherit from
// it, so that they cost no call.
func inherit(fd int) error {
	for _, o := range [...]struct{ level, option, value int }{
		{unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, keepAliveSeconds},
		{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, keepAliveSeconds},
	} {
		if err := unix.SetsockoptInt(fd, o.level, o.option, o.value); err != nil {
			return err
		}
	}
	return nil
}

func socket(domain int) (int, error) {
	return unix.Socket(domain, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
}

// rawLimit is the size up to which bytes are moved by a system call that the
// scheduler is not told of. Telling it costs more than a small copy takes; a
// large copy would hold up a processor that others could use.
const rawLimit = 64 << 10

// Queued asks TCP. Unix sockets do not tell.
func (*sys) Queued(fd int) int {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil || info.State != unix.BPF_TCP_LISTEN {
		return mostQueued()
	}
	return int(info.Unacked) // which has this meaning there, see tcp_get_info of Linux
}

func (*sys) Accept(fd int) (int, Addr, syscall.Errno) {
	if nobodyWaits(fd) {
		return -1, Addr{}, unix.EAGAIN
	}
	var rsa unix.RawSockaddrAny
	size := uint32(unix.SizeofSockaddrAny)
	conn, _, errno := unix.RawSyscall6(unix.SYS_ACCEPT4, uintptr(fd),
		uintptr(unsafe.Pointer(&rsa)), uintptr(unsafe.Pointer(&size)),
		unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
	if errno == unix.EAGAIN || errno == unix.EINTR {
		unblock(fd) // or the next call takes as long
	}
	if errno != 0 {
		return -1, Addr{}, errno
	}
	return int(conn), addrOf(&rsa), 0
}

func (*sys) Read(fd int, p []byte) (int, syscall.Errno) {
	return transfer(unix.SYS_RECVFROM, fd, p, 0)
}

func (*sys) Peek(fd int, p []byte) (int, syscall.Errno) {
	return transfer(unix.SYS_RECVFROM, fd, p, unix.MSG_PEEK)
}

func (*sys) Write(fd int, p []byte) (int, syscall.Errno) {
	return transfer(unix.SYS_SENDTO, fd, p, unix.MSG_NOSIGNAL)
}

func (*sys) WriteLast(fd int, p []byte) (int, syscall.Errno) {
	return transfer(unix.SYS_SENDTO, fd, p, unix.MSG_NOSIGNAL|unix.MSG_MORE)
}

// transfer makes a call that moves p between a socket and memory.
func transfer(trap uintptr, fd int, p []byte, flags uintptr) (int, syscall.Errno) {
	base := unsafe.Pointer(unsafe.SliceData(p))
	var n uintptr
	var errno syscall.Errno
	if len(p) <= rawLimit {
		// Of package syscall, for that of unix goes through two wrappers more.
		n, _, errno = syscall.RawSyscall6(trap, uintptr(fd), uintptr(base), uintptr(len(p)), flags, 0, 0)
	} else {
		n, _, errno = unix.Syscall6(trap, uintptr(fd), uintptr(base), uintptr(len(p)), flags, 0, 0)
	}
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}

func (*sys) Writev(fd int, bufs [][]byte) (int, syscall.Errno) {
	var vectors [MaxVectors]unix.Iovec
	used := 0
	for _, b := range bufs {
		if len(b) == 0 {
			continue
		}
		if used == len(vectors) {
			break
		}
		vectors[used].Base = unsafe.SliceData(b)
		vectors[used].SetLen(len(b))
		used++
	}
	if used == 0 {
		return 0, 0
	}
	var msg unix.Msghdr
	msg.Iov = &vectors[0]
	msg.SetIovlen(used)
	n, _, errno := unix.Syscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&msg)), unix.MSG_NOSIGNAL)
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}

// Close does not tell the scheduler: no socket here waits until its bytes are
// sent (SO_LINGER), and who comes and goes is mostly one of many.
func (*sys) Close(fd int) syscall.Errno {
	_, _, errno := unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0)
	return errno
}

func (*sys) LocalAddr(fd int) (Addr, syscall.Errno) {
	var rsa unix.RawSockaddrAny
	size := uint32(unix.SizeofSockaddrAny)
	_, _, errno := unix.RawSyscall(unix.SYS_GETSOCKNAME, uintptr(fd),
		uintptr(unsafe.Pointer(&rsa)), uintptr(unsafe.Pointer(&size)))
	if errno != 0 {
		return Addr{}, errno
	}
	return addrOf(&rsa), 0
}

func (*sys) Wait(fd int, bits Bits, d time.Duration) (Bits, syscall.Errno) {
	p := []unix.PollFd{{Fd: int32(fd)}}
	if bits&In != 0 {
		p[0].Events |= unix.POLLIN | unix.POLLRDHUP
	}
	if bits&Out != 0 {
		p[0].Events |= unix.POLLOUT
	}
	ts := unix.NsecToTimespec(max(d, 0).Nanoseconds())
	if _, err := unix.Ppoll(p, &ts, nil); err != nil {
		return 0, errnoOf(err)
	}
	return bitsOf(uint32(uint16(p[0].Revents))), 0
}

// addrOf reads what the kernel wrote.
func addrOf(rsa *unix.RawSockaddrAny) Addr {
	var a Addr
	switch rsa.Addr.Family {
	case unix.AF_INET:
		in := (*unix.RawSockaddrInet4)(unsafe.Pointer(rsa))
		a.family = IPv4
		copy(a.ip[:], in.Addr[:])
		a.port = networkOrder(in.Port)
	case unix.AF_INET6:
		in := (*unix.RawSockaddrInet6)(unsafe.Pointer(rsa))
		a.family = IPv6
		a.ip = in.Addr
		a.port = networkOrder(in.Port)
		a.zone = in.Scope_id
	case unix.AF_UNIX:
		a.family = Unix
	}
	return a
}

// networkOrder reads a port, which the kernel keeps in network byte order.
func networkOrder(port uint16) uint16 {
	var b [2]byte
	binary.NativeEndian.PutUint16(b[:], port)
	return binary.BigEndian.Uint16(b[:])
}
