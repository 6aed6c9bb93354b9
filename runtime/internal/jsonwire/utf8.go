package jsonwire

import (
	"encoding/binary"
	"unicode/utf8"
)

// Two runes of three bytes each as the low six bytes of a word, and which bits of them tell so.
const (
	twoOfThree     = 0x00008080e08080e0
	twoOfThreeMask = 0x0000c0c0f0c0c0f0
)

// validUTF8 is utf8.Valid, quicker where most runes have three bytes, as those of many scripts do.
func validUTF8(b []byte) bool {
	i := 0
	for len(b)-i >= 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		switch {
		case w&highs == 0:
			i += 8
		case w&twoOfThreeMask == twoOfThree && plainLead(byte(w)) && plainLead(byte(w>>24)):
			i += 6
		default:
			n := runeLength(b[i:])
			if n == 0 {
				return false
			}
			i += n
		}
	}
	return utf8.Valid(b[i:])
}

// plainLead tells that what follows a lead byte of three may be any two continuation bytes: behind 0xe0 some would be too long a
// form, behind 0xed some are surrogates.
func plainLead(c byte) bool { return c != 0xe0 && c != 0xed }

// runeLength returns how many bytes the first rune of b has, 0 if it is not one.
func runeLength(b []byte) int {
	if b[0] < utf8.RuneSelf {
		return 1
	}
	if b[0]&0xf0 == 0xe0 && plainLead(b[0]) && b[1]&0xc0 == 0x80 && b[2]&0xc0 == 0x80 {
		return 3
	}
	r, n := utf8.DecodeRune(b)
	if r == utf8.RuneError && n == 1 {
		return 0
	}
	return n
}
