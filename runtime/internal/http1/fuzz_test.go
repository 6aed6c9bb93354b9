package http1

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzHead plays a connection whole, cut in two and byte by byte: all must tell
// the same, and what is accepted must keep the promises of Head.
func FuzzHead(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed, uint16(len(seed)/2), uint8(0))
	}
	for _, seed := range []string{
		Preface, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc", "GET /\r\n", "\r\n\r\n\r\n\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
		get + "A: b\r\n c\r\n\r\n", post + "Content-Length: 9223372036854775808\r\n\r\n", post + te + "Content-Length: 1\r\n\r\n",
	} {
		f.Add(seed, uint16(3), uint8(9))
	}
	f.Fuzz(func(t *testing.T, input string, cut uint16, bound uint8) {
		if len(input) > 4<<10 {
			t.Skip("every byte costs a copy of the whole")
		}
		limits := &Limits{Target: int(bound), HeaderBytes: 8 * int(bound), HeaderFields: int(bound) / 8}
		whole := play(limits, int64(bound), input)
		at := min(int(cut), len(input))
		halves := play(limits, int64(bound), input[:at], input[at:])
		require.Equal(t, whole.log, halves.log)
		require.Equal(t, whole.heads, halves.heads)
		bytewise := play(limits, int64(bound), single(input)...)
		require.Equal(t, whole.log, bytewise.log)
		require.Equal(t, whole.heads, bytewise.heads)
		for i := range whole.heads {
			checkPromises(t, &whole.heads[i])
		}
	})
}

func checkPromises(t *testing.T, h *Head) {
	t.Helper()
	connect := string(h.Method) == "CONNECT"
	assert.True(t, ValidFieldName(string(h.Method)), "method %q", h.Method)
	assert.True(t, len(h.Path) > 0 && h.Path[0] == '/' || string(h.Path) == "*" || connect && len(h.Path) == 0, "path %q", h.Path)
	assert.True(t, all(h.Target, isTarget) && all(h.Host, isHost), "target %q, host %q", h.Target, h.Host)
	assert.False(t, bytes.ContainsAny(h.Path, "?#"))
	assert.False(t, h.Chunked && (h.ContentLength >= 0 || h.Minor == 0))
	assert.False(t, h.KeepAliveAsked && (h.Close || h.Minor == 1))
	assert.False(t, h.Expect100 && !h.HasBody())
	assert.GreaterOrEqual(t, h.ContentLength, int64(-1))
	hosts := 0
	for _, f := range h.Fields {
		assert.True(t, ValidFieldName(string(f.Name)), "name %q", f.Name)
		assert.True(t, ValidFieldValue(string(f.Value)), "value %q", f.Value)
		assert.Equal(t, trim(f.Value), f.Value)
		if strings.EqualFold(string(f.Name), "host") {
			hosts++
		}
	}
	assert.True(t, hosts == 1 || hosts == 0 && h.Minor == 0)
}

// FuzzChunked decodes a body whole, cut in two and byte by byte: data, end and
// error must be the same. What was decoded is encoded and decoded again.
func FuzzChunked(f *testing.F) {
	for _, seed := range []string{
		"0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\nGET", "00A;a=b;c=\"d\\\"\"\r\n0123456789\r\n0\r\nA: b\r\n\r\n", "1 ;a\r\nx\r\n0\r\n\r\n",
		"8000000000000000\r\n", "7fffffffffffffff\r\n", "1\nx\r\n", "1\r\nxy", "0\r\n a\r\n", "0\r\nA: \x00\r\n",
	} {
		f.Add([]byte(seed), uint16(len(seed)/2), uint16(0))
	}
	f.Fuzz(func(t *testing.T, input []byte, cut, maxBody uint16) {
		type result struct {
			data, trailers []byte
			used           int
			done           bool
			err            error
		}
		run := func(pieces ...[]byte) (r result) {
			c := Chunked{MaxBody: int64(maxBody), Trailers: &r.trailers}
			r.data, r.used, r.done, r.err = decode(&c, pieces...)
			if r.err != nil {
				r.used = 0 // where exactly the call stood is nobody's business
			}
			return r
		}
		whole := run(input)
		at := min(int(cut), len(input))
		require.Equal(t, whole, run(input[:at], input[at:]))
		var single [][]byte
		for i := range input {
			single = append(single, input[i:i+1])
		}
		require.Equal(t, whole, run(single...))
		require.LessOrEqual(t, whole.used, len(input))
		if maxBody > 0 {
			require.LessOrEqual(t, len(whole.data), int(maxBody))
		}
		if !whole.done {
			return
		}
		for _, field := range ParseTrailers(nil, whole.trailers) {
			assert.True(t, ValidFieldName(string(field.Name)) && ValidFieldValue(string(field.Value)))
		}
		body := AppendLastChunk(AppendChunk(nil, whole.data))
		again := run(body)
		require.NoError(t, again.err)
		assert.Equal(t, whole.data, again.data)
		assert.True(t, again.done && again.used == len(body))
	})
}
