package tornado

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
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

// framesOf is what follows from frames that come in these pieces: the types, and the codes of GOAWAY.
func framesOf(before int, pieces ...[]byte) (found []uint32) {
	s := http2Frames{left: before}
	for _, p := range pieces {
		for frame, rest, whole := s.next(p); whole; frame, rest, whole = s.next(rest) {
			found = append(found, uint32(frame))
			if frame == frameGoAway {
				found = append(found, s.code())
			}
		}
	}
	if !s.between() {
		found = append(found, 1000)
	}
	return found
}

// oneByOne is each byte in a piece of its own.
func oneByOne(all []byte) (pieces [][]byte) {
	for i := range all {
		pieces = append(pieces, all[i:i+1])
	}
	return pieces
}

// TestHTTP2Frames: frames are found wherever the bytes are cut, and what looks like one within another is none.
func TestHTTP2Frames(t *testing.T) {
	const data, settings = 0, 4
	like := goAwayOf(11, "")
	all := []byte(http1.Preface + http2Bytes(settings, 0, 0, "\x00\x05\x00\x10\x00\x00") + goAwayOf(11, "") + http2Bytes(settings, 0, 0, "") +
		http2Bytes(frameGoAway, 0, 0, "short") + http2Bytes(data, 0, 1, strings.Repeat(like, 9)) + http2Bytes(frameReset, 0, 1, "\x00\x00\x00\x08") +
		goAwayOf(1, like) + http2Bytes(frameHeaders, 5, 3, like))
	want := []uint32{settings, frameGoAway, 11, settings, frameGoAway, 0, data, frameReset, frameGoAway, 1, frameHeaders}
	for cut := range all {
		assert.Equal(t, want, framesOf(len(http1.Preface), all[:cut], all[cut:]), cut)
	}
	assert.Equal(t, want, framesOf(len(http1.Preface), oneByOne(all)...))
	assert.Equal(t, append(want, 1000), framesOf(len(http1.Preface), all, []byte{0}), "one has begun")
}

// FuzzHTTP2Frames holds frames that come at once against the same, byte by byte.
func FuzzHTTP2Frames(f *testing.F) {
	f.Add([]byte(goAwayOf(11, "why") + http2Bytes(frameReset, 0, 1, "\x00\x00\x00\x08")))
	f.Add([]byte(http2Bytes(frameGoAway, 0, 0, "short") + http2Bytes(frameHeaders, 5, 3, "")))
	f.Fuzz(func(t *testing.T, all []byte) {
		assert.Equal(t, framesOf(0, all), framesOf(0, oneByOne(all)...))
	})
}

// shortConn takes a few bytes of what is written, and then no more in time.
type shortConn struct {
	net.Conn
	most  int
	taken []byte
}

func (c *shortConn) Write(p []byte) (int, error) {
	n := min(c.most, len(p))
	c.taken = append(c.taken, p[:n]...)
	if n < len(p) {
		return n, os.ErrDeadlineExceeded
	}
	return n, nil
}

// TestHTTP2ShortWrites: net/http writes what is left of a frame again, which is no other one.
func TestHTTP2ShortWrites(t *testing.T) {
	all := []byte(http2Bytes(frameHeaders, 4, 1, goAwayOf(11, "")) + goAwayOf(0, goAwayOf(11, "")) + http2Bytes(frameHeaders, 4, 3, "abc"))
	for most := 1; most <= len(all); most++ {
		short := &shortConn{most: most}
		o := &outsideConn{Conn: short}
		s := o.serve(o)
		s.resets.count.Store(5)
		for rest := all; len(rest) > 0; {
			n, err := s.Write(rest)
			require.Equal(t, n < len(rest), err != nil)
			rest = rest[n:]
		}
		assert.Equal(t, all, short.taken, most)
		assert.False(t, o.deaf.Load(), most)
		assert.True(t, s.sent.between(), most)
		assert.EqualValues(t, 3, s.resets.count.Load(), most)
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
					for kind, payload := readFrame(t, c.r); kind != 0 || len(payload) == 0; {
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
			reset(fewResets + 60)
			assert.NotZero(t, hears())
			reset(3 * mostResets)
			last, code := goAway(t, c)
			assert.EqualValues(t, 1<<31-1, last, "not what net/http would say")
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
	for range 3 * fewResets { // 29 of 30 of them are made up for
		now = now.Add(resetTime - resetTime/30)
		come(1, 0, false)
	}
	assert.LessOrEqual(t, r.count.Load(), int32(fewResets/8))
}
