// Package slab keeps memory for what is long for a while: bodies and messages that were not known to be long when they began. New
// memory is dear, not for being cleared but because the system has to find each page of it.
package slab

import (
	"math/bits"

	"github.com/tornadogen/tornadogen/runtime/internal/kept"
)

// Sizes are powers of two between these. What is smaller is cheap, what is larger rare.
const (
	smallest = 16
	largest  = 24
)

// page is how many bytes the system gives at a time, at least.
const page = 4 << 10

// most is how many bytes of each size outlive collections, for a while.
const most = 8 << 20

var pools [largest + 1]*kept.Pool[*[]byte] // by the power of two that is the length of what they hold

func init() {
	for power := smallest; power <= largest; power++ {
		pools[power] = &kept.Pool[*[]byte]{Most: max(most>>power, 1), New: func() *[]byte {
			b := make([]byte, 1<<power)
			return &b
		}}
	}
}

// Get gives n bytes or more: as many as the next power of two. Something stands in them.
func Get(n int) []byte {
	power := bits.Len(uint(max(n, 1) - 1))
	if power < smallest || power > largest {
		return make([]byte, 1<<power)
	}
	return *pools[power].Get()
}

// Put takes back what Get gave, however it was sliced since from its beginning. Nobody may use it any more. What is of another origin
// is left to the collector, unless it could be of this one.
func Put(b []byte) {
	n := cap(b)
	if power := bits.Len(uint(n)) - 1; n == 1<<max(power, 0) && power >= smallest && power <= largest {
		whole := b[:n] // a variable of its own: what is not kept costs no allocation
		poison(whole)
		pools[power].Put(&whole)
	}
}

// Grown is how long b is behind Grow for n bytes more.
func Grown(b []byte, n int) int { return 1 << bits.Len(uint(max(2*cap(b), len(b)+n, 1)-1)) }

// Grow gives what stands in b, with room for n bytes more, in memory that is at least twice as long, and puts b. It calls pause, if that is
// not nil, as Copy does.
func Grow(b []byte, n int, pause func()) []byte {
	grown := Get(max(2*cap(b), len(b)+n))[:len(b)]
	Copy(grown, b, pause)
	Put(b)
	return grown
}

// Copy copies b to the beginning of new memory, which has room for it. It calls pause, if that is not nil, between each two pages: the system
// has to find the new ones, and some virtual machines take 100 µs for one.
func Copy(to, b []byte, pause func()) {
	for at := 0; at < len(b); {
		if at > 0 && pause != nil {
			pause()
		}
		at += copy(to[at:], b[at:min(at+page, len(b))])
	}
}
