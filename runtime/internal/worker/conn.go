package worker

import (
	"net"
	"sync/atomic"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// Conn is a connection. It holds no buffer: what is not in the kernel is in a
// Frame, or in Data. A method is called by the owner alone (see Handler.Serve)
// unless it says otherwise. While c is busy one goroutine may read and another
// write.
type Conn struct {
	// Data is what the handler keeps with the connection: nothing, for most.
	// Owner only; Handler.Closed and whoever holds a parked connection, too.
	Data any

	state    atomic.Uint32 // see state.go
	fd       int32         // changed by Detach alone; the loop uses it while it holds
	pool     *pool         // immutable
	listener *Listener     // immutable
	id       uint64        // immutable
	peer     peer4         // changed by Introduce alone
	token    loop.Token    // loop-only

	deadline atomic.Int64 // on the loop's clock, for stateIdle and stateParked; 0: none
	armed    atomic.Int64 // when the wheel looks at c; 0: never. Written by the loop

	rare atomic.Pointer[rare] // nil until needed, see more

	next *Conn // in the queue: guarded by pool.mu; in the loop's batch: loop-only

	layer Layer // owner: what carries its bytes; nil: nothing but the socket

	cause  uint32 // owner: the causes of this Serve
	linger int32  // owner: 0; or 1 + the bytes that Linger may still drop; or unopened, halting, standing or errand

	heard    bool // loop-only: has sent something
	eof      bool // who reads: the end was read
	onLoop   bool // owner: the loop serves it
	inShed   bool // owner: Write must not wait
	bulk     bool // owner, and the loop that it is ready on: see Bulk
	apart    bool // owner: a goroutine of its own has it, see Listener.Open
	outside  bool // who writes: another goroutine than the owner's, see Send
	detached bool // owner
}

// ID is a number that no other connection of the engine has. Any goroutine.
func (c *Conn) ID() uint64 { return c.id }

// Loop is the loop of the connection, for timers and Post. Any goroutine; but
// mind which methods of it are loop-only.
func (c *Conn) Loop() *loop.Loop { return c.pool.loop }

// Listener is where the connection was accepted. Any goroutine.
func (c *Conn) Listener() *Listener { return c.listener }

// Draining reports whether Engine.Drain has begun. A handler then ends the
// connection as soon as it owes the peer nothing. Any goroutine.
func (c *Conn) Draining() bool { return c.pool.engine.draining.Load() }

// DrainBegun reports whether the drain has begun since Serve was last called, and
// this is why c is served.
func (c *Conn) DrainBegun() bool { return c.cause&draining != 0 }

// Expired reports whether the deadline has passed, and this is why c is served.
// The deadline is gone then.
func (c *Conn) Expired() bool { return c.cause&expired != 0 }

// Resumed reports whether Resume was called, and this is why c is served.
func (c *Conn) Resumed() bool { return c.cause&resumed != 0 }

// HalfClosed reports whether the peer has ended its sending direction: after
// what is left to read comes io.EOF. Any goroutine.
func (c *Conn) HalfClosed() bool { return c.state.Load()&(peerClosed|gone) != 0 }

// Gone reports whether both directions are gone. Any goroutine.
func (c *Conn) Gone() bool { return c.state.Load()&gone != 0 }

// Readable reports whether Read is worth a call. Any goroutine.
func (c *Conn) Readable() bool { return c.state.Load()&(readable|peerClosed|gone) != 0 }

// Now is a coarse time that costs next to nothing, with a monotonic part. Its
// wall part is not set anew when the system's clock is: use time.Now for what
// people see. Any goroutine.
func (c *Conn) Now() time.Time { return c.pool.loop.At(c.now()) }

// Unix is Now in whole seconds since 1970, and costs less. Any goroutine.
func (c *Conn) Unix() int64 { return c.pool.loop.Unix(c.now()) }

// SetDeadline sets until when c may stay idle or parked: then it is served with
// Expired, some 256 ms late at most for deadlines more than a second away, and
// a few milliseconds for closer ones. It stays until it is replaced or has
// passed; the zero time removes it. It costs no timer: the wheel looks now and
// then.
func (c *Conn) SetDeadline(t time.Time) {
	if t.IsZero() {
		c.deadline.Store(0)
		return
	}
	c.deadline.Store(int64(max(c.pool.loop.When(t), 1)))
}

// Bulk tells, before Serve returns Idle, that the peer is expected to send much:
// when some of it has come, c is served behind those of whom little is expected,
// but one such at least in 17 that are served, and is shed before them when there
// are too many. It holds until c is served again. Owner only.
func (c *Conn) Bulk() { c.bulk = true }

// Deadline is what SetDeadline or SetTimeout has set, the zero time if nothing.
func (c *Conn) Deadline() time.Time {
	d := time.Duration(c.deadline.Load())
	if d == 0 {
		return time.Time{}
	}
	return c.pool.loop.At(d)
}

// SetTimeout sets the deadline to d from now.
func (c *Conn) SetTimeout(d time.Duration) { c.deadline.Store(int64(max(c.now()+d, 1))) }

// Detach takes the connection out of the engine and hands it to the caller, who
// must close it. Serve must return Detached (any other answer means the same),
// unless there is an error. Nothing may be read or written through c after; of a
// connection that has a Layer, that goes along (see Conn.Layer).
func (c *Conn) Detach() (net.Conn, error) {
	if c.detached {
		return nil, net.ErrClosed
	}
	if err := c.pool.loop.Forget(int(c.fd)); err != nil {
		return nil, err
	}
	c.seal()
	fd := int(c.fd)
	c.fd, c.detached = -1, true
	conn, err := c.pool.sys.NetConn(fd)
	if err == nil && c.addresses().told {
		conn = &toldConn{conn, c.LocalAddr(), c.RemoteAddr()}
	}
	return conn, err
}
