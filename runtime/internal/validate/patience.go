package validate

import "time"

// MaxPatience is how long the patterns of a request may take that backtrack, besides the one that is under way then.
const MaxPatience = 500 * time.Millisecond

// Patience is what is left of that for one request. The zero value is all of it.
type Patience struct {
	taken time.Duration
	lost  bool
}

// Spent is how long patterns took.
func (p *Patience) Spent() time.Duration { return p.taken }

// PatienceAfter is what is left where so much is spent.
func PatienceAfter(spent time.Duration) Patience { return Patience{taken: spent} }

// Lost reports whether a pattern was not tried any more.
func (p *Patience) Lost() bool { return p.lost }

// MatchWithin is Match, as far as there is patience; else the pattern counts as not found. Patterns that RE2 takes need none.
func (p *Pattern) MatchWithin(s string, patience *Patience) bool {
	p.once.Do(p.compile)
	if p.timed == nil {
		return p.match(s)
	}
	if patience.taken >= MaxPatience {
		patience.lost = true
		return false
	}
	found, took := p.timed(s)
	patience.taken += took
	return found
}
