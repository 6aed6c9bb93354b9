package tornado

import (
	"errors"
	"os"
	"sync"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/slab"
	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// socketReader is what reading from a socket needs, and a socket that waits does without.
type socketReader struct {
	parser   ws.Parser
	decoder  jsonwire.Decoder
	inflated []byte
	lent     any    // see lend
	buf      []byte // buf[r:w] was received and not parsed
	r, w     int
}

var socketReaders = sync.Pool{New: func() any { return &socketReader{buf: make([]byte, socketSlab)} }}

const socketSlab = 4 << 10

// release gives the memory back, and keeps of it what a message that has not come to its end needs, nil for nothing.
func (rd *socketReader) release() (half *socketReader) {
	if !rd.parser.Idle() || rd.r < rd.w {
		half = &socketReader{parser: rd.parser, buf: append([]byte(nil), rd.buf[rd.r:rd.w]...)}
		half.w = len(half.buf)
		rd.parser = ws.Parser{}
	}
	rd.end()
	return half
}

// end gives the memory back: nothing that was received is needed any more.
func (rd *socketReader) end() {
	rd.parser.Reset(maxKeptBuffer)
	rd.decoder.Reset(nil)
	if cap(rd.inflated) > maxKeptBuffer {
		slab.Put(rd.inflated)
		rd.inflated = nil
	}
	rd.r, rd.w = 0, 0
	if len(rd.buf) >= socketSlab { // it is no half
		socketReaders.Put(rd)
	}
}

// takeUp gives the owner a reader, which goes on where the last one ended.
func takeUp(half *socketReader) *socketReader {
	rd := socketReaders.Get().(*socketReader)
	if half != nil {
		rd.parser = half.parser
		if len(half.buf) > len(rd.buf) {
			rd.buf = make([]byte, len(half.buf))
		}
		rd.w = copy(rd.buf, half.buf)
	}
	return rd
}

// heardOf is what reading has come upon.
type heardOf uint8

const (
	heardMessage heardOf = iota // a message
	heardNothing                // all that was received is parsed
	heardEnd                    // nothing more will be read
)

// message parses what was received up to the next message, and deals with all else. Owner.
func (s *socket) message(rd *socketReader) (ws.Event, heardOf) {
	if s.heard {
		rd.r = rd.w
	}
	for rd.r < rd.w {
		n, ev, err := rd.parser.Feed(rd.buf[rd.r:rd.w], s.settings.rulesFor(s))
		rd.r += n
		if err != nil {
			s.refused(err)
			return ev, heardEnd
		}
		switch ev.Op {
		case 0, ws.OpPong:
		case ws.OpPing:
			s.pong(ev.Data)
		case ws.OpClose:
			s.hear(ev.Code, ev.Reason)
			return ev, heardEnd
		default:
			if !s.isOpen() { // this end has closed
				continue
			}
			if ev, err = rd.inflate(ev, s.settings.rules.MaxMessage, s.wire); err != nil {
				s.refused(err)
				return ev, heardEnd
			}
			return ev, heardMessage
		}
	}
	return ws.Event{}, heardNothing
}

// rulesFor are the rules for the other end of s.
func (o *socketSettings) rulesFor(s *socket) ws.Rules {
	r := o.rules
	r.Deflate, r.Worker = s.deflates(), s.wire
	return r
}

// inflate gives a message as it was before it was compressed.
func (rd *socketReader) inflate(ev ws.Event, limit int, w ws.Worker) (ws.Event, error) {
	if !ev.Compressed {
		return ev, nil
	}
	var err error
	if rd.inflated, err = ws.Inflate(rd.inflated[:0], ev.Data, limit, w); err != nil {
		return ev, err
	}
	ev.Data = rd.inflated
	if ev.Op == ws.OpText {
		err = ws.CheckText(ev.Data)
	}
	return ev, err
}

// await waits for the next message; found is false when there will be none. Owner.
func (s *socket) await(rd *socketReader) (ev ws.Event, found bool) {
	for {
		switch ev, heard := s.message(rd); heard {
		case heardMessage:
			return ev, true
		case heardEnd:
			return ev, false
		case heardNothing:
		}
		if s.heard || s.complete() || !s.fill(rd) {
			return ev, false
		}
	}
}

// fill waits for more, and pings meanwhile. It returns false when the connection has ended. Owner.
func (s *socket) fill(rd *socketReader) bool {
	n, err := s.wire.read(rd.buf, s.dueAt())
	switch {
	case err == nil:
		rd.r, rd.w = 0, n
		s.alive()
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, errAttend):
		rd.r, rd.w = 0, 0
		s.lapse()
	default:
		s.unreadable(err)
		return false
	}
	return true
}

// unreadable ends the socket for a connection that gives nothing any more. Owner.
func (s *socket) unreadable(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = true
	if s.state != socketClosed {
		s.broke(err)
	}
}

// beginReading prepares to wait for a message, and answers the handshake.
func (s *socket) beginReading() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.usable() != nil {
		return false
	}
	s.ranging = true
	s.needReader()
	return true
}

// needReader gives the owner a reader.
func (s *socket) needReader() {
	if s.reader == nil || len(s.reader.buf) < socketSlab {
		s.reader = takeUp(s.reader)
	}
}

// read makes a value of a message.
func (in *Incoming[T]) read(ev ws.Event, rd *socketReader, s *socket) (v T, err error) {
	o := s.settings
	if ev.Op != in.op {
		return v, kindError{in.op}
	}
	p := lend(&rd.lent, v)
	defer func() { *p = *new(T) }()
	if in.decode == nil {
		if b, ok := any(p).(*[]byte); ok {
			*b = append([]byte{}, ev.Data...)
		}
		return *p, nil
	}
	d := &rd.decoder
	d.Request, d.Lenient = !o.rules.Client, o.lenient
	d.Options = o.decoding
	d.Reset(ev.Data)
	if d.Long() {
		d.GiveWay(s.wire.GiveWay)
	}
	before := s.spent()
	before.begin(d)
	in.decode(p, d)
	d.End()
	if before.end(d) {
		s.spend(before)
	}
	return *p, o.judged(d)
}

// judged says what is wrong with a message that was decoded; nil if nothing is.
func (o *socketSettings) judged(d *Decoder) error {
	if !d.Failed() {
		return nil
	}
	if err := d.SyntaxError(); err != nil {
		o.bounds.meetJSON(err)
		kept := *err
		return &kept
	}
	violations := d.Violations()
	if o.judge != nil {
		violations = o.judge(violations)
	}
	if len(violations) == 0 {
		return nil
	}
	return &ValidationError{Violations: violations}
}

// refuse decides about a message that the document does not allow.
func (s *socket) refuse(ask func(error) error, err error) error {
	if ask == nil {
		return err
	}
	return ask(err)
}
