package value

import (
	"encoding/json"
	"log/slog"
)

// Null is a value or null, as a required nullable property is. The zero value is null.
type Null[T any] struct {
	value T
	set   bool
}

// NonNull returns a v that is not null.
func NonNull[T any](v T) Null[T] { return Null[T]{value: v, set: true} }

// Get returns the value and whether there is one; false stands for null.
func (n Null[T]) Get() (T, bool) { return n.value, n.set }

// Or returns the value, or def for null.
func (n Null[T]) Or(def T) T {
	if n.set {
		return n.value
	}
	return def
}

// Value returns the value, or the zero value of T for null.
func (n Null[T]) Value() T { return n.value }

// IsNull reports whether n is null.
func (n Null[T]) IsNull() bool { return !n.set }

// Ref returns the value where it is held, nil when there is none. It is valid until n changes.
func (n *Null[T]) Ref() *T {
	if !n.set {
		return nil
	}
	return &n.value
}

// Set makes v the value.
func (n *Null[T]) Set(v T) { n.value, n.set = v, true }

// Make makes the zero value of T present and returns it where it is held, for the caller to fill.
func (n *Null[T]) Make() *T {
	n.value, n.set = *new(T), true
	return &n.value
}

// SetNull makes n null.
func (n *Null[T]) SetNull() { *n = Null[T]{} }

// String returns the value as fmt prints it, or "null".
func (n Null[T]) String() string { return textOf(n.value, n.set, nullText) }

// LogValue gives slog the value, or "null".
func (n Null[T]) LogValue() slog.Value { return logOf(n.value, n.set, nullText) }

// MarshalJSON gives the JSON of the value, or null.
func (n Null[T]) MarshalJSON() ([]byte, error) {
	if !n.set {
		return []byte(nullText), nil
	}
	return json.Marshal(n.value)
}

// UnmarshalJSON reads the value or null.
func (n *Null[T]) UnmarshalJSON(data []byte) error {
	if isNull(data) {
		n.SetNull()
		return nil
	}
	return unmarshalInto(data, &n.value, &n.set)
}
