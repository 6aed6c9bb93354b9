package http1

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// decode feeds the pieces and returns the data, how many bytes belonged to the
// body, and the end.
func decode(c *Chunked, pieces ...[]byte) (data []byte, used int, done bool, err error) {
	for _, piece := range pieces {
		for len(piece) > 0 && !done {
			n, part, end, err := c.Feed(piece)
			if err != nil {
				return data, used, false, err
			}
			data = append(data, part...)
			used += n
			done = end
			if n == 0 && !end {
				panic("no progress")
			}
			piece = piece[n:]
		}
	}
	return data, used, done, nil
}

func TestChunkedLimits(t *testing.T) {
	t.Parallel()
	head := post + te + "\r\n"
	const said = "POST / host=a chunked | "
	tests := []struct {
		name    string
		maxBody int64
		body    string
		want    string
	}{
		{"body at the limit", 4, "1\r\na\r\n3\r\nbcd\r\n0\r\n\r\n", said + `body "abcd"`},
		{"second chunk over it", 4, "1\r\na\r\n4\r\n", said + "error 413 body is too long"},
		{"first chunk over it, before its data", 4, "5\r\n", said + "error 413 body is too long"},
		{"no limit", 0, "5\r\nabcde\r\n0\r\n\r\n", said + `body "abcde"`},
		{"sum of sizes overflows", 0, "1\r\na\r\n7fffffffffffffff\r\n", said + "error 400 chunk size overflow"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := playSplit(t, nil, test.maxBody, head+test.body)
			assert.Equal(t, test.want, strings.Join(s.log, " | "))
		})
	}
}

func TestChunkedFraming(t *testing.T) {
	t.Parallel()
	ext := func(n int) string { return ";" + strings.Repeat("x", n-1) }
	tests := []struct {
		name string
		body string
		want error
	}{
		{"line at the limit", "1" + ext(maxChunkLine-3) + "\r\na\r\n0\r\n\r\n", nil},
		{"line over it", "1" + ext(maxChunkLine-2) + "\r\na\r\n0\r\n\r\n", errChunkExtSize},
		{"line without end", "1" + ext(1<<20), errChunkExtSize},
		{"many tiny chunks", strings.Repeat("1\r\na\r\n", 1<<16) + "0\r\n\r\n", nil},
		{"many tiny chunks with extensions", strings.Repeat("1"+ext(100)+"\r\na\r\n", 1<<12), errChunkExtSize},
		{"signed chunks", strings.Repeat("400"+ext(900)+"\r\n"+strings.Repeat("a", 1024)+"\r\n", 100) + "0\r\n\r\n", nil},
		{"trailers at the limit", "0\r\nA: " + strings.Repeat("x", maxTrailerBytes-7) + "\r\n\r\n", nil},
		{"trailers over it", "0\r\nA: " + strings.Repeat("x", maxTrailerBytes-6) + "\r\n\r\n", errTrailers},
		{"trailers without end", "0\r\n" + strings.Repeat("A: b\r\n", 1<<16), errTrailers},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{1, 7, len(test.body)} {
				var c Chunked
				var pieces [][]byte
				for rest := []byte(test.body); len(rest) > 0; {
					n := min(size, len(rest))
					pieces = append(pieces, rest[:n])
					rest = rest[n:]
				}
				_, _, done, err := decode(&c, pieces...)
				if test.want == nil {
					require.NoError(t, err)
					assert.True(t, done)
					assert.True(t, c.Done())
				} else {
					require.ErrorIs(t, err, test.want)
					assert.False(t, c.Done())
				}
			}
		})
	}
}

func TestChunkedContract(t *testing.T) {
	t.Parallel()
	src := []byte("3\r\nabc\r\n0\r\n\r\nNEXT")
	var c Chunked
	n, data, done, err := c.Feed(src)
	require.NoError(t, err)
	assert.Equal(t, 6, n)
	assert.False(t, done)
	assert.Equal(t, "abc", string(data))
	assert.Equal(t, 3, cap(data), "an append must not reach the framing")
	assert.Same(t, &src[3], unsafe.SliceData(data))
	n, data, done, err = c.Feed(nil)
	assert.True(t, n == 0 && data == nil && !done && err == nil)
	n, data, done, err = c.Feed(src[6:])
	assert.True(t, n == 7 && data == nil && done && err == nil)
	n, data, done, err = c.Feed(src[13:])
	assert.True(t, n == 0 && data == nil && done && err == nil, "what follows is not the body's")
	assert.LessOrEqual(t, unsafe.Sizeof(c), uintptr(48))
}

func TestParseTrailers(t *testing.T) {
	t.Parallel()
	var section []byte
	c := Chunked{Trailers: &section}
	_, _, done, err := decode(&c, []byte("0\r\nDigest:  abc \r\nCONTENT-Length: 3\r\nHost: x\r\nX:\r\nTransfer-Encoding: chunked\r\n\r\n"))
	require.NoError(t, err)
	require.True(t, done)
	var got []string
	for _, f := range ParseTrailers(nil, section) {
		got = append(got, fmt.Sprintf("%s=%s", f.Name, f.Value))
	}
	assert.Equal(t, []string{"Digest=abc", "X="}, got)
	assert.Empty(t, ParseTrailers(nil, nil))
	assert.True(t, ForbiddenTrailer("Set-Cookie"))
	assert.False(t, ForbiddenTrailer("Server-Timing"))
}

func TestChunkedRoundTrip(t *testing.T) {
	t.Parallel()
	var body, want []byte
	for size := range 300 {
		data := bytes.Repeat([]byte{byte(size)}, size)
		body = AppendChunk(body, data) // of size 0: nothing
		want = append(want, data...)
	}
	line, err := AppendField(nil, "Digest", "x")
	require.NoError(t, err)
	body = AppendLastChunk(body, line)
	var section []byte
	c := Chunked{MaxBody: int64(len(want)), Trailers: &section}
	got, used, done, err := decode(&c, body)
	require.NoError(t, err)
	assert.True(t, done)
	assert.Equal(t, len(body), used)
	assert.Equal(t, want, got)
	assert.Equal(t, "Digest: x\r\n", string(section))
}
