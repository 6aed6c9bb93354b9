package jsonwire

import (
	"bytes"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe" // see word.go: the length that is left is compared before each word
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080

	differs = '"' ^ ' '
)

// special marks, by its high bit, the first byte of w (in memory order) that ends the plain part of a string: a quote, a
// backslash, a control character. Marks behind the first may be wrong.
func special(w uint64) uint64 { return candidates(w) &^ w & highs }

// notPlain marks, as special does, the first byte of w that is not ASCII or has to be escaped.
func notPlain(w uint64) uint64 { return (candidates(w) | w) & highs }

// allPlain has all high bits set if notPlain marks nothing. A byte whose sum is carried to the next one has its own bit clear: it is
// beyond ASCII. Of those that have no carry in the first sum, up to 0xa2, all have one in the second.
func allPlain(w uint64) uint64 {
	return (w ^ ones*differs + ones*(0x7f-' ')) & (w ^ ones*'\\' + ones*0x7f)
}

// candidates marks what special does, and some bytes beyond ASCII. The bit in which a quote differs from a space tells none
// of the control characters from the others: without it, they and the quote are what is at most a space.
func candidates(w uint64) uint64 {
	return ((w ^ ones*differs) - ones*(' '+1)) | ((w ^ ones*'\\') - ones)
}

// plainEnd returns the place of the first byte of data[i:] that ends the plain part of a string, or a place before it with less than
// eight bytes behind. seen, of the bytes that were looked at, has the high bit of none set unless one is beyond ASCII.
func plainEnd(data []byte, i int) (end int, seen uint64) {
	for base := unsafe.SliceData(data); len(data)-i >= 8; i += 8 {
		w := word(base, i)
		seen |= w
		if mark := special(w); mark != 0 {
			return i + bits.TrailingZeros64(mark)>>3, seen
		}
	}
	return i, seen
}

// quoted consumes the string at the cursor, which stands on its quote, and returns where its contents stand. escaped tells
// whether they hold escapes, which are well-formed then.
func (d *Decoder) quoted() (start, end int, escaped, ok bool) {
	start = d.pos + 1
	i, seen := plainEnd(d.data, start)
	if i < len(d.data) && d.data[i] == '"' && seen&highs == 0 {
		d.pos = i + 1
		return start, i, false, true
	}
	return d.quotedFrom(start, i, seen)
}

// quotedFrom is quoted for a string whose contents begin at start, where plainEnd has given i and seen.
func (d *Decoder) quotedFrom(start, i int, seen uint64) (from, end int, escaped, ok bool) {
	data := d.data
	for {
		for i < len(data) && data[i] != '"' && data[i] != '\\' && data[i] >= ' ' {
			seen |= uint64(data[i])
			i++
		}
		if i == len(data) {
			d.fail(i, reasonEnd)
			return 0, 0, false, false
		}
		switch data[i] {
		case '"':
			if seen&highs != 0 && !d.validUTF8(data[start:i]) {
				d.fail(start+validPrefix(data[start:i]), reasonUTF8)
				return 0, 0, false, false
			}
			d.pos = i + 1
			return start, i, escaped, true
		case '\\':
			n, reason := escapeLength(data[i:])
			if n == 0 {
				d.fail(i, reason)
				return 0, 0, false, false
			}
			escaped = true
			if i += n; i >= d.pause {
				d.rest(i)
			}
			next, more := plainEnd(data, i)
			i, seen = next, seen|more
		default:
			d.fail(i, reasonControl)
			return 0, 0, false, false
		}
	}
}

// validPrefix returns how many leading bytes of b are UTF-8.
func validPrefix(b []byte) int {
	i := 0
	for i < len(b) {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		i += n
	}
	return i
}

// escapeLength returns the length of the escape at the start of b, or zero and why it is not one. A pair of surrogates is one
// escape of twelve bytes.
func escapeLength(b []byte) (n int, reason string) {
	if len(b) < 2 {
		return 0, reasonEnd
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, ""
	case 'u':
	default:
		return 0, reasonEscape
	}
	r := unicodeEscape(b)
	switch {
	case r < 0:
		return 0, reasonEscape
	case !utf16.IsSurrogate(r):
		return 6, ""
	case utf16.DecodeRune(r, unicodeEscape(b[6:])) == utf8.RuneError:
		return 0, reasonSurrogate
	}
	return 12, ""
}

// unicodeEscape returns the code unit of the \uXXXX at the start of b, or -1.
func unicodeEscape(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	var r rune
	for _, c := range b[2:6] {
		digit := hexValue[c]
		if digit < 0 {
			return -1
		}
		r = r<<4 | rune(digit)
	}
	return r
}

var hexValue = func() (t [256]int8) {
	for i := range t {
		t[i] = -1
	}
	for i, c := range "0123456789abcdef" {
		t[c] = int8(i)
	}
	for i, c := range "ABCDEF" {
		t[c] = int8(i + 10)
	}
	return t
}()

// validUTF8 is validUTF8, and lets others go first within what is long.
func (d *Decoder) validUTF8(b []byte) bool {
	for d.giveWay != nil && len(b) > stretch {
		end := stretch
		for end > stretch-utf8.UTFMax && !utf8.RuneStart(b[end]) {
			end--
		}
		if !validUTF8(b[:end]) {
			return false
		}
		d.giveWay()
		b = b[end:]
	}
	return validUTF8(b)
}

