//go:build !tornado_net

package poll

import (
	"errors"
	"fmt"
	"syscall"
	"time"
	"unsafe" // pointers for the kernel, which become numbers in the call itself, so that what they point to stays

	"golang.org/x/sys/unix"
)

// batch is how many events one call takes from the kernel at most.
const batch = 256

// edge and level are the registrations of connections and listeners.
const (
	edge  = unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET
	level = unix.EPOLLIN | unix.EPOLLEXCLUSIVE
)

// epoll is what both pollers share: an epoll instance, and an eventfd in it
// that ends a wait. The eventfd is edge-triggered and never read.
type epoll struct {
	calls
	clock
	fd     int                    // immutable
	wakeFD int                    // immutable
	raw    [batch]unix.EpollEvent // owner only

	wakers wakers
}

func newEpoll() (*epoll, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll_create1: %w", err)
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("eventfd: %w", err), unix.Close(fd))
	}
	p := &epoll{clock: clock{time.Now()}, fd: fd, wakeFD: wake}
	if err := p.ctl(unix.EPOLL_CTL_ADD, wake, unix.EPOLLIN|unix.EPOLLET, WakeData); err != nil {
		return nil, errors.Join(err, p.closeAll())
	}
	return p, nil
}

// ctl changes a registration. The kernel hands Fd and Pad back as they were,
// so together they hold the 64 bits of data.
func (p *epoll) ctl(op, fd int, events uint32, data uint64) error {
	ev := unix.EpollEvent{Events: events, Fd: int32(data), Pad: int32(data >> 32)}
	if _, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(p.fd), uintptr(op), uintptr(fd),
		uintptr(unsafe.Pointer(&ev)), 0, 0); errno != 0 {
		return fmt.Errorf("epoll_ctl: %w", errno)
	}
	return nil
}

func (p *epoll) Add(fd int, data uint64) error {
	return p.ctl(unix.EPOLL_CTL_ADD, fd, edge, data)
}

func (p *epoll) AddListener(fd int, data uint64) error {
	return p.ctl(unix.EPOLL_CTL_ADD, fd, level, data)
}

func (p *epoll) Del(fd int) error {
	return p.ctl(unix.EPOLL_CTL_DEL, fd, 0, 0)
}

// ready takes up to limit events without waiting and without telling the
// scheduler. Its result counts the event of the eventfd, too.
func (p *epoll) ready(limit int) (int, error) {
	for {
		n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.fd),
			uintptr(unsafe.Pointer(&p.raw)), uintptr(min(limit, batch)), 0, 0, 0)
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
		default:
			return 0, fmt.Errorf("epoll_wait: %w", errno)
		}
	}
}

// fill turns the first n raw events into events and leaves out the eventfd's.
func (p *epoll) fill(events []Event, n int) int {
	used := 0
	for i := range p.raw[:n] {
		raw := &p.raw[i]
		data := uint64(uint32(raw.Fd)) | uint64(uint32(raw.Pad))<<32
		if data == WakeData {
			continue
		}
		events[used] = Event{Data: data, Bits: bitsOf(raw.Events)}
		used++
	}
	return used
}

// bitsOf translates a mask of epoll or poll, which use the same values.
func bitsOf(mask uint32) Bits {
	var b Bits
	if mask&unix.EPOLLIN != 0 {
		b |= In
	}
	if mask&unix.EPOLLOUT != 0 {
		b |= Out
	}
	if mask&unix.EPOLLRDHUP != 0 {
		b |= PeerClosed
	}
	if mask&(unix.EPOLLHUP|unix.EPOLLERR) != 0 {
		b |= Hangup
	}
	return b
}

func (p *epoll) Poll(events []Event) (int, error) {
	n, err := p.ready(len(events))
	return p.fill(events, n), err
}

// Sleep does not tell the scheduler: to have the processor handed over, and to
// get it back, costs what is to be saved.
func (p *epoll) Sleep(d time.Duration) {
	wait := unix.NsecToTimespec(d.Nanoseconds())
	_, _, _ = unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&wait)), 0, 0)
}

// one is what an eventfd is written with, in the byte order of the machine.
var one uint64 = 1

func (p *epoll) Wake() {
	if p.wakers.enter() {
		_, _, _ = unix.RawSyscall(unix.SYS_WRITE, uintptr(p.wakeFD), uintptr(unsafe.Pointer(&one)), 8)
	}
	p.wakers.leave()
}

// closeAll closes, once nobody wakes.
func (p *epoll) closeAll() error {
	if !p.wakers.close() {
		return syscall.EBADF
	}
	return errors.Join(unix.Close(p.wakeFD), unix.Close(p.fd))
}

// blocking waits inside epoll_wait, so that each wait holds a thread.
type blocking struct{ *epoll }

// NewBlocking returns a poller that waits inside epoll_wait. It serves to
// compare: under it, switching to a worker is dear.
func NewBlocking() (Poller, error) {
	p, err := newEpoll()
	if err != nil {
		return nil, err
	}
	return blocking{p}, nil
}

func (p blocking) Park(events []Event, now, until time.Duration) (int, error) {
	wait := -1
	if until != Forever {
		// Rounded up, or the last part of a millisecond would be spun away.
		wait = int((max(until-now, 0) + time.Millisecond - 1) / time.Millisecond)
	}
	n, _, errno := unix.Syscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(unsafe.Pointer(&p.raw)),
		uintptr(min(len(events), batch)), uintptr(wait), 0, 0)
	if errno != 0 && errno != unix.EINTR {
		return 0, fmt.Errorf("epoll_wait: %w", errno)
	}
	if errno == unix.EINTR {
		return 0, nil
	}
	return p.fill(events, int(n)), nil
}

func (p blocking) Nap(events []Event, _, d time.Duration) (n int, idle time.Duration, err error) {
	idle = p.pause(d)
	n, err = p.Poll(events)
	return n, idle, err
}

// Prod implements Poller: a thread that waits in the kernel needs none.
func (p blocking) Prod() {}

func (p blocking) Free() error { return p.closeAll() }
