package route

import (
	"bytes"
	"cmp"
	"slices"
)

// pattern is a segment that is neither literal nor a single variable: "{id}:verb", "v{n}", "{a}-{b}".
//
// Every variable takes at least one byte. Where several splits are possible, the variables on the left take as much as
// they can: "{name}.{ext}" splits "a.tar.gz" into "a.tar" and "gz". Two variables that touch have no right split, so
// the one that serves such templates is tried first: the second one begins at a dot, as in "{page}{extension}".
type pattern struct {
	literals []string // the first and the last bound the segment; an inner "" means that two variables touch
	touching bool     // two variables touch
	next     *node
}

func newPattern(s segment) *pattern {
	inner := s.literals[1 : len(s.literals)-1]
	return &pattern{literals: s.literals, touching: slices.Contains(inner, ""), next: new(node)}
}

// compare orders patterns: more literal text first, then fewer variables, then the text itself, so that the order does
// not depend on that of Add. Patterns are equal if they have the same shape.
func (p *pattern) compare(q *pattern) int {
	return cmp.Or(
		cmp.Compare(q.textLen(), p.textLen()),
		cmp.Compare(len(p.literals), len(q.literals)),
		slices.Compare(p.literals, q.literals),
	)
}

func (p *pattern) textLen() (n int) {
	for _, l := range p.literals {
		n += len(l)
	}
	return n
}

// match splits the segment path[from:to] and pushes the values of its variables.
func (p *pattern) match(s scanner, from, to int, params *Params) bool {
	lo, ok := s.prefix(from, to, p.literals[0])
	if !ok {
		return false
	}
	hi, ok := s.suffix(lo, to, p.literals[len(p.literals)-1])
	if !ok || hi <= lo {
		return false
	}
	if p.touching && p.split(s, lo, hi, true, params) {
		return true
	}
	return p.split(s, lo, hi, false, params)
}

// split places the inner literals between lo and hi from right to left, each as far right as it goes, which gives the
// variables on the left the most. If dots is set, a variable that touches the one before it begins at a dot.
func (p *pattern) split(s scanner, lo, hi int, dots bool, params *Params) bool {
	variables := len(p.literals) - 1
	first := params.grow(variables)
	for i := variables - 1; i > 0; i-- {
		var at, end int
		var ok bool
		if literal := p.literals[i]; literal == "" && dots {
			at, ok = s.lastDot(lo, hi)
			end = at
		} else {
			at, end, ok = s.last(lo, hi, literal)
		}
		if !ok {
			params.truncate(first)
			return false
		}
		params.set(first+i, end, hi)
		hi = at
	}
	params.set(first, lo, hi)
	return true
}

// scanner finds literal text in a raw path.
type scanner struct {
	path    []byte
	escaped bool // there is a percent sign somewhere in path
}

// prefix returns the offset behind the literal that path[from:to] starts with.
func (s scanner) prefix(from, to int, literal string) (end int, ok bool) {
	if !s.escaped {
		end = from + len(literal)
		return end, end <= to && string(s.path[from:end]) == literal
	}
	return s.literalAt(from, to, literal)
}

// suffix returns the offset of the literal that path[from:to] ends with.
func (s scanner) suffix(from, to int, literal string) (at int, ok bool) {
	if !s.escaped || literal == "" {
		at = to - len(literal)
		return at, at >= from && string(s.path[at:to]) == literal
	}
	for at = from; at < to; at += s.tokenLen(at, to) {
		if end, match := s.literalAt(at, to, literal); match && end == to {
			return at, true
		}
	}
	return 0, false
}

// last finds the last place of the literal in path[lo:hi] that leaves at least one character on either side.
func (s scanner) last(lo, hi int, literal string) (at, end int, ok bool) {
	if !s.escaped {
		if hi-lo < len(literal)+2 {
			return 0, 0, false
		}
		i := hi - lo - 2
		if literal != "" {
			i = lastIndex(s.path[lo+1:hi-1], literal)
		}
		at = lo + 1 + i
		return at, at + len(literal), i >= 0
	}
	for i := lo + s.tokenLen(lo, hi); i < hi; i += s.tokenLen(i, hi) {
		if e, match := s.literalAt(i, hi, literal); match && e < hi {
			at, end, ok = i, e, true
		}
	}
	return at, end, ok
}

// lastDot finds the last dot in path[lo:hi], the first character not counted.
func (s scanner) lastDot(lo, hi int) (at int, ok bool) {
	if !s.escaped {
		i := bytes.LastIndexByte(s.path[lo+1:hi], '.')
		return lo + 1 + i, i >= 0
	}
	for i := lo + s.tokenLen(lo, hi); i < hi; i += s.tokenLen(i, hi) {
		if c, _, _ := token(s.path[:hi], i); c == '.' {
			at, ok = i, true
		}
	}
	return at, ok
}

// literalAt says whether the literal stands at an offset, percent-encoded or not, and returns the offset behind it.
func (s scanner) literalAt(at, to int, literal string) (end int, ok bool) {
	for i := range len(literal) {
		if at >= to {
			return 0, false
		}
		c, n, escaped := token(s.path[:to], at)
		if c != literal[i] || escaped && delimiter[c] {
			return 0, false
		}
		at += n
	}
	return at, true
}

func (s scanner) tokenLen(at, to int) int {
	_, n, _ := token(s.path[:to], at)
	return n
}

// lastIndex is bytes.LastIndex for a literal that is a string.
func lastIndex(b []byte, literal string) int {
	if len(literal) == 1 {
		return bytes.LastIndexByte(b, literal[0])
	}
	for i := len(b) - len(literal); i >= 0; i-- {
		if b[i] == literal[0] && string(b[i:i+len(literal)]) == literal {
			return i
		}
	}
	return -1
}
