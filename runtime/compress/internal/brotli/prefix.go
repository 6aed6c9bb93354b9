package brotli

import (
	"math/bits"
	"slices"
)

// A prefix code (RFC 7932 section 3) is looked for by its first bits, as many as its longest code has but rootBits at most, and what
// is longer by the rest of them. An entry holds how many bits the code has in its lowest byte, and above it the symbol; or, where that
// is more than rootBits, it is a way to those that begin alike: those are at the place above it, and as many as the bits beyond rootBits give.
const (
	rootBits = 8
	maxBits  = 15
)

// code is a prefix code, ready to be looked for.
type code struct {
	table []uint32
	mask  uint64 // of the bits to begin with
}

// tables keeps memory for prefix codes, in pieces: a metablock may have 768 of them, and to find a megabyte takes long.
type tables struct {
	pieces [][]uint32
	piece  int // the one that is used
	used   int // of it
}

const tablePiece = 16 << 10 // entries; the largest code, of 704 symbols, has 1,080 at most

func (t *tables) reset() { t.piece, t.used = 0, 0 }

func (t *tables) get(n int) []uint32 {
	if t.used+n > tablePiece {
		t.piece, t.used = t.piece+1, 0
	}
	if t.piece == len(t.pieces) {
		t.pieces = append(t.pieces, make([]uint32, tablePiece))
	}
	t.used += n
	return t.pieces[t.piece][t.used-n : t.used : t.used]
}

// build makes a prefix code of the lengths of its symbols' codes, 0 for none. They fit: one symbol alone has a code of no bits, whatever its
// length, and of several all codes together are what there are.
func (t *tables) build(lengths []byte) code {
	var counts, next [maxBits + 1]int
	longest, only := 0, 0
	for symbol, n := range lengths {
		if n > 0 {
			counts[n]++
			longest, only = max(longest, int(n)), symbol
		}
	}
	if counts[longest] == 1 { // of several the longest are two or more
		table := t.get(1)
		table[0] = uint32(only) << 8
		return code{table, 0}
	}
	for n := 1; n < maxBits; n++ {
		next[n+1] = (next[n] + counts[n]) << 1
	}
	root := min(longest, rootBits)
	size := 1 << root
	var beyond [1 << rootBits]byte // by how they begin, how many bits follow at most
	if longest > rootBits {
		begins := next
		for _, n := range lengths {
			if n > 0 {
				if n > rootBits {
					at := reversed(begins[n], int(n)) & (1<<rootBits - 1)
					beyond[at] = max(beyond[at], n-rootBits)
				}
				begins[n]++
			}
		}
		for _, more := range beyond {
			if more > 0 {
				size += 1 << more
			}
		}
	}
	table := t.get(size)
	free := 1 << root
	for at, more := range beyond[:1<<root] {
		if more > 0 {
			table[at] = uint32(free)<<8 | uint32(rootBits+more)
			free += 1 << more
		}
	}
	for symbol, n := range lengths {
		if n == 0 {
			continue
		}
		at, entry := reversed(next[n], int(n)), uint32(symbol)<<8|uint32(n)
		next[n]++
		if int(n) <= root {
			for ; at < 1<<root; at += 1 << n {
				table[at] = entry
			}
			continue
		}
		way := table[at&(1<<rootBits-1)]
		end := int(way>>8) + 1<<(way&0xff-rootBits)
		for at = int(way>>8) + at>>rootBits; at < end; at += 1 << (n - rootBits) {
			table[at] = entry
		}
	}
	return code{table, 1<<root - 1}
}

// reversed is a code as it is sent: its highest bit comes first.
func reversed(code, n int) int { return int(bits.Reverse16(uint16(code)) >> (16 - n)) }

// constant reports whether the code has one symbol alone, of no bits, and which.
func (c *code) constant() (symbol int, is bool) { return int(c.table[0] >> 8), c.mask == 0 }

// symbol reads one symbol, 0 where that cannot be.
func (b *bitReader) symbol(c *code) int {
	if b.n < maxBits {
		b.fill()
	}
	for {
		entry := c.table[b.bits&c.mask]
		if n := entry & 0xff; n > rootBits {
			entry = c.table[uint64(entry>>8)+b.bits>>rootBits&(1<<(n-rootBits)-1)]
		}
		if n := uint(entry & 0xff); n <= b.n { // what is there says which it is
			b.drop(n)
			return int(entry >> 8)
		}
		if !b.receive() {
			return 0
		}
	}
}

