package worker

import (
	"bytes"
	"runtime"
)

// Handler serves connections. For one connection, Serve and Shed are never
// called while another call of either is running; Hangup may be called while
// they run.
type Handler interface {
	// NewFrame makes what a worker borrows while it serves. Any goroutine.
	NewFrame() Frame

	// Serve is called when c is ready: for its first bytes, for more, for the
	// end of its stream or an error (all found by Read), because its deadline
	// has passed (Expired), after Resume (Resumed), or, once, because the drain
	// has begun (DrainBegun). It may be called with nothing to read.
	//
	// It is called by the goroutine that owns c until it returns: a worker,
	// or the loop if Options.OnLoop. Only that goroutine may call the methods
	// of c that do not say otherwise. f is lent for the time of the call.
	//
	// Before it returns Idle it must have read until ErrWouldBlock, or have
	// seen the end; if not, it is called again at once.
	//
	// A panic or runtime.Goexit in it closes c, and is logged.
	Serve(c *Conn, f Frame) Next

	// Hangup is called on the loop, and must not block, when the peer goes
	// while c is busy or parked: with full false it has ended its sending
	// direction and may still read, at most once; with full true both
	// directions are gone, at most once. It is never called after Closed, and
	// if c is idle Serve is called instead.
	Hangup(c *Conn, full bool)

	// Closed is called exactly once for every connection that was accepted,
	// as the last call for it, after its descriptor was closed or detached.
	// The goroutine that owned c calls it: it must not block.
	Closed(c *Conn)

	// Shed is called instead of Serve when no worker is to be had: it writes
	// what tells the client so, and runs no user code. Write does not wait in
	// it. Then c lingers.
	Shed(c *Conn, f Frame)
}

// Frame is what serving needs and an idle connection does without: buffers,
// decoders. Frames are few, and go from connection to connection.
type Frame interface {
	// Lend is called when a worker borrows the frame, before it serves with it.
	// The frame counts in to, and asks it who it is, until the worker serves with
	// another frame.
	Lend(to *Borrower)
	// Release is called each time the frame leaves a connection, by the
	// goroutine that served.
	Release()
	// Abandon is called instead when Serve did not return, as it panicked with
	// cause, or ended the goroutine (runtime.Goexit; cause is nil): it writes what
	// the peer is still owed. Then the connection is closed, and the frame dropped.
	Abandon(cause any)
}

// Borrower is a worker as its frame knows it. Only the goroutine that serves uses
// it.
type Borrower struct {
	Requests  uint64 // that the handler has dealt with; the worker takes them from here
	goroutine uint64
}

// Goroutine is the number of the calling goroutine, which serves, as stack traces
// name it.
func (b *Borrower) Goroutine() uint64 {
	if b.goroutine == 0 {
		b.goroutine = Goroutine()
	}
	return b.goroutine
}

// Goroutine is the number of the calling goroutine, as stack traces name it: it
// is read from one, which takes a microsecond.
func Goroutine() uint64 {
	var buf [64]byte
	var id uint64
	for _, c := range bytes.TrimPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine ")) {
		if c < '0' || c > '9' {
			break
		}
		id = id*10 + uint64(c-'0')
	}
	return id
}

// Next is what becomes of a connection after Serve.
type Next uint8

// The answers of Serve.
const (
	// Idle: wait for the peer, Resume, or the deadline.
	Idle Next = iota
	// Again: there is more to do, but it is others' turn. c queues again.
	Again
	// Park: whoever answers later owns the connection; it is served again
	// after Resume, when its deadline passes, or because the drain has begun.
	// Bytes that arrive are left where they are.
	Park
	// Close: close the connection.
	Close
	// Linger: end the writing direction, read and drop what the peer still
	// sends, up to a bound and a second, then close. A connection that is
	// closed with unread bytes is reset, and the answer may be lost.
	Linger
	// Detached: Detach was called; the descriptor belongs to another.
	Detached
)
