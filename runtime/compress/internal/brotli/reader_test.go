package brotli

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	reference "github.com/andybalholm/brotli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The dictionary is that of the standard (RFC 7932 appendix A).
func TestDictionary(t *testing.T) {
	assert.Len(t, words, 122_784)
	assert.Equal(t, uint32(0x5136cb04), crc32.ChecksumIEEE([]byte(words)))
	assert.Equal(t, len(words), wordsAt[longestWord]+longestWord<<wordsOf[longestWord])
	assert.Len(t, transforms, 121)
}

func coded(data []byte, quality, window int) []byte {
	var b bytes.Buffer
	w := reference.NewWriterOptions(&b, reference.WriterOptions{Quality: quality, LGWin: window})
	_, _ = w.Write(data) // a buffer gives no error
	_ = w.Close()
	return b.Bytes()
}

// samples are texts of many kinds.
func samples() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 200_000)
	mixed := make([]byte, 0, 400_000)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	for len(mixed) < 300_000 {
		if at := r.IntN(len(mixed) + 1); at > 100 && r.IntN(3) > 0 {
			mixed = append(mixed, mixed[at-100:at]...)
		} else {
			mixed = append(mixed, random[:1+r.IntN(2000)]...)
		}
	}
	source, _ := os.ReadFile("reader.go")
	var list strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&list, `{"id":%d,"name":"Überraschung %d","of the":[true,null,%g]},`, i, r.Uint32(), r.Float64())
	}
	signed := make([]byte, 300_000)
	for i := range signed {
		signed[i] = byte(int8(r.NormFloat64() * 10))
	}
	return map[string][]byte{
		"nothing": nil, "one": []byte("a"), "zeros": make([]byte, 5<<20), "random": random, "mixed": mixed, "source": source,
		"list": []byte(list.String()), "words": []byte(words), "signed": signed, "pairs": bytes.Repeat([]byte("ab"), 500_000),
		"sentence": bytes.Repeat([]byte("The quick brown fox jumps over the lazy dog. "), 3),
	}
}

// What an encoder writes is decoded, whatever the level and the window, and with the same reader again and again.
func TestReader(t *testing.T) {
	d := new(Reader)
	for name, all := range samples() {
		for quality := range 12 {
			data, windows := all, []int{10, 14, 16, 18, 22, 24}
			if quality > 4 { // of which the encoder takes long
				data, windows = data[:min(len(data), 20_000)], []int{10, 16, 22}
			}
			for _, window := range windows {
				short := testing.Short() && (quality != 1 && quality != 9 || window%6 != 4) // 10, 16, 22
				if short || len(data) > 1<<20 && (quality > 1 || window < 22) {
					continue
				}
				d.Reset(bytes.NewReader(coded(data, quality, window)))
				got, err := io.ReadAll(d)
				require.NoError(t, err, "%s at %d, %d", name, quality, window)
				require.True(t, bytes.Equal(data, got), "%s at %d, %d", name, quality, window)
			}
		}
	}
}

// The bytes may come as they like.
func TestReaderOfSingleBytes(t *testing.T) {
	for name, data := range samples() {
		data = data[:min(len(data), 100_000)]
		d := new(Reader)
		d.Reset(iotest.DataErrReader(iotest.OneByteReader(bytes.NewReader(coded(data, 9, 0)))))
		got, err := io.ReadAll(iotest.OneByteReader(d))
		require.NoError(t, err, name)
		require.True(t, bytes.Equal(data, got), name)
	}
}

// What was flushed is given before more is read.
func TestReaderGivesWhatWasFlushed(t *testing.T) {
	in, out := io.Pipe()
	w := reference.NewWriter(out)
	d := new(Reader)
	d.Reset(in)
	lines := make(chan string)
	go func() {
		for line := range lines {
			_, _ = io.WriteString(w, line)
			_ = w.Flush()
		}
		_ = w.Close()
		_ = out.Close()
	}()
	for i := range 50 {
		line := fmt.Sprintf("a line of which there are some, and this is the %d. one\n", i)
		lines <- line
		p := make([]byte, len(line))
		_, err := io.ReadFull(d, p)
		require.NoError(t, err)
		require.Equal(t, line, string(p))
	}
	close(lines)
	rest, err := io.ReadAll(d)
	require.NoError(t, err)
	assert.Empty(t, rest)
}

// What is longer than an int of 32 bits counts is decoded like anything else.
func TestReaderGoesFar(t *testing.T) {
	data := make([]byte, 400<<10)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range data {
		data[i] = "abcdefgh "[r.IntN(9)]
	}
	d := new(Reader)
	d.Reset(bytes.NewReader(coded(data, 9, 16)))
	got := make([]byte, 100<<10)
	_, err := io.ReadFull(d, got)
	require.NoError(t, err)
	const far = 1<<31 - 1<<18 // a multiple of the window
	d.pos, d.given = d.pos+far, d.given+far
	rest, err := io.ReadAll(d)
	require.NoError(t, err)
	require.True(t, bytes.Equal(data[:len(got)], got) && bytes.Equal(data[len(got):], rest))
}

// What is cut off anywhere, or goes on, is an error, also of Read once more.
func TestReaderOfABrokenCoding(t *testing.T) {
	data := []byte(strings.Repeat("what stands here is of no importance, but it shall be some. ", 20))
	whole := coded(data, 9, 0)
	d := new(Reader)
	for n := range whole {
		d.Reset(bytes.NewReader(whole[:n]))
		got, err := io.ReadAll(d)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.True(t, bytes.HasPrefix(data, got))
		_, err = d.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
	d.Reset(io.MultiReader(bytes.NewReader(whole), iotest.ErrReader(io.ErrUnexpectedEOF)))
	_, err := io.ReadAll(d)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF, "the source is cut off behind the coding")
	d.Reset(bytes.NewReader(append(bytes.Clone(whole), 0)))
	_, err = io.ReadAll(d)
	require.ErrorIs(t, err, ErrTrailing)
	d.Reset(io.MultiReader(bytes.NewReader(whole[:20]), iotest.ErrReader(io.ErrClosedPipe)))
	_, err = io.ReadAll(d)
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

// FuzzReader holds the reader against another one. That gives more before it says that something is wrong, or less.
func FuzzReader(f *testing.F) {
	for _, data := range samples() {
		for _, quality := range []int{1, 5, 11} {
			f.Add(coded(data[:min(len(data), 5000)], quality, 16))
		}
	}
	for _, stream := range costly() {
		f.Add(stream[:min(len(stream), 1500)]) // the other one takes long for them
	}
	kept := new(Reader)
	f.Fuzz(func(t *testing.T, stream []byte) {
		const most = 1 << 20
		want, wrong := io.ReadAll(io.LimitReader(reference.NewReader(bytes.NewReader(stream)), most))
		kept.Reset(bytes.NewReader(stream))
		got, err := io.ReadAll(io.LimitReader(kept, most))
		if errors.Is(err, ErrTrailing) {
			err = nil
		}
		if wrong != nil && wrong.Error() == "brotli: excessive input" {
			wrong = nil
		}
		require.Equal(t, wrong == nil, err == nil, "%v, and not %v", err, wrong)
		if err == nil {
			require.True(t, bytes.Equal(want, got))
		}
		n := min(len(want), len(got))
		require.True(t, bytes.Equal(want[:n], got[:n]))
	})
}
