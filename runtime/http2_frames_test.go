package tornado

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// http2Bytes is a frame of HTTP/2 (RFC 9113 section 4.1).
func http2Bytes(kind, flags byte, stream uint32, payload string) string {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	return string(binary.BigEndian.AppendUint32(append(head, flags), stream)) + payload
}

// goAwayOf is a GOAWAY.
func goAwayOf(code uint32, debug string) string {
	return http2Bytes(frameGoAway, 0, 0, "\x00\x00\x00\x07"+string(binary.BigEndian.AppendUint32(nil, code))+debug)
}

// TestHTTP2Frames: a GOAWAY with an error is found, wherever the bytes are cut, and nothing else is taken for one.
func TestHTTP2Frames(t *testing.T) {
	const settings, calm = 4, 11
	like := goAwayOf(calm, "")
	before := http2Bytes(settings, 0, 0, "\x00\x05\x00\x10\x00\x00") + http2Bytes(settings, 0, 0, "") + http2Bytes(frameData, 0, 1, strings.Repeat(like, 9)) +
		goAwayOf(0, "") + goAwayOf(0, like)
	for name, c := range map[string]struct {
		last   string
		within bool
	}{
		"an error":               {goAwayOf(calm, ""), true},
		"an error, and why":      {goAwayOf(1, "why"), true},
		"no error":               {goAwayOf(0, "why"), false},
		"data that look like it": {http2Bytes(frameData, 0, 3, like), false},
		"too short for one":      {http2Bytes(frameGoAway, 0, 0, "short"), false},
	} {
		t.Run(name, func(t *testing.T) {
			all := []byte(before + c.last)
			within := func(cut ...int) (within bool) {
				var s http2Frames
				from := 0
				for _, to := range append(cut, len(all)) {
					for frame, rest, whole := s.next(all[from:to]); whole; frame, rest, whole = s.next(rest) {
						within = within || frame == frameGoAway && s.code() != 0
					}
					from = to
				}
				return within
			}
			for cut := range all {
				assert.Equal(t, c.within, within(cut), cut)
			}
			every := make([]int, len(all))
			for i := range every {
				every[i] = i
			}
			assert.Equal(t, c.within, within(every...), "byte by byte")
		})
	}
}

// TestDeaf: what a client sends that was told of an error of its connection is read, so that it gets to read that, and not looked at.
func TestDeaf(t *testing.T) {
	client, conn := net.Pipe()
	o := &outsideConn{Conn: conn, way: worker.Way{}}
	s := o.serve(o)
	s.received.left = 0
	go func() { _, _ = client.Write([]byte("before")) }()
	p := make([]byte, 64)
	n, err := s.Read(p)
	require.NoError(t, err)
	assert.Equal(t, "before", string(p[:n]))

	told := goAwayOf(11, "")
	read := make(chan []byte)
	go func() {
		got := make([]byte, len(told))
		_, _ = io.ReadFull(client, got)
		read <- got
	}()
	_, err = s.Write([]byte(told))
	require.NoError(t, err)
	assert.Equal(t, told, string(<-read))

	go func() {
		for range 1000 {
			_, _ = client.Write([]byte("behind"))
		}
		_ = client.Close()
	}()
	n, err = s.Read(p)
	assert.Zero(t, n)
	assert.ErrorIs(t, err, io.EOF, "all of it was read")
}

// TestHTTP2ResetsAreReadSlowly: a client may reset a hundred streams more than it lets be answered. What it sends behind more is read later.
func TestHTTP2ResetsAreReadSlowly(t *testing.T) {
	for _, way := range []string{"h2c", "tls"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			r := start(t, newTestAPI(testHandlers{hold: func(ctx context.Context) ([]byte, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}}), append([]Option{WithLogger(quiet)}, http2Ways[way]...)...)
			c := settled(t, r, way)
			stream := uint32(1)
			ask := func(path string, behind ...string) {
				fields := "\x82\x86\x04" + string(rune(len(path))) + path + "\x01\x01x"        // GET, http, the path and the authority, as literals
				c.send(http2Bytes(frameHeaders, 5, stream, fields) + strings.Join(behind, "")) // all of the head, and no body
			}
			reset := func(n int) {
				for range n {
					ask("/hold", http2Bytes(frameReset, 0, stream, "\x00\x00\x00\x08"))
					stream += 2
				}
			}
			const ping = 6
			hears := func() (met uint64) {
				c.send(http2Bytes(ping, 0, 0, "12345678"))
				for kind := byte(0); kind != ping; {
					kind, _ = readFrame(t, c.r)
				}
				return r.Stats().Bounds[BoundResets]
			}
			answered := func(n int) {
				for range n {
					ask("/items/2")
					for kind, payload := readFrame(t, c.r); kind != frameData || len(payload) == 0; {
						kind, payload = readFrame(t, c.r)
					}
					stream += 2
				}
			}
			for range 3 {
				reset(fewResets - 1)
				answered(fewResets - 1)
			}
			assert.Zero(t, hears(), "it lets others be answered")
			reset(fewResets + 20)
			assert.NotZero(t, hears())
			reset(3 * mostResets)
			_, code := goAway(t, c)
			assert.EqualValues(t, 11, code, "ENHANCE_YOUR_CALM")
			_, err := io.Copy(io.Discard, c.r)
			require.NoError(t, err, "closed, not reset")
		})
	}
}

// TestResets counts them.
func TestResets(t *testing.T) {
	now := time.Now()
	r := resets{since: now}
	come := func(n int, pause time.Duration, enough bool) {
		t.Helper()
		p, e := r.come(n, now)
		assert.Equal(t, pause, p)
		assert.Equal(t, enough, e)
	}
	come(fewResets, 0, false)
	come(3, 3*resetPause, false)
	for range 2 * mostResets {
		r.answered()
	}
	come(fewResets+1, resetPause, false)
	come(1, resetPause, false)
	r.answered()
	come(mostResets-fewResets-1, (mostResets-fewResets-1)*resetPause, true)
	come(10*mostResets, (mostResets-fewResets)*resetPause, true)

	now = now.Add(time.Hour)
	come(1, 0, false)
	for range 10 * mostResets { // one at a time, as long polls are
		now = now.Add(resetTime)
		come(1, 0, false)
	}
	now = now.Add(resetTime - 1)
	come(fewResets-1, 0, false)
	come(1, resetPause, false)
}
