package tlsconn

import (
	"net"
	"net/netip"
	"sync"

	"github.com/tornadogen/tornadogen/runtime/internal/fair"
)

// Gate bounds how many handshakes compute at a time, so that many of them leave
// room for other work. Those that wait before it go by how many handshakes their
// peers have under way, see fair.Line: who begins them and does not end them waits
// behind who does. Any goroutine.
type Gate struct {
	mu   sync.Mutex
	free int               // guarded by mu; how many more may compute
	line fair.Line[*place] // guarded by mu; of what peers have handshakes under way
}

// place is that of a handshake before the gate.
type place struct {
	gate *Gate              // immutable
	peer *fair.Peer[*place] // immutable
	turn chan struct{}      // of one element: it is through the gate
}

// NewGate makes a Gate for n handshakes.
func NewGate(n int) *Gate { return &Gate{free: n} }

// begin gives a handshake of a peer its place.
func (g *Gate) begin(peer netip.Addr) *place {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.line.Peer(peer)
	g.line.Take(p)
	return &place{gate: g, peer: p, turn: make(chan struct{}, 1)}
}

// end ends a handshake, which is outside of the gate.
func (w *place) end() {
	w.gate.mu.Lock()
	defer w.gate.mu.Unlock()
	w.gate.line.Give(w.peer)
}

// enter waits until the handshake may compute.
func (w *place) enter() {
	if !w.tryEnter() {
		<-w.turn
	}
}

// tryEnter enters if that is possible at once, and else stands in line.
func (w *place) tryEnter() bool {
	g := w.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.free > 0 {
		g.free--
		return true
	}
	g.line.Wait(w.peer, w)
	return false
}

// leave leaves the gate to who is next.
func (w *place) leave() {
	g := w.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if next, ok := g.line.Next(); ok {
		next.turn <- struct{}{}
	} else {
		g.free++
	}
}

// outside leaves the gate that conn's handshake is in, if it is, and returns
// what enters it again: what an application does may take long.
func outside(conn net.Conn) (enter func()) {
	s, ok := conn.(*socket)
	if !ok || s.place == nil {
		return func() {}
	}
	s.place.leave()
	return s.enter
}
