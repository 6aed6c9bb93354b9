package route

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// rest is what may follow a node in place of a single segment: a variable that takes one segment or more, slashes and empty segments too,
// with the text around it, and the segments behind it. As their number is fixed, there is one way to split a path, and it is found from
// the end. Of several that match, the one with more segments behind the variable wins, then the one with more text.
type rest struct {
	before, after string     // what the first of the segments begins with, and the last one ends with
	tail          []segment  // those behind
	patterns      []*pattern // of the mixed ones of tail, nil for the others
	next          *node      // whose methods count, and nothing else: the path ends here
}

// ends is what a variable ends with that takes several segments: "{path...}", as in net/http.
const ends = "..."

// restOf finds the variable of a template that takes several segments: what stands before and behind it. It fails where it shares its
// segment with another variable, or is not the only one of its kind, as there would be no right split then.
func restOf(template string) (before, behind string, found bool, err error) {
	at := strings.Index(template, ends+"}")
	if at < 0 {
		return "", "", false, nil
	}
	open := strings.LastIndexAny(template[:at], "{}/")
	if open < 0 || template[open] != '{' || open+1 == at {
		return "", "", false, nil // plain text, or a variable whose name is nothing but that
	}
	before, behind = template[:open], template[at+len(ends)+1:]
	text, after, _ := strings.Cut(behind, "/")
	if !parseSegment(before[strings.LastIndexByte(before, '/')+1:]).isLiteral() || !parseSegment(text).isLiteral() {
		return "", "", false, fmt.Errorf("the variable %s shares its segment with another one", template[open:at+len(ends)+1])
	}
	if _, _, again, _ := restOf(after); again {
		return "", "", false, fmt.Errorf("the variable %s is not the only one that takes several segments", template[open:at+len(ends)+1])
	}
	return before, behind, true, nil
}

// rest returns the node behind a variable that takes several segments, with what stands around it, and makes it if it is new.
func (t *Table) rest(n *node, before, behind string) *node {
	segments := strings.Split(before[1:], "/")
	last := len(segments) - 1
	for _, s := range segments[:last] {
		n = t.child(n, parseSegment(s))
	}
	after, tail, more := strings.Cut(behind, "/")
	r := &rest{before: decodeLiteral(segments[last]), after: decodeLiteral(after)}
	if more {
		for s := range strings.SplitSeq(tail, "/") {
			r.add(t, parseSegment(s))
		}
	}
	at, ok := slices.BinarySearchFunc(n.rests, r, (*rest).compare)
	if !ok {
		r.next = new(node)
		n.rests = slices.Insert(n.rests, at, r)
	}
	return n.rests[at].next
}

// add puts a segment behind.
func (r *rest) add(t *Table, s segment) {
	var p *pattern
	if s.isLiteral() {
		t.longest = max(t.longest, len(s.literals[0]))
	} else if !s.isVariable() {
		p = newPattern(s)
	}
	r.tail, r.patterns = append(r.tail, s), append(r.patterns, p)
}

// compare puts the one first that is tried first. Those of the same shape are equal.
func (r *rest) compare(q *rest) int {
	return cmp.Or(
		cmp.Compare(len(q.tail), len(r.tail)),
		cmp.Compare(q.textLen(), r.textLen()),
		cmp.Compare(r.before, q.before),
		cmp.Compare(r.after, q.after),
		slices.CompareFunc(r.tail, q.tail, func(a, b segment) int { return slices.Compare(a.literals, b.literals) }),
	)
}

func (r *rest) textLen() int {
	n := len(r.before) + len(r.after)
	for _, s := range r.tail {
		for _, l := range s.literals {
			n += len(l)
		}
	}
	return n
}

// findRest ends the search, if it can, with one of the variables of a node that take all that follows an offset of the path.
func (w *walk) findRest(n *node, at int) *node {
	escaped := bytes.IndexByte(w.path[at:], '%') >= 0
	if escaped {
		w.params.escaped = true
	}
	mark := w.params.count
	for _, r := range n.rests {
		if w.split(r, at, escaped) && w.accept(r.next) != nil {
			return r.next
		}
		w.params.truncate(mark)
	}
	return nil
}

// split pushes the value of the variable that begins at an offset, and those behind it.
func (w *walk) split(r *rest, at int, escaped bool) bool {
	end := len(w.path)
	for range r.tail {
		slash := bytes.LastIndexByte(w.path[at:end], '/')
		if slash < 0 {
			return false
		}
		end = at + slash
	}
	s := scanner{w.path, escaped}
	from, ok := s.prefix(at, end, r.before)
	if !ok {
		return false
	}
	to, ok := s.suffix(from, end, r.after)
	if !ok || to <= from {
		return false
	}
	w.params.set(w.params.grow(1), from, to)
	for i, behind := range r.tail {
		start := end + 1
		end, escaped = segmentEnd(w.path, start)
		if !w.takes(behind, r.patterns[i], start, end, escaped) {
			return false
		}
	}
	return true
}

// takes reports whether a segment of a template matches that between two offsets, and pushes its values.
func (w *walk) takes(s segment, p *pattern, at, end int, escaped bool) bool {
	switch {
	case p != nil:
		return p.match(scanner{w.path, escaped}, at, end, w.params)
	case s.isLiteral():
		return string(w.text(at, end, escaped)) == s.literals[0]
	case at == end:
		return false
	}
	w.params.set(w.params.grow(1), at, end)
	return true
}
