package jsonwire

import (
	"encoding/binary"
	"unsafe" // words of memory, see below
)

// The functions below read and write several bytes at once, each with one instruction and without a check, at a distance of i bytes
// behind p. Whoever calls them has compared i, which is not negative, with the length of what p begins, so that all of the bytes
// are there. The pointers live no longer than the call, and nothing is kept as a number.

// word returns eight bytes, the first one lowest.
func word(p *byte, i int) uint64 {
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(unsafe.Pointer(p), i))[:])
}

// half returns four bytes, the first one lowest.
func half(p *byte, i int) uint32 {
	return binary.LittleEndian.Uint32((*[4]byte)(unsafe.Add(unsafe.Pointer(p), i))[:])
}

// putWord is the inverse of word.
func putWord(p *byte, i int, w uint64) {
	binary.LittleEndian.PutUint64((*[8]byte)(unsafe.Add(unsafe.Pointer(p), i))[:], w)
}

// copyPlain copies the eight bytes at i and those at j, and reports whether notPlain marks none of them.
func copyPlain(to, from *byte, i, j int) bool {
	x, y := (*[8]byte)(unsafe.Add(unsafe.Pointer(from), i)), (*[8]byte)(unsafe.Add(unsafe.Pointer(from), j))
	*(*[8]byte)(unsafe.Add(unsafe.Pointer(to), i)) = *x
	*(*[8]byte)(unsafe.Add(unsafe.Pointer(to), j)) = *y
	return allPlain(binary.LittleEndian.Uint64(x[:]))&allPlain(binary.LittleEndian.Uint64(y[:]))&highs == highs
}

// copyPlainHalves is copyPlain for four bytes.
func copyPlainHalves(to, from *byte, i, j int) bool {
	x, y := (*[4]byte)(unsafe.Add(unsafe.Pointer(from), i)), (*[4]byte)(unsafe.Add(unsafe.Pointer(from), j))
	*(*[4]byte)(unsafe.Add(unsafe.Pointer(to), i)) = *x
	*(*[4]byte)(unsafe.Add(unsafe.Pointer(to), j)) = *y
	return allPlain(uint64(binary.LittleEndian.Uint32(x[:]))|uint64(binary.LittleEndian.Uint32(y[:]))<<32)&highs == highs
}

// behind points to what is behind b in its array, of which there is some.
func behind(b []byte) *byte { return (*byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), len(b))) }
