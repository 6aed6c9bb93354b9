package value

// Opt is a value that may be absent, as an optional property or parameter is. The zero value is absent.
//
// With encoding/json use it as `json:"name,omitzero"`: an absent value is then left out. A JSON null leaves an Opt absent,
// save for Opt[JSON], whose value is null then.
type Opt[T any] struct {
	value T
	state presence // absent or present
}

// Some returns a present v.
func Some[T any](v T) Opt[T] { return Opt[T]{value: v, state: present} }

// Get returns the value and whether it is present.
func (o *Opt[T]) Get() (T, bool) { return o.value, o.state == present }

// Or returns the value, or def when it is absent.
func (o *Opt[T]) Or(def T) T {
	if o.state == present {
		return o.value
	}
	return def
}

// Value returns the value, or the zero value of T when it is absent.
func (o *Opt[T]) Value() T { return o.value }

// IsSet reports whether the value is present.
func (o *Opt[T]) IsSet() bool { return o.state == present }

// Set makes v present.
func (o *Opt[T]) Set(v T) { o.value, o.state = v, present }

// String returns the value as fmt prints it, "absent" where there is none.
func (o Opt[T]) String() string { return textOf(o.value, o.state, "absent") }

// MarshalJSON gives the JSON of the value, and null when it is absent.
func (o Opt[T]) MarshalJSON() ([]byte, error) { return marshal(o.value, o.state) }

// UnmarshalJSON reads the value.
func (o *Opt[T]) UnmarshalJSON(data []byte) error { return unmarshalOpt(data, &o.value, &o.state) }

// RefOpt returns the value of o where it is held, nil when there is none. It is valid until o changes.
func RefOpt[T any](o *Opt[T]) *T {
	if o.state != present {
		return nil
	}
	return &o.value
}

// MakeOpt makes the zero value of T present in o and returns it where it is held, for the caller to fill.
func MakeOpt[T any](o *Opt[T]) *T {
	o.value, o.state = *new(T), present
	return &o.value
}