// readCode reads a prefix code for symbols below size (RFC 7932 section 3.4 and 3.5).
func (d *Reader) readCode(size int) code {
	skip := d.take(2)
	if skip == 1 {
		return d.readSimple(size)
	}
	lengths := d.lengths[:size]
	clear(lengths)
	d.readComplex(lengths, skip)
	if d.failed() {
		return code{}
	}
	return d.tables.build(lengths)
}

// shapes are the lengths of the codes of one to four symbols; of four there are two.
var shapes = [...][]byte{{0}, {1, 1}, {1, 2, 2}, {2, 2, 2, 2}, {1, 2, 3, 3}}

func (d *Reader) readSimple(size int) code {
	var list [4]int
	symbols := list[:d.take(2)+1]
	shape := len(symbols) - 1
	for i := range symbols {
		symbols[i] = d.take(uint(bits.Len(uint(size - 1))))
		if symbols[i] >= size || slices.Contains(symbols[:i], symbols[i]) {
			d.corrupt("a simple prefix code has a symbol twice, or one that is none")
		}
	}
	if len(symbols) == 4 {
		shape += d.take(1)
	}
	if d.failed() {
		return code{}
	}
	lengths := shapes[shape]
	longest := lengths[len(lengths)-1]
	slices.Sort(symbols[slices.Index(lengths, longest):]) // those that are alike; of others there is one of a length
	table := d.tables.get(1 << longest)
	next := 0
	for i, n := range lengths {
		for at := reversed(next>>(longest-n), int(n)); at < len(table); at += 1 << n {
			table[at] = uint32(symbols[i])<<8 | uint32(n)
		}
		next += 1 << (longest - n)
	}
	return code{table, uint64(len(table) - 1)}
}

const (
	repeatLast  = 16 // the last length that is not 0, again
	repeatZero  = 17
	lengthCodes = 18
)

// lengthOrder is that in which the lengths of the codes of lengths are sent.
var lengthOrder = [lengthCodes]byte{1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// lengthCode is the code of those, by its four bits: the value, and how many bits it has.
var lengthCode = [16]struct{ value, bits byte }{
	{0, 2}, {4, 2}, {3, 2}, {2, 3}, {0, 2}, {4, 2}, {3, 2}, {1, 4}, {0, 2}, {4, 2}, {3, 2}, {2, 3}, {0, 2}, {4, 2}, {3, 2}, {5, 4},
}

func (d *Reader) readComplex(lengths []byte, skip int) {
	var of [lengthCodes]byte
	space, codes := 32, 0
	for _, at := range lengthOrder[skip:] {
		if space <= 0 {
			break
		}
		of[at] = d.lengthOfLength()
		if of[at] > 0 {
			space -= 32 >> of[at]
			codes++
		}
	}
	if codes != 1 && space != 0 {
		d.corrupt("the codes of code lengths do not fit")
	}
	if d.failed() {
		return
	}
	piece, used := d.tables.piece, d.tables.used
	c := d.tables.build(of[:])
	d.readLengths(lengths, &c)
	d.tables.piece, d.tables.used = piece, used
}

func (d *Reader) lengthOfLength() byte {
	if d.n < 4 {
		d.fill()
	}
	for {
		e := lengthCode[d.bits&15]
		if uint(e.bits) <= d.n {
			d.drop(uint(e.bits))
			return e.value
		}
		if !d.receive() {
			return 0
		}
	}
}

func (d *Reader) readLengths(lengths []byte, c *code) {
	space, last := 1<<maxBits, byte(8)
	run, runOf := 0, byte(0)
	for at := 0; at < len(lengths) && space > 0 && d.err == nil; {
		s := d.symbol(c)
		if s < repeatLast {
			run = 0
			lengths[at] = byte(s)
			at++
			if s > 0 {
				last = byte(s)
				space -= 1 << maxBits >> s
			}
			continue
		}
		of, extra := last, uint(2)
		if s == repeatZero {
			of, extra = 0, 3
		}
		if of != runOf {
			run, runOf = 0, of
		}
		before := run
		if run > 0 {
			run = (run - 2) << extra
		}
		run += d.take(extra) + 3
		n := run - before
		if n > len(lengths)-at {
			d.corrupt("a code length is repeated too often")
			return
		}
		for ; n > 0; n-- {
			lengths[at] = of
			at++
			if of > 0 {
				space -= 1 << maxBits >> of
			}
		}
	}
	if space != 0 {
		d.corrupt("the codes do not fit")
	}
}
