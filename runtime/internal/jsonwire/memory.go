package jsonwire

import (
	"math"
	"runtime/debug"
	"sync"
	"unsafe" // sizes alone, which are constants
)

// What the values of a text may take, unless Options.MaxMemory says it.
const (
	memoryFactor = 16 // times its size
	memoryBase   = 64 << 20
	memoryShare  = 8       // of what the process may hold, by GOMEMLIMIT: an eighth at most
	memoryLeast  = 4 << 20 // however little that is
)

// What a Decoder asks Lend for, in bytes.
const (
	unlent = 16 << 10 // of a text, and of its values, are for nothing: most texts have no more
	lot    = 64 << 10 // of values at once
)

// What Go's maps take beside keys and values.
const (
	mapSize  = 48  // of one that is empty
	mapSlots = 8   // that one has at first
	inSlot   = 128 // bytes of a value that lies in its slot; a larger one lies elsewhere
)

// memory is how much the values of a text of size bytes may take.
func (o *Options) memory(size int) int {
	if o.MaxMemory > 0 {
		return o.MaxMemory
	}
	return min(max(memoryBase, memoryFactor*min(size, math.MaxInt/memoryFactor)), memoryCeiling())
}

// memoryCeiling is what a process that was told how much it may hold has for one text: several of them come at once.
var memoryCeiling = sync.OnceValue(func() int { return ceiling(debug.SetMemoryLimit(-1)) })

// ceiling is memoryCeiling for a limit as runtime/debug.SetMemoryLimit has it.
func ceiling(limit int64) int {
	if limit == math.MaxInt64 {
		return math.MaxInt
	}
	return max(memoryLeast, int(min(limit/memoryShare, math.MaxInt)))
}

// begin makes room for the values of a text of size bytes, and borrows what their strings may take.
func (d *Decoder) begin(size int) {
	d.room, d.most = d.Options.memory(size), 0
	if d.Lend == nil {
		return
	}
	d.room, d.most = min(d.room, unlent), max(d.room-unlent, 0)
	if size > unlent {
		d.borrow(size)
	}
}

// take counts n bytes of memory that a value needs.
func (d *Decoder) take(n int) {
	if d.room -= n; d.room < 0 {
		d.extend()
	}
}

// extend makes room for what was taken of none. It is borrowed twice: a list is there twice while it grows.
//
//go:noinline
func (d *Decoder) extend() {
	short := -d.room
	if short > d.most {
		d.fail(d.pos, reasonMemory)
		return
	}
	more := min(max(short, lot), d.most)
	if d.borrow(2 * more) {
		d.room, d.most = d.room+more, d.most-more
	}
}

// borrow asks Lend for n bytes. That there are none is a syntax error.
func (d *Decoder) borrow(n int) bool {
	if d.failed || d.Lend != nil && !d.Lend(n) {
		d.fail(d.pos, reasonUnlent)
	}
	return !d.failed
}

// Room counts the memory of a T that is made for what comes next: an item or an entry that d does not make itself. When that is too
// much, it is a syntax error.
func Room[T any](d *Decoder) { d.take(int(unsafe.Sizeof(*new(T)))) }

// RoomEntry is Room for a map of V that has n entries, to which another one is added.
func RoomEntry[V any](d *Decoder, n int) {
	value, apart := unsafe.Sizeof(*new(V)), uintptr(0)
	if value > inSlot {
		value, apart = unsafe.Sizeof(new(V)), value
	}
	slot := unsafe.Sizeof("") + value
	switch {
	case n == 0:
		apart += mapSize + mapSlots*slot
	case n >= mapSlots: // it grows by doubling
		apart += 2 * slot
	}
	d.take(int(apart))
}

// New consumes a value and returns what becomes of it, in memory of its own.
func New[T any, P Reads[T]](d *Decoder) *T {
	Room[T](d)
	v := new(T)
	P(v).DecodeJSON(d)
	return v
}
