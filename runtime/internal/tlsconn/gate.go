package tlsconn

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

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

// place is that of a handshake before the gate. It is its goroutine's.
type place struct {
	gate   *Gate              // immutable
	peer   *fair.Peer[*place] // immutable
	until  time.Time          // immutable; it waits no longer
	turn   chan struct{}      // of one element: it is through the gate
	inside bool
}

// NewGate makes a Gate for n handshakes.
func NewGate(n int) *Gate { return &Gate{free: n} }

// begin gives a handshake of a peer its place, until a time at most.
func (g *Gate) begin(peer netip.Addr, until time.Time) *place {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.line.Peer(peer)
	g.line.Take(p)
	return &place{gate: g, peer: p, until: until, turn: make(chan struct{}, 1)}
}

// end ends a handshake. It leaves the gate, if it is in it.
func (w *place) end() {
	w.leave()
	w.gate.mu.Lock()
	defer w.gate.mu.Unlock()
	w.gate.line.Give(w.peer)
}

// enter waits until the handshake may compute. It gives up when its time is over:
// the error is os.ErrDeadlineExceeded.
func (w *place) enter() error {
	at, free := w.tryEnter()
	if !free {
		late := time.NewTimer(time.Until(w.until))
		defer late.Stop()
		select {
		case <-w.turn:
		case <-late.C:
			if w.giveUp(at) {
				return os.ErrDeadlineExceeded
			}
			<-w.turn
		}
	}
	w.inside = true
	return nil
}

// tryEnter enters if that is possible at once, and else stands in line.
func (w *place) tryEnter() (at fair.Place, free bool) {
	g := w.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.free > 0 {
		g.free--
		return at, true
	}
	return g.line.Wait(w.peer, w), false
}

// giveUp leaves the line, unless it is through the gate.
func (w *place) giveUp(at fair.Place) bool {
	w.gate.mu.Lock()
	defer w.gate.mu.Unlock()
	if len(w.turn) > 0 {
		return false
	}
	w.gate.line.Leave(w.peer, at)
	return true
}

// leave leaves the gate to who is next, if the handshake is in it.
func (w *place) leave() {
	if !w.inside {
		return
	}
	w.inside = false
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
// what enters it again: what an application does may take long. Whose time is over
// then goes on without, to where it waits for the peer next.
func outside(conn net.Conn) (enter func()) {
	s, ok := conn.(*socket)
	if !ok || s.place == nil {
		return func() {}
	}
	s.place.leave()
	return func() { _ = s.enter() }
}
