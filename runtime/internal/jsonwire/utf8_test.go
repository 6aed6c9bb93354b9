package jsonwire

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// Every pair of bytes, and many of three and four, stand at every place of three words among ASCII and among runes of three bytes.
func TestValidUTF8IsThatOfTheLibrary(t *testing.T) {
	check := func(piece string) {
		for at := range 25 {
			for _, around := range []string{"abcdefghijabcdefghijabcdefghij", "日本語日本語日本語日本語"} {
				text := []byte(around[:at] + piece + around)
				if validUTF8(text) != utf8.Valid(text) {
					t.Fatalf("%q", text)
				}
			}
		}
	}
	for first := range 256 {
		for second := range 256 {
			check(string([]byte{byte(first), byte(second)}))
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		piece := make([]byte, 3+rnd.IntN(2))
		for i := range piece {
			piece[i] = byte(0x80 + rnd.IntN(0x80))
		}
		check(string(piece))
		check(string(rune(rnd.IntN(utf8.MaxRune + 1))))
	}
	for _, piece := range []string{"\xe0\x9f\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xed\xa0\x80", "\xef\xbf\xbd", "\xe3\x81", "\xf0\x9f\x98\x80"} {
		check(piece)
	}
}

func BenchmarkValidUTF8(b *testing.B) {
	text := []byte(strings.Repeat("今日は、world! ", 20))
	b.Run("jsonwire", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			validUTF8(text)
		}
	})
	b.Run("library", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			utf8.Valid(text)
		}
	})
}
