package value

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
)

// Opt is a value that may be absent, as an optional property or parameter is. The zero value is absent.
//
// With encoding/json use it as `json:"name,omitzero"`: an absent value is then left out. A JSON null leaves an Opt absent,
// save for Opt[JSON], whose value is null then.
type Opt[T any] struct {
	value T
	set   bool
}

// Some returns a present v.
func Some[T any](v T) Opt[T] { return Opt[T]{value: v, set: true} }

// Get returns the value and whether it is present.
func (o Opt[T]) Get() (T, bool) { return o.value, o.set }

// Or returns the value, or def when it is absent.
func (o Opt[T]) Or(def T) T {
	if o.set {
		return o.value
	}
	return def
}

// Value returns the value, or the zero value of T when it is absent.
func (o Opt[T]) Value() T { return o.value }

// IsSet reports whether the value is present.
func (o Opt[T]) IsSet() bool { return o.set }

// IsZero reports whether the value is absent. It is what `omitzero` asks.
func (o Opt[T]) IsZero() bool { return !o.set }

// Ref returns the value where it is held, nil when there is none. It is valid until o changes.
func (o *Opt[T]) Ref() *T {
	if !o.set {
		return nil
	}
	return &o.value
}

// Set makes v present.
func (o *Opt[T]) Set(v T) { o.value, o.set = v, true }

// Make makes the zero value of T present and returns it where it is held, for the caller to fill.
func (o *Opt[T]) Make() *T {
	o.value, o.set = *new(T), true
	return &o.value
}

// Clear makes the value absent.
func (o *Opt[T]) Clear() { *o = Opt[T]{} }

// String returns the value as fmt prints it, "absent" where there is none.
func (o Opt[T]) String() string { return textOf(o.value, o.set, "absent") }

// LogValue gives slog the value, "absent" where there is none.
func (o Opt[T]) LogValue() slog.Value { return logOf(o.value, o.set, "absent") }

// MarshalJSON gives the JSON of the value, and null when it is absent.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if !o.set {
		return []byte(nullText), nil
	}
	return json.Marshal(o.value)
}

// UnmarshalJSON reads the value.
func (o *Opt[T]) UnmarshalJSON(data []byte) error {
	if isNull(data) && !holdsJSON(&o.value) {
		o.Clear()
		return nil
	}
	return unmarshalInto(data, &o.value, &o.set)
}

const nullText = "null"

// textOf returns v as fmt prints it, or other where it is not set.
func textOf(v any, set bool, other string) string {
	if !set {
		return other
	}
	return fmt.Sprint(v)
}

// logOf is textOf for slog.
func logOf(v any, set bool, other string) slog.Value {
	if !set {
		return slog.StringValue(other)
	}
	return slog.AnyValue(v)
}

func isNull(data []byte) bool { return string(bytes.TrimSpace(data)) == nullText }

// holdsJSON reports whether p points to a JSON, for which null is a value like any other.
func holdsJSON(p any) bool {
	_, ok := p.(*JSON)
	return ok
}

// unmarshalInto replaces *into by what data says and notes that it is set; both keep what they had on an error.
func unmarshalInto[T any](data []byte, into *T, set *bool) error {
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*into, *set = v, true
	return nil
}
