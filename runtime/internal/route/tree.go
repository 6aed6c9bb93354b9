package route

import (
	"math/bits"
	"slices"
)

// node is what may follow a sequence of segments. It is immutable once the table is complete.
type node struct {
	literals literals   // segments of plain text
	patterns []*pattern // mixed segments, the most literal first
	variable *node      // any segment that is not empty
	rests    []*rest    // all that follows, those that are tried first at the front

	methods   uint64   // the methods of the path that ends here
	values    []int    // one for each bit of methods, lowest first
	templates []string // likewise: the template as it was added
}

// value returns the value of one method of the node, which must be declared.
func (n *node) value(bit uint64) int {
	return n.values[bits.OnesCount64(n.methods&(bit-1))]
}

// child returns the node behind a segment of a template and makes it if it is new.
func (t *Table) child(n *node, s segment) *node {
	switch {
	case s.isLiteral():
		return t.literal(n, s.literals[0])
	case s.isVariable():
		if n.variable == nil {
			n.variable = new(node)
		}
		return n.variable
	}
	p := newPattern(s)
	at, ok := slices.BinarySearchFunc(n.patterns, p, (*pattern).compare)
	if !ok {
		n.patterns = slices.Insert(n.patterns, at, p)
	}
	return n.patterns[at].next
}

// literal returns the node behind a literal segment and makes it if it is new.
func (t *Table) literal(n *node, text string) *node {
	if next := n.literals.find([]byte(text)); next != nil {
		return next
	}
	next := new(node)
	n.literals.add(text, next)
	t.longest = max(t.longest, len(text))
	return next
}

// walk is one search for the best template.
type walk struct {
	path    []byte
	params  *Params
	longest int    // no literal segment is longer
	methods uint64 // what is searched for: the method, and what serves as well
	allowed uint64 // methods of the paths that were reached without success
	entered int    // nodes that were entered, for the tests
}

// findOneOrMore goes on with a variable that takes the segment between two offsets, and then with those that take more.
func (w *walk) findOneOrMore(n *node, at, end int) *node {
	mark := w.params.count
	if n.variable != nil && at != end {
		w.params.set(w.params.grow(1), at, end)
		if found := w.enter(n.variable, end); found != nil {
			return found
		}
		w.params.truncate(mark)
	}
	return w.findRest(n, at)
}

// enter goes on behind the segment that ends at an offset.
func (w *walk) enter(n *node, end int) *node {
	if end == len(w.path) {
		return w.accept(n)
	}
	return w.find(n, end+1)
}

// accept ends the search at a node if it declares the method.
func (w *walk) accept(n *node) *node {
	w.entered++
	if n.methods&w.methods == 0 {
		w.allowed |= n.methods
		return nil
	}
	return n
}

// text returns a segment as it is compared with literals.
func (w *walk) text(at, end int, escaped bool) []byte {
	if escaped {
		return w.decoded(at, end)
	}
	return w.path[at:end]
}

const lowBits = 0x0101010101010101

// zeros marks, by its high bit, the first byte of x that is zero. Marks behind it may be wrong.
func zeros(x uint64) uint64 { return (x - lowBits) &^ x & (lowBits * 0x80) }

// decoded returns a segment with its percent-encoding undone, cut behind the length that no literal has.
func (w *walk) decoded(at, end int) []byte {
	b := w.params.scratch[:0]
	for at < end && len(b) <= w.longest {
		c, n, _ := token(w.path[:end], at)
		b = append(b, c)
		at += n
	}
	w.params.scratch = b
	return b
}
