package jsonwire

import (
	"bytes"
	"hash/maphash"
	"math"
	"sort"
)

// Outline knows where the parts of a JSON value stand, so that a schema can go over them in any order and as often as it needs.
// Values are numbered in the order of the text: an array or object comes first, then each of its parts with all that is in
// them.
type Outline struct {
	data   []byte
	values []outlined
	table  []int32 // to find members of one name
}

// outlined is one value of an outline.
type outlined struct {
	start, end int32 // in the text
	next       int32 // number of the value behind this one and all in it
	count      int32 // of parts
	name       span  // of a member, between its quotes
	kind       Kind
	isShadowed bool // a member of the same name comes later
}

// span is a part of the text.
type span struct{ start, end int32 }

// keepValues bounds the memory that an outline keeps from one body to the next.
const keepValues = 4 << 10

// reset returns an outline of nothing. It may be called for nil.
func (o *Outline) reset() *Outline {
	if o == nil || cap(o.values) > keepValues {
		return nil
	}
	o.data, o.values = nil, o.values[:0]
	return o
}

// add consumes the value that d stands on.
func (o *Outline) add(d *Decoder) {
	if len(d.data) > math.MaxInt32 {
		d.Exhaust()
		return
	}
	at := len(o.values)
	kind := d.Kind()
	o.values = append(o.values, outlined{start: int32(d.pos), kind: kind})
	count := int32(0)
	switch kind {
	case KindObject:
		for more := d.Map(); more; more = d.NextEntry() {
			member, name := len(o.values), span{int32(d.key), int32(d.keyEnd)}
			o.add(d)
			if d.failed {
				return
			}
			o.values[member].name = name
			count++
		}
	case KindArray:
		for more := d.Array(); more; more = d.NextItem() {
			o.add(d)
			count++
		}
	default:
		d.Skip()
	}
	v := &o.values[at]
	v.end, v.next, v.count = int32(d.pos), int32(len(o.values)), count
	if kind == KindObject && count > 1 && !d.failed {
		o.shadow(at)
	}
}

var seed = maphash.MakeSeed()

// shadow marks the members of an object whose names come again, and leaves them out of its count.
func (o *Outline) shadow(object int) {
	last := o.values[object].next
	if o.values[object].count <= fewItems {
		for i := int32(object) + 1; i < last; i = o.values[i].next {
			for k := o.values[i].next; k < last; k = o.values[k].next {
				if bytes.Equal(o.Name(int(i)), o.Name(int(k))) {
					o.values[i].isShadowed = true
					o.values[object].count--
					break
				}
			}
		}
		return
	}
	size := uint64(1)
	for size < 2*uint64(o.values[object].count) {
		size *= 2
	}
	o.table = append(o.table[:0], make([]int32, size)...)
	for i := int32(object) + 1; i < last; i = o.values[i].next {
		name := o.Name(int(i))
		at := maphash.Bytes(seed, name) & (size - 1)
		for o.table[at] != 0 && !bytes.Equal(o.Name(int(o.table[at])), name) {
			at = (at + 1) & (size - 1)
		}
		if before := o.table[at]; before != 0 {
			o.values[before].isShadowed = true
			o.values[object].count--
		}
		o.table[at] = i
	}
}

// find returns the number of the value that starts at offset.
func (o *Outline) find(offset int) (int, bool) {
	if len(o.values) == 0 || int(o.values[0].end) <= offset {
		return 0, false
	}
	i := sort.Search(len(o.values), func(i int) bool { return int(o.values[i].start) >= offset })
	return i, i < len(o.values) && int(o.values[i].start) == offset
}

// OutlineOf returns the outline of a text; false if that is no JSON.
func OutlineOf(text []byte) (*Outline, bool) {
	d := Decoder{Options: Options{MaxDepth: math.MaxInt}}
	d.Reset(text)
	o := &Outline{data: text}
	o.add(&d)
	d.End()
	return o, !d.failed
}

// Len returns the number of values.
func (o *Outline) Len() int { return len(o.values) }

// Kind returns what value i is.
func (o *Outline) Kind(i int) Kind { return o.values[i].kind }

// Start returns where value i starts in the text, in bytes.
func (o *Outline) Start(i int) int { return int(o.values[i].start) }

// End returns where value i ends in the text, in bytes.
func (o *Outline) End(i int) int { return int(o.values[i].end) }

// Next returns the number of the value behind value i and all in it; within an array or object the one of its next part, or
// the array's own Next.
func (o *Outline) Next(i int) int { return int(o.values[i].next) }

// Count returns how many items the array i has, or how many members with different names the object i.
func (o *Outline) Count(i int) int { return int(o.values[i].count) }

// IsShadowed reports whether a member of the same name comes behind member i, which does not count then.
func (o *Outline) IsShadowed(i int) bool { return o.values[i].isShadowed }

// Name returns the name of member i without escapes. It is borrowed.
func (o *Outline) Name(i int) []byte {
	name := o.values[i].name
	return contents(o.data, int(name.start), int(name.end))
}

// PushName makes the name of member i a value, a string, until PopName, and returns its number.
func (o *Outline) PushName(i int) int {
	name, at := o.values[i].name, len(o.values)
	o.values = append(o.values, outlined{kind: KindString, start: name.start - 1, end: name.end + 1, next: int32(at) + 1})
	return at
}

// PopName takes back what PushName has made.
func (o *Outline) PopName() { o.values = o.values[:len(o.values)-1] }

// Raw returns the text of value i. It is borrowed.
func (o *Outline) Raw(i int) []byte { return o.data[o.values[i].start:o.values[i].end] }

// String returns the contents of string i without escapes. It is borrowed.
func (o *Outline) String(i int) []byte {
	return contents(o.data, int(o.values[i].start)+1, int(o.values[i].end)-1)
}
