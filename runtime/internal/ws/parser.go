package ws

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/runtime/internal/slab"
)

// Rules are what a Parser holds frames against.
type Rules struct {
	// Client says that this end is the client: what arrives is not masked.
	Client bool
	// Deflate says that permessage-deflate was agreed on: messages may be
	// compressed.
	Deflate bool
	// MaxMessage bounds a message, in bytes, compressed ones before and after
	// inflating. Not positive: no bound.
	MaxMessage int
	// Worker gives way while a long message is copied to where it has room. nil:
	// nobody waits.
	Worker Worker
}

// An Event is what Feed came upon. Its zero value is nothing: more bytes are
// needed.
type Event struct {
	// Op is OpText or OpBinary for a whole message, OpPing, OpPong, OpClose, or
	// 0 for nothing.
	Op Opcode
	// Compressed says that Data is to be inflated; the text that comes out must
	// then be held against CheckText.
	Compressed bool
	// Data is the payload of a message, a ping or a pong. It aliases what was
	// fed, or memory of the parser, until the next call.
	Data []byte
	// Code and Reason are those of a close frame: CodeNoStatus where it has
	// none.
	Code   int
	Reason string
}

// A Parser reads the frames of one direction. Its zero value is ready. One
// goroutine at a time.
type Parser struct {
	head    [HeadRoom]byte // of the frame at hand, as far as it has come
	headLen uint8

	inFrame bool // the head is complete, left bytes of payload are not here
	fin     bool
	op      Opcode // of the frame
	masked  bool
	mask    [maskSize]byte
	at      int // bytes of the payload so far
	left    int

	message    Opcode // of the message at hand, 0 between messages
	compressed bool
	given      bool   // data was handed out: it is not part of a message any more
	data       []byte // of the message so far
	checked    int    // bytes of a text that are known to be valid
	control    []byte // payload of the control frame at hand
}

// Idle reports whether p is between two frames and two messages, where its
// state is that of a new one.
func (p *Parser) Idle() bool { return p.headLen == 0 && !p.inFrame && p.message == 0 }

// Reset makes p ready for another socket, and keeps its memory up to a bound.
func (p *Parser) Reset(keep int) {
	data, control := p.data[:0], p.control[:0]
	if cap(data) > keep {
		slab.Put(data)
		data = nil
	}
	*p = Parser{data: data, control: control}
}

// Feed reads a part of b, which goes on where the last call ended, until an
// event. It returns how many bytes it used. Payloads are unmasked in place, so
// b belongs to the parser as far as it was used. Call it again with b[n:] as
// long as that is not empty.
//
// The error is a *ProtocolError; after it, and after a close frame, p is of no
// more use.
func (p *Parser) Feed(b []byte, rules Rules) (n int, ev Event, err error) {
	if p.given {
		p.given, p.data = false, p.data[:0]
	}
	for n < len(b) {
		if !p.inFrame {
			used, complete, err := p.readHead(b[n:], rules)
			if n += used; err != nil || !complete {
				return n, Event{}, err
			}
		}
		piece := b[n : n+min(p.left, len(b)-n)]
		n += len(piece)
		if p.masked {
			Mask(piece, p.mask, p.at)
		}
		whole := p.at == 0 && len(piece) == p.left
		p.at += len(piece)
		p.left -= len(piece)
		if p.op.isControl() {
			ev, err = p.takeControl(piece, whole)
		} else {
			ev, err = p.takeData(piece, whole, rules.Worker)
		}
		if err != nil || ev.Op != 0 {
			return n, ev, err
		}
	}
	return n, Event{}, nil
}

// readHead reads the head of a frame. A frame without payload is complete with
// it, so the caller goes on even if b is used up.
func (p *Parser) readHead(b []byte, rules Rules) (used int, complete bool, err error) {
	for {
		need := p.headSize()
		if int(p.headLen) == need {
			break
		}
		if used == len(b) {
			return used, false, nil
		}
		n := copy(p.head[p.headLen:need], b[used:])
		used += n
		p.headLen += uint8(n)
		if p.headLen == 2 {
			if err := p.judge(rules); err != nil {
				return used, false, err
			}
		}
	}
	if err := p.begin(rules); err != nil {
		return used, false, err
	}
	return used, true, nil
}

// headSize is how long the head is, as far as is known.
func (p *Parser) headSize() int {
	if p.headLen < 2 {
		return 2
	}
	size := 2
	switch p.head[1] & lengthBits {
	case length16:
		size += 2
	case length64:
		size += 8
	}
	if p.head[1]&bitMask != 0 {
		size += maskSize
	}
	return size
}

