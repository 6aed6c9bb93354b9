package brotli

import (
	"encoding/binary"
	"errors"
	"io"
)

// bitReader takes what was sent bit by bit, the lowest of each byte first (RFC 7932 section 1.5.1). Bits
// that are there are given also once err is set; in place of those that are missing it gives 0.
type bitReader struct {
	src  io.Reader
	held [inputPiece]byte
	in   []byte // received and not taken; aliases held
	bits uint64 // the next n of them, and perhaps some of those that in begins with
	n    uint
	err  error // of src; io.ErrUnexpectedEOF where it has ended
	over bool  // src has ended; one that is cut off itself, a coding say, gives io.ErrUnexpectedEOF, and has not
}

func (b *bitReader) reset(src io.Reader) {
	b.src, b.in, b.bits, b.n, b.err, b.over = src, nil, 0, 0, nil, false
}

// fill takes what has been received, without reading: 56 bits or more are there if that was enough.
func (b *bitReader) fill() {
	if len(b.in) >= 8 {
		b.bits |= binary.LittleEndian.Uint64(b.in) << b.n
		b.in = b.in[(63-b.n)>>3:]
		b.n |= 56
		return
	}
	for b.n <= 56 && len(b.in) > 0 {
		b.bits |= uint64(b.in[0]) << b.n
		b.in = b.in[1:]
		b.n += 8
	}
}

// receive reads more once all that was received is taken, and fills.
func (b *bitReader) receive() bool {
	const patience = 100 // reads that give neither bytes nor an error
	for range patience {
		if b.err != nil {
			return false
		}
		n, err := b.src.Read(b.held[:])
		if n > 0 { // an error comes again
			b.in = b.held[:n]
			b.fill()
			return true
		}
		if b.err = err; errors.Is(err, io.EOF) {
			b.err, b.over = io.ErrUnexpectedEOF, true
		}
	}
	b.err = io.ErrNoProgress
	return false
}

// need has k bits be there, 56 at most.
func (b *bitReader) need(k uint) bool {
	if b.n >= k {
		return true
	}
	b.fill()
	for b.n < k {
		if !b.receive() {
			return false
		}
	}
	return true
}

// take gives the next k bits, 32 at most.
func (b *bitReader) take(k uint) int {
	if !b.need(k) {
		return 0
	}
	v := b.bits & (1<<k - 1)
	b.drop(k)
	return int(v)
}

// drop goes past k bits that are there.
func (b *bitReader) drop(k uint) {
	b.bits >>= k
	b.n -= k
}

// align goes to the next byte, and reports whether the bits before it are 0, as they have to be.
func (b *bitReader) align() bool { return b.take(b.n%8) == 0 }

// takeBytes moves whole bytes, some of those that are there: it reads only where there are none.
func (b *bitReader) takeBytes(p []byte) (n int) {
	if b.n == 0 && len(b.in) == 0 && !b.receive() {
		return 0
	}
	for ; n < len(p) && b.n > 0; n++ {
		p[n] = byte(b.bits)
		b.drop(8)
	}
	if b.n == 0 {
		b.bits = 0 // it may hold some of in
	}
	k := copy(p[n:], b.in)
	if n < len(p) {
		b.in = b.in[k:]
		n += k
	}
	return n
}

// ended reports whether nothing follows: neither what was received nor what can be. At the end of the coding.
func (b *bitReader) ended() (bool, error) {
	if b.n > 0 || len(b.in) > 0 || b.receive() {
		return false, nil
	}
	if b.over {
		return true, nil
	}
	return false, b.err
}
