//go:build tornado_net || !(linux || darwin || freebsd || netbsd || openbsd)

package poll

import (
	"sync"
	"syscall"
	"time"
)

// errNoNetwork is an error of accept that Linux alone has.
const errNoNetwork = syscall.ENETDOWN + 1<<16

// netPoller reports what the goroutines of its sockets have seen.
type netPoller struct {
	calls
	clock
	wake    chan struct{}  // holds one wake-up
	closing sync.WaitGroup // sockets that were closed and still write

	mu        sync.Mutex
	edges     []*registration         // guarded by mu; with something to report
	listeners map[*netListener]uint64 // guarded by mu; what they were added with
}

// registration is a connection at a poller.
type registration struct {
	poller *netPoller
	data   uint64
	socket *netSocket
	queued bool // guarded by poller.mu; it is among the edges
}

// NewParking returns a poller.
func NewParking() (Poller, error) {
	return &netPoller{clock: clock{time.Now()}, wake: make(chan struct{}, 1), listeners: map[*netListener]uint64{}}, nil
}

// NewBlocking returns a poller, the same as NewParking.
func NewBlocking() (Poller, error) { return NewParking() }

func (p *netPoller) Add(fd int, data uint64) error {
	s, ok := descriptors.find(fd).(*netSocket)
	if !ok {
		return syscall.EBADF
	}
	return s.register(&registration{poller: p, data: data, socket: s})
}

func (p *netPoller) AddListener(fd int, data uint64) error {
	l, ok := descriptors.find(fd).(*netListener)
	if !ok {
		return syscall.EBADF
	}
	p.mu.Lock()
	p.listeners[l] = data
	p.mu.Unlock()
	l.join(p)
	return nil
}

func (p *netPoller) Del(fd int) error {
	switch d := descriptors.find(fd).(type) {
	case *netSocket:
		d.forget()
	case *netListener:
		p.mu.Lock()
		delete(p.listeners, d)
		p.mu.Unlock()
		d.leave(p)
	default:
		return syscall.EBADF
	}
	return nil
}

// edge has r reported. Any goroutine.
func (p *netPoller) edge(r *registration) {
	p.mu.Lock()
	if !r.queued {
		r.queued = true
		p.edges = append(p.edges, r)
	}
	p.mu.Unlock()
	p.Wake()
}

func (p *netPoller) Poll(events []Event) (int, error) {
	used := 0
	p.mu.Lock()
	for l, data := range p.listeners {
		if used < len(events) && l.waiting() {
			events[used] = Event{Data: data, Bits: In}
			used++
		}
	}
	due := p.edges[:min(len(p.edges), len(events)-used)]
	for _, r := range due {
		r.queued = false
	}
	p.edges = p.edges[len(due):]
	p.mu.Unlock()
	for _, r := range due {
		if bits := r.socket.bits(r); bits != 0 {
			events[used] = Event{Data: r.data, Bits: bits}
			used++
		}
	}
	return used, nil
}

func (p *netPoller) Park(events []Event, now, until time.Duration) (int, error) {
	n, err := p.Poll(events)
	if n > 0 || until != Forever && until <= now {
		return n, err
	}
	var alarm <-chan time.Time
	if until != Forever {
		timer := time.NewTimer(until - now)
		defer timer.Stop()
		alarm = timer.C
	}
	select {
	case <-p.wake:
	case <-alarm:
	}
	return p.Poll(events)
}

func (p *netPoller) Nap(events []Event, _, d time.Duration) (n int, idle time.Duration, err error) {
	idle = p.pause(d)
	n, err = p.Poll(events)
	return n, idle, err
}

// Sleep returns at once.
func (p *netPoller) Sleep(time.Duration) {}

func (p *netPoller) Wake() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Prod implements Poller: what there is to report has ended the wait.
func (p *netPoller) Prod() {}

// Free waits until what the closed sockets have taken is written: the process
// may end then.
func (p *netPoller) Free() error {
	p.closing.Wait()
	return nil
}

// descriptors are the numbers that stand for what is open. None is used twice.
var descriptors table

type table struct {
	mu   sync.RWMutex
	last int
	open map[int]any // *netSocket, *netListener, or nil
}

func (t *table) add(d any) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil {
		t.open = map[int]any{}
	}
	t.last++
	t.open[t.last] = d
	return t.last
}

func (t *table) find(fd int) any {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.open[fd]
}

// remove returns what fd stood for, and whether it was open.
func (t *table) remove(fd int) (any, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	d, ok := t.open[fd]
	delete(t.open, fd)
	return d, ok
}
