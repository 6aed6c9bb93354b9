package jsonwire

import (
	"math/bits"
	"slices"
)

// What Object and Next return instead of an index.
const (
	EndObject  = -1
	UnknownKey = -2
)

// Keys are the member names that a schema knows, in the order of the document. It is immutable once a decoder uses it.
type Keys struct {
	names    []string
	quoted   []quotedKey
	required []uint64 // bit i%64 of word i/64: member i is required
	readOnly []uint64 // like required: never read from requests, and not demanded of them; nil for none
	sendOnly []uint64 // like required: writeOnly, may be absent from answers; nil for none
	index    []int16  // by hash: place in names, or -1; a power of two long, at most half full
	unknown  unknown
}

// unknown says what Object and Next do with a member that is not among the keys.
type unknown uint8

const (
	unknownSkipped unknown = iota
	unknownRefused         // and skipped
	unknownGiven           // as UnknownKey
)

// NewKeys returns the keys of an object. They are numbered from zero.
func NewKeys(names ...string) *Keys {
	k := &Keys{names: slices.Clone(names), quoted: make([]quotedKey, len(names))}
	for i, name := range names {
		k.quoted[i] = quotedName(name)
	}
	k.build()
	return k
}

// quotedKey is a member name as compact JSON has it, `"name":`, and its first eight bytes as word reads them; mask is where it has any.
type quotedKey struct {
	text       string
	head, mask uint64
}

func quotedName(name string) quotedKey {
	var room [64]byte // programs with thousands of types have tens of thousands of names
	q := quotedKey{text: string(append(AppendString(room[:0], name), ':'))}
	for i := range min(len(q.text), 8) {
		q.head |= uint64(q.text[i]) << (8 * i)
		q.mask |= 0xff << (8 * i)
	}
	return q
}

// Closed makes the decoder refuse members that are not among the keys, unless it is lenient, and returns k. Otherwise they are
// skipped.
func (k *Keys) Closed() *Keys {
	k.unknown = unknownRefused
	return k
}

// Open makes the decoder give members that are not among the keys as UnknownKey, their value yet to be consumed, and returns k.
func (k *Keys) Open() *Keys {
	k.unknown = unknownGiven
	return k
}

// Required notes which members an object must have, and returns k. A name that is not among the keys becomes one, numbered behind
// the others: a schema may require what it does not describe.
func (k *Keys) Required(names ...string) *Keys {
	for _, name := range names {
		i := slices.Index(k.names, name)
		if i < 0 {
			i = len(k.names)
			k.names = append(k.names, name)
			k.quoted = append(k.quoted, quotedName(name))
			k.build()
		}
		k.required[i/64] |= 1 << (i % 64)
	}
	return k
}

// ReadOnly notes which keys are not read from requests, nor demanded of them although they are required, and returns k.
func (k *Keys) ReadOnly(names ...string) *Keys {
	k.readOnly = k.mark(k.readOnly, names)
	return k
}

// WriteOnly notes which keys an answer need not have although they are required, and returns k.
func (k *Keys) WriteOnly(names ...string) *Keys {
	k.sendOnly = k.mark(k.sendOnly, names)
	return k
}

// isReadOnly reports whether key i is readOnly.
func (k *Keys) isReadOnly(i int) bool {
	return i/64 < len(k.readOnly) && k.readOnly[i/64]>>(i%64)&1 != 0
}

// mark sets the bits of those names that are keys.
func (k *Keys) mark(set []uint64, names []string) []uint64 {
	for _, name := range names {
		if i := slices.Index(k.names, name); i >= 0 {
			for len(set) <= i/64 {
				set = append(set, 0)
			}
			set[i/64] |= 1 << (i % 64)
		}
	}
	return set
}

// build makes required and index fit names.
func (k *Keys) build() {
	for len(k.required)*64 < max(1, len(k.names)) {
		k.required = append(k.required, 0)
	}
	size := 4
	for size < 2*len(k.names) {
		size *= 2
	}
	k.index = make([]int16, size)
	for i := range k.index {
		k.index[i] = -1
	}
	for i, name := range k.names {
		at := hash(name) & (size - 1)
		for k.index[at] >= 0 {
			at = (at + 1) & (size - 1)
		}
		k.index[at] = int16(i)
	}
}

// hash is cheap, and tells names of one schema apart well enough.
func hash[T string | []byte](name T) int {
	n := len(name)
	if n == 0 {
		return 0
	}
	return n*7 + int(name[0])*31 + int(name[n/2])*131 + int(name[n-1])*17
}

// find returns the number of the key, or UnknownKey.
func (k *Keys) find(name []byte) int {
	mask := len(k.index) - 1
	for at := hash(name) & mask; k.index[at] >= 0; at = (at + 1) & mask {
		if i := int(k.index[at]); k.names[i] == string(name) {
			return i
		}
	}
	return UnknownKey
}

// Seen is the set of keys that an object has shown, of at most 64. The zero value is empty.
type Seen uint64

// Add notes key i. What is not a key (UnknownKey) is ignored.
func (s *Seen) Add(i int) { *s |= 1 << uint(i) }

// Has reports whether key i has been seen.
func (s Seen) Has(i int) bool { return s>>uint(i)&1 != 0 }

// Len returns how many different keys have been seen.
func (s Seen) Len() int { return bits.OnesCount64(uint64(s)) }

// SeenWide is Seen for any number of keys; up to 512 it needs no memory of its own.
type SeenWide struct {
	low  [8]uint64
	more []uint64
}

// Add notes key i. What is not a key (UnknownKey) is ignored.
func (s *SeenWide) Add(i int) {
	if i >= 0 {
		*s.word(i / 64) |= 1 << (i % 64)
	}
}

// Has reports whether key i has been seen.
func (s *SeenWide) Has(i int) bool { return i >= 0 && *s.word(i / 64)>>(i%64)&1 != 0 }

// Len returns how many different keys have been seen.
func (s *SeenWide) Len() int {
	n := 0
	for _, w := range slices.Concat(s.low[:], s.more) {
		n += bits.OnesCount64(w)
	}
	return n
}

func (s *SeenWide) word(i int) *uint64 {
	if i < len(s.low) {
		return &s.low[i]
	}
	i -= len(s.low)
	for i >= len(s.more) {
		s.more = append(s.more, 0)
	}
	return &s.more[i]
}
