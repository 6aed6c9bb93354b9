package tornado

import "github.com/tornadogen/tornadogen/runtime/internal/jsonwire"

// The functions below append one member of an object to b and return it, for generated AppendJSON methods: its name, quoted and
// with its colon, and its value by the function write or, where they have JSON behind their name, by the method AppendJSON. They
// put a comma before it unless b ends with a brace.

// appends is a pointer to a type that appends itself.
type appends[T any] interface {
	*T
	AppendJSON(b []byte) []byte
}

// AppendOpt appends a member unless it is absent.
func AppendOpt[T any](b []byte, quoted string, v Opt[T], write func(b []byte, v T) []byte) []byte {
	if x, ok := v.Get(); ok {
		return write(jsonwire.AppendKey(b, quoted), x)
	}
	return b
}

// AppendOptJSON appends a member unless it is absent.
func AppendOptJSON[T any, P appends[T]](b []byte, quoted string, v *Opt[T]) []byte {
	if x := v.Ref(); x != nil {
		return P(x).AppendJSON(jsonwire.AppendKey(b, quoted))
	}
	return b
}

// AppendNullable appends a member, which may be null.
func AppendNullable[T any](b []byte, quoted string, v Null[T], write func(b []byte, v T) []byte) []byte {
	b = jsonwire.AppendKey(b, quoted)
	if x, ok := v.Get(); ok {
		return write(b, x)
	}
	return jsonwire.AppendNull(b)
}

// AppendNullableJSON appends a member, which may be null.
func AppendNullableJSON[T any, P appends[T]](b []byte, quoted string, v *Null[T]) []byte {
	b = jsonwire.AppendKey(b, quoted)
	if x := v.Ref(); x != nil {
		return P(x).AppendJSON(b)
	}
	return jsonwire.AppendNull(b)
}

// AppendOptNull appends a member, which may be null, unless it is absent.
func AppendOptNull[T any](b []byte, quoted string, v OptNull[T], write func(b []byte, v T) []byte) []byte {
	if !v.IsSet() {
		return b
	}
	b = jsonwire.AppendKey(b, quoted)
	if x, ok := v.Get(); ok {
		return write(b, x)
	}
	return jsonwire.AppendNull(b)
}

// AppendOptNullJSON appends a member, which may be null, unless it is absent.
func AppendOptNullJSON[T any, P appends[T]](b []byte, quoted string, v *OptNull[T]) []byte {
	if !v.IsSet() {
		return b
	}
	b = jsonwire.AppendKey(b, quoted)
	if x := v.Ref(); x != nil {
		return P(x).AppendJSON(b)
	}
	return jsonwire.AppendNull(b)
}

// AppendSome appends a member whose value is a slice, unless that is nil.
func AppendSome[S ~[]E, E any](b []byte, quoted string, v S, write func(b []byte, v S) []byte) []byte {
	if v == nil {
		return b
	}
	return write(jsonwire.AppendKey(b, quoted), v)
}

// AppendEnum appends a text of a closed set.
func AppendEnum[T ~string](b []byte, v T) []byte { return jsonwire.AppendString(b, string(v)) }

// DecodeNull reads null into v if that is what comes next in d, and reports whether it was.
func DecodeNull[V interface{ SetNull() }](d *Decoder, v V) bool {
	if !d.Null() {
		return false
	}
	v.SetNull()
	return true
}
