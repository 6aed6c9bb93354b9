package loop

import (
	"math"
	"math/bits"
	"time"
)

// A tick is the precision of every timer and deadline.
const tick = time.Millisecond

const (
	levels    = 5 // the last one turns once in 12 days
	levelBits = 6
	positions = 1 << levelBits
	horizon   = 1 << (levels * levelBits) // ticks that the wheel spans
	never     = math.MaxUint64
)

// wheel is a hierarchical timer wheel: a position of level n holds what fires
// within 64^n ticks, and is spread over the level below when its time comes.
// The lists run through the slots of the slab, so arming allocates nothing.
// loop-only.
type wheel struct {
	slots *slab
	now   uint64 // the last tick that was worked off
	first [levels][positions]uint32
	used  [levels]uint64 // a bit for each position whose list is not empty
}

// ticksUp and ticksDown turn a time into ticks: a timer never fires early.
func ticksUp(d time.Duration) uint64   { return uint64((max(d, 0) + tick - 1) / tick) }
func ticksDown(d time.Duration) uint64 { return uint64(max(d, 0) / tick) }

// arm makes slot i fire at d, or at the next tick if that has passed. A slot
// that was armed is moved.
func (w *wheel) arm(i uint32, d time.Duration) {
	w.disarm(i)
	w.slots.slot(i).when = max(ticksUp(d), w.now+1)
	w.insert(i)
}

// insert puts slot i where its when belongs. A when of now goes to the position
// that is being worked off.
func (w *wheel) insert(i uint32) {
	e := w.slots.slot(i)
	when := min(e.when, w.now+horizon-1) // beyond: comes back to be inserted again
	level := 0
	if d := when - w.now; d != 0 {
		level = (bits.Len64(d) - 1) / levelBits
	}
	pos := when >> (level * levelBits) % positions
	head := &w.first[level][pos]
	e.next, e.prev = *head, 0
	if *head != 0 {
		w.slots.slot(*head).prev = i
	}
	*head = i
	w.used[level] |= 1 << pos
	e.at = uint16(1 + level<<levelBits + int(pos))
}

// disarm takes slot i out of the wheel, if it is in it.
func (w *wheel) disarm(i uint32) {
	e := w.slots.slot(i)
	if e.at == 0 {
		return
	}
	level, pos := (e.at-1)>>levelBits, (e.at-1)%positions
	if e.next != 0 {
		w.slots.slot(e.next).prev = e.prev
	}
	if e.prev != 0 {
		w.slots.slot(e.prev).next = e.next
	} else if w.first[level][pos] = e.next; e.next == 0 {
		w.used[level] &^= 1 << pos
	}
	e.at, e.next, e.prev = 0, 0, 0
}

// next is the first tick at which there is anything to do: to fire, or to
// spread a position.
func (w *wheel) next() uint64 {
	first := uint64(never)
	for level, used := range &w.used {
		if used == 0 {
			continue
		}
		shift := level * levelBits
		turn := w.now >> shift
		// Bit 0 of the rotated word is the position after the current one.
		ahead := bits.TrailingZeros64(bits.RotateLeft64(used, -int((turn+1)%positions)))
		first = min(first, (turn+1+uint64(ahead))<<shift)
	}
	return first
}

// mostFires is how many slots are fired in one go. Thousands that wait for the same
// time would keep the loop from who has sent something. And most of those are
// closed, whereupon most clients connect again: where more of them wait than are
// accepted in a turn, fewFires are fired, and nobody new waits behind thousands.
const (
	mostFires = 16
	fewFires  = 4
)

// advance works off the ticks up to now and calls fire for each slot that is due,
// most at most, which is disarmed by then. fire may arm and disarm any slot. There
// may be more than it fires: next tells of those.
func (w *wheel) advance(now time.Duration, most int, fire func(i uint32)) {
	until := ticksDown(now)
	for fires := 0; ; {
		t := w.next()
		if t > until {
			break
		}
		w.now = t
		for level := levels - 1; level > 0; level-- {
			if t%(1<<(level*levelBits)) == 0 {
				w.spread(level, t>>(level*levelBits)%positions)
			}
		}
		for head := &w.first[0][t%positions]; *head != 0; {
			if fires++; fires > most {
				w.now = t - 1
				return
			}
			i := *head
			w.disarm(i)
			fire(i)
		}
	}
	w.now = max(w.now, until)
}

// spread moves what a position holds to where it belongs now.
func (w *wheel) spread(level int, pos uint64) {
	for head := &w.first[level][pos]; *head != 0; {
		i := *head
		w.disarm(i)
		w.insert(i)
	}
}
