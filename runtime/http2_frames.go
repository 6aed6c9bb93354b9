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
	frameData    = 0
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
	if frame == frameGoAway && length >= goAwayHead {
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

// endStream reports whether the frame that next has told of, DATA or HEADERS, is the last of its stream.
func (s *http2Frames) endStream() bool { return s.head[4]&1 != 0 }

// code is that of the GOAWAY that next has told of.
func (s *http2Frames) code() uint32 { return binary.BigEndian.Uint32(s.head[frameHead+4:]) }

// Who resets more streams than it lets be answered, and some, as somebody does who leaves a page, is read slowly, and who goes on is given up: a stream
// that is reset costs what is done until the server hears of it (CVE-2023-44487). net/http gives up whose handlers have not begun for 400 of them.
// Time makes up for them, too, as for long polls that are begun anew now and then.
const (
	fewResets  = http2Streams          // streams that a client may reset more than were answered
	mostResets = 2 * fewResets         // and that it is given up for
	resetPause = 10 * time.Millisecond // for each one between
	resetTime  = 30 * time.Millisecond // makes up for one
)

// resets is how many streams a client has reset more than were answered.
type resets struct {
	more  atomic.Int32
	since time.Time // until then time has been made up for; who reads
}

// answered is told of each stream that was. Any goroutine.
func (r *resets) answered() { r.less(1) }

func (r *resets) less(n int32) {
	for more := r.more.Load(); more > 0 && !r.more.CompareAndSwap(more, max(0, more-n)); {
		more = r.more.Load()
	}
}

// come is told how many streams the client has reset by now, and returns how long it is not to be read, and whether it is to be given up.
func (r *resets) come(n int, now time.Time) (pause time.Duration, enough bool) {
	if passed := now.Sub(r.since) / resetTime; passed > 0 {
		r.less(int32(min(passed, math.MaxInt32))) //nolint:gosec // it has room
		r.since = now
	}
	more := r.more.Add(int32(n)) //nolint:gosec // not more than bytes were read
	over := min(n, int(more)-fewResets, mostResets-fewResets)
	return max(0, time.Duration(over)*resetPause), more >= mostResets
}
