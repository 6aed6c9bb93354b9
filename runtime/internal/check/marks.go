package check

// marks are the parts of one array or object that schemas have looked at with success, by their place among the others: what
// unevaluatedItems and unevaluatedProperties leave alone. The zero value marks nothing, for where nobody asks.
type marks struct {
	on          bool
	start, size int // in run.bits
}

// newMarks returns an empty set for value i. It is dropped by cutting r.bits.
func (r *run) newMarks(i int) marks {
	m := marks{on: true, start: len(r.bits), size: (r.outline.Next(i) - i + 63) / 64}
	for range m.size {
		r.bits = append(r.bits, 0)
	}
	return m
}

// branch returns a set for a schema that may fail: empty, or none if m is none.
func (m marks) branch(r *run, i int) marks {
	if !m.on {
		return m
	}
	return r.newMarks(i)
}

func (m marks) add(r *run, part int) {
	if m.on {
		r.bits[m.start+part/64] |= 1 << (part % 64)
	}
}

func (m marks) has(r *run, part int) bool { return r.bits[m.start+part/64]>>(part%64)&1 != 0 }

// merge adds the marks of a branch that has not failed.
func (m marks) merge(r *run, branch marks) {
	if m.on {
		for k := range m.size {
			r.bits[m.start+k] |= r.bits[branch.start+k]
		}
	}
}
