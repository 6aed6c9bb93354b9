package loop

import "time"

const (
	// crowded is the time between two connections up to which it may pay to sleep before others are looked for. One client that makes them
	// one after the other is slower than that.
	crowded = 80 * time.Microsecond
	// collecting is how long: the kernel may take another 50 us, and some connections have come then.
	collecting = 50 * time.Microsecond
	// worthwhile is how many must have come. Two clients that wait for their answers would be kept waiting for nothing.
	worthwhile = 3
	// unhurried is the time that a pace begins with, and the longest that it knows.
	unhurried = time.Millisecond
)

// pace is how quickly connections come. The zero pace is unhurried. loop-only.
type pace struct {
	last   time.Duration // when one came, on the loop's clock
	sooner time.Duration // than unhurried: the mean of what has passed between two
	since  int           // have come since sleeps was called
	slept  bool          // it has said so then
	pays   Guess         // that enough come while the loop sleeps
}

// came notes that n have been accepted at now.
func (p *pace) came(now time.Duration, n int) {
	between := min((now-p.last)/time.Duration(n), unhurried)
	p.sooner += (unhurried - between - p.sooner) * time.Duration(min(n, 8)) / 8
	p.last = now
	p.since += n
}

// quick reports whether some have come since sleeps was called, and quickly.
func (p *pace) quick() bool { return p.since > 0 && p.sooner > unhurried-crowded }

// sleeps reports whether to sleep for more to come. It is asked when nothing is left to do.
func (p *pace) sleeps() bool {
	if p.slept {
		p.pays.Was(p.since >= worthwhile)
	}
	p.since, p.slept = 0, p.pays.Due()
	return p.slept
}
