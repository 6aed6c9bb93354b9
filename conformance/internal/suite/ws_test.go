package suite

import (
	"bufio"
	"bytes"
	stdflate "compress/flate"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Of every payload, each message that is large enough has to come compressed, but for those that are longer than a smaller window.
func TestCompressionIsDemanded(t *testing.T) {
	demanded := make(map[string]int)
	for _, e := range compressed(1) {
		bits, err := agreedWindow(e.offer, answered(e.offer))
		require.NoError(t, err)
		section := e.id[:strings.LastIndexByte(e.id, '.')]
		if demanded[section] += 0; e.comesDeflated(bits) {
			demanded[section]++
		}
	}
	assert.Equal(t, map[string]int{
		"12.1": 16, "12.2": 16, "12.3": 16, "12.4": 16, "12.5": 16, "13.1": 16, "13.2": 16, "13.3": 1, "13.4": 16, "13.5": 1, "13.6": 16, "13.7": 1,
	}, demanded)
}

// answered is what a server answers to an offer.
func answered(offer string) string {
	answer := "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
	first, _, _ := strings.Cut(offer, ",")
	if _, bits, ok := strings.Cut(first, "server_max_window_bits="); ok {
		answer += "; server_max_window_bits=" + bits
	}
	return answer
}

func TestAgreedWindow(t *testing.T) {
	const both = "permessage-deflate; client_no_context_takeover; server_no_context_takeover"
	for _, one := range []struct {
		offer, answer string
		bits          int // 0: not as it has to be
	}{
		{offers[0], both, 15},
		{offers[2], both + "; server_max_window_bits=9", 9},
		{offers[3], both + "; server_max_window_bits=15", 15},
		{offers[6], both + "; server_max_window_bits=9", 9},
		{offers[0], "", 0},
		{offers[0], "permessage-deflate", 0},
		{offers[0], both + "; server_max_window_bits=9", 0},
		{offers[0], both + "; client_max_window_bits=9", 0},
		{offers[0], both + "; server_no_context_takeover", 0},
		{offers[0], both + ", " + both, 0},
		{offers[2], both, 0},
		{offers[2], both + "; server_max_window_bits=10", 0},
		{offers[2], both + "; server_max_window_bits", 0},
		{offers[6], both, 0},
	} {
		bits, err := agreedWindow(one.offer, one.answer)
		if one.bits == 0 {
			assert.Error(t, err, one)
			continue
		}
		require.NoError(t, err, one)
		assert.Equal(t, one.bits, bits, one)
	}
}

// An echo is compressed where it has to be, and nowhere else.
func TestEchoIsCompressed(t *testing.T) {
	text := prose(400)
	small := deflate(text, flate.BestSpeed)
	plain, tight := frame(bitFin|opText, text), frame(bitFin|opText|bitRSV1, small)
	split := func(second byte) string { return frame(opText|bitRSV1, small[:9]) + frame(second, small[9:]) }
	for _, one := range []struct {
		name, server string
		deflated, ok bool
	}{
		{"plain", plain, false, true},
		{"plain, and has to be compressed", plain, true, false},
		{"compressed", tight, true, true},
		{"compressed, and must not be", tight, false, false},
		{"in two frames", split(bitFin | opContinuation), true, true},
		{"in two frames that say so", split(bitFin | opContinuation | bitRSV1), true, false},
		{"in two messages", split(bitFin | opText), true, false},
		{"another reserved bit", frame(bitFin|opText|0x20, text), false, false},
		{"no end", split(opContinuation), true, false},
		{"another text", frame(bitFin|opText|bitRSV1, deflate(prose(401), flate.BestSpeed)), true, false},
	} {
		c := &wsConn{r: bufio.NewReader(strings.NewReader(one.server))}
		back := c.expect
		if one.deflated {
			back = func(op byte, want string) error { return c.expectDeflated(op, want, 9) }
		}
		if err := back(opText, text); one.ok {
			assert.NoError(t, err, one.name)
		} else {
			assert.Error(t, err, one.name)
		}
	}
}

// frame is one of the server, which does not mask.
func frame(first byte, payload string) string {
	b := (&wsConn{}).head(first, uint64(len(payload)))
	b[1] &^= 0x80
	return string(b[:len(b)-4]) + payload
}

func TestFarthest(t *testing.T) {
	for _, text := range []string{"", "a", stars(5000), prose(40_000), noise(40_000), digits(100_000), noise(700) + noise(700)} {
		for level := stdflate.HuffmanOnly; level <= stdflate.BestCompression; level++ {
			_, length := farthest(deflate(text, level) + deflateTail + lastBlock)
			require.Equal(t, len(text), length, "level %d of %.20q", level, text)
		}
		for _, bits := range []int{8, 9, 12} {
			var out bytes.Buffer
			w, err := flate.NewWriterWindow(&out, 1<<bits)
			require.NoError(t, err)
			_, err = w.Write([]byte(text))
			require.NoError(t, err)
			require.NoError(t, w.Flush())
			got, err := inflate([]byte(strings.TrimSuffix(out.String(), deflateTail)), bits)
			require.NoError(t, err, "%d bits of %.20q", bits, text)
			require.Equal(t, text, string(got))
		}
	}
	for _, n := range []int{100, 512, 513, 1000, 32_768} { // noise has no repetitions but that
		twice := noise(n) + noise(n)
		distance, _ := farthest(deflate(twice, 9) + deflateTail + lastBlock)
		assert.Equal(t, n, distance)
		_, err := inflate([]byte(deflate(twice, 9)), 9)
		assert.Equal(t, n <= 512, err == nil, "a distance of %d in a window of 512", n)
	}
}