// unescape appends the contents of a string, whose escapes are well-formed, to b. It calls giveWay, if that is not nil, each 16 KiB.
func unescape(b, contents []byte, giveWay func()) []byte {
	for {
		var n int
		b, n = unescapePiece(b, contents)
		if contents = contents[n:]; len(contents) == 0 {
			return b
		}
		if giveWay != nil {
			giveWay()
		}
	}
}

// piece is how many bytes of a string are unescaped in one go.
const piece = 16 << 10

// unescapePiece is unescape for the first piece, and what belongs to the escape that it ends in. n is how many bytes that are.
func unescapePiece(b, contents []byte) (_ []byte, n int) {
	b = slices.Grow(b, min(len(contents), piece)) // which is all but for the escape at its end
	for n < piece {
		plain := plainRun(contents[n:min(len(contents), piece)])
		b = append(b, contents[n:n+plain]...)
		if n += plain; n >= piece || n == len(contents) {
			break
		}
		if c := contents[n+1]; c != 'u' {
			b = append(b, unescaped[c])
			n += 2
			continue
		}
		r, size := runeEscape(contents[n:])
		b = utf8.AppendRune(b, r)
		n += size
	}
	return b, n
}

// plainRun is how many bytes stand before the first escape. Mostly those are many, or few.
func plainRun(contents []byte) int {
	const few = 8
	for i, c := range contents[:min(few, len(contents))] {
		if c == '\\' {
			return i
		}
	}
	if len(contents) <= few {
		return len(contents)
	}
	if i := bytes.IndexByte(contents[few:], '\\'); i >= 0 {
		return few + i
	}
	return len(contents)
}

// runeEscape is what the escape, or the pair of them, that contents begins with stands for, and how long it is.
func runeEscape(contents []byte) (r rune, size int) {
	r = unicodeEscape(contents)
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	return utf16.DecodeRune(r, unicodeEscape(contents[6:])), 12
}

// unescapedLength is how long the result of unescapePiece is, and how many bytes it is of. To make it takes twice the time.
func unescapedLength(contents []byte) (length, n int) {
	for n < piece {
		plain := plainRun(contents[n:min(len(contents), piece)])
		length += plain
		if n += plain; n >= piece || n == len(contents) {
			break
		}
		if contents[n+1] != 'u' {
			length++
			n += 2
			continue
		}
		r, size := runeEscape(contents[n:])
		length += utf8.RuneLen(r)
		n += size
	}
	return length, n
}

// longUnescaped is the string whose contents, with escapes, are data[start:end], which are long. The system has to find each page of the memory
// for it, which takes as long as to read the text: others may go first between two pieces.
func (d *Decoder) longUnescaped(start, end int) string {
	size := 0
	for at := start; at < end; d.yield() {
		length, n := unescapedLength(d.data[at:end])
		size += length
		at += n
	}
	var b strings.Builder
	b.Grow(size)
	for at := start; at < end; d.yield() {
		var n int
		d.scratch, n = unescapePiece(d.scratch[:0], d.data[at:end])
		b.Write(d.scratch)
		at += n
	}
	return b.String()
}

// yield has others go first.
func (d *Decoder) yield() {
	if d.giveWay != nil {
		d.giveWay()
	}
}

// longText is data[start:end], which is long, as a string, made like that of longUnescaped.
func (d *Decoder) longText(start, end int) string {
	var b strings.Builder
	b.Grow(end - start)
	for ; start < end; start += stretch {
		b.Write(d.data[start:min(start+stretch, end)])
		d.yield()
	}
	return b.String()
}

var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// str consumes a string and returns it as one that is the user's.
func (d *Decoder) str() (string, bool) {
	if d.pos >= len(d.data) || d.data[d.pos] != '"' {
		d.mismatch("string")
		return "", false
	}
	start := d.pos + 1
	end, seen := plainEnd(d.data, start)
	if end < len(d.data) && d.data[end] == '"' && seen&highs == 0 {
		d.pos = end + 1
		return d.textOf(start, end), true
	}
	start, end, escaped, ok := d.quotedFrom(start, end, seen)
	if !ok {
		return "", false
	}
	if escaped && end-start > stretch {
		return d.longUnescaped(start, end), true
	}
	if escaped {
		d.scratch = unescape(d.scratch[:0], d.data[start:end], nil)
		return string(d.scratch), true
	}
	return d.textOf(start, end), true
}

// view consumes a string and returns its contents without escapes; they are valid until the next call.
func (d *Decoder) view() ([]byte, bool) {
	if d.pos >= len(d.data) || d.data[d.pos] != '"' {
		d.mismatch("string")
		return nil, false
	}
	start, end, escaped, ok := d.quoted()
	if !ok {
		return nil, false
	}
	if escaped {
		d.scratch = unescape(d.scratch[:0], d.data[start:end], d.giveWay)
		return d.scratch, true
	}
	return d.data[start:end], true
}

// Borrowed returns b as a string without a copy. It must not outlive the call that it is an argument of.
func Borrowed(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
