package loop

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

type nothing struct{}

func (nothing) Ready(Bits) {}
func (nothing) Expire()    {}

// The wheel fires what a list that is searched would: not early, and in the
// tick that it is due, whatever is armed, moved and disarmed, and however far
// the clock jumps.
func TestWheelAgainstList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var slots slab
		w := wheel{slots: &slots}
		now := time.Duration(rapid.Int64Range(0, int64(1000*time.Hour)).Draw(t, "start"))
		w.advance(now, mostFires, func(uint32) {})
		due := map[uint32]uint64{}
		var known []uint32
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"arm", "arm", "move", "disarm", "advance"}).Draw(t, "step") {
			case "arm":
				i := slots.add(nothing{}).slot()
				known = append(known, i)
				at := now + drawDuration(t)
				w.arm(i, at)
				due[i] = max(ticksUp(at), ticksDown(now)+1)
			case "move":
				if len(known) > 0 {
					i := rapid.SampledFrom(known).Draw(t, "which")
					at := now + drawDuration(t)
					w.arm(i, at)
					due[i] = max(ticksUp(at), ticksDown(now)+1)
				}
			case "disarm":
				if len(known) > 0 {
					i := rapid.SampledFrom(known).Draw(t, "which")
					w.disarm(i)
					delete(due, i)
				}
			case "advance":
				now += drawDuration(t)
				last := uint64(0)
				for again := true; again; again = w.next() <= ticksDown(now) { // it fires a few in one go
					w.advance(now, mostFires, func(i uint32) {
						when, ok := due[i]
						require.True(t, ok, "fired, but not armed")
						require.Equal(t, when, w.now, "fired at its tick")
						require.GreaterOrEqual(t, when, last, "in order")
						last = when
						delete(due, i)
					})
				}
				first := uint64(never)
				for i, when := range due {
					require.Greater(t, when, ticksDown(now), "slot %d is overdue", i)
					first = min(first, when)
				}
				require.LessOrEqual(t, w.next(), first, "it wakes in time")
				require.Greater(t, w.next(), ticksDown(now), "and not for nothing, at once")
			}
		}
	})
}

// drawDuration draws from a millisecond to beyond the horizon of the wheel.
func drawDuration(t *rapid.T) time.Duration {
	unit := rapid.SampledFrom([]time.Duration{time.Microsecond, time.Millisecond, time.Second, time.Minute, time.Hour, 30 * 24 * time.Hour}).Draw(t, "unit")
	return time.Duration(rapid.IntRange(0, 100).Draw(t, "n")) * unit
}

func TestWheelFireMayArmAndDisarm(t *testing.T) {
	var slots slab
	w := wheel{slots: &slots}
	a, b, c := slots.add(nothing{}).slot(), slots.add(nothing{}).slot(), slots.add(nothing{}).slot()
	for _, i := range []uint32{a, b, c} {
		w.arm(i, 5*tick)
	}
	var fired []uint32
	w.advance(5*tick, mostFires, func(i uint32) {
		fired = append(fired, i)
		if i == c { // the last armed is the first
			w.disarm(b)
			w.arm(c, 5*tick) // overdue: the next tick
		}
	})
	assert.Equal(t, []uint32{c, a}, fired)
	w.advance(6*tick, mostFires, func(i uint32) { fired = append(fired, i) })
	assert.Equal(t, []uint32{c, a, c}, fired)
	assert.Equal(t, uint64(never), w.next())
}

func TestSlabTokens(t *testing.T) {
	var s slab
	seen := map[Token]bool{}
	var live []Token
	for round := range 2000 {
		tok := s.add(nothing{})
		require.NotZero(t, tok)
		require.False(t, seen[tok], "a token is used once")
		seen[tok] = true
		live = append(live, tok)
		if round%3 == 0 {
			gone := live[len(live)/2]
			live = append(live[:len(live)/2], live[len(live)/2+1:]...)
			s.remove(gone)
			require.Nil(t, s.find(gone))
		}
	}
	for _, tok := range live {
		require.NotNil(t, s.find(tok))
	}
	assert.Nil(t, s.find(0))
	assert.Nil(t, s.find(Token(1<<40)))
	assert.Nil(t, s.find(^Token(0)))
	assert.Less(t, len(s.chunks), 2000/chunk+1, "slots are used again")
}

// However many wait for the same time, a call fires a few of them, and next tells
// of the others until they are through.
func TestWheelFiresInParts(t *testing.T) {
	var slots slab
	w := wheel{slots: &slots}
	const many, at = 10*mostFires + 1, 70 * tick // which is spread first
	for range many {
		w.arm(slots.add(nothing{}).slot(), at)
	}
	late := slots.add(nothing{}).slot()
	w.arm(late, at+2*tick)
	fired := map[uint32]int{}
	for calls := 1; w.next() <= ticksDown(at+5*tick); calls++ {
		before := len(fired)
		w.advance(at+5*tick, mostFires, func(i uint32) {
			assert.True(t, i == late || w.now == ticksDown(at), "at its tick")
			fired[i]++
		})
		require.LessOrEqual(t, len(fired)-before, mostFires)
		require.LessOrEqual(t, calls, 12)
	}
	assert.Len(t, fired, many+1)
	for i, n := range fired {
		assert.Equal(t, 1, n, i)
	}
	assert.Equal(t, ticksDown(at+5*tick), w.now)
	assert.Equal(t, uint64(never), w.next())
}
