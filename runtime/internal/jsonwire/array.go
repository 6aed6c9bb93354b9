package jsonwire

import (
	"bytes"
	"math/bits"
	"slices"
	"unsafe" // see word.go: the length that is left is compared before each word

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// Array enters the array that comes next and reports whether it has an item, on which the cursor stands then. A value of another
// type is skipped and noted, and gives false.
//
//	start := d.Offset()
//	list := make([]T, 0, d.Items()) // for scalars; Items, Strings, Int64s and Float64s read others all at once
//	for more := d.Array(); more; more = d.NextItem() { ... consume the item ... }
//	d.CheckItems(start, n, rule)
func (d *Decoder) Array() bool {
	data, i := d.data, d.pos
	if i >= len(data) || data[i] != '[' {
		d.mismatch("array")
		return false
	}
	if !d.enter() {
		return false
	}
	if i++; i < len(data) && data[i] <= ' ' {
		i = skipLines(data, i)
	}
	if i < len(data) && data[i] == ']' {
		d.depth--
		d.pos = i + 1
		return false
	}
	d.pos = i
	return true
}

// NextItem goes on to the next item; the one before has been consumed.
func (d *Decoder) NextItem() bool {
	data, i := d.data, d.pos
	if i < len(data) && data[i] <= ' ' {
		i = skipLines(data, i)
	}
	if i < len(data) && data[i] == ',' {
		if i++; i < len(data) && data[i] <= ' ' {
			i = skipLines(data, i)
		}
		d.pos = i
		if i >= d.pause {
			d.rest(i)
		}
		return true
	}
	if i >= len(data) || data[i] != ']' {
		d.failAt(i, reasonCommaArray)
		return false
	}
	d.depth--
	d.pos = i + 1
	return false
}

// How much of an array Items looks at. Arrays lie in arrays, and each looks at its own, so deep ones look at less: what is looked at
// in all stays a small multiple of the text.
const (
	itemsWindow = smallBody
	itemsDepth  = 4 // arrays and objects that are open around an array which is looked at like that
	deepWindow  = 256
)

// Items returns how many items the array has that comes next, so that room is made for them once: all of them where the array takes
// no more than 4 KiB (256 bytes where it lies deep), else those within as much. It is 0 for another value. Nothing is consumed, and
// nothing is checked: of a text that is not JSON it counts what looks like items.
func (d *Decoder) Items() int {
	data, i := d.data, d.pos
	if i >= len(data) || data[i] != '[' {
		return 0
	}
	window := itemsWindow
	if d.depth >= itemsDepth {
		window = deepWindow
	}
	if len(data)-i > window {
		data = data[:i+window]
	}
	i = skipSpace(data, i+1)
	if i < len(data) && data[i] == ']' {
		return 0
	}
	return countItems(data, i)
}

// countItems counts the items of the array whose first one begins at i, as far as data goes.
func countItems(data []byte, i int) int {
	n := 1
	for depth := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			if i = skipText(data, i+1); i >= len(data) {
				return n
			}
		case ',':
			if depth == 0 {
				n++
			}
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth < 0 {
				return n
			}
		}
	}
	return n
}

// skipText returns where the quote stands that ends the string whose contents begin at i; len(data) or more where there is none.
func skipText(data []byte, i int) int {
	for base := unsafe.SliceData(data); ; {
		for len(data)-i >= 8 {
			mark := special(word(base, i))
			if mark != 0 {
				i += bits.TrailingZeros64(mark) >> 3
				break
			}
			i += 8
		}
		switch {
		case i >= len(data) || data[i] == '"':
			return i
		case data[i] == '\\':
			i++
		}
		i++
	}
}

// CheckItems checks the array of n items that starts at start. What is not an array is not checked.
func (d *Decoder) CheckItems(start, n int, r *validate.ArrayRule) {
	if r == nil || d.failed || d.data[start] != '[' {
		return
	}
	if f := r.Check(n, func() bool { return d.distinct(start) }); f != 0 {
		d.refuse(start, f, r)
	}
}

// fewItems is the length up to which items are compared pair by pair.
const fewItems = 16

// distinct reports whether no two items of the array at start are equal JSON values.
func (d *Decoder) distinct(start int) bool {
	again := d.again(start)
	var few [fewItems][2]int
	spans := few[:0]
	text := d.scratch[:0] // the canonical items, one behind the other
	for more := again.Array(); more; more = again.NextItem() {
		from := len(text)
		text = again.appendCanonical(text)
		spans = append(spans, [2]int{from, len(text)})
	}
	d.scratch = text
	d.Worked(again.pos - start)
	item := func(i int) []byte { return text[spans[i][0]:spans[i][1]] }
	if len(spans) <= fewItems {
		for i := range spans {
			for j := range i {
				if len(item(i)) == len(item(j)) {
					d.Worked(len(item(i)))
				}
				if bytes.Equal(item(i), item(j)) {
					return false
				}
			}
		}
		return true
	}
	slices.SortFunc(spans, func(a, b [2]int) int {
		d.Worked(min(a[1]-a[0], b[1]-b[0]))
		return bytes.Compare(text[a[0]:a[1]], text[b[0]:b[1]])
	})
	for i := 1; i < len(spans); i++ {
		if bytes.Equal(item(i-1), item(i)) {
			return false
		}
	}
	return true
}
