package jsonwire

import (
	"encoding/binary"
	"unsafe"
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

// putWord and putHalf are the inverse.
func putWord(p *byte, i int, w uint64) {
	binary.LittleEndian.PutUint64((*[8]byte)(unsafe.Add(unsafe.Pointer(p), i))[:], w)
}

func putHalf(p *byte, i int, w uint32) {
	binary.LittleEndian.PutUint32((*[4]byte)(unsafe.Add(unsafe.Pointer(p), i))[:], w)
}

// copyPlain copies s to where to points, which has room for it, as long as nothing in it has to be escaped and all of it is ASCII.
// If it returns false some of s may have been copied. One pass does less than a search and a copy behind it: most strings are short.
func copyPlain(to *byte, s string) bool {
	n, from := len(s), unsafe.StringData(s)
	switch {
	case n >= 8:
		for i := 0; i < n-8; i += 8 {
			w := word(from, i)
			if notPlain(w) != 0 {
				return false
			}
			putWord(to, i, w)
		}
		w := word(from, n-8) // it may overlap with what was copied
		putWord(to, n-8, w)
		return notPlain(w) == 0
	case n >= 4:
		low, high := half(from, 0), half(from, n-4)
		putHalf(to, 0, low)
		putHalf(to, n-4, high)
		return notPlain(uint64(low)|uint64(high)<<32) == 0
	}
	room := unsafe.Slice(to, n)
	for i := range room {
		room[i] = s[i]
		if !plain[s[i]] {
			return false
		}
	}
	return true
}
