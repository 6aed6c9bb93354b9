package ws

import (
	"strconv"
	"strings"
	"testing"
)

// text gives n bytes that are like those of a chat.
func text(n int) string { return strings.Repeat("What a day it was, said Zoë. ", n/29+1)[:n] }

// BenchmarkFeed reads a message of a client: the head of its frame, the mask, UTF-8.
func BenchmarkFeed(b *testing.B) {
	for _, size := range []int{16, 256, 4 << 10, 64 << 10} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			frame := append(NewFrame(nil), text(size)...)
			sent := frame.Seal(OpText, false, &[4]byte{1, 2, 3, 4})
			received := make([]byte, len(sent))
			var p Parser
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				copy(received, sent) // it is unmasked where it is
				if _, ev, err := p.Feed(received, Rules{MaxMessage: 1 << 20}); err != nil || ev.Op != OpText {
					b.Fatal(ev, err)
				}
			}
		})
	}
}

// BenchmarkSeal writes the frame of a message of a server.
func BenchmarkSeal(b *testing.B) {
	message := text(256)
	var buf []byte
	b.ReportAllocs()
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		frame := append(NewFrame(buf), message...)
		frame.Seal(OpText, false, nil)
		buf = frame
	}
}

func BenchmarkMask(b *testing.B) {
	for _, size := range []int{16, 256, 4 << 10} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			payload := []byte(text(size))
			b.SetBytes(int64(size))
			for b.Loop() {
				Mask(payload, [4]byte{1, 2, 3, 4}, 0)
			}
		})
	}
}

// BenchmarkDeflate compresses a message, and BenchmarkInflate reads it, with compressors that are shared.
func BenchmarkDeflate(b *testing.B) {
	message := text(1 << 10)
	b.ReportAllocs()
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		if _, ok := Deflate(append(NewFrame(nil), message...), MaxBits); !ok {
			b.Fatal("it did not become smaller")
		}
	}
}

func BenchmarkInflate(b *testing.B) {
	frame, _ := Deflate(append(NewFrame(nil), text(1<<10)...), MaxBits)
	var out []byte
	b.ReportAllocs()
	b.SetBytes(1 << 10)
	for b.Loop() {
		var err error
		if out, err = Inflate(out[:0], frame.Payload(), 1<<20, nil); err != nil {
			b.Fatal(err)
		}
	}
}
