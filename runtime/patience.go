package tornado

import (
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// patienceReturns is how many times as long as patterns took the patience with them needs to be whole again: whoever has spent all of it
// has a processor for a twentieth of the time from then on.
const patienceReturns = 20

// spent is how much patience the patterns of a stream of items or messages have used up, which all of them have together
// (validate.MaxPatience): it is when all of it has come back, since epoch. The zero value is that nothing was used up.
type spent time.Duration

// begin gives a decoder on the next item, which was Reset, the patience that is left.
func (s spent) begin(d *jsonwire.Decoder) {
	if s == 0 {
		return
	}
	if left := time.Duration(s) - sinceEpoch(); left > 0 {
		d.Spend(left / patienceReturns)
	}
}

// end notes what the item has used up, and reports whether it has changed.
func (s *spent) end(d *jsonwire.Decoder) bool {
	took := d.Spent()
	if took == 0 {
		return false
	}
	*s = spent(sinceEpoch() + took*patienceReturns)
	return true
}

// spent is what messages have used up of the patience of the socket. The owner calls it.
func (s *socket) spent() spent {
	if s.notes&noteSpent == 0 {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.extra.spent
}

// spend notes what they have used up. The owner calls it.
func (s *socket) spend(now spent) {
	s.notes |= noteSpent
	s.mu.Lock()
	defer s.mu.Unlock()
	s.more().spent = now
}
