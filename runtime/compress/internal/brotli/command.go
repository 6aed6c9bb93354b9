package brotli

// command is what a command does: it inserts literals, then copies.
type command struct {
	length int  // of the copy
	again  bool // from as far back as the last one
}

// lengthRange is what a code stands for: lengths from base on, as many as the extra bits give.
type lengthRange struct{ base, extra int }

var insertCode = [24]lengthRange{
	{0, 0},
	{1, 0},
	{2, 0},
	{3, 0},
	{4, 0},
	{5, 0},
	{6, 1},
	{8, 1},
	{10, 2},
	{14, 2},
	{18, 3},
	{26, 3},
	{34, 4},
	{50, 4},
	{66, 5},
	{98, 5},
	{130, 6},
	{194, 7},
	{322, 8},
	{578, 9},
	{1090, 10},
	{2114, 12},
	{6210, 14},
	{22594, 24},
}

var copyCode = [24]lengthRange{
	{2, 0},
	{3, 0},
	{4, 0},
	{5, 0},
	{6, 0},
	{7, 0},
	{8, 0},
	{9, 0},
	{10, 1},
	{12, 1},
	{14, 2},
	{18, 2},
	{22, 3},
	{30, 3},
	{38, 4},
	{54, 4},
	{70, 5},
	{102, 5},
	{134, 6},
	{198, 7},
	{326, 8},
	{582, 9},
	{1094, 10},
	{2118, 24},
}

// Commands of 64 each begin at these codes of the two (RFC 7932 section 5). Those of the first two copy from as far back as the last one.
var (
	insertFrom = [numCommands / 64]byte{0, 0, 0, 0, 8, 8, 0, 16, 8, 16, 16}
	copyFrom   = [numCommands / 64]byte{0, 8, 0, 8, 0, 8, 16, 0, 16, 8, 16}
)

// commands does what commands say until a step is done.
func (d *Reader) commands() {
	for end := d.pos + step; d.pos < end && !d.failed(); {
		switch d.state {
		case stateCommand:
			d.command()
		case stateLiterals:
			d.literals(end)
		case stateCopy:
			n := int(min(int64(d.copying), end-d.pos))
			d.repeat(d.from, n)
			if d.copying -= n; d.copying == 0 {
				d.state = stateCommand
				if d.left == 0 {
					d.endBlock()
				}
			}
		default:
			return
		}
	}
}

func (d *Reader) command() {
	b := &d.block.kinds[commands]
	if b.left == 0 {
		d.change(b)
	}
	b.left--
	s := d.symbol(&b.codes[b.now])
	ins, cp := insertCode[int(insertFrom[s>>6])+s>>3&7], copyCode[int(copyFrom[s>>6])+s&7]
	d.inserting = ins.base + d.take(uint(ins.extra))
	d.next = command{length: cp.base + d.take(uint(cp.extra)), again: s < 128}
	if d.inserting > d.left {
		d.corrupt("more literals than the metablock has bytes")
		return
	}
	d.left -= d.inserting
	d.state = stateLiterals
}

func (d *Reader) literals(end int64) {
	b := &d.block.kinds[literals]
	for d.inserting > 0 {
		if d.pos >= end || d.failed() {
			return
		}
		if b.left == 0 {
			d.change(b)
		}
		to := d.room()
		to = to[:min(len(to), int(end-d.pos), d.inserting, b.left)]
		var n int
		if d.block.simple[b.now] {
			n = d.plain(to, &b.codes[b.contexts[b.now*perLiteral]])
		} else {
			n = d.inContext(to, b)
		}
		d.pos += int64(n)
		d.inserting -= n
		b.left -= n
	}
	if d.left == 0 {
		d.endBlock()
		return
	}
	d.beginCopy()
}

// plain reads literals of one code.
func (d *Reader) plain(to []byte, c *code) int {
	if s, is := c.constant(); is {
		for i := range to {
			to[i] = byte(s)
		}
		return len(to)
	}
	for i := range to {
		if to[i] = byte(d.symbol(c)); d.err != nil {
			return i
		}
	}
	return len(to)
}

// inContext reads literals whose code is chosen by the two before.
func (d *Reader) inContext(to []byte, b *blocks) int {
	last, before := d.at(d.pos-1), d.at(d.pos-2)
	contexts, look := b.contexts[b.now*perLiteral:][:perLiteral], &contextOf[d.block.modes[b.now]]
	for i := range to {
		context := look[0][last] | look[1][before]
		last, before = byte(d.symbol(&b.codes[contexts[context]])), last
		if to[i] = last; d.err != nil {
			return i
		}
	}
	return len(to)
}

// beginCopy finds where the command copies from: what was decoded, or the dictionary.
func (d *Reader) beginCopy() {
	n, distance, code := d.next.length, d.distances[0], 0
	if !d.next.again {
		b := &d.block.kinds[distances]
		if b.left == 0 {
			d.change(b)
		}
		b.left--
		code = d.symbol(&b.codes[b.contexts[b.now*perDistance+min(n-2, perDistance-1)]])
		distance = d.distance(code)
	}
	if d.failed() {
		return
	}
	most := int(min(d.pos, int64(d.farthest)))
	switch {
	case distance > most:
		d.lookUp(n, distance-most-1)
		return
	case n > d.left:
		d.corrupt("a copy is longer than the metablock")
		return
	case code != 0:
		copy(d.distances[1:], d.distances[:])
		d.distances[0] = distance
	}
	d.left -= n
	d.copying, d.from, d.state = n, distance, stateCopy
}

// Distances like one of the last four are coded by which it is, and what is added (RFC 7932 section 4).
var (
	likeLast = [16]byte{0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}
	butBy    = [16]int8{0, 0, 0, 0, -1, 1, -2, 2, -3, 3, -1, 1, -2, 2, -3, 3}
)

func (d *Reader) distance(code int) int {
	if code < len(likeLast) {
		distance := d.distances[likeLast[code]] + int(butBy[code])
		if distance <= 0 {
			d.corrupt("a distance is 0 or less")
		}
		return distance
	}
	code -= len(likeLast)
	if code < d.block.direct {
		return code + 1
	}
	code -= d.block.direct
	high, low := code>>d.block.postfix, code&(1<<d.block.postfix-1)
	extra := uint(1 + high>>1)
	offset := (2+high&1)<<extra - 4
	return (offset+d.take(extra))<<d.block.postfix + low + d.block.direct + 1
}

// lookUp writes a word of the dictionary.
func (d *Reader) lookUp(n, at int) {
	word := transformed(&d.word, n, at)
	switch {
	case word == nil:
		d.corrupt("a distance is longer than what was decoded, and no word")
		return
	case len(word) > d.left:
		d.corrupt("a word is longer than the metablock")
		return
	}
	d.append(word)
	d.left -= len(word)
	if d.state = stateCommand; d.left == 0 {
		d.endBlock()
	}
}
