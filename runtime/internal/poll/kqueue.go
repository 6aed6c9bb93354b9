//go:build (darwin || freebsd || netbsd || openbsd) && !tornado_net

package poll

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// batch is how many events one call takes from the kernel at most.
const batch = 256

// kqueue waits inside kevent, so that a wait holds a thread. A pipe in it ends
// a wait: EVFILT_USER, made for this, is not everywhere.
type kqueue struct {
	calls
	clock
	fd   int    // immutable
	pipe [2]int // immutable; read and written end

	// Owner only.
	raw  [batch]unix.Kevent_t
	data byDescriptor // what each descriptor was added with

	wakers wakers
}

// NewParking returns a poller.
func NewParking() (Poller, error) { return newKqueue() }

// NewBlocking returns a poller, the same as NewParking.
func NewBlocking() (Poller, error) { return newKqueue() }

func newKqueue() (*kqueue, error) {
	fd, err := unix.Kqueue()
	if err != nil {
		return nil, fmt.Errorf("kqueue: %w", err)
	}
	unix.CloseOnExec(fd)
	p := &kqueue{clock: clock{time.Now()}, fd: fd}
	if err := unix.Pipe(p.pipe[:]); err != nil {
		return nil, errors.Join(fmt.Errorf("pipe: %w", err), unix.Close(fd))
	}
	for _, end := range p.pipe {
		unix.CloseOnExec(end)
		err = errors.Join(err, unix.SetNonblock(end, true))
	}
	if err == nil {
		err = p.change(p.pipe[0], unix.EV_ADD|unix.EV_CLEAR, unix.EVFILT_READ)
	}
	if err != nil {
		return nil, errors.Join(err, p.closeAll())
	}
	return p, nil
}

// change changes the registration of a descriptor with some filters.
func (p *kqueue) change(fd, flags int, filters ...int) error {
	changes := make([]unix.Kevent_t, len(filters))
	for i, filter := range filters {
		unix.SetKevent(&changes[i], fd, filter, flags)
	}
	if _, err := unix.Kevent(p.fd, changes, nil, nil); err != nil {
		return fmt.Errorf("kevent: %w", err)
	}
	return nil
}

func (p *kqueue) Add(fd int, data uint64) error {
	p.data.set(fd, data)
	return p.change(fd, unix.EV_ADD|unix.EV_CLEAR, unix.EVFILT_READ, unix.EVFILT_WRITE)
}

func (p *kqueue) AddListener(fd int, data uint64) error {
	p.data.set(fd, data)
	return p.change(fd, unix.EV_ADD, unix.EVFILT_READ)
}

func (p *kqueue) Del(fd int) error {
	err := p.change(fd, unix.EV_DELETE, unix.EVFILT_READ)
	// A listener has no such filter.
	if writing := p.change(fd, unix.EV_DELETE, unix.EVFILT_WRITE); !errors.Is(writing, unix.ENOENT) {
		err = errors.Join(err, writing)
	}
	return err
}

// take fills events with up to a batch; timeout nil waits for ever.
func (p *kqueue) take(events []Event, timeout *unix.Timespec) (int, error) {
	n, err := unix.Kevent(p.fd, nil, p.raw[:min(len(events), batch)], timeout)
	switch {
	case errors.Is(err, syscall.EINTR):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("kevent: %w", err)
	}
	used := 0
	for i := range p.raw[:n] {
		raw := &p.raw[i]
		fd := int(raw.Ident) //nolint:unconvert // its type is not the same everywhere
		if fd == p.pipe[0] {
			p.drain()
			continue
		}
		events[used] = Event{Data: p.data.of(fd), Bits: bitsOf(raw)}
		used++
	}
	return used, nil
}

// bitsOf translates an event.
func bitsOf(raw *unix.Kevent_t) Bits {
	reading := int(raw.Filter) == unix.EVFILT_READ //nolint:unconvert // its type is not the same everywhere
	return directionBits(reading, raw.Flags&unix.EV_EOF != 0, raw.Fflags != 0)
}

// drain empties the pipe: full, it would report nothing any more.
func (p *kqueue) drain() {
	var buf [64]byte
	for {
		if n, err := unix.Read(p.pipe[0], buf[:]); n < len(buf) || err != nil {
			return
		}
	}
}

func (p *kqueue) Poll(events []Event) (int, error) { return p.take(events, new(unix.Timespec)) }

func (p *kqueue) Park(events []Event, now, until time.Duration) (int, error) {
	if until == Forever {
		return p.take(events, nil)
	}
	wait := unix.NsecToTimespec(max(until-now, 0).Nanoseconds())
	return p.take(events, &wait)
}

func (p *kqueue) Nap(events []Event, _, d time.Duration) (n int, idle time.Duration, err error) {
	idle = p.pause(d)
	n, err = p.Poll(events)
	return n, idle, err
}

// Sleep returns at once.
func (p *kqueue) Sleep(time.Duration) {}

func (p *kqueue) Wake() {
	if p.wakers.enter() {
		_, _ = unix.Write(p.pipe[1], []byte{0}) // a pipe that is full wakes, too
	}
	p.wakers.leave()
}

// Prod implements Poller: a thread that waits in the kernel needs none.
func (p *kqueue) Prod() {}

func (p *kqueue) Free() error { return p.closeAll() }

// closeAll closes, once nobody wakes.
func (p *kqueue) closeAll() error {
	if !p.wakers.close() {
		return syscall.EBADF
	}
	return errors.Join(unix.Close(p.pipe[0]), unix.Close(p.pipe[1]), unix.Close(p.fd))
}
