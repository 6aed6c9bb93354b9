package check

import (
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

const (
	// A run takes at most so many steps, a step being one schema for one value, and so many more for each value.
	fewestSteps   = 1 << 18
	stepsForValue = 256

	// From so many steps on it is remembered which value met which schema: before, that costs more than it saves.
	stepsUntilMemory = 1 << 12

	// stepWork is what a step takes, in bytes that are read: see jsonwire.Decoder.Worked.
	stepWork = 64

	// maxDepth bounds how many schemas are open at a time: those of a ring of references never end.
	maxDepth = 1 << 14
)

// run is one value held against one schema. It belongs to one goroutine.
type run struct {
	decoder *jsonwire.Decoder
	outline *jsonwire.Outline
	tell    bool // violations are noted; else the first one ends the run

	keyword string // propertyNames while a name is the value; it is told instead of the keyword that the name does not meet
	subject int    // the member whose name it is

	steps, most, depth int
	met                map[memory]bool // what is known of values and schemas
	bits               []uint64        // of marks
	scratch            []byte          // for what is needed until the next call
}

// memory is a schema and a value.
type memory struct{ node, value uint32 }

func (r *run) reset() {
	*r = run{bits: r.bits[:0], scratch: r.scratch[:0]}
}

// value reports whether value i meets n. What n looks at is marked in seen.
func (r *run) value(n *node, i int, seen marks) bool {
	if n.never {
		return r.refuse(i, validate.KeywordNot, validate.MessageNotAllowed)
	}
	r.steps++
	r.decoder.Worked(stepWork)
	if r.steps > r.most || r.depth > maxDepth {
		r.decoder.Exhaust()
		return false
	}
	remember := r.steps > stepsUntilMemory && !seen.on && r.keyword == ""
	key := memory{n.id, uint32(i)}
	if remember {
		if ok, known := r.met[key]; known && (ok || !r.tell) {
			return ok
		}
	}
	r.depth++
	ok := r.keywords(n, i, seen)
	r.depth--
	if remember {
		if r.met == nil {
			r.met = map[memory]bool{}
		}
		r.met[key] = ok
	}
	return ok
}

// keywords holds value i against all keywords of n.
func (r *run) keywords(n *node, i int, seen marks) bool {
	kind := r.outline.Kind(i)
	if n.kinds != 0 && n.kinds&(1<<kind) == 0 {
		return r.refuse(i, validate.KeywordType, validate.MessageType(n.typed, kind.String())) // the rest would say it again
	}
	outer, mark := seen, len(r.bits)
	if n.unevaluatedItems != nil && kind == jsonwire.KindArray || n.unevaluatedProperties != nil && kind == jsonwire.KindObject {
		seen = r.newMarks(i)
	}
	ok := true
	and := func(met bool) bool { // reports whether there is more to find out
		ok = ok && met
		return ok || r.tell
	}
	_ = and(r.literals(n, i)) && and(r.parts(n, kind, i, seen)) && and(n.ref == nil || r.value(n.ref, i, seen)) && and(r.combinations(n, i, seen)) &&
		and(r.conditions(n, i, seen)) && ok && and(r.unevaluated(n, kind, i, seen))
	if seen.on && mark < len(r.bits) {
		if ok {
			outer.merge(r, seen)
		}
		r.bits = r.bits[:mark]
	}
	return ok
}

// parts holds value i against the keywords of its own kind.
func (r *run) parts(n *node, kind jsonwire.Kind, i int, seen marks) bool {
	switch kind {
	case jsonwire.KindString:
		return n.text == nil || r.text(n.text, r.outline.String(i), i)
	case jsonwire.KindInteger, jsonwire.KindNumber:
		return n.number == nil || r.number(n.number, kind, i)
	case jsonwire.KindArray:
		return r.array(n, i, seen)
	case jsonwire.KindObject:
		return r.object(n, i, seen)
	default:
		return true
	}
}

// refuse notes a violation of value i. It returns false.
func (r *run) refuse(i int, keyword, message string) bool {
	if r.tell {
		if r.keyword != "" {
			i, keyword = r.subject, r.keyword
		}
		r.decoder.Violate(r.outline.Start(i), keyword, message)
	}
	return false
}

// refuseAs notes what rule has found. It reports whether there was nothing.
func (r *run) refuseAs(i int, faults validate.Faults, rule validate.Rule) bool {
	if faults != 0 && r.tell {
		if r.keyword == "" {
			r.decoder.Refuse(r.outline.Start(i), faults, rule)
			return false
		}
		for _, message := range faults.Explain(rule) {
			r.refuse(i, "", message)
		}
	}
	return faults == 0
}

// miss notes that object i lacks a member. It returns false.
func (r *run) miss(i int, name, keyword, message string) bool {
	switch {
	case !r.tell:
	case r.keyword != "":
		return r.refuse(i, keyword, message)
	default:
		r.decoder.Miss(r.outline.End(i), name, keyword, message)
	}
	return false
}

// quietly reports what value does, and notes nothing.
func (r *run) quietly(n *node, i int, seen marks) bool {
	tell := r.tell
	r.tell = false
	ok := r.value(n, i, seen)
	r.tell = tell
	return ok
}
