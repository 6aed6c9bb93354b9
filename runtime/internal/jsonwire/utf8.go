package jsonwire

import (
	"math/bits"
	"unicode/utf8"
	"unsafe" // see word.go: the length that is left is compared before each word
)

// Runes of three bytes each, eight of them in three words: what the high bits are by which they are told, and which bits these are.
// The low half of a lead byte is where no other word has one.
const (
	three0, threeMask0, lead0 = 0x80e08080e08080e0, 0xc0f0c0c0f0c0c0f0, 0x000f00000f00000f
	three1, threeMask1, lead1 = 0xe08080e08080e080, 0xf0c0c0f0c0c0f0c0, 0x0f00000f00000f00
	three2, threeMask2, lead2 = 0x8080e08080e08080, 0xc0c0f0c0c0f0c0c0, 0x00000f00000f0000

	oneOfThreeMask = 0xc0c0f0 // those of the first rune of a word
	twoOfThreeMask = 0xc0c0f0c0c0f0
)

// validUTF8 is utf8.Valid, quicker where most runes have three bytes, as those of many scripts do.
func validUTF8(b []byte) bool {
	i := 0
	for base := unsafe.SliceData(b); len(b)-i >= 8; {
		w := word(base, i)
		if first := bits.TrailingZeros64(w&highs) >> 3; first > 0 {
			i += first
			continue
		}
		switch {
		case w&oneOfThreeMask != three0&oneOfThreeMask || !plainLead(byte(w)):
			n := runeLength(b[i:])
			if n == 0 {
				return false
			}
			i += n
		case len(b)-i >= 24 && eightOfThree(w, word(base, i+8), word(base, i+16)):
			i += 24
		case w&twoOfThreeMask == three0&twoOfThreeMask && plainLead(byte(w>>24)):
			i += 6
		default:
			i += 3
		}
	}
	return utf8.Valid(b[i:])
}

// eightOfThree reports whether the three words are eight runes of three bytes each with plain lead bytes: see plainLead.
func eightOfThree(a, b, c uint64) bool {
	if a&threeMask0 != three0 || b&threeMask1 != three1 || c&threeMask2 != three2 {
		return false
	}
	const carries = ones * 0x0f // what is not 0 in a half becomes at least 0x10 with it
	leads := a&lead0 | b&lead1 | c&lead2
	return (leads+carries)&(leads^ones*0x0d+carries)&(ones*0x10) == ones*0x10
}

// plainLead tells that what follows a lead byte of three may be any two continuation bytes: behind 0xe0 some would be too long a
// form, behind 0xed some are surrogates.
func plainLead(c byte) bool { return c != 0xe0 && c != 0xed }

// runeLength returns how many bytes the first rune of b has, 0 if it is not one.
func runeLength(b []byte) int {
	r, n := utf8.DecodeRune(b)
	if r == utf8.RuneError && n == 1 {
		return 0
	}
	return n
}
