package jsonwire

import (
	"encoding/binary"
	"testing"
)

// Any two bytes stand side by side at every place of a word, in front of what carries to the next byte and of what does not.
func TestPlainWords(t *testing.T) {
	for _, fill := range []byte{'a', ' ', '!', '#', '[', ']', 0x7f, 0x80, 0xa2, 0xa3, 0xdc, 0xff} {
		for first := range 256 {
			for second := range 256 {
				for at := range 7 {
					text := [8]byte{fill, fill, fill, fill, fill, fill, fill, fill}
					text[at], text[at+1] = byte(first), byte(second)
					want := true
					for _, c := range text {
						want = want && plain[c]
					}
					w := binary.LittleEndian.Uint64(text[:])
					if (allPlain(w)&highs == highs) != want || (notPlain(w) == 0) != want {
						t.Fatalf("%x", text)
					}
				}
			}
		}
	}
}
