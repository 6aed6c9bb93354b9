// Package brotli undoes the content coding Brotli (RFC 7932), in short steps: however much a few bytes stand for, and however little many
// bytes do, Read gives what a step has come to. Between two reads from below, or of Read, 20 to 70 microseconds pass, but several hundred
// where a few bytes stand for a context map of 16,384: ADR 19 has the table. A decoder that writes a window of 4 MiB before it gives any of
// it keeps others from the processor for as long as that takes.
package brotli

import (
	"errors"
	"fmt"
	"io"
)

const (
	// inputPiece is how many bytes are read at a time: what they say may take longer than to write what they stand for. 12 bits are a prefix
	// code, a few bytes those of a context map of 16,384.
	inputPiece = 512
	// step is how many bytes are decoded before they are given, or a few more.
	step = 8 << 10
)

// ErrTrailing says that something follows the end of the coding.
var ErrTrailing = errors.New("brotli: something follows the end of the coding")

// FormatError says what is wrong with a coding.
type FormatError string

// Error implements error.
func (e FormatError) Error() string { return "brotli: " + string(e) }

// Reader decodes. The zero value is one that has ended; Reset begins. It is used by one goroutine at a time.
type Reader struct {
	bitReader
	window
	tables

	state state
	last  bool // the metablock is
	left  int  // bytes of it: that it stands for, or that are skipped
	block metablock

	farthest  int    // the window's size, less a gap
	distances [4]int // the last ones, the latest first
	copying   int    // bytes that a command still copies, from so far back
	from      int
	inserting int     // literals that a command still has; then it copies next
	next      command // what it does then

	word    [maxTransformed]byte
	lengths [maxSymbols]byte // of codes, while they are read
}

// state is what comes next.
type state uint8

const (
	stateEnded    state = iota // nothing: err says why; final
	stateBegin                 // the size of the window -> stateHeader
	stateHeader                // of a metablock -> stateSkip, stateRaw, stateCommand, stateTrailer
	stateSkip                  // left bytes of it -> stateHeader, stateTrailer
	stateRaw                   // left bytes that stand for themselves -> stateHeader, stateTrailer
	stateCommand               // -> stateLiterals
	stateLiterals              // inserting of them -> stateCopy, stateHeader, stateTrailer
	stateCopy                  // copying bytes -> stateCommand, stateHeader, stateTrailer
	stateTrailer               // nothing shall follow -> stateEnded
)

// Reset makes d decode what src gives, wherever it was, with what it has of memory.
func (d *Reader) Reset(src io.Reader) {
	d.release()
	d.bitReader.reset(src)
	d.window.reset(0)
	d.state, d.last, d.left = stateBegin, false, 0
	d.distances = [4]int{4, 11, 15, 16}
	d.copying, d.inserting = 0, 0
}

// Close lets go of what was decoded, and of src.
func (d *Reader) Close() error {
	d.end(io.ErrClosedPipe)
	return nil
}

// end says why nothing comes any more, unless that is known.
func (d *Reader) end(err error) {
	if d.state != stateEnded || d.err == nil {
		d.err = err
	}
	d.state = stateEnded
	d.src, d.in = nil, nil
	d.release()
}

// corrupt notes what is wrong with the coding, unless something else is.
func (d *Reader) corrupt(format string, args ...any) {
	if d.err == nil {
		d.err = FormatError(fmt.Sprintf(format, args...))
	}
}

func (d *Reader) failed() bool { return d.err != nil }

// Read implements io.Reader. It gives what there is, 8 KiB and a little at most, once some was decoded: what stands before the end of a
// metablock is given before more is read. Its errors are io.EOF, io.ErrUnexpectedEOF, ErrTrailing, a FormatError, and those of src.
func (d *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		switch {
		case d.state == stateEnded && d.err == nil:
			return 0, io.EOF
		case d.state == stateEnded:
			return 0, d.err
		case d.given < d.pos:
			return d.read(p), nil
		case d.failed():
			d.end(d.err)
		default:
			d.advance()
		}
	}
}

// advance goes on until something was decoded, or the metablock has ended, or err is set.
func (d *Reader) advance() {
	switch d.state {
	case stateBegin:
		d.begin()
	case stateHeader:
		d.header()
	case stateSkip:
		d.skip()
	case stateRaw:
		d.raw()
	case stateTrailer:
		d.trailer()
	default:
		d.commands()
	}
}

// begin reads the size of the window (RFC 7932 section 9.1).
func (d *Reader) begin() {
	size := 16
	if d.take(1) == 1 {
		if n := d.take(3); n > 0 {
			size = 17 + n
		} else if n = d.take(3); n == 1 {
			d.corrupt("the size of the window is none")
		} else if n > 1 {
			size = 8 + n
		} else {
			size = 17
		}
	}
	const gap = 16
	d.farthest = 1<<size - gap
	d.window.reset(1 << size)
	d.state = stateHeader
}

// header reads what a metablock begins with (RFC 7932 section 9.2).
func (d *Reader) header() {
	const empty = 3 // what says that there is no length, so that bytes are skipped
	d.last = d.take(1) == 1
	if d.last && d.take(1) == 1 {
		d.left = 0
		d.endBlock()
		return
	}
	nibbles := d.take(2)
	if nibbles == empty {
		d.skipped()
		return
	}
	nibbles += 4
	d.left = d.take(uint(4*nibbles)) + 1
	if nibbles > 4 && (d.left-1)>>(4*(nibbles-1)) == 0 {
		d.corrupt("a length has more digits than it needs")
	}
	if !d.last && d.take(1) == 1 {
		if !d.align() {
			d.corrupt("bits before a byte are not 0")
		}
		d.state = stateRaw
		return
	}
	d.codes()
	d.state = stateCommand
}

func (d *Reader) skipped() {
	if d.take(1) == 1 {
		d.corrupt("a bit that is reserved is set")
	}
	size := d.take(2)
	d.left = 0
	if size > 0 {
		d.left = d.take(uint(8*size)) + 1
		if size > 1 && (d.left-1)>>(8*(size-1)) == 0 {
			d.corrupt("a length has more digits than it needs")
		}
	}
	if !d.align() {
		d.corrupt("bits before a byte are not 0")
	}
	d.state = stateSkip
}

func (d *Reader) skip() {
	var nobody [inputPiece]byte
	for d.left > 0 && d.err == nil {
		d.left -= d.takeBytes(nobody[:min(d.left, inputPiece)])
	}
	d.endBlock()
}

func (d *Reader) raw() {
	to := d.room()
	n := d.takeBytes(to[:min(len(to), d.left)])
	d.pos += int64(n)
	if d.left -= n; d.left == 0 {
		d.endBlock()
	}
}

// endBlock goes on behind a metablock.
func (d *Reader) endBlock() {
	d.state = stateHeader
	if d.last {
		d.state = stateTrailer
	}
}

func (d *Reader) trailer() {
	if !d.align() {
		d.corrupt("bits before a byte are not 0")
	}
	if d.failed() {
		return
	}
	ended, err := d.ended()
	switch {
	case ended:
		d.end(nil)
	case err == nil:
		d.end(ErrTrailing)
	}
}
