package tornado

import (
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// The functions below append one member of an object to b and return it, for generated AppendJSON methods: its name, which is quoted
// and has its colon, with a comma before it unless b ends with a brace, and its value. They are not inlined: a package has thousands
// of members, and the code of each decides how long it takes to compile.

// AppendOptInt64 is AppendOptString for a number.
//
//go:noinline
func AppendOptInt64(b []byte, quoted string, v *Opt[int64]) []byte {
	if x, ok := v.Get(); ok {
		return jsonwire.AppendInt64(jsonwire.AppendKey(b, quoted), x)
	}
	return b
}

// AppendOptInt32 is AppendOptString for a number.
//
//go:noinline
func AppendOptInt32(b []byte, quoted string, v *Opt[int32]) []byte {
	if x, ok := v.Get(); ok {
		return jsonwire.AppendInt64(jsonwire.AppendKey(b, quoted), int64(x))
	}
	return b
}

// AppendOptFloat64 is AppendOptString for a number.
//
//go:noinline
func AppendOptFloat64(b []byte, quoted string, v *Opt[float64]) []byte {
	if x, ok := v.Get(); ok {
		return jsonwire.AppendFloat64(jsonwire.AppendKey(b, quoted), x)
	}
	return b
}

// AppendOptBool is AppendOptString for a truth value.
//
//go:noinline
func AppendOptBool(b []byte, quoted string, v *Opt[bool]) []byte {
	if x, ok := v.Get(); ok {
		return jsonwire.AppendBool(jsonwire.AppendKey(b, quoted), x)
	}
	return b
}

// AppendOptTime is AppendOptString for a date-time.
//
//go:noinline
func AppendOptTime(b []byte, quoted string, v *Opt[time.Time]) []byte {
	if x, ok := v.Get(); ok {
		return jsonwire.AppendTime(jsonwire.AppendKey(b, quoted), x)
	}
	return b
}

// The functions below do the same for values of any type, by the function write or, where they have JSON behind their name, by the
// method AppendJSON.

// appends is a pointer to a type that appends itself.
type appends[T any] interface {
	*T
	AppendJSON(b []byte) []byte
}

// AppendOpt appends a member unless it is absent.
//
//go:noinline
func AppendOpt[T any](b []byte, quoted string, v *Opt[T], write func(b []byte, v T) []byte) []byte {
	if x := value.RefOpt(v); x != nil {
		return write(jsonwire.AppendKey(b, quoted), *x)
	}
	return b
}

// AppendOptEnum appends a text of a closed set unless it is absent.
//
//go:noinline
func AppendOptEnum[T ~string](b []byte, quoted string, v *Opt[T]) []byte {
	if x := value.RefOpt(v); x != nil {
		return jsonwire.AppendString(jsonwire.AppendKey(b, quoted), string(*x))
	}
	return b
}

// AppendOptJSON appends a member unless it is absent.
//
//go:noinline
func AppendOptJSON[T any, P appends[T]](b []byte, quoted string, v *Opt[T]) []byte {
	if x := value.RefOpt(v); x != nil {
		return P(x).AppendJSON(AppendKey(b, quoted))
	}
	return b
}

// AppendNullable appends a member, which may be null.
//
//go:noinline
func AppendNullable[T any](b []byte, quoted string, v *Null[T], write func(b []byte, v T) []byte) []byte {
	b = AppendKey(b, quoted)
	if x := value.RefNull(v); x != nil {
		return write(b, *x)
	}
	return AppendNull(b)
}

// AppendNullableJSON appends a member, which may be null.
//
//go:noinline
func AppendNullableJSON[T any, P appends[T]](b []byte, quoted string, v *Null[T]) []byte {
	b = AppendKey(b, quoted)
	if x := value.RefNull(v); x != nil {
		return P(x).AppendJSON(b)
	}
	return AppendNull(b)
}

// AppendOptNull appends a member, which may be null, unless it is absent.
//
//go:noinline
func AppendOptNull[T any](b []byte, quoted string, v *OptNull[T], write func(b []byte, v T) []byte) []byte {
	if x := value.RefOptNull(v); x != nil {
		return write(AppendKey(b, quoted), *x)
	}
	if v.IsNull() {
		return AppendNull(AppendKey(b, quoted))
	}
	return b
}

// AppendOptNullJSON appends a member, which may be null, unless it is absent.
//
//go:noinline
func AppendOptNullJSON[T any, P appends[T]](b []byte, quoted string, v *OptNull[T]) []byte {
	if x := value.RefOptNull(v); x != nil {
		return P(x).AppendJSON(AppendKey(b, quoted))
	}
	if v.IsNull() {
		return AppendNull(AppendKey(b, quoted))
	}
	return b
}

// AppendEnum appends a text of a closed set.
func AppendEnum[T ~string](b []byte, v T) []byte { return jsonwire.AppendString(b, string(v)) }

// MakeOpt makes the zero value of T present in v and returns it where it is held, for a generated DecodeJSON method to fill.
func MakeOpt[T any](v *Opt[T]) *T { return value.MakeOpt(v) }

// MakeNull is MakeOpt for a Null.
func MakeNull[T any](v *Null[T]) *T { return value.MakeNull(v) }

// MakeOptNull is MakeOpt for an OptNull.
func MakeOptNull[T any](v *OptNull[T]) *T { return value.MakeOptNull(v) }

// DecodeItems reads an array whose items have a method DecodeJSON, into a slice of its own that is not nil.
func DecodeItems[T any, P jsonwire.Reads[T]](d *Decoder) []T { return jsonwire.Items[T, P](d) }

// Room counts the memory of an item of type T, which a generated DecodeJSON method makes next: see WithMaxMemory.
func Room[T any](d *Decoder) { jsonwire.Room[T](d) }

// RoomEntry is Room for a map of V that has n entries, to which another one is added.
func RoomEntry[V any](d *Decoder, n int) { jsonwire.RoomEntry[V](d, n) }

// DecodeNull reads null into v if that is what comes next in d, and reports whether it was.
func DecodeNull[V interface{ SetNull() }](d *Decoder, v V) bool {
	if !d.Null() {
		return false
	}
	v.SetNull()
	return true
}
