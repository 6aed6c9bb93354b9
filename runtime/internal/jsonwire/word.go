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

// quotePlain copies s in quotes to where p points, which has room for all of it, as long as nothing in s has to be escaped and all of it
// is ASCII. If it returns false some may have been copied. One pass does less than a search and a copy behind it: most strings are short.
func quotePlain(p *byte, s string) bool {
	n, from := len(s), unsafe.StringData(s)
	*p = '"'
	to := (*byte)(unsafe.Add(unsafe.Pointer(p), 1))
	*(*byte)(unsafe.Add(unsafe.Pointer(to), n)) = '"'
	switch {
	case n >= 8:
		for i := 0; i < n-16; i += 16 {
			a, b := word(from, i), word(from, i+8)
			if eitherNotPlain(a, b) {
				return false
			}
			putWord(to, i, a)
			putWord(to, i+8, b)
		}
		// The last sixteen bytes, or the first eight and the last: they may overlap with one another and with what was copied.
		first := max(n-16, 0)
		a, b := word(from, first), word(from, n-8)
		putWord(to, first, a)
		putWord(to, n-8, b)
		return !eitherNotPlain(a, b)
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
