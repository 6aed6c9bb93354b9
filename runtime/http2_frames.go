package tornado

import (
	"encoding/binary"
	"math"
	"sync/atomic"
	"time"
)

// http2Frames follows the frames of HTTP/2 that come, or leave, in pieces (RFC 9113 section 4.1).
type http2Frames struct {
	head [frameHead + goAwayHead]byte // of the frame, and of what is in a GOAWAY
	had  int                          // bytes of head
	left int                          // bytes behind head, of the frame or of what is before the first
}

const (
	frameHead  = 9 // length, type, flags, stream
	goAwayHead = 8 // the last stream, and the code (section 6.8)
)

// The types of frames that are looked at (RFC 9113 section 6).
const (
	frameHeaders = 1
	frameReset   = 3
	frameGoAway  = 7
)

// calm is the GOAWAY for a client that does too much of something: it says that all streams up to the last may have been dealt with, and
// ENHANCE_YOUR_CALM (RFC 9113 sections 6.8 and 7).
const calm = "\x00\x00\x08\x07\x00\x00\x00\x00\x00" + "\x7f\xff\xff\xff\x00\x00\x00\x0b"

// next takes bytes up to the end of a frame's head, and returns the type of the frame and the bytes behind. It is not whole where all of them were
// taken before.
func (s *http2Frames) next(p []byte) (frame byte, rest []byte, whole bool) {
	skipped := min(s.left, len(p))
	s.left -= skipped
	p = p[skipped:]
	if p = s.take(p, frameHead); s.had < frameHead {
		return 0, nil, false
	}
	frame = s.head[3]
	length := int(binary.BigEndian.Uint32(s.head[:]) >> 8)
	switch {
	case frame != frameGoAway:
	case length < goAwayHead: // it has no code
		clear(s.head[frameHead:])
	default:
		if p = s.take(p, frameHead+goAwayHead); s.had < frameHead+goAwayHead {
			return 0, nil, false
		}
	}
	s.left, s.had = length-(s.had-frameHead), 0
	return frame, p, true
}

// take fills head up to n.
func (s *http2Frames) take(p []byte, n int) (rest []byte) {
	if s.had >= n {
		return p
	}
	taken := copy(s.head[s.had:n], p)
	s.had += taken
	return p[taken:]
}

// between reports whether a frame has ended, and the next one not begun.
func (s *http2Frames) between() bool { return s.had == 0 && s.left == 0 }

// code is that of the GOAWAY that next has told of.
func (s *http2Frames) code() uint32 { return binary.BigEndian.Uint32(s.head[frameHead+4:]) }

// A stream that is reset costs what is done until the server hears of it (CVE-2023-44487). Each counts one up, and each answer that has begun one
// down, as does time, so that long polls which are begun anew now and then do not add up. A browser drops as many as fewResets when somebody leaves a
// page. For each one more the client is read later, and at mostResets it is given up; net/http does so once the handlers of 400 streams wait to begin.
const (
	fewResets  = http2Streams
	mostResets = 2 * fewResets
	resetPause = 10 * time.Millisecond // for each above fewResets
	resetTime  = 30 * time.Millisecond // counts one down
)

// resets is that count.
type resets struct {
	count atomic.Int32
	since time.Time // time has counted until then; who reads
}

// answered is told of each answer that has begun. Any goroutine.
func (r *resets) answered() { r.less(1) }

// less counts down, to 0 at most.
func (r *resets) less(n int32) {
	for count := r.count.Load(); count > 0 && !r.count.CompareAndSwap(count, max(0, count-n)); {
		count = r.count.Load()
	}
}

// come is told how many streams the client has reset by now, and returns how long it is not to be read, and whether it is to be given up.
func (r *resets) come(n int, now time.Time) (pause time.Duration, enough bool) {
	passed := now.Sub(r.since)
	passed -= passed % resetTime
	r.since = r.since.Add(passed)
	r.less(int32(min(passed/resetTime, math.MaxInt32))) //nolint:gosec // it has room
	count := r.count.Add(int32(n))                      //nolint:gosec // not more than bytes were read
	over := min(n, int(count)-fewResets, mostResets-fewResets)
	return max(0, time.Duration(over)*resetPause), count >= mostResets
}
