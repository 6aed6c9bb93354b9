package loop

import "time"

const (
	// crowded is the time between two connections up to which it may pay to
	// sleep before others are looked for. One client that makes them one after
	// the other is slower than that.
	crowded = 80 * time.Microsecond
	// collecting is how long: the kernel may take another 50 us.
	collecting = 50 * time.Microsecond
	// worthwhile is how many must then be accepted before nothing is left to do.
	// Two clients that wait for their answers would be kept waiting for nothing.
	worthwhile = 3
	// unparked is how long a loop may do so without parking: else goroutines that
	// wait for the network would not hear of it, see poll.Poller.Prod.
	unparked = 500 * time.Microsecond
	// unhurried is the time between two that a pace begins with, and the longest
	// that it knows.
	unhurried = time.Millisecond
)

// pace is how quickly connections come. The zero pace is unhurried, but in a
// simulation. loop-only.
type pace struct {
	last   time.Duration // when one came, on the loop's clock
	sooner time.Duration // than unhurried: the mean of what has passed between two
	since  int           // have come since sleeps was called
	slept  bool          // it has said so then
	pays   Guess         // that enough come
}

// came notes that n were taken from the queue of a listener at now.
func (p *pace) came(now time.Duration, n int) {
	between := min((now-p.last)/time.Duration(n), unhurried)
	p.sooner += (unhurried - between - p.sooner) * time.Duration(min(n, 8)) / 8
	p.last = now
	p.since += n
}

// quick reports whether some have come since sleeps was called, and quickly.
func (p *pace) quick() bool {
	return p.since > 0 && (hurried() || p.sooner > unhurried-crowded)
}

// sleeps reports whether to sleep for more to come. It is asked when nothing is
// left to do.
func (p *pace) sleeps() bool {
	if p.slept {
		p.pays.Was(p.since >= worthwhile)
	}
	p.since, p.slept = 0, hurried() || p.pays.Due()
	return p.slept
}
