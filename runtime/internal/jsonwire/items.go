package jsonwire

import (
	"math"
	"reflect"
	"slices"
	"unsafe" // Sizeof alone

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// Reads is a pointer to a T that reads itself, as a generated type does.
type Reads[T any] interface {
	*T
	DecodeJSON(d *Decoder)
}

// roughSize is the size up to which the memory of a rough list is kept, in bytes, and roughKinds how many of them.
const (
	roughSize  = 16 << 10
	roughKinds = 8
)

// rough is a list whose length was not known when it was begun. Its memory is used again: what the user gets is a copy of the right
// size.
type rough[T any] struct {
	items []T // empty, and zero up to its capacity
}

// Items consumes an array, each item of which is read by its own method where it stays, and returns a slice of its own for them, which
// is not nil. A value of another type is skipped and noted.
func Items[T any, P Reads[T]](d *Decoder) []T {
	list, _ := d.takeRough((*rough[T])(nil)).(*rough[T])
	if list == nil {
		list = new(rough[T])
	}
	items := list.items
	var zero T
	for more := d.Array(); more; more = d.NextItem() {
		Room[T](d)
		if len(items) == cap(items) && uintptr(len(items))*unsafe.Sizeof(zero) > roughSize {
			items = double(d, items, d.room+d.most)
		}
		items = append(items, zero)
		P(&items[len(items)-1]).DecodeJSON(d)
	}
	own, again := handOut(items)
	if list.items = again; again != nil || items == nil {
		d.keepRough(list)
	}
	return own
}

// double returns items with room for twice as many, or for what room bytes are enough for. append makes it a quarter at a time, so that a long list
// leaves four times its size behind. Of a text that was given up nobody needs them: they begin anew.
func double[T any](d *Decoder, items []T, room int) []T {
	if d.failed {
		return items[:0]
	}
	size := max(int(unsafe.Sizeof(*new(T))), 1)
	grown := make([]T, 0, len(items)+min(len(items), max(room, 0)/size+1))
	for piece := range slices.Chunk(items, max(stretch/size, 1)) {
		grown = append(grown, piece...)
		d.Worked(stretch / 4) // pages that are new have to be found
	}
	return grown
}

// takeRough takes the memory of like's type out of d, nil if there is none; items that hold such lists themselves take another one. It
// is not generic, or every generated package would compile it for each type of its lists.
//
//go:noinline
func (d *Decoder) takeRough(like any) any {
	of := reflect.TypeOf(like)
	for i, kept := range d.rough {
		if reflect.TypeOf(kept) == of {
			last := len(d.rough) - 1
			d.rough[i] = d.rough[last]
			d.rough[last] = nil
			d.rough = d.rough[:last]
			return kept
		}
	}
	if len(d.rough) >= roughKinds {
		clear(d.rough)
		d.rough = d.rough[:0] // whoever reads so many types reads others next
	}
	return nil
}

// keepRough takes memory back. It is not inlined, as takeRough is not.
//
//go:noinline
func (d *Decoder) keepRough(list any) {
	if len(d.rough) < roughKinds { // lists of lists leave one for each level
		d.rough = append(d.rough, list)
	}
}

// Strings consumes an array of strings, each of which r checks, and returns a slice of its own for them, which is not nil.
func (d *Decoder) Strings(r *validate.StringRule) (list []string) {
	items := d.strings
	d.strings = nil // it is in use
	for more := d.Array(); more; more = d.NextItem() {
		if len(items) == cap(items) {
			items = grow(d, items)
		}
		items = append(items, d.String(r))
	}
	list, d.strings = handOut(items)
	countShort(d, list)
	return list
}

// Int64s is Strings for integers.
func (d *Decoder) Int64s(r *validate.IntRule) (list []int64) {
	items := d.integers
	for more := d.Array(); more; more = d.NextItem() {
		if len(items) == cap(items) {
			items = grow(d, items)
		}
		items = append(items, d.Int64(r))
	}
	list, d.integers = handOut(items)
	countShort(d, list)
	return list
}

// Float64s is Strings for numbers.
func (d *Decoder) Float64s(r *validate.FloatRule) (list []float64) {
	items := d.floats
	for more := d.Array(); more; more = d.NextItem() {
		if len(items) == cap(items) {
			items = grow(d, items)
		}
		items = append(items, d.Float64(r))
	}
	list, d.floats = handOut(items)
	countShort(d, list)
	return list
}

// grow is double for items that Room does not count: their memory is borrowed. Short ones are left to append.
func grow[T any](d *Decoder, items []T) []T {
	size := len(items) * int(unsafe.Sizeof(*new(T)))
	if size <= roughSize {
		return items
	}
	d.borrow(2 * size)
	return double(d, items, math.MaxInt)
}

// countShort counts the memory of a list that was too short for grow. There may be many of them.
func countShort[T any](d *Decoder, list []T) {
	if size := len(list) * int(unsafe.Sizeof(*new(T))); size <= roughSize {
		d.take(size)
	}
}

// handOut returns items as a slice of their own, and memory to use again: nil where a copy would cost more than what is too much of theirs.
func handOut[T any](items []T) (own, again []T) {
	if uintptr(cap(items))*unsafe.Sizeof(*new(T)) > roughSize {
		return items, nil
	}
	own = make([]T, len(items))
	copy(own, items)
	clear(items)
	return own, items[:0]
}
