package http1

import (
	"encoding/binary"
	"math/bits"
)

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// class holds what a byte may be part of.
var class = makeClasses()

const (
	isToken    = 1 << iota // tchar, RFC 9110 section 5.6.2
	isTarget               // may stand in a request target: visible ASCII
	isHost                 // uri-host and port, RFC 3986 section 3.2.2
	isUserinfo             // RFC 3986 section 3.2.1
	isDigit
	isHex
	isZone // of an IPv6 address, RFC 6874 section 2
	isPath // may stand in a target before a query: isTarget, but ? and #
)

func makeClasses() (t [256]uint8) {
	set := func(bit uint8, chars string) {
		for i := range len(chars) {
			t[chars[i]] |= bit
		}
	}
	const (
		digits     = "0123456789"
		letters    = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		unreserved = digits + letters + "-._~"
		subDelims  = "!$&'()*+,;="
	)
	set(isToken, digits+letters+"!#$%&'*+-.^_`|~")
	for c := 0x21; c < 0x7f; c++ {
		t[c] |= isTarget | isPath
	}
	for _, c := range []byte("?#") {
		t[c] &^= isPath
	}
	set(isHost, unreserved+subDelims+"%:[]")
	set(isUserinfo, unreserved+subDelims+"%:")
	set(isDigit, digits)
	set(isHex, digits+"abcdefABCDEF")
	set(isZone, unreserved+"%")
	return t
}

// plainHost says whether b is sixteen letters, digits, hyphens, dots and colons at most, and eight at least, as most hosts are.
func plainHost(b []byte) bool {
	n := len(b)
	return 8 <= n && n <= 16 && plainHostWord(binary.LittleEndian.Uint64(b)) && plainHostWord(binary.LittleEndian.Uint64(b[n-8:]))
}

func plainHostWord(x uint64) bool {
	seven := x &^ highBits
	folded := seven | lowBits*0x20
	letter := (folded + lowBits*(0x80-'a')) &^ (folded + lowBits*(0x7f-'z'))
	other := (seven + lowBits*(0x80-'-')) &^ (seven + lowBits*(0x7f-':')) // from the hyphen to the colon, the slash among them
	slash := (seven ^ lowBits*'/') + lowBits*0x7f                         // its high bit is missing
	return (letter|other&slash)&^x&highBits == highBits
}

// all says whether every byte of b has the class, which is one.
func all(b []byte, want uint8) bool {
	for ; len(b) >= 4; b = b[4:] {
		if class[b[0]]&class[b[1]]&class[b[2]]&class[b[3]]&want == 0 {
			return false
		}
	}
	for _, c := range b {
		if class[c]&want == 0 {
			return false
		}
	}
	return true
}

// scanValue returns the index of the first byte of b from i on that a field
// value may not hold (a control character but tab, RFC 9110 section 5.5), or
// len(b). It looks at eight bytes at a time.
func scanValue(b []byte, i int) int {
	for len(b)-i >= 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		// Lanes of seven bits, so sums do not carry into the next one: a high bit
		// appears for 0x7f, and is missing for what is below 0x20.
		seven := x &^ highBits
		m := ((seven + lowBits) | ^(seven + lowBits*0x60)) &^ x & highBits
		if m == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(m) / 8
		if b[i] != '\t' {
			return i
		}
		i++
	}
	for i < len(b) && (b[i] >= ' ' && b[i] != 0x7f || b[i] == '\t') {
		i++
	}
	return i
}

// scanTarget returns the index of the first byte of b from i on that is not
// visible ASCII, or len(b).
func scanTarget(b []byte, i int) int {
	for len(b)-i >= 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		seven := x &^ highBits
		m := ((seven + lowBits) | ^(seven + lowBits*0x5f) | x) & highBits
		if m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
		i += 8
	}
	for i < len(b) && class[b[i]]&isTarget != 0 {
		i++
	}
	return i
}

// scanPath returns the index of the first byte of b from i on that is not visible ASCII, or is a question mark or a number sign, or
// len(b).
func scanPath(b []byte, i int) int {
	for len(b)-i >= 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		seven := x &^ highBits
		// A high bit is missing in each of the sums for what is not below 0x7f or is one of the two.
		sums := (seven + lowBits*0x5f) & ((seven ^ lowBits*'?') + lowBits*0x7f) & ((seven ^ lowBits*'#') + lowBits*0x7f)
		m := ((seven + lowBits) | ^sums | x) & highBits
		if m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
		i += 8
	}
	for i < len(b) && class[b[i]]&isPath != 0 {
		i++
	}
	return i
}

// scanToken returns the index of the first byte of b from i on that is not a
// token character, or len(b). Of eight bytes at a time it knows letters and
// hyphens; what is neither is looked up.
func scanToken(b []byte, i int) int {
	for len(b)-i >= 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		seven := x &^ highBits
		folded := seven | lowBits*0x20
		letter := (folded + lowBits*(0x80-'a')) &^ (folded + lowBits*(0x7f-'z'))
		other := (seven ^ lowBits*'-') + lowBits*0x7f
		m := (other&^letter | x) & highBits
		if m == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(m) / 8
		if class[b[i]]&isToken == 0 {
			return i
		}
		i++
	}
	for i < len(b) && class[b[i]]&isToken != 0 {
		i++
	}
	return i
}

// trim cuts optional white space, RFC 9110 section 5.6.3.
func trim(b []byte) []byte {
	from, to := trimmed(b, 0, len(b))
	return b[from:to]
}

// trimmed returns where the part of b from one index to the other stands without optional white space.
func trimmed(b []byte, from, to int) (int, int) {
	for from < to && (b[from] == ' ' || b[from] == '\t') {
		from++
	}
	for from < to && (b[to-1] == ' ' || b[to-1] == '\t') {
		to--
	}
	return from, to
}

// is compares text without control characters with a name of lower case letters
// and hyphens, whatever the case of its own: nothing else folds to those.
func is(text []byte, name string) bool {
	if len(text) != len(name) {
		return false
	}
	for ; len(text) >= 8; text, name = text[8:], name[8:] {
		if binary.LittleEndian.Uint64(text)|lowBits*0x20 != word(name) {
			return false
		}
	}
	for i := range len(name) {
		if text[i]|0x20 != name[i] {
			return false
		}
	}
	return true
}

// longName is a name of 8 to 24 lower case letters and hyphens: its first eight bytes, its last eight, and those around its middle.
type longName struct{ head, middle, tail uint64 }

func nameOf(name string) longName {
	return longName{word(name), word(name[middleOf(len(name)):]), word(name[len(name)-8:])}
}

// middleOf is where eight bytes begin that, with the first and the last eight, cover n.
func middleOf(n int) int { return (n - 8) / 2 }

// is compares text, which is as long as the name, with it, as the function of that name does.
func (l *longName) is(text []byte) bool {
	n := len(text)
	return n >= 8 && binary.LittleEndian.Uint64(text)|lowBits*0x20 == l.head &&
		binary.LittleEndian.Uint64(text[n-8:])|lowBits*0x20 == l.tail &&
		(n <= 16 || binary.LittleEndian.Uint64(text[middleOf(n):])|lowBits*0x20 == l.middle)
}

// word returns the first eight bytes of s, the first one lowest. The compiler makes one load of it.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// equalFold compares without regard to the case of ASCII letters.
func equalFold(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(b) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}
