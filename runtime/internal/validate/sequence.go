package validate

import (
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// item is one character or class of a pattern, in the syntax of package regexp, and how often it comes.
type item struct {
	expression string
	low, high  int
}

// sequence matches patterns like ^[a-z][a-z0-9-]{0,62}$ in one walk over a string: each class takes as much as it can. That decides
// the match where no character that a class may take is one that could stand behind it.
type sequence struct {
	steps []step
	ended bool // the string must end behind the last step
}

type step struct {
	set       charset
	low, high int
}

// newSequence returns nil if the items need more than one walk.
func newSequence(items []item, ended bool) *sequence {
	s := &sequence{ended: ended}
	for _, it := range items {
		set, ok := newCharset(it.expression)
		if !ok {
			return nil
		}
		s.steps = append(s.steps, step{set, it.low, it.high})
	}
	for i, before := range s.steps {
		for _, behind := range s.steps[i+1:] {
			if before.low != before.high && before.set.meets(&behind.set) {
				return nil
			}
			if behind.low > 0 {
				break
			}
		}
	}
	return s
}

func (s *sequence) match(text string) bool {
	at := 0
	for i := range s.steps {
		step := &s.steps[i]
		n := 0
		for n < step.high && at < len(text) {
			if c := text[at]; c < utf8.RuneSelf {
				if !step.set.ascii[c] {
					break
				}
				at++
			} else {
				r, size := utf8.DecodeRuneInString(text[at:])
				if !step.set.holds(r) {
					break
				}
				at += size
			}
			n++
		}
		if n < step.low {
			return false
		}
	}
	return !s.ended || at == len(text)
}

// charset is a set of characters.
type charset struct {
	ascii  [utf8.RuneSelf]bool
	ranges []rune // pairs of the first and the last of each range, in order
}

// newCharset returns the characters that an expression for one character matches.
func newCharset(expression string) (charset, bool) {
	var set charset
	re, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return set, false
	}
	switch {
	case re.Op == syntax.OpCharClass:
		set.ranges = re.Rune
	case re.Op == syntax.OpLiteral && len(re.Rune) == 1 && re.Flags&syntax.FoldCase == 0:
		set.ranges = []rune{re.Rune[0], re.Rune[0]}
	case re.Op == syntax.OpAnyChar:
		set.ranges = []rune{0, unicode.MaxRune}
	case re.Op == syntax.OpNoMatch:
	default:
		return set, false
	}
	for i := 0; i < len(set.ranges); i += 2 {
		for r := set.ranges[i]; r <= set.ranges[i+1] && r < utf8.RuneSelf; r++ {
			set.ascii[r] = true
		}
	}
	return set, true
}

// holds reports whether r is in the set; ascii tells it sooner of what is ASCII.
func (c *charset) holds(r rune) bool {
	low, high := 0, len(c.ranges)/2
	for low < high { // the first range that ends at r or behind it
		if middle := (low + high) / 2; c.ranges[2*middle+1] < r {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return 2*low < len(c.ranges) && c.ranges[2*low] <= r
}

// meets reports whether both sets hold a character.
func (c *charset) meets(other *charset) bool {
	for i, j := 0, 0; i < len(c.ranges) && j < len(other.ranges); {
		switch {
		case c.ranges[i+1] < other.ranges[j]:
			i += 2
		case other.ranges[j+1] < c.ranges[i]:
			j += 2
		default:
			return true
		}
	}
	return false
}
