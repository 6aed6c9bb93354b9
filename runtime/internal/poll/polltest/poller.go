package polltest

import (
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/poll"
)

// Poller implements poll.Poller in a Net.
type Poller struct {
	net *Net
	// guarded by net.mu
	regs     map[int]*registration
	order    []int // descriptors with an edge to report, oldest first
	injected []poll.Event
	woken    bool
	parked   bool
	until    time.Duration // of the park under way
	freed    bool
}

type registration struct {
	data    uint64
	level   bool
	pending bool // in order
}

var _ poll.Poller = (*Poller)(nil)

// Sys implements poll.Poller.
func (p *Poller) Sys() poll.Sys { return p }

// Add implements poll.Poller. What the socket is ready for is an edge.
func (p *Poller) Add(fd int, data uint64) error { return p.register(fd, data, false) }

// AddListener implements poll.Poller.
func (p *Poller) AddListener(fd int, data uint64) error { return p.register(fd, data, true) }

func (p *Poller) register(fd int, data uint64, level bool) error {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	s := p.net.find("Add", fd)
	if s == nil {
		return syscall.EBADF
	}
	if p.regs[fd] != nil {
		return syscall.EEXIST
	}
	p.regs[fd] = &registration{data: data, level: level}
	s.edge()
	return nil
}

// Del implements poll.Poller.
func (p *Poller) Del(fd int) error {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	if p.regs[fd] == nil {
		return syscall.ENOENT
	}
	delete(p.regs, fd)
	return nil
}

// due reports whether the park under way must end. The caller holds net.mu.
func (p *Poller) due() bool {
	if p.woken || len(p.injected) > 0 || p.until != poll.Forever && p.until <= p.net.now {
		return true
	}
	for fd, r := range p.regs {
		if s := p.net.fds[fd]; s != nil && (r.level || r.pending) && s.bits() != 0 {
			return true
		}
	}
	return false
}

// take fills events. The caller holds net.mu.
func (p *Poller) take(events []poll.Event) int {
	n := 0
	put := func(ev poll.Event) {
		if ev.Bits != 0 && n < len(events) {
			events[n] = ev
			n++
		}
	}
	p.woken = false
	for fd, r := range p.regs {
		if s := p.net.fds[fd]; r.level && s != nil {
			put(poll.Event{Data: r.data, Bits: s.bits()})
		}
	}
	for _, ev := range p.injected {
		put(ev)
	}
	p.injected = nil
	for len(p.order) > 0 && n < len(events) {
		fd := p.order[0]
		p.order = p.order[1:]
		r, s := p.regs[fd], p.net.fds[fd]
		if r != nil && s != nil {
			r.pending = false
			put(poll.Event{Data: r.data, Bits: s.bits()})
		}
	}
	return n
}

// Poll implements poll.Poller.
func (p *Poller) Poll(events []poll.Event) (int, error) {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	return p.take(events), nil
}

// Park implements poll.Poller.
func (p *Poller) Park(events []poll.Event, _, until time.Duration) (int, error) {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	p.parked, p.until = true, until
	p.net.changed.Broadcast() // Settle may have waited for this
	for !p.due() {
		p.net.changed.Wait()
	}
	p.parked = false
	return p.take(events), nil
}

// Nap implements poll.Poller: the clock of the network moves on by d, while
// other goroutines really get that time, and more. It is never idle.
func (p *Poller) Nap(events []poll.Event, _, d time.Duration) (n int, idle time.Duration, err error) {
	p.net.Advance(d)
	time.Sleep(d)
	n, err = p.Poll(events)
	return n, 0, err
}

// Sleep implements poll.Poller: it returns at once.
func (p *Poller) Sleep(time.Duration) {}

// Wake implements poll.Poller.
func (p *Poller) Wake() {
	p.net.mu.Lock()
	p.woken = true
	p.net.mu.Unlock()
	p.net.changed.Broadcast()
}

// Prod implements poll.Poller: what there is to report has ended the wait.
func (p *Poller) Prod() {}

// Now implements poll.Poller.
func (p *Poller) Now() time.Duration {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	return p.net.now
}

// Origin implements poll.Poller.
func (p *Poller) Origin() time.Time { return p.net.origin }

// Free implements poll.Poller.
func (p *Poller) Free() error {
	p.net.mu.Lock()
	p.freed = true
	p.net.mu.Unlock()
	p.net.changed.Broadcast()
	return nil
}

