package route

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// Match finds the operation for a method and a raw path, which is the request target without its query: it starts with
// a slash and is not decoded. On Found and FoundForHead, params holds the values of the template's variables; they
// alias rawPath. Match allocates nothing, except when params grows for the first time beyond what it holds inline.
//
// A path that several templates match goes to the most literal one that declares the method; for HEAD, GET counts as
// declared. params must not be nil.
func (t *Table) Match(method, rawPath []byte, params *Params) (value int, outcome Outcome) {
	bit, fallback := t.lookupMethod(method)
	if bit|fallback == 0 {
		params.Reset()
		return 0, UnknownMethod
	}
	if len(rawPath) == 0 || rawPath[0] != '/' || len(rawPath) > math.MaxInt32 {
		params.Reset()
		return 0, NotFound
	}
	params.path, params.count, params.escaped = rawPath, 0, false
	w := walk{path: rawPath, params: params, longest: t.longest, methods: bit | fallback}
	found := w.find(&t.root, 1)
	switch {
	case found == nil:
		params.Reset()
		if w.allowed != 0 {
			return 0, MethodNotAllowed
		}
		return 0, NotFound
	case found.methods&bit != 0:
		return found.value(bit), Found
	default:
		return found.value(fallback), FoundForHead
	}
}

// find returns the node behind a text, nil if there is none.
func (l *literals) find(text []byte) *node {
	word := wordOf(text)
	switch l.count {
	case 0:
		return nil
	case 1: // as of base paths
		if l.only.is(text, word) {
			return l.only.next
		}
		return nil
	}
	mask := uint32(len(l.slots) - 1)
	for i := hash(text, word) & mask; ; i = (i + 1) & mask {
		slot := &l.slots[i]
		if slot.next == nil || slot.is(text, word) {
			return slot.next
		}
	}
}

// find continues at a node with the segment that begins at an offset of the path. It returns the node that it found, nil
// for none, and leaves the values in params; where it finds none, it leaves values in params that the caller drops.
func (w *walk) find(n *node, at int) *node {
	for {
		w.entered++
		end, escaped := segmentEnd(w.path, at)
		if escaped {
			w.params.escaped = true
		}
		mark := w.params.count
		var next *node
		if n.literals.count > 0 {
			next = n.literals.find(w.text(at, end, escaped))
		}
		if next != nil {
			if n.patterns == nil && n.variable == nil && n.rests == nil { // nothing to come back for
				if end == len(w.path) {
					return w.accept(next)
				}
				n, at = next, end+1
				continue
			}
			if found := w.enter(next, end); found != nil {
				return found
			}
			w.params.truncate(mark)
		}
		for _, p := range n.patterns {
			if p.match(scanner{w.path, escaped}, at, end, w.params) {
				if found := w.enter(p.next, end); found != nil {
					return found
				}
				w.params.truncate(mark)
			}
		}
		if n.rests != nil {
			return w.findOneOrMore(n, at, end)
		}
		if n.variable == nil || at == end {
			return nil
		}
		w.params.set(w.params.grow(1), at, end)
		if end == len(w.path) {
			return w.accept(n.variable)
		}
		n, at = n.variable, end+1
	}
}

// segmentEnd returns where the segment ends that begins at an offset of a path, and whether it has a percent sign. It looks at eight
// bytes at a time.
func segmentEnd(path []byte, at int) (end int, escaped bool) {
	for ; len(path)-at >= 8; at += 8 {
		x := binary.LittleEndian.Uint64(path[at:])
		slash, percent := zeros(x^lowBits*'/'), zeros(x^lowBits*'%')
		if percent != 0 {
			escaped = escaped || slash == 0 || bits.TrailingZeros64(percent) < bits.TrailingZeros64(slash)
		}
		if slash != 0 {
			return at + bits.TrailingZeros64(slash)/8, escaped
		}
	}
	for ; at < len(path); at++ {
		switch path[at] {
		case '/':
			return at, escaped
		case '%':
			escaped = true
		}
	}
	return at, escaped
}
