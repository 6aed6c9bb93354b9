package tornado

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/queue"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// netWire is a connection of package net/http below a socket: one that a handler has hijacked, or that a client has dialled. It
// needs a goroutine that reads, and one that writes as long as there is something to write.
type netWire struct {
	socket  *socket
	conn    io.ReadWriteCloser
	timeout time.Duration // of writing, without progress
	timer   *time.Timer   // of the socket's due
	changed chan struct{} // holds one call of attend
	once    sync.Once
	ended   func() // is called when the connection was closed; nil for nothing
}

func newNetWire(s *socket, conn io.ReadWriteCloser, timeout time.Duration) *netWire {
	w := &netWire{socket: s, conn: conn, timeout: timeout, changed: make(chan struct{}, 1)}
	w.timer = time.AfterFunc(socketIdle, w.lapse)
	return w
}

// lapse is called by the timer.
func (w *netWire) lapse() {
	if w.socket.lapse() {
		w.timer.Reset(time.Until(w.socket.dueAt()))
	}
}

// trySend writes nothing: a connection of net/http writes all, or waits.
func (w *netWire) trySend([]byte) (int, error) { return 0, worker.ErrWouldBlock }

func (w *netWire) send(b []byte) error {
	giveUp := time.AfterFunc(w.timeout, w.close)
	defer giveUp.Stop()
	_, err := w.conn.Write(b)
	return err
}

func (w *netWire) read(p []byte, until time.Time) (int, error) {
	w.timer.Reset(time.Until(until))
	return w.conn.Read(p)
}

// GiveWay implements ws.Worker: the connections of that server are its own.
func (w *netWire) GiveWay() {}

func (w *netWire) mayWait() bool { return true }

// watch does nothing: a server of net/http tells each of its sockets.
func (w *netWire) watch(*socket) (stop func()) { return func() {} }

func (w *netWire) backlog() *queue.Meter { return nil }

func (w *netWire) attend() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
	switch w.socket.state {
	case socketClosed:
		go w.close() // it may wait for a TLS peer
	case socketClosing:
		w.timer.Reset(closeWait)
	}
}

// wait waits until attend was called, or until a time.
func (w *netWire) wait(until time.Time) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-w.changed:
	case <-timer.C:
	}
}

// linger ends the writing direction, and drops what still comes: a connection that is closed with unread bytes is reset, and the
// close frame may be lost.
func (w *netWire) linger() {
	half, ok := w.conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	giveUp := time.AfterFunc(lingerTime, w.close)
	defer giveUp.Stop()
	_, _ = io.CopyN(io.Discard, w.conn, lingerBytes) // it ends by an error in any case
}

// Bounds of linger, as the loops have them.
const (
	lingerTime  = time.Second
	lingerBytes = 256 << 10
)

func (w *netWire) close() {
	w.once.Do(func() {
		w.timer.Stop()
		_ = w.conn.Close() // whoever reads or writes finds the error
		if w.ended != nil {
			w.ended()
		}
	})
}

// run reads to the end of a socket of net/http. Owner.
func (s *socket) run() {
	s.needReader()
	for {
		ev, found := s.await(s.reader)
		if !found {
			s.end()
			return
		}
		s.self().deliver(ev, s.reader)
	}
}

// end ends a socket of net/http, after what waits was written. Owner.
func (s *socket) end() {
	w := s.wire.(*netWire)
	for !s.complete() {
		w.wait(s.dueAt())
		s.lapse()
	}
	s.finish()
	if s.notes&noteFaulty != 0 {
		w.linger()
	}
	w.close()
	if s.reader != nil {
		s.reader.end()
		s.reader = nil
	}
}

// endReading is called when a range has a message, or when there will be none: then a client has nothing left to do but to close.
func (s *socket) endReading(more bool) {
	if !more && s.isClient() {
		s.end()
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClient() && s.state != socketOpen { // closed by another goroutine, while the message was waited for
		go s.run()
		return
	}
	s.ranging = false
}

// ClientSocket is a connection that a client has turned into a WebSocket. Package client fills it in.
type ClientSocket struct {
	Operation *Operation
	Conn      io.ReadWriteCloser
	// Subprotocol and Extensions are what the server has answered.
	Subprotocol, Extensions string
	// Ended is called once, when the connection was closed.
	Ended func()
	// Judge picks the violations of a message that count; nil: all do.
	Judge func([]Violation) []Violation
}

var errExtensions = errors.New("the server speaks extensions that nobody has offered")

// NewClientSocket returns the client's end of a socket. ctx ends it, and Close does. Package client calls it.
func NewClientSocket[Send, Receive any](ctx context.Context, c ClientSocket, out Outgoing[Send], in Incoming[Receive]) (*Socket[Send, Receive], error) {
	agreed, ok := ws.Accepted(c.Extensions)
	if !ok {
		return nil, errExtensions
	}
	settings := newSocketSettings(c.Operation, slog.Default)
	settings.rules.Client, settings.lenient, settings.judge = true, c.Judge != nil, c.Judge
	settings.limits.Policy = queue.Block
	newSocketKind(settings, out, in)
	s := &Socket[Send, Receive]{}
	s.socket = socket{settings: settings, ctx: ctx, protocol: int8(slices.Index(settings.protocols, c.Subprotocol)), bits: int8(agreed.Bits)}
	wire := newNetWire(&s.socket, c.Conn, defaultWriteTimeout)
	s.wire = wire
	s.begin()
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.state != socketClosed {
			s.broke(context.Cause(ctx))
		}
	})
	wire.ended = func() {
		stop()
		c.Ended()
	}
	return s, nil
}
