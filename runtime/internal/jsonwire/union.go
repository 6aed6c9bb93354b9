package jsonwire

import "github.com/tornadogen/tornadogen/runtime/internal/value"

// Alternative is one member of a union.
type Alternative[V any] struct {
	// Needs are the members of the object that a value of this member cannot lack; zero for none. They are what PeekKeys tells of
	// the keys of the union.
	Needs Seen
	// Read consumes a value of the member.
	Read func() V
}

// AnyOf reads the next value as the first of the members that it fits, as `anyOf` asks. Where one member alone comes into
// question, it is read as that one, and what is wrong with it is noted. If it fits none, nothing is consumed and ok is false.
func AnyOf[V any](d *Decoder, k *Keys, members ...Alternative[V]) (v V, ok bool) {
	return choose(d, k, false, members)
}

// OneOf is AnyOf for `oneOf`: a value that fits a second member as well fits none. A lenient decoder takes the first.
func OneOf[V any](d *Decoder, k *Keys, members ...Alternative[V]) (v V, ok bool) {
	return choose(d, k, true, members)
}

func choose[V any](d *Decoder, k *Keys, exactly bool, members []Alternative[V]) (v V, ok bool) {
	var seen Seen
	if k != nil {
		seen = d.PeekKeys(k)
	}
	open, last := 0, 0
	for i := range members {
		if members[i].Needs&^seen == 0 {
			open, last = open+1, i
		}
	}
	switch {
	case d.failed || open == 0:
		return v, false
	case open == 1:
		return members[last].Read(), true
	}
	lenient := d.Lenient
	d.Lenient = false
	v, ok = try(d, seen, exactly && !lenient, members)
	d.Lenient = lenient
	if !ok && lenient {
		v, ok = try(d, seen, false, members)
	}
	return v, ok
}

// try reads the next value as each of the members in turn. Where exactly is set, it has to fit one and no other.
func try[V any](d *Decoder, seen Seen, exactly bool, members []Alternative[V]) (v V, ok bool) {
	start := d.Mark()
	var end int
	for i := range members {
		if members[i].Needs&^seen != 0 {
			continue
		}
		x := members[i].Read()
		fits := !d.FailedSince(start)
		switch {
		case !fits:
		case !exactly:
			return x, true
		case ok:
			d.Rewind(start)
			return *new(V), false
		default:
			v, ok, end = x, true, d.pos
			start.room = d.room + d.most // x stays
		}
		d.Rewind(start)
		if d.failed {
			return *new(V), false
		}
	}
	if ok {
		d.pos = end
	}
	return v, ok
}

// Unmatched consumes a value that is none of the members of a union. A lenient decoder returns a copy of its text; others note a
// violation of keyword and return nil.
func (d *Decoder) Unmatched(keyword, message string) value.JSON {
	if d.Lenient {
		return d.JSON()
	}
	start := d.pos
	d.Skip()
	if !d.failed {
		d.Violate(start, keyword, message)
	}
	return nil
}