// Accept implements poll.Sys.
func (p *Poller) Accept(fd int) (int, poll.Addr, syscall.Errno) {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	l := p.net.find("Accept", fd)
	if l == nil {
		return -1, poll.Addr{}, syscall.EBADF
	}
	l.accepted++
	if r := next(&l.accepts); r.Errno != 0 {
		return -1, poll.Addr{}, r.Errno
	}
	if len(l.backlog) == 0 {
		return -1, poll.Addr{}, syscall.EAGAIN
	}
	s := l.backlog[0]
	l.backlog = l.backlog[1:]
	return s.fd, poll.AddrFrom(netip.AddrPortFrom(s.from, uint16(s.fd))), 0
}

// Queued implements poll.Sys.
func (p *Poller) Queued(fd int) int {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	if l := p.net.find("Queued", fd); l != nil {
		return len(l.backlog)
	}
	return 0
}

func (p *Poller) on(what string, fd int, fn func(s *socket) (int, syscall.Errno)) (int, syscall.Errno) {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	s := p.net.find(what, fd)
	if s == nil {
		return 0, syscall.EBADF
	}
	n, errno := fn(s)
	p.net.changed.Broadcast()
	return n, errno
}

// Read implements poll.Sys.
func (p *Poller) Read(fd int, b []byte) (int, syscall.Errno) {
	return p.on("Read", fd, func(s *socket) (int, syscall.Errno) { return s.read(b) })
}

// Peek implements poll.Sys.
func (p *Poller) Peek(fd int, b []byte) (int, syscall.Errno) {
	return p.on("Peek", fd, func(s *socket) (int, syscall.Errno) {
		before, calls := s.in, s.readCalls
		n, errno := s.read(b)
		s.in, s.readCalls, s.peekCalls = before, calls, s.peekCalls+1
		return n, errno
	})
}

// Conn is what NetConn gives: a descriptor, and no net.Conn that works.
type Conn struct {
	net.Conn
	FD int
}

// NetConn implements poll.Sys.
func (p *Poller) NetConn(fd int) (net.Conn, error) { return &Conn{FD: fd}, nil }

// Write implements poll.Sys.
func (p *Poller) Write(fd int, b []byte) (int, syscall.Errno) {
	return p.on("Write", fd, func(s *socket) (int, syscall.Errno) { return s.write(b) })
}

// WriteLast implements poll.Sys.
func (p *Poller) WriteLast(fd int, b []byte) (int, syscall.Errno) { return p.Write(fd, b) }

// Writev implements poll.Sys.
func (p *Poller) Writev(fd int, bufs [][]byte) (int, syscall.Errno) {
	var all []byte
	for _, b := range bufs {
		all = append(all, b...)
	}
	return p.Write(fd, all)
}

// ShutdownWrite implements poll.Sys.
func (p *Poller) ShutdownWrite(fd int) syscall.Errno {
	_, errno := p.on("ShutdownWrite", fd, func(s *socket) (int, syscall.Errno) {
		s.nearEnded = true
		s.edge()
		return 0, 0
	})
	return errno
}

// Shutdown implements poll.Sys.
func (p *Poller) Shutdown(fd int) syscall.Errno {
	_, errno := p.on("Shutdown", fd, func(s *socket) (int, syscall.Errno) {
		s.nearEnded, s.peerEnded = true, true
		s.edge()
		return 0, 0
	})
	return errno
}

// Close implements poll.Sys.
func (p *Poller) Close(fd int) syscall.Errno {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	s, ok := p.net.fds[fd]
	if !ok {
		p.net.find("Close", fd)
		return syscall.EBADF
	}
	if s != nil {
		s.closed = true
	}
	delete(p.net.fds, fd)
	for _, other := range p.net.pollers {
		delete(other.regs, fd)
	}
	p.net.changed.Broadcast()
	return 0
}

// Spare implements poll.Sys.
func (p *Poller) Spare() (int, syscall.Errno) {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	p.net.lastFD++
	p.net.fds[p.net.lastFD] = nil
	return p.net.lastFD, 0
}

// LocalAddr implements poll.Sys.
func (p *Poller) LocalAddr(fd int) (poll.Addr, syscall.Errno) {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	if p.net.find("LocalAddr", fd) == nil {
		return poll.Addr{}, syscall.EBADF
	}
	return poll.AddrFrom(netip.MustParseAddrPort("192.0.2.1:80")), 0
}

// Wait implements poll.Sys, on the clock of the network.
func (p *Poller) Wait(fd int, bits poll.Bits, d time.Duration) (poll.Bits, syscall.Errno) {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	p.net.waiting++
	defer func() { p.net.waiting-- }()
	p.net.changed.Broadcast()
	for end := p.net.now + d; ; p.net.changed.Wait() {
		s := p.net.find("Wait", fd)
		if s == nil {
			return 0, syscall.EBADF
		}
		if got := s.bits() & (bits | poll.Hangup); got != 0 {
			return got, 0
		}
		if p.net.now >= end {
			return 0, 0
		}
	}
}
