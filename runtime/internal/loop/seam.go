package loop

import (
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/poll"
)

// What is above a loop knows package poll by these names alone.
type (
	// Poller reports readiness, and knows who makes system calls on its sockets.
	Poller = poll.Poller
	// Sys makes system calls on sockets.
	Sys = poll.Sys
	// Bits says what a descriptor is ready for.
	Bits = poll.Bits
	// Addr is the address of one end of a connection.
	Addr = poll.Addr
	// Listener is a listening socket.
	Listener = poll.Listener
)

// The bits of readiness.
const (
	In         = poll.In
	Out        = poll.Out
	PeerClosed = poll.PeerClosed
	Hangup     = poll.Hangup
)

// AddrFrom is the Addr of an IP address and port.
func AddrFrom(ap netip.AddrPort) Addr { return poll.AddrFrom(ap) }

// NewParking returns the poller that waits as a goroutine.
func NewParking() (Poller, error) { return poll.NewParking() }

// NewBlocking returns the poller that waits in epoll_wait, for comparison.
func NewBlocking() (Poller, error) { return poll.NewBlocking() }

// PlainSys makes system calls for who has no loop.
func PlainSys() Sys { return poll.Plain() }

// Listen binds address and returns n sockets that share it, or one.
func Listen(network, address string, n int) ([]*Listener, error) {
	return poll.Listen(network, address, n)
}

// ListenUnix binds a Unix socket whose file gets mode.
func ListenUnix(address string, mode os.FileMode) (*Listener, error) {
	return poll.ListenUnix(address, mode)
}

// BoundAddr is the address of a socket bound elsewhere.
func BoundAddr(fd int) (net.Addr, error) { return poll.BoundAddr(fd) }

// AdoptListener makes a Listener of a listening socket bound elsewhere.
func AdoptListener(fd int) (*Listener, error) { return poll.Adopt(fd) }

// Source is what a descriptor belongs to. Both methods are called on the loop
// and must not block.
type Source interface {
	// Ready reports an edge.
	Ready(bits Bits)
	// Expire reports that the time given to Arm has come.
	Expire()
}

// Hooks is who takes what became ready. Flush and Look are called on the loop
// and must not block.
type Hooks interface {
	// Flush ends a batch: what became ready in it is handed over.
	Flush()
	// Look says how the loop may wait. It is called before each wait, after
	// all goroutines that could run have run. If the last wait was a Nap, for
	// idle of its time there was nothing else to run.
	Look(now, idle time.Duration) Rest
	// Queued reports whether anything waits to be handed over. Who makes it
	// true must then wake the loop (Post), unless Look answered Doze. Any
	// goroutine.
	Queued() bool
}

// Rest is how a loop may wait for the next event.
type Rest uint8

// The answers of Look.
const (
	Park  Rest = iota // nothing is queued: until something happens
	Hurry             // there is more to hand over: not at all
	Nap               // what is queued should be taken at any moment: some 20 us, without parking
	Doze              // what is queued will be taken, and nothing can hasten it: park, but look again
)

const (
	nap  = 20 * time.Microsecond
	doze = 5 * time.Millisecond
)
