// Package budget bounds what many may hold together: each takes of one Budget, by a Share of its own, what it needs, and gives it back at its end.
package budget

import (
	"math"
	"sync/atomic"
)

// What a budget is of unless somebody says it.
const (
	part  = 2        // of what the process may hold, by GOMEMLIMIT: a half
	Least = 16 << 20 // however little that is
	Most  = 1 << 30  // where nobody has said how much the process may hold
)

// Default is how many bytes a budget has in a process that may hold limit bytes, as runtime/debug.SetMemoryLimit has it.
func Default(limit int64) int {
	if limit == math.MaxInt64 {
		return Most
	}
	return max(Least, int(min(limit/part, math.MaxInt)))
}

// Budget is a number of bytes that many share. Its methods are safe from any goroutine.
type Budget struct {
	size int64 // immutable
	left atomic.Int64
}

// New returns a budget of size bytes, 1 or more.
func New(size int) *Budget {
	b := &Budget{size: int64(max(size, 1))}
	b.left.Store(b.size)
	return b
}

// Taken is how many bytes the shares have that were not released.
func (b *Budget) Taken() int { return int(b.size - b.left.Load()) }

// take takes n bytes, unless fewer are left.
func (b *Budget) take(n int) bool {
	for {
		left := b.left.Load()
		if left < int64(n) {
			return false
		}
		if b.left.CompareAndSwap(left, left-int64(n)) {
			return true
		}
	}
}

// Share is what one of them has of a Budget. The zero Share has no bound, and counts nothing. Its methods are for one goroutine at a time.
type Share struct {
	of    *Budget
	taken int // bytes of it
}

// Of returns an empty share of b.
func (b *Budget) Of() Share { return Share{of: b} }

// Other returns an empty share of the same budget.
func (s *Share) Other() Share { return Share{of: s.of} }

// Take takes n bytes, 0 or more, and reports whether there were as many.
func (s *Share) Take(n int) bool {
	if s.of == nil {
		return true
	}
	if !s.of.take(n) {
		return false
	}
	s.taken += n
	return true
}

// Room reports whether n bytes are left now, for others too. It takes none.
func (s *Share) Room(n int) bool { return s.of == nil || s.of.left.Load() >= int64(n) }

// Size is how many bytes the budget of s has; math.MaxInt if there is none.
func (s *Share) Size() int {
	if s.of == nil {
		return math.MaxInt
	}
	return int(s.of.size)
}

// Give gives back n of the bytes that were taken, all of them if n is more.
func (s *Share) Give(n int) {
	if n = min(n, s.taken); n > 0 {
		s.taken -= n
		s.of.left.Add(int64(n))
	}
}

// Release gives back all that was taken. Then s is empty, and may take again.
func (s *Share) Release() {
	if s.taken > 0 {
		s.Give(s.taken)
	}
}

// PassTo leaves all that was taken to another share of the same budget, which is empty.
func (s *Share) PassTo(other *Share) {
	other.of, other.taken, s.taken = s.of, s.taken, 0
}
