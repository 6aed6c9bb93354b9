package value

import (
	"encoding/json"
	"log/slog"
)

// OptNull is absent, null or a value, as an optional nullable property is: in a merge patch, "leave it", "remove it" and
// "make it this". The zero value is absent.
//
// With encoding/json use it as `json:"name,omitzero"`: an absent value is then left out, a null is written.
type OptNull[T any] struct {
	value T
	state presence
}

type presence uint8

const (
	absent presence = iota
	null
	present
)

// Present returns a present v.
func Present[T any](v T) OptNull[T] { return OptNull[T]{value: v, state: present} }

// Nil returns a present null.
func Nil[T any]() OptNull[T] { return OptNull[T]{state: null} }

// Get returns the value and whether there is one; false stands for absent and for null.
func (o OptNull[T]) Get() (T, bool) { return o.value, o.state == present }

// Or returns the value, or def when it is absent or null.
func (o OptNull[T]) Or(def T) T {
	if o.state == present {
		return o.value
	}
	return def
}

// Value returns the value, or the zero value of T when it is absent or null.
func (o OptNull[T]) Value() T { return o.value }

// IsSet reports whether there is a value or a null.
func (o OptNull[T]) IsSet() bool { return o.state != absent }

// IsNull reports whether a null is there; an absent value is not null.
func (o OptNull[T]) IsNull() bool { return o.state == null }

// IsZero reports whether the value is absent. It is what `omitzero` asks.
func (o OptNull[T]) IsZero() bool { return o.state == absent }

// Ref returns the value where it is held, nil when there is none. It is valid until o changes.
func (o *OptNull[T]) Ref() *T {
	if o.state != present {
		return nil
	}
	return &o.value
}

// Set makes v the value.
func (o *OptNull[T]) Set(v T) { o.value, o.state = v, present }

// Make makes the zero value of T present and returns it where it is held, for the caller to fill.
func (o *OptNull[T]) Make() *T {
	o.value, o.state = *new(T), present
	return &o.value
}

// SetNull makes it a present null.
func (o *OptNull[T]) SetNull() { *o = OptNull[T]{state: null} }

// Clear makes it absent.
func (o *OptNull[T]) Clear() { *o = OptNull[T]{} }

// String returns the value as fmt prints it, "absent" or "null".
func (o OptNull[T]) String() string { return textOf(o.value, o.state == present, o.lack()) }

// LogValue gives slog the value, "absent" or "null".
func (o OptNull[T]) LogValue() slog.Value { return logOf(o.value, o.state == present, o.lack()) }

// lack says what there is in place of a value.
func (o OptNull[T]) lack() string {
	if o.state == null {
		return nullText
	}
	return "absent"
}

// MarshalJSON gives the JSON of the value, and null when it is null or absent.
func (o OptNull[T]) MarshalJSON() ([]byte, error) {
	if o.state != present {
		return []byte(nullText), nil
	}
	return json.Marshal(o.value)
}

// UnmarshalJSON reads the value or null.
func (o *OptNull[T]) UnmarshalJSON(data []byte) error {
	if isNull(data) {
		o.SetNull()
		return nil
	}
	var set bool
	if err := unmarshalInto(data, &o.value, &set); err != nil {
		return err
	}
	o.state = present
	return nil
}
