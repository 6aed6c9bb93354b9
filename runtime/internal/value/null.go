package value

// Null is a value or null, as a required nullable property is. The zero value is null.
type Null[T any] struct {
	value T
	state presence // absent, which stands for null, or present
}

// NonNull returns a v that is not null.
func NonNull[T any](v T) Null[T] { return Null[T]{value: v, state: present} }

// Get returns the value and whether there is one; false stands for null.
func (n *Null[T]) Get() (T, bool) { return n.value, n.state == present }

// Or returns the value, or def for null.
func (n *Null[T]) Or(def T) T {
	if n.state == present {
		return n.value
	}
	return def
}

// Value returns the value, or the zero value of T for null.
func (n *Null[T]) Value() T { return n.value }

// IsNull reports whether n is null.
func (n *Null[T]) IsNull() bool { return n.state != present }

// Set makes v the value.
func (n *Null[T]) Set(v T) { n.value, n.state = v, present }

// SetNull makes n null.
func (n *Null[T]) SetNull() { *n = Null[T]{} }

// String returns the value as fmt prints it, or "null".
func (n Null[T]) String() string { return textOf(n.value, n.state, nullText) }

// MarshalJSON gives the JSON of the value, or null.
func (n Null[T]) MarshalJSON() ([]byte, error) { return marshal(n.value, n.state) }

// UnmarshalJSON reads the value or null.
func (n *Null[T]) UnmarshalJSON(data []byte) error {
	return unmarshal(data, &n.value, &n.state, absent)
}

// RefNull is RefOpt for a Null.
func RefNull[T any](n *Null[T]) *T {
	if n.state != present {
		return nil
	}
	return &n.value
}

// MakeNull is MakeOpt for a Null.
func MakeNull[T any](n *Null[T]) *T {
	n.value, n.state = *new(T), present
	return &n.value
}
