package polltest

import (
	"net/netip"

	"github.com/tornadogen/tornadogen/runtime/internal/poll"
)

// Peer is the far end of a connection. All methods are safe from any goroutine.
type Peer struct{ s *socket }

// usual is where connections come from.
var usual = netip.MustParseAddr("192.0.2.2")

// Dial makes a connection, which waits to be accepted.
func (n *Net) Dial(ln *poll.Listener) *Peer { return n.DialFrom(ln, usual) }

// DialFrom is Dial from an address.
func (n *Net) DialFrom(ln *poll.Listener, from netip.Addr) *Peer {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.open()
	s.from = from
	l := n.fds[ln.FD]
	l.backlog = append(l.backlog, s)
	n.changed.Broadcast()
	return &Peer{s}
}

// ScriptAccept has the next calls of Accept return these results.
func (n *Net) ScriptAccept(ln *poll.Listener, results ...Result) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.fds[ln.FD]
	l.accepts = append(l.accepts, results...)
	n.changed.Broadcast()
}

// Accepts is how many calls of Accept there were at a listener.
func (n *Net) Accepts(ln *poll.Listener) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.fds[ln.FD].accepted
}

func (p *Peer) change(fn func(s *socket)) {
	p.s.net.mu.Lock()
	defer p.s.net.mu.Unlock()
	fn(p.s)
	p.s.edge()
}

// await returns when cond is true.
func (p *Peer) await(cond func(s *socket) bool) {
	p.s.net.mu.Lock()
	defer p.s.net.mu.Unlock()
	for !cond(p.s) {
		p.s.net.changed.Wait()
	}
}

// FD is the descriptor of the near end.
func (p *Peer) FD() int { return p.s.fd }

// Send sends data.
func (p *Peer) Send(data string) {
	p.change(func(s *socket) { s.in = append(s.in, data...) })
}

// CloseWrite ends the sending direction.
func (p *Peer) CloseWrite() { p.change(func(s *socket) { s.peerEnded = true }) }

// SendAndClose sends data and ends the sending direction at once, in one edge.
func (p *Peer) SendAndClose(data string) {
	p.change(func(s *socket) { s.in, s.peerEnded = append(s.in, data...), true })
}

// Reset ends both directions.
func (p *Peer) Reset() { p.change(func(s *socket) { s.reset = true }) }

// Window sets how many bytes the near end may write from now on; -1 is no
// limit. Room where there was none is an edge.
func (p *Peer) Window(n int) {
	p.s.net.mu.Lock()
	defer p.s.net.mu.Unlock()
	p.s.window = n
	if n != 0 && p.s.full {
		p.s.full = false
		p.s.edge()
	}
}

// ScriptRead has the next calls of Read return these results.
func (p *Peer) ScriptRead(results ...Result) {
	p.s.net.mu.Lock()
	defer p.s.net.mu.Unlock()
	p.s.reads = append(p.s.reads, results...)
}

// ScriptWrite has the next calls of Write and Writev return these results.
func (p *Peer) ScriptWrite(results ...Result) {
	p.s.net.mu.Lock()
	defer p.s.net.mu.Unlock()
	p.s.writes = append(p.s.writes, results...)
}

// Received is all that the near end has written.
func (p *Peer) Received() string {
	p.s.net.mu.Lock()
	defer p.s.net.mu.Unlock()
	return string(p.s.out)
}

// AwaitReceived returns when the near end has written n bytes, or was closed,
// and returns all of it.
func (p *Peer) AwaitReceived(n int) string {
	p.await(func(s *socket) bool { return len(s.out) >= n || s.closed })
	return p.Received()
}

// Take returns what the near end has written since the last call of Take, and forgets it, as Received does then. It waits until there is
// something, or a write of the near end has found no room, or it was closed.
func (p *Peer) Take() (text string, full, closed bool) {
	p.await(func(s *socket) bool { return len(s.out) > 0 || s.full || s.closed || s.nearEnded })
	p.s.net.mu.Lock()
	defer p.s.net.mu.Unlock()
	text, p.s.out = string(p.s.out), nil
	return text, p.s.full, p.s.closed || p.s.nearEnded
}

// AwaitFull returns when a write of the near end has found no room.
func (p *Peer) AwaitFull() { p.await(func(s *socket) bool { return s.full }) }

// AwaitEnd returns when the near end has ended its writing direction or was
// closed.
func (p *Peer) AwaitEnd() { p.await(func(s *socket) bool { return s.nearEnded || s.closed }) }

// AwaitClosed returns when the near end was closed.
func (p *Peer) AwaitClosed() { p.await(func(s *socket) bool { return s.closed }) }

// Closed reports whether the near end was closed.
func (p *Peer) Closed() bool {
	p.s.net.mu.Lock()
	defer p.s.net.mu.Unlock()
	return p.s.closed
}

// Reads and Writes count the calls that the near end has made.
func (p *Peer) Reads() int {
	p.s.net.mu.Lock()
	defer p.s.net.mu.Unlock()
	return p.s.readCalls
}

// Peeks is the same for Peek.
func (p *Peer) Peeks() int {
	p.s.net.mu.Lock()
	defer p.s.net.mu.Unlock()
	return p.s.peekCalls
}

// Writes is the counterpart of Reads.
func (p *Peer) Writes() int {
	p.s.net.mu.Lock()
	defer p.s.net.mu.Unlock()
	return p.s.writeCalls
}

// Data is what the near end was registered with at poller i, and whether it is.
func (p *Peer) Data(i int) (uint64, bool) {
	p.s.net.mu.Lock()
	defer p.s.net.mu.Unlock()
	r := p.s.net.pollers[i].regs[p.s.fd]
	if r == nil {
		return 0, false
	}
	return r.data, true
}
