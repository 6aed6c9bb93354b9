package ws

import "encoding/binary"

// Opcode says what a frame is, RFC 6455 section 5.2.
type Opcode uint8

// The opcodes.
const (
	OpContinuation Opcode = 0x0
	OpText         Opcode = 0x1
	OpBinary       Opcode = 0x2
	OpClose        Opcode = 0x8
	OpPing         Opcode = 0x9
	OpPong         Opcode = 0xa
)

func (o Opcode) isControl() bool { return o >= OpClose }

// The bits of the first two bytes of a frame.
const (
	bitFin  = 0x80
	bitRSV1 = 0x40 // the message is compressed, RFC 7692 section 6
	bitRSV  = 0x30 // reserved
	bitMask = 0x80

	opcodeBits = 0x0f
	lengthBits = 0x7f
	length16   = 126 // the length follows in two bytes
	length64   = 127 // in eight
)

const (
	// MaxControl is the most bytes that a control frame carries.
	MaxControl = 125
	// HeadRoom is the most bytes that stand before the payload of a frame.
	HeadRoom = 14
	maskSize = 4
)

// A Frame is one to be sent while it is put together: room for its head, then
// the payload. Append the payload, then Seal it.
type Frame []byte

// NewFrame empties buf, which may be nil, and makes room for a head.
func NewFrame(buf []byte) Frame {
	return append(buf[:0], make([]byte, HeadRoom)...)
}

// Payload is what was appended.
func (f Frame) Payload() []byte { return f[HeadRoom:] }

// Seal writes the head of an unfragmented frame in front of the payload, and
// returns the bytes to be sent, which alias f. With mask, which a client gives
// and nobody else, the payload is masked with it in place (RFC 6455 section
// 5.3). compressed says that the payload is that of Deflate.
func (f Frame) Seal(op Opcode, compressed bool, mask *[maskSize]byte) []byte {
	n := len(f) - HeadRoom
	at := HeadRoom
	second := byte(0)
	if mask != nil {
		at -= maskSize
		copy(f[at:], mask[:])
		Mask(f[HeadRoom:], *mask, 0)
		second = bitMask
	}
	switch {
	case n < length16:
		second |= byte(n)
	case n <= 0xffff:
		second |= length16
		at -= 2
		binary.BigEndian.PutUint16(f[at:], uint16(n))
	default:
		second |= length64
		at -= 8
		binary.BigEndian.PutUint64(f[at:], uint64(n))
	}
	at -= 2
	f[at], f[at+1] = bitFin|byte(op), second
	if compressed {
		f[at] |= bitRSV1
	}
	return f[at:]
}

// Mask applies a mask to b in place, RFC 6455 section 5.3: twice is not at all.
// at is how many bytes of the payload came before b.
func Mask(b []byte, mask [maskSize]byte, at int) {
	var key [maskSize]byte
	for i := range key {
		key[i] = mask[(at+i)%maskSize]
	}
	word := uint64(binary.LittleEndian.Uint32(key[:]))
	word |= word << 32
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^word)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= key[i%maskSize]
	}
}
