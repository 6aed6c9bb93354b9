// Package polltest plays the operating system for tests: a network in memory,
// with a clock that stands still until it is told to go on, behind poll.Poller.
//
// A test makes a Net, gives its NewPoller to the loops, listens, dials, and
// then moves the far end of each connection, a Peer: what it sends, how much it
// takes, what each call of the near end returns. Descriptors are never used
// twice, so that a use after closing, and a second closing, are found: Faults.
package polltest

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/poll"
)

// Net is a network. All methods are safe from any goroutine.
type Net struct {
	mu      sync.Mutex
	changed *sync.Cond
	origin  time.Time
	now     time.Duration
	lastFD  int
	fds     map[int]*socket // open descriptors; nil for spare ones
	pollers []*Poller
	waiting int // calls of Sys.Wait under way
	faults  []string
}

// New returns a network at time zero.
func New() *Net { return NewAt(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) }

// NewAt returns a network whose time zero is origin.
func NewAt(origin time.Time) *Net {
	n := &Net{origin: origin, lastFD: 100, fds: map[int]*socket{}}
	n.changed = sync.NewCond(&n.mu)
	return n
}

// NewPoller returns a poller in the network.
func (n *Net) NewPoller() (poll.Poller, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := &Poller{net: n, regs: map[int]*registration{}}
	n.pollers = append(n.pollers, p)
	return p, nil
}

// Listen opens a listening socket.
func (n *Net) Listen() *poll.Listener {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.open()
	s.listening = true
	return &poll.Listener{FD: s.fd, Addr: net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.1:80"))}
}

// open adds a socket. The caller holds mu.
func (n *Net) open() *socket {
	n.lastFD++
	s := &socket{net: n, fd: n.lastFD, window: -1}
	n.fds[s.fd] = s
	return s
}

// Advance moves the clock.
func (n *Net) Advance(d time.Duration) {
	n.mu.Lock()
	n.now += d
	n.mu.Unlock()
	n.changed.Broadcast()
}

// Now is what the clock shows.
func (n *Net) Now() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now
}

// Settle returns when every poller that was not freed is parked with nothing to
// report: all that had happened before has been seen.
func (n *Net) Settle() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for !n.settled() {
		n.changed.Wait()
	}
}

func (n *Net) settled() bool {
	for _, p := range n.pollers {
		if !p.freed && (!p.parked || p.due()) {
			return false
		}
	}
	return true
}

// AwaitSysWait returns when a call of Sys.Wait is under way.
func (n *Net) AwaitSysWait() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for n.waiting == 0 {
		n.changed.Wait()
	}
}

// Inject has the i-th poller report an event as if data had been registered.
func (n *Net) Inject(i int, ev poll.Event) {
	n.mu.Lock()
	n.pollers[i].injected = append(n.pollers[i].injected, ev)
	n.mu.Unlock()
	n.changed.Broadcast()
}

// Open counts the descriptors that are open.
func (n *Net) Open() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.fds)
}

// Faults lists what was done to descriptors that were not open.
func (n *Net) Faults() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.faults
}

// find returns an open socket, or notes a fault. The caller holds mu.
func (n *Net) find(what string, fd int) *socket {
	s := n.fds[fd]
	if s == nil {
		n.faults = append(n.faults, fmt.Sprintf("%s on descriptor %d, which is not an open socket", what, fd))
	}
	return s
}

// Result scripts one call: at most N bytes are moved (0: no limit), or Errno is
// returned.
type Result struct {
	N     int
	Errno syscall.Errno
}

// socket is the near end of a connection, or a listener.
type socket struct {
	net       *Net
	fd        int
	from      netip.Addr // where it comes from
	listening bool
	backlog   []*socket // listening: dialed, not accepted
	accepts   []Result  // listening: script
	accepted  int       // listening: calls of Accept

	in         []byte // sent by the peer, not read
	out        []byte // written, received by the peer
	window     int    // bytes that may be written; -1: no limit
	full       bool   // a write found no room
	peerEnded  bool   // the peer ended its direction
	nearEnded  bool   // ShutdownWrite
	reset      bool   // the peer is gone
	closed     bool
	reads      []Result // script
	writes     []Result // script
	readCalls  int
	peekCalls  int
	writeCalls int
}

// bits is what the socket is ready for.
func (s *socket) bits() poll.Bits {
	var b poll.Bits
	if s.listening {
		if len(s.backlog) > 0 || len(s.accepts) > 0 {
			b |= poll.In
		}
		return b
	}
	if len(s.in) > 0 || s.peerEnded || s.reset {
		b |= poll.In
	}
	if s.window != 0 || s.reset || s.nearEnded {
		b |= poll.Out
	}
	if s.peerEnded || s.reset {
		b |= poll.PeerClosed
	}
	if s.reset || s.peerEnded && s.nearEnded {
		b |= poll.Hangup
	}
	return b
}

// edge has the pollers report s. The caller holds mu.
func (s *socket) edge() {
	for _, p := range s.net.pollers {
		if r := p.regs[s.fd]; r != nil && !r.level && !r.pending {
			r.pending = true
			p.order = append(p.order, s.fd)
		}
	}
	s.net.changed.Broadcast()
}

// next takes the next scripted result.
func next(script *[]Result) Result {
	if len(*script) == 0 {
		return Result{}
	}
	r := (*script)[0]
	*script = (*script)[1:]
	return r
}

func (s *socket) read(p []byte) (int, syscall.Errno) {
	s.readCalls++
	r := next(&s.reads)
	switch {
	case r.Errno != 0:
		return 0, r.Errno
	case s.reset:
		return 0, syscall.ECONNRESET
	case len(s.in) == 0 && s.peerEnded:
		return 0, 0
	case len(s.in) == 0:
		return 0, syscall.EAGAIN
	}
	if r.N > 0 && r.N < len(p) {
		p = p[:r.N]
	}
	k := copy(p, s.in)
	s.in = s.in[k:]
	return k, 0
}

func (s *socket) write(p []byte) (int, syscall.Errno) {
	s.writeCalls++
	r := next(&s.writes)
	switch {
	case r.Errno != 0:
		s.full = s.full || r.Errno == syscall.EAGAIN
		return 0, r.Errno
	case s.reset:
		return 0, syscall.ECONNRESET
	case s.nearEnded:
		return 0, syscall.EPIPE
	}
	room := len(p)
	if r.N > 0 {
		room = min(room, r.N)
	}
	if s.window >= 0 {
		room = min(room, s.window)
		if room == 0 {
			s.full = true
			return 0, syscall.EAGAIN
		}
		s.window -= room
	}
	s.out = append(s.out, p[:room]...)
	return room, 0
}
