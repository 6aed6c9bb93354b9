package route

// inlineParams is the number of values that Params holds without allocating; of the paths that people publish, one in
// twenty thousand has more.
const inlineParams = 8

// Params holds the values of the variables of a matched template, in the order in which they stand in it. The zero
// Params is ready to use and is meant to be used again; it belongs to one goroutine at a time.
type Params struct {
	path    []byte // of the last match; the values alias it
	count   int
	escaped bool // a percent sign was seen in the path
	inline  [inlineParams]span
	more    []span // those beyond inline
	scratch []byte // a decoded segment
}

// span is a range of the path. A path is shorter than 2 GiB.
type span struct{ from, to int32 }

// Len returns the number of values.
func (p *Params) Len() int { return p.count }

// Value returns the value of the variable at position i of the template, raw: percent-encoded, never empty. It aliases
// the path that was matched. It panics if i is not in [0, Len()).
func (p *Params) Value(i int) []byte {
	if uint(i) >= uint(p.count) {
		panic("route: no such path parameter")
	}
	s := &p.inline[uint(i)%inlineParams]
	if i >= inlineParams {
		s = &p.more[i-inlineParams]
	}
	return p.path[s.from:s.to:s.to]
}

// Escaped reports whether there may be a percent sign in a value.
func (p *Params) Escaped() bool { return p.escaped }

// Reset drops the values and the path, and keeps the memory.
func (p *Params) Reset() {
	p.path, p.count, p.escaped = nil, 0, false
}

// grow adds n values and returns the position of the first one.
func (p *Params) grow(n int) (first int) {
	first = p.count
	p.count += n
	for p.count-inlineParams > len(p.more) {
		p.more = append(p.more, span{})
	}
	return first
}

// set gives a value that grow has added.
func (p *Params) set(i, from, to int) {
	s := span{int32(from), int32(to)}
	if i < inlineParams {
		p.inline[i] = s
		return
	}
	p.more[i-inlineParams] = s
}

// truncate drops the values from position n on.
func (p *Params) truncate(n int) { p.count = n }
