package tornado

import (
	"context"
	"iter"
	"sync"
	"unsafe" // from the first field of a struct to the struct

	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// Socket is a WebSocket (RFC 6455): this end sends messages of type Send and receives those of type Receive. Handlers are given
// one, and generated clients dial one.
//
// A handler has two ways. It may range over Messages, and the socket ends when it returns: that is plain code, on a goroutine of
// its own. Or it sets OnMessage and returns nil: then the socket lives on without goroutine and buffer, and costs no more than an
// idle connection. The context of the handler lives as long as the socket.
//
// The handshake is answered when the handler first sends, receives or closes, or returns nil. A handler that returns an error
// before is answered for as in any other operation: 404, say. An error after that closes with its code, if it is a *CloseError,
// and else with 1011 and is logged.
//
// Send, SendPrepared, Close and Err are safe from any goroutine, also beside Messages. The fields are set by the handler, before it
// returns; clients have no use for them.
type Socket[Send, Receive any] struct {
	socket // the first field: see newSocketKind

	// OnMessage is called for each message that arrives after the handler has returned, one at a time, on a worker: it may block.
	// An error ends the socket as one of the handler does.
	OnMessage func(msg Receive) error
	// OnInvalid is asked about a message that the document does not allow: its error is a *ValidationError, a *SyntaxError, or one
	// that says that it is text in place of binary, or the other way round. With nil the message is left out; an error ends the
	// socket as one of the handler does. Where OnInvalid is nil the socket is closed, with 1008, 1007 and 1003.
	OnInvalid func(err error) error
	// OnClose is called exactly once, as the last call, when the socket has ended. err is what Err returns.
	OnClose func(err error)
}

// socketKind is what the sockets of an operation have in common.
type socketKind[Send, Receive any] struct {
	out Outgoing[Send]
	in  Incoming[Receive]
}

// newSocketKind completes settings for the types of messages.
func newSocketKind[Send, Receive any](settings *socketSettings, out Outgoing[Send], in Incoming[Receive]) {
	settings.kind = &socketKind[Send, Receive]{out, in}
	settings.self = func(s *socket) socketOwner {
		return (*Socket[Send, Receive])(unsafe.Pointer(s)) // it is the first field of one
	}
}

// kind is what s has in common with others.
func (s *Socket[Send, Receive]) kind() *socketKind[Send, Receive] {
	return s.settings.kind.(*socketKind[Send, Receive])
}

// Outgoing says how messages that are sent stand on the wire. Generated code makes one.
type Outgoing[T any] struct {
	op     ws.Opcode // 0: there are none
	append func(*T, []byte) []byte
}

// Incoming says how messages that are received stand on the wire. Generated code makes one.
type Incoming[T any] struct {
	op     ws.Opcode // 0: there are none
	decode func(*T, *Decoder)
}

// Nothing is the type of messages where the document has none: no value but nil has it, and that cannot be sent.
type Nothing interface{ nothing() }

// SendJSON is for messages that are JSON, in text frames.
func SendJSON[T any](append func(*T, []byte) []byte) Outgoing[T] {
	return Outgoing[T]{ws.OpText, append}
}

// SendBinary is for messages that are bytes, in binary frames.
func SendBinary() Outgoing[[]byte] {
	return Outgoing[[]byte]{ws.OpBinary, func(v *[]byte, b []byte) []byte { return append(b, *v...) }}
}

// SendNothing is for an end that sends no messages.
func SendNothing() Outgoing[Nothing] { return Outgoing[Nothing]{} }

// ReceiveJSON is for messages that are JSON, in text frames.
func ReceiveJSON[T any](decode func(*T, *Decoder)) Incoming[T] {
	return Incoming[T]{ws.OpText, decode}
}

// ReceiveBinary is for messages that are bytes, in binary frames.
func ReceiveBinary() Incoming[[]byte] { return Incoming[[]byte]{op: ws.OpBinary} }

// ReceiveNothing is for an end that receives no messages.
func ReceiveNothing() Incoming[Nothing] { return Incoming[Nothing]{} }

// Send sends a message, in the order of the calls. What the client does not take at once waits in a queue, which is bounded; when
// it is full, the operation's policy counts: Send waits (block), drops messages (drop-oldest, drop-newest) or closes the socket
// (close) and returns an error. v is the caller's again when Send has returned. The error wraps ErrSocketClosed once the socket
// has ended.
func (s *Socket[Send, Receive]) Send(v Send) error {
	f := frameBuffers.Get().(*frameBuffer)
	defer f.release()
	out := &s.kind().out
	if out.op == 0 {
		return errNoMessages
	}
	p := lend(&f.lent, v)
	f.b = out.append(p, ws.NewFrame(f.b))
	*p = *new(Send)
	var compressed bool
	if s.deflates() {
		f.b, compressed = ws.Deflate(f.b, int(s.bits))
	}
	return s.push(f.b.Seal(out.op, compressed, s.newMask()), false, true)
}

// Prepared is a message that was encoded once and may be sent on many sockets of its operation, which share the bytes. It is
// immutable and safe for concurrent use.
type Prepared[Send any] struct {
	payload ws.Frame
	plain   []byte
	deflate func() []byte // nil where that does not pay
}

// Prepare encodes a message for SendPrepared, on any socket of the same operation at this end.
func (s *Socket[Send, Receive]) Prepare(v Send) *Prepared[Send] {
	out := &s.kind().out
	if out.op == 0 {
		return &Prepared[Send]{}
	}
	payload := ws.Frame(out.append(&v, ws.NewFrame(nil)))
	return &Prepared[Send]{
		payload: payload,
		plain:   append(ws.NewFrame(nil), payload.Payload()...).Seal(out.op, false, nil),
		deflate: sync.OnceValue(func() []byte {
			f, ok := ws.Deflate(append(ws.NewFrame(nil), payload.Payload()...), ws.MaxBits)
			if !ok {
				return nil
			}
			return f.Seal(out.op, true, nil)
		}),
	}
}

// SendPrepared is Send for a message that was encoded before.
func (s *Socket[Send, Receive]) SendPrepared(p *Prepared[Send]) error {
	return s.sendPrepared(p, true)
}

// SendMessage is Send for a message that goes to many: it is encoded once for all sockets of the operation.
func (s *Socket[Send, Receive]) SendMessage(m *Message[Send]) error {
	return s.sendPrepared(s.preparedFor(m), true)
}

// Deliver is SendMessage, but does not wait: where the policy is to block, it closes the socket instead.
func (s *Socket[Send, Receive]) Deliver(m *Message[Send]) error {
	return s.sendPrepared(s.preparedFor(m), false)
}

func (s *Socket[Send, Receive]) preparedFor(m *Message[Send]) *Prepared[Send] {
	p, _ := formOf(m, s.kind(), func() (*Prepared[Send], error) { return s.Prepare(m.Data), nil })
	return p
}

func (s *Socket[Send, Receive]) sendPrepared(p *Prepared[Send], patient bool) error {
	switch {
	case p.plain == nil:
		return errNoMessages
	case s.isClient(): // whose frames are masked, each in its own way
		f := frameBuffers.Get().(*frameBuffer)
		defer f.release()
		f.b = append(ws.NewFrame(f.b), p.payload.Payload()...)
		return s.push(f.b.Seal(s.kind().out.op, false, s.newMask()), false, patient)
	case s.deflates() && ws.Fits(len(p.payload.Payload()), int(s.bits)):
		if b := p.deflate(); b != nil {
			return s.push(b, true, patient)
		}
	}
	return s.push(p.plain, true, patient)
}

// Messages ranges over the messages that arrive, until the socket has ended: Err tells why. It waits for the next one on the
// goroutine of the caller, answers pings meanwhile, and sends them. Only one goroutine may range at a time; a range that was left
// may be taken up by another one. None may go on once the handler has returned.
func (s *Socket[Send, Receive]) Messages() iter.Seq[Receive] {
	return func(yield func(Receive) bool) {
		for {
			msg, ok := s.next()
			if !ok || !yield(msg) {
				return
			}
		}
	}
}

// next waits for a message; ok is false when the socket has ended.
func (s *Socket[Send, Receive]) next() (msg Receive, ok bool) {
	if !s.beginReading() {
		return msg, false
	}
	defer func() { s.endReading(ok) }()
	for {
		ev, found := s.await(s.reader)
		if !found {
			return msg, false
		}
		if msg, err := s.kind().in.read(ev, s.reader, &s.socket); err == nil {
			return msg, true
		} else if err = s.refuse(s.OnInvalid, err); err != nil {
			s.fail(err)
		}
	}
}

// deliver calls OnMessage. It is the Socket as its connection knows it.
func (s *Socket[Send, Receive]) deliver(ev ws.Event, rd *socketReader) {
	defer s.recoverPanic()
	msg, err := s.kind().in.read(ev, rd, &s.socket)
	switch {
	case err != nil:
		err = s.refuse(s.OnInvalid, err)
	case s.OnMessage != nil:
		err = s.OnMessage(msg)
	}
	if err != nil {
		s.fail(err)
	}
}

// ended calls OnClose.
func (s *Socket[Send, Receive]) ended() {
	defer s.recoverPanic()
	if s.OnClose != nil {
		s.OnClose(s.Err())
	}
}

// staysOpen reports whether the socket lives on when the handler has returned nil.
func (s *Socket[Send, Receive]) staysOpen() bool { return s.OnMessage != nil }

// Close ends the socket with a code of RFC 6455 section 7.4.1, or one of 4000 to 4999 of your own, and a reason of at most 123
// bytes. What Send was given before is sent first. It does not wait for the client, who has some seconds to answer. It returns an
// error if the code may not be sent, or if the socket has ended before.
func (s *Socket[Send, Receive]) Close(code int, reason string) error {
	return s.closeWith(code, reason)
}

// Err tells why the socket has ended: nil as long as it has not, and after a normal end, which is 1000 from either end, or a
// client that closed without a code; else a *CloseError.
func (s *Socket[Send, Receive]) Err() error { return s.why() }

// Subprotocol is the one that both ends have agreed on, "" for none.
func (s *Socket[Send, Receive]) Subprotocol() string {
	if s.protocol < 0 {
		return ""
	}
	return s.settings.protocols[s.protocol]
}

// Context is that of the handler, which ends with the socket; on a client the one that it was dialled with.
func (s *Socket[Send, Receive]) Context() context.Context { return s.ctx }

// Dropped is how many messages the queue has dropped so far.
func (s *Socket[Send, Receive]) Dropped() uint64 { return s.droppedSoFar() }
