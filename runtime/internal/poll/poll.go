package poll

import (
	"net"
	"runtime"
	"syscall"
	"time"
)

// Bits says what a descriptor is ready for.
type Bits uint8

// The bits of an Event. An event carries all that is true when it is reported,
// not only what changed; under kqueue, all that is true of one direction.
const (
	In         Bits = 1 << iota // bytes, an end of file or an error can be read
	Out                         // bytes can be written
	PeerClosed                  // the peer will send no more
	Hangup                      // both directions are gone
)

// Event is one report of readiness.
type Event struct {
	Data uint64 // what the descriptor was added with
	Bits Bits
}

// Forever as the until of Park means that nothing but an event or Wake ends it.
const Forever time.Duration = -1

// WakeData is the one value that a descriptor must not be added with: the
// poller keeps it for itself.
const WakeData = ^uint64(0)

// Poller reports readiness. Add, AddListener, Poll, Park, Nap and Sleep are called by
// one goroutine at a time, the owner's; Del, Wake, Now and Sys are safe from any
// goroutine. Free ends the poller: nothing may be called
// after it, but a late Wake is harmless.
type Poller interface {
	// Sys makes the system calls on the sockets of this poller.
	Sys() Sys

	// Add registers a connected socket, edge-triggered, for In, Out and
	// PeerClosed, once and for its whole life. data must not be WakeData.
	Add(fd int, data uint64) error
	// AddListener registers a listening socket, level-triggered. When several
	// pollers share it, not all of them are woken for one connection.
	AddListener(fd int, data uint64) error
	// Del forgets a descriptor that stays open. Closing one forgets it too.
	Del(fd int) error

	// Poll fills events with what is ready and never waits.
	Poll(events []Event) (n int, err error)
	// Park waits until something is ready, Wake was called or the clock shows
	// until (or Forever), and fills events as Poll does. It may return early
	// with none. now is the time that the caller last read from Now.
	Park(events []Event, now, until time.Duration) (n int, err error)
	// Nap lets other goroutines run for about d, and then fills events as Poll
	// does. Of that time, idle passed with nothing to run for this processor.
	Nap(events []Event, now, d time.Duration) (n int, idle time.Duration, err error)
	// Sleep lets d pass, or a little more, in which the thread does nothing and
	// no goroutine can have its processor; or less, where a signal comes; or it
	// returns at once.
	Sleep(d time.Duration)
	// Wake ends a Park that is under way, or else the next one.
	Wake()
	// Prod ends a Park or Nap that is under way if there is something to report, and
	// has the owner run next. The scheduler by itself looks for what wakes a
	// parked goroutine when a processor has nothing to run, else every 10 ms:
	// who keeps a processor busy prods now and then, and then gives it away.
	// Any goroutine. It does nothing where parking does not depend on the
	// scheduler.
	Prod()
	// Now is the clock of this poller: the time since a fixed moment that
	// Origin returns. It never goes backwards.
	Now() time.Duration
	// Origin is the wall and monotonic time at which Now was zero.
	Origin() time.Time

	// Free closes what the poller itself has opened.
	Free() error
}

// Sys makes system calls on sockets. All descriptors are non-blocking, and
// every call but Wait returns at once. An Errno of zero is success; EINTR and
// EAGAIN are returned as they are. All calls are safe from any goroutine, as
// long as the descriptor is open.
type Sys interface {
	// Accept takes a connection from a listening socket. The new descriptor
	// is non-blocking and closed on exec.
	Accept(fd int) (conn int, peer Addr, errno syscall.Errno)
	// Queued is how many connections wait to be accepted from a listening
	// socket, or, where the system does not tell, how many can at most.
	Queued(fd int) int
	// Read returns n == 0 without an error at the end of the stream. p must
	// not be empty.
	Read(fd int, p []byte) (n int, errno syscall.Errno)
	// Peek reads as Read does, and leaves the bytes where they are.
	Peek(fd int, p []byte) (n int, errno syscall.Errno)
	// Write may take a part of p. It never raises SIGPIPE.
	Write(fd int, p []byte) (n int, errno syscall.Errno)
	// WriteLast is Write just before ShutdownWrite: what it takes may leave only
	// then, in one packet with the end.
	WriteLast(fd int, p []byte) (n int, errno syscall.Errno)
	// Writev may take a part of bufs. It never raises SIGPIPE. At most
	// MaxVectors buffers are looked at.
	Writev(fd int, bufs [][]byte) (n int, errno syscall.Errno)
	// ShutdownWrite ends the writing direction: the peer reads an end of file
	// after all that was written.
	ShutdownWrite(fd int) syscall.Errno
	// Shutdown ends both directions and keeps the descriptor open.
	Shutdown(fd int) syscall.Errno
	Close(fd int) syscall.Errno
	// Spare opens a descriptor that serves no purpose but to be closed when
	// descriptors have run out.
	Spare() (fd int, errno syscall.Errno)
	// LocalAddr is the address that the socket is bound to.
	LocalAddr(fd int) (Addr, syscall.Errno)
	// NetConn makes a net.Conn of a connected socket that no poller knows any
	// more. It owns the socket from then on, even if there is an error.
	NetConn(fd int) (net.Conn, error)
	// Wait blocks the calling thread until fd has one of bits (In, Out) or
	// an error, or until d has passed: then it returns 0. Only a goroutine
	// that cannot leave the waiting to a poller, because it drives it, uses
	// Wait.
	Wait(fd int, bits Bits, d time.Duration) (Bits, syscall.Errno)
}

// MaxVectors is how many buffers a Writev takes at most.
const MaxVectors = 64

// calls is of pollers whose sockets are those of the system.
type calls struct{}

// Sys implements Poller.
func (calls) Sys() Sys { return Plain() }

// clock is the clock of a poller.
type clock struct{ origin time.Time }

func (c clock) Now() time.Duration { return time.Since(c.origin) }

func (c clock) Origin() time.Time { return c.origin }

// quick is what Gosched takes at most if there is nothing else to run.
const quick = time.Microsecond

// pause lets other goroutines run for about d, and tells for how long there
// were none.
func (c clock) pause(d time.Duration) (idle time.Duration) {
	begin := c.Now()
	for last := begin; ; {
		runtime.Gosched()
		now := c.Now()
		if now-last <= quick {
			idle += now - last
		}
		if now-begin >= d {
			return idle
		}
		last = now
	}
}

// Exhausted reports whether Accept failed for lack of descriptors or memory,
// which others may give back.
func Exhausted(errno syscall.Errno) bool {
	switch errno {
	case syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM:
		return true
	}
	return false
}

// Passing reports whether an error of Accept concerns one connection, which has
// failed before it was accepted: accept(2) hands its error over and goes on
// with the next.
func Passing(errno syscall.Errno) bool {
	switch errno {
	case syscall.EINTR, syscall.ECONNABORTED, syscall.EPROTO, syscall.EPERM, syscall.ENETDOWN, syscall.ENOPROTOOPT,
		syscall.EHOSTDOWN, errNoNetwork, syscall.EHOSTUNREACH, syscall.EOPNOTSUPP, syscall.ENETUNREACH:
		return true
	}
	return false
}