// judge holds the first two bytes of a frame against RFC 6455 sections 5.1 to
// 5.5.
func (p *Parser) judge(rules Rules) error {
	first, second := p.head[0], p.head[1]
	p.op, p.fin, p.masked = Opcode(first&opcodeBits), first&bitFin != 0, second&bitMask != 0
	switch {
	case first&bitRSV != 0:
		return errReserved
	case first&bitRSV1 != 0 && (!rules.Deflate || p.op != OpText && p.op != OpBinary): // RFC 7692 section 6.1
		return errReserved
	case p.masked && rules.Client:
		return errMasked
	case !p.masked && !rules.Client:
		return errUnmasked
	}
	switch p.op {
	case OpContinuation:
		if p.message == 0 {
			return errContinuation
		}
	case OpText, OpBinary:
		if p.message != 0 {
			return errInterleaved
		}
	case OpClose, OpPing, OpPong:
		switch {
		case !p.fin:
			return errControlSplit
		case second&lengthBits > MaxControl:
			return errControlSize
		}
	default:
		return errOpcode
	}
	return nil
}

// begin takes the length and the mask from a complete head.
func (p *Parser) begin(rules Rules) error {
	size := uint64(p.head[1] & lengthBits)
	rest := p.head[2:p.headLen]
	switch size {
	case length16:
		size = uint64(binary.BigEndian.Uint16(rest))
		if size < length16 {
			return errLength
		}
		rest = rest[2:]
	case length64:
		size = binary.BigEndian.Uint64(rest)
		switch {
		case size > 1<<63-1:
			return errLengthSize
		case size <= 0xffff:
			return errLength
		}
		rest = rest[8:]
	}
	copy(p.mask[:], rest)
	if !p.op.isControl() {
		if p.op != OpContinuation {
			p.message, p.compressed = p.op, p.head[0]&bitRSV1 != 0
		}
		if limit := rules.MaxMessage; limit > 0 && size > uint64(limit-len(p.data)) {
			return errTooBig
		}
	}
	if size > maxInt {
		return errTooBig
	}
	p.inFrame, p.headLen, p.at, p.left = true, 0, 0, int(size)
	return nil
}

const maxInt = uint64(^uint(0) >> 1)

// takeControl takes a part of a control frame. whole says that it is all of it.
func (p *Parser) takeControl(piece []byte, whole bool) (Event, error) {
	if !whole {
		p.control = append(p.control, piece...)
		piece = p.control
	}
	if p.left > 0 {
		return Event{}, nil
	}
	p.inFrame, p.control = false, p.control[:0]
	ev := Event{Op: p.op, Data: piece}
	if p.op == OpClose {
		var err error
		ev.Data = nil
		if ev.Code, ev.Reason, err = readClose(piece); err != nil {
			return Event{}, err
		}
	}
	return ev, nil
}

// takeData takes a part of a message. whole says that it is all of its frame.
func (p *Parser) takeData(piece []byte, whole bool, w Worker) (Event, error) {
	text := p.message == OpText && !p.compressed
	if whole && p.fin && len(p.data) == 0 { // it stays where it is
		if text && !utf8.Valid(piece) {
			return Event{}, errText
		}
		return p.end(piece), nil
	}
	if len(p.data)+len(piece) > cap(p.data) {
		var giveWay func()
		if w != nil {
			giveWay = w.GiveWay
		}
		p.data = slab.Grow(p.data, len(piece), giveWay)
	}
	p.data = append(p.data, piece...)
	last := p.left == 0 && p.fin
	if text {
		n, ok := validPrefix(p.data[p.checked:])
		if p.checked += n; !ok || last && p.checked < len(p.data) {
			return Event{}, errText
		}
	}
	if p.left == 0 {
		p.inFrame = false
	}
	if !last {
		return Event{}, nil
	}
	p.given = true
	return p.end(p.data), nil
}

// end gives the message, and goes on to the next.
func (p *Parser) end(data []byte) Event {
	ev := Event{Op: p.message, Compressed: p.compressed, Data: data}
	p.inFrame, p.message, p.compressed, p.checked = false, 0, false, 0
	return ev
}

// validPrefix checks a text of which more may follow: it returns how many bytes
// of it are whole characters, and whether what is there can become valid.
func validPrefix(b []byte) (n int, ok bool) {
	n = len(b)
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if tail := b[len(b)-i:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				n -= i
			}
			break
		}
	}
	return n, utf8.Valid(b[:n])
}

// CheckText returns an error, a *ProtocolError, for a message that is no text (RFC
// 6455 section 8.1).
func CheckText(b []byte) error {
	if !utf8.Valid(b) {
		return errText
	}
	return nil
}
