package tornado

import "github.com/tornadogen/tornadogen/runtime/internal/jsonwire"

// What generated unions are read with.

// Alternative is one member of a union that is tried: see Try.
type Alternative[V any] = jsonwire.Alternative[V]

// Try returns a member of a union: the keys that an object needs to be one, and what reads it.
func Try[V any](needs Seen, read func() V) Alternative[V] {
	return Alternative[V]{Needs: needs, Read: read}
}

// AnyOf reads the next value of d as the first of the members that it fits. If it fits none, nothing is consumed and ok is false.
func AnyOf[V any](d *Decoder, k *Keys, members ...Alternative[V]) (v V, ok bool) {
	return jsonwire.AnyOf(d, k, members...)
}

// OneOf is AnyOf for values that must fit one member and no other.
func OneOf[V any](d *Decoder, k *Keys, members ...Alternative[V]) (v V, ok bool) {
	return jsonwire.OneOf(d, k, members...)
}

// Read reads the next value of d into a new T.
func Read[T any, P interface {
	*T
	DecodeJSON(d *Decoder)
}](d *Decoder) P {
	return jsonwire.New[T, P](d)
}

// Appender is what every member of a union can do.
type Appender interface {
	// AppendJSON appends the value as JSON to b and returns it.
	AppendJSON(b []byte) []byte
}

// AppendUnion appends the value of a union; null where there is none.
func AppendUnion(b []byte, v Appender) []byte {
	if v == nil {
		return AppendNull(b)
	}
	return v.AppendJSON(b)
}
