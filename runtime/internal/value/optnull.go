package value

// OptNull is absent, null or a value, as an optional nullable property is: in a merge patch, "leave it", "remove it" and
// "make it this". The zero value is absent.
//
// With encoding/json use it as `json:"name,omitzero"`: an absent value is then left out, a null is written.
type OptNull[T any] struct {
	value T
	state presence
}

// Present returns a present v.
func Present[T any](v T) OptNull[T] { return OptNull[T]{value: v, state: present} }

// Nil returns a present null.
func Nil[T any]() OptNull[T] { return OptNull[T]{state: null} }

// Get returns the value and whether there is one; false stands for absent and for null.
func (o *OptNull[T]) Get() (T, bool) { return o.value, o.state == present }

// Or returns the value, or def when it is absent or null.
func (o *OptNull[T]) Or(def T) T {
	if o.state == present {
		return o.value
	}
	return def
}

// Value returns the value, or the zero value of T when it is absent or null.
func (o *OptNull[T]) Value() T { return o.value }

// IsSet reports whether there is a value or a null.
func (o *OptNull[T]) IsSet() bool { return o.state != absent }

// IsNull reports whether a null is there; an absent value is not null.
func (o *OptNull[T]) IsNull() bool { return o.state == null }

// Set makes v the value.
func (o *OptNull[T]) Set(v T) { o.value, o.state = v, present }

// SetNull makes it a present null.
func (o *OptNull[T]) SetNull() { *o = OptNull[T]{state: null} }

// String returns the value as fmt prints it, "absent" or "null".
func (o OptNull[T]) String() string { return textOf(o.value, o.state, "absent") }

// MarshalJSON gives the JSON of the value, and null when it is null or absent.
func (o OptNull[T]) MarshalJSON() ([]byte, error) { return marshal(o.value, o.state) }

// UnmarshalJSON reads the value or null.
func (o *OptNull[T]) UnmarshalJSON(data []byte) error {
	return unmarshal(data, &o.value, &o.state, null)
}

// RefOptNull is RefOpt for an OptNull.
func RefOptNull[T any](o *OptNull[T]) *T {
	if o.state != present {
		return nil
	}
	return &o.value
}

// MakeOptNull is MakeOpt for an OptNull.
func MakeOptNull[T any](o *OptNull[T]) *T {
	o.value, o.state = *new(T), present
	return &o.value
}
