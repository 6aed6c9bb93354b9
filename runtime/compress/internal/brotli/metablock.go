package brotli

const (
	literals = iota // kinds of what is coded, in the order of the standard
	commands
	distances
	kinds
)

const (
	maxTypes    = 256
	maxSymbols  = numCommands
	numCommands = 704
	numCounts   = 26
	perLiteral  = 64 // contexts of a literal's block type
	perDistance = 4
	noEnd       = 1 << 24 // a metablock is no longer
)

// blocks is how the block types of a kind follow one another (RFC 7932 section 6).
type blocks struct {
	n            int  // types
	types        code // which is next
	counts       code // and for how long
	now, before  int
	left         int // of the present one
	codes        []code
	contexts     []byte // which code, by type and context; none of commands
	contextsKept []byte
}

// metablock is how a metablock is coded.
type metablock struct {
	kinds   [kinds]blocks
	modes   [maxTypes]byte // of contexts, by the type of literals
	simple  [maxTypes]bool // all contexts of the type have one code
	postfix uint
	direct  int
}

// countCode is how the length of a block is coded.
var countCode = [numCounts]struct{ base, extra int }{
	{1, 2},
	{5, 2},
	{9, 2},
	{13, 2},
	{17, 3},
	{25, 3},
	{33, 3},
	{41, 3},
	{49, 4},
	{65, 4},
	{81, 4},
	{97, 4},
	{113, 5},
	{145, 5},
	{177, 5},
	{209, 5},
	{241, 6},
	{305, 6},
	{369, 7},
	{497, 8},
	{753, 9},
	{1265, 10},
	{2289, 11},
	{4337, 12},
	{8433, 13},
	{16625, 24},
}

// few reads a number from 1 to 256.
func (d *Reader) few() int {
	if d.take(1) == 0 {
		return 1
	}
	n := uint(d.take(3))
	return 1<<n + d.take(n) + 1
}

// codes reads how the metablock is coded.
func (d *Reader) codes() {
	d.tables.reset()
	for i := range d.block.kinds {
		d.blocks(&d.block.kinds[i])
	}
	lit, cmd, dist := &d.block.kinds[literals], &d.block.kinds[commands], &d.block.kinds[distances]
	d.block.postfix = uint(d.take(2))
	d.block.direct = d.take(4) << d.block.postfix
	for i := range lit.n {
		d.block.modes[i] = byte(d.take(2))
	}
	numLiterals := d.contexts(lit, perLiteral)
	for i := range lit.n {
		d.block.simple[i] = alike(lit.contexts[i*perLiteral:][:perLiteral])
	}
	numDistances := d.contexts(dist, perDistance)
	d.readCodes(lit, numLiterals, 256)
	d.readCodes(cmd, cmd.n, numCommands)
	d.readCodes(dist, numDistances, 16+d.block.direct+48<<d.block.postfix)
}

func alike(b []byte) bool {
	for _, c := range b {
		if c != b[0] {
			return false
		}
	}
	return true
}

func (d *Reader) blocks(b *blocks) {
	b.n, b.left, b.now, b.before = d.few(), noEnd, 0, 1
	if b.n > 1 {
		b.types = d.readCode(b.n + 2)
		b.counts = d.readCode(numCounts)
		if !d.failed() {
			b.left = d.count(b)
		}
	}
}

func (d *Reader) count(b *blocks) int {
	c := countCode[d.symbol(&b.counts)]
	return c.base + d.take(uint(c.extra))
}

// change goes on with the next block of a kind, of which none is left.
func (d *Reader) change(b *blocks) {
	if b.n == 1 {
		b.left = noEnd
		return
	}
	next := d.symbol(&b.types)
	switch next {
	case 0:
		next = b.before
	case 1:
		next = b.now + 1
	default:
		next -= 2
	}
	if next >= b.n {
		next -= b.n
	}
	b.now, b.before = next, b.now
	b.left = d.count(b)
}

func (d *Reader) readCodes(b *blocks, n, size int) {
	b.codes = b.codes[:0]
	for ; n > 0 && !d.failed(); n-- {
		b.codes = append(b.codes, d.readCode(size))
	}
}

// contexts reads which code each context has, so many by a block type, and returns how many codes there are (RFC 7932 section 7.3).
func (d *Reader) contexts(b *blocks, each int) (codes int) {
	codes = d.few()
	if cap(b.contextsKept) < b.n*each {
		b.contextsKept = make([]byte, maxTypes*each)
	}
	b.contexts = b.contextsKept[:b.n*each]
	clear(b.contexts)
	if codes == 1 {
		return codes
	}
	longest := 0 // how long a run of zeros is, as a power of two
	if d.take(1) == 1 {
		longest = d.take(4) + 1
	}
	c := d.readCode(codes + longest)
	if d.failed() {
		return codes
	}
	at := 0
	if s, is := c.constant(); is && (s == 0 || s > longest) { // no bits say much
		for ; at < len(b.contexts); at++ {
			b.contexts[at] = byte(max(0, s-longest))
		}
	}
	for at < len(b.contexts) && !d.failed() {
		s := d.symbol(&c)
		switch {
		case s == 0:
			at++
		case s > longest:
			b.contexts[at] = byte(s - longest)
			at++
		default:
			if at += 1<<s + d.take(uint(s)); at > len(b.contexts) {
				d.corrupt("a run of zeros is longer than the context map")
			}
		}
	}
	if d.take(1) == 1 && !d.failed() {
		moveToFront(b.contexts)
	}
	return codes
}

// moveToFront undoes the transform of that name.
func moveToFront(b []byte) {
	var list [256]byte
	for i := range list {
		list[i] = byte(i)
	}
	for i, at := range b {
		v := list[at]
		copy(list[1:], list[:at])
		list[0] = v
		b[i] = v
	}
}
