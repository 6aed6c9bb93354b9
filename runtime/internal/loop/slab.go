package loop

// Token names a registration: generation<<32 | slot. A Token is never reused
// (but after 2^32 uses of one slot), and zero names nothing.
type Token uint64

func (t Token) slot() uint32       { return uint32(t) }
func (t Token) generation() uint32 { return uint32(t >> 32) }

// slot is what a loop keeps for a descriptor or timer: 40 bytes. The lower
// fields belong to the wheel.
type slot struct {
	source     Source // nil: the slot is free
	generation uint32 // raised when the slot is freed; never zero

	at   uint16 // 1 + level<<6 + position in the wheel; 0: not armed
	next uint32 // in the list of the wheel's position, or the free list; 0: none
	prev uint32 // in the list of the wheel's position; 0: it is the first
	when uint64 // tick at which it fires, if armed
}

const chunk = 256

// slab holds slots in chunks, so that growing moves and wastes nothing. Slot 0
// is never used. loop-only.
type slab struct {
	chunks []*[chunk]slot
	free   uint32 // first free slot; 0: none
	fresh  uint32 // slots below it have been used
}

// slot returns the slot with index i, which has been allotted before.
func (s *slab) slot(i uint32) *slot { return &s.chunks[i/chunk][i%chunk] }

// find returns the slot that t names, or nil if t is stale.
func (s *slab) find(t Token) *slot {
	i := t.slot()
	if i >= s.fresh || i == 0 {
		return nil
	}
	e := s.slot(i)
	if e.generation != t.generation() || e.source == nil {
		return nil
	}
	return e
}

func (s *slab) add(source Source) Token {
	i := s.free
	if i != 0 {
		s.free = s.slot(i).next
	} else {
		i = max(s.fresh, 1)
		s.fresh = i + 1
		if int(i/chunk) == len(s.chunks) {
			s.chunks = append(s.chunks, new([chunk]slot))
		}
		s.slot(i).generation = 1
	}
	e := s.slot(i)
	e.source, e.next = source, 0
	return Token(e.generation)<<32 | Token(i)
}

// remove frees the slot of t, which must not be armed.
func (s *slab) remove(t Token) {
	e := s.slot(t.slot())
	e.source = nil
	e.generation = max(e.generation+1, 1)
	e.next = s.free
	s.free = t.slot()
}
