package loop

// mostSkipped is how many times a Guess that is always wrong is left out before
// it is made again.
const mostSkipped = 63

// Guess says whether a call is worth making that mostly finds something, or
// mostly finds nothing, as those before have shown: one that has found nothing
// lets it be left out once, then three times, then seven times. The zero Guess
// is made at once. It is for one goroutine at a time.
type Guess struct {
	skip, left uint8
}

// Due reports whether to make the call now; then Was must be called.
func (g *Guess) Due() bool {
	if g.left > 0 {
		g.left--
		return false
	}
	return true
}

// Was tells whether the call has found something.
func (g *Guess) Was(right bool) {
	if right {
		g.skip = 0
	} else {
		g.skip = min(2*g.skip+1, mostSkipped)
	}
	g.left = g.skip
}
