package ws

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestInflate reads the examples of RFC 7692 section 7.2.3.
func TestInflate(t *testing.T) {
	for name, c := range map[string]string{
		"one block":      "f248cdc9c90700",
		"no compression": "000500faff 'Hello' 00",
		"last block":     "f348cdc9c9070000",
		"two blocks":     "f248050000 00ffff cac9c90700",
	} {
		got, err := Inflate([]byte("> "), raw(t, c), 5, nil)
		require.NoError(t, err, name)
		assert.Equal(t, "> Hello", string(got), name)
	}
	got, err := Inflate(nil, []byte{0}, 1, nil)
	require.NoError(t, err)
	assert.Empty(t, got, "an empty message")

	_, err = Inflate(nil, raw(t, "f248cdc9c90700"), 4, nil)
	assert.Equal(t, errTooBig, err)
	for _, c := range []string{"", "ff", "f248cd", "0000", "07", "f348cdc9c90700"} {
		_, err = Inflate(nil, raw(t, c), 0, nil)
		assert.Equal(t, errDeflate, err, c)
	}
}

// TestBomb inflates what is a thousand times larger than it looks.
func TestBomb(t *testing.T) {
	f, ok := Deflate(append(NewFrame(nil), make([]byte, 1<<22)...), MaxBits)
	require.True(t, ok)
	require.Less(t, len(f.Payload()), 1<<15)
	got, err := Inflate(nil, f.Payload(), 1000, nil)
	assert.Equal(t, errTooBig, err)
	assert.Less(t, cap(got), 3000, "no more is read than is needed to see it")
}

func TestDeflate(t *testing.T) {
	text := strings.Repeat("the quick brown fox ", 100)
	noise := make([]byte, 3000)
	r := rand.NewChaCha8([32]byte{})
	_, _ = r.Read(noise)
	for _, c := range []struct {
		payload []byte
		bits    int
		ok      bool
	}{
		{[]byte(text), 15, true},
		{[]byte(text), 11, true},
		{[]byte(text), 10, false}, // it is longer than the window
		{[]byte("short"), 15, false},
		{noise, 15, false},
		{nil, 15, false},
	} {
		f, ok := Deflate(append(NewFrame(nil), c.payload...), c.bits)
		require.Equal(t, c.ok, ok)
		if !ok {
			assert.True(t, bytes.Equal(c.payload, f.Payload()))
			continue
		}
		assert.Less(t, len(f.Payload()), len(c.payload)/5)
		sent := f.Seal(OpText, true, nil)
		var p Parser
		n, ev, err := p.Feed(sent, Rules{Client: true, Deflate: true})
		require.NoError(t, err)
		assert.Equal(t, len(sent), n)
		assert.True(t, ev.Compressed)
		got, err := Inflate(nil, ev.Data, len(c.payload), nil)
		require.NoError(t, err)
		assert.Equal(t, c.payload, got)
	}
}

// TestManyLastBlocks: the time for blocks that say they are the last grew with their square, to 1.6 s for a megabyte.
func TestManyLastBlocks(t *testing.T) {
	t.Parallel()
	text, _ := Deflate(append(NewFrame(nil), strings.Repeat("a", 40_000)...), MaxBits)
	message := append(bytes.Clone(text.Payload()), tail...)
	last := "\x01\x00\x00\xff\xff" // an empty one that is stored
	out, err := Inflate(nil, append(bytes.Clone(message), strings.Repeat(last, 10)+"\x00"...), 1<<20, nil)
	require.NoError(t, err)
	assert.Len(t, out, 40_000)
	begun := time.Now()
	_, err = Inflate(nil, append(message, strings.Repeat(last, 1_000_000)+"\x00"...), 1<<20, nil)
	assert.Equal(t, errDeflate, err)
	assert.Less(t, time.Since(begun), 20*time.Second)
}

func FuzzInflate(f *testing.F) {
	for _, seed := range []string{"\xf2\x48\xcd\xc9\xc9\x07\x00", "\x00", "\xf3\x48\xcd\xc9\xc9\x07\x00\x00", "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := Inflate(nil, b, 1<<16, nil)
		if err == nil {
			assert.LessOrEqual(t, len(out), 1<<16)
		}
		frame, ok := Deflate(append(NewFrame(nil), b...), MaxBits)
		if ok {
			again, err := Inflate(nil, frame.Payload(), len(b), nil)
			require.NoError(t, err)
			assert.True(t, bytes.Equal(b, again))
		}
	})
}
