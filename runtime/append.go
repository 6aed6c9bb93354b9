package tornado

import (
	"net/netip"
	"slices"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// The functions below append one JSON value to b and return it. Generated AppendJSON methods are made of them.

// AppendName appends the name of a member that is known at run time alone, as AppendKey does.
func AppendName(b []byte, name string) []byte {
	if n := len(b); n > 0 && b[n-1] != '{' {
		b = append(b, ',')
	}
	return append(jsonwire.AppendString(b, name), ':')
}

// SortedKeys returns the keys of m in order. It is no slices.Sorted, which a package would compile with all that sorting takes.
func SortedKeys[M ~map[string]V, V any](m M) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sortStrings(keys)
	return keys
}

// sortStrings is not inlined, or slices.Sort would be compiled with SortedKeys.
//
//go:noinline
func sortStrings(list []string) { slices.Sort(list) }

// JoinObject makes one object of two: b[:at] is one that lacks its closing brace and has a member, b[at:] is a whole one.
func JoinObject(b []byte, at int) []byte {
	if at+1 < len(b) && b[at+1] == '}' {
		return append(b[:at], '}')
	}
	b[at] = ','
	return b
}

// AppendNull appends null.
//
//go:noinline
func AppendNull(b []byte) []byte { return jsonwire.AppendNull(b) }

// AppendString appends a JSON string; invalid UTF-8 becomes U+FFFD.
func AppendString(b []byte, s string) []byte { return jsonwire.AppendString(b, s) }

// AppendInt64 appends a number.
func AppendInt64(b []byte, v int64) []byte { return jsonwire.AppendInt64(b, v) }

// AppendInt32 appends a number.
func AppendInt32(b []byte, v int32) []byte { return jsonwire.AppendInt64(b, int64(v)) }

// AppendUint32 appends a number.
func AppendUint32(b []byte, v uint32) []byte { return jsonwire.AppendUint64(b, uint64(v)) }

// AppendUint64 appends a number.
func AppendUint64(b []byte, v uint64) []byte { return jsonwire.AppendUint64(b, v) }

// AppendFloat64 appends a number; null for NaN and the infinities, which JSON lacks.
func AppendFloat64(b []byte, v float64) []byte { return jsonwire.AppendFloat64(b, v) }

// AppendFloat32 appends a number, as AppendFloat64 does.
func AppendFloat32(b []byte, v float32) []byte { return jsonwire.AppendFloat32(b, v) }

// AppendBool appends true or false.
//
//go:noinline
func AppendBool(b []byte, v bool) []byte { return jsonwire.AppendBool(b, v) }

// AppendTime appends a date-time (RFC 3339).
func AppendTime(b []byte, v time.Time) []byte { return jsonwire.AppendTime(b, v) }

// AppendDate appends a date.
func AppendDate(b []byte, v Date) []byte { return jsonwire.AppendDate(b, v) }

// AppendTimeOfDay appends a time.
func AppendTimeOfDay(b []byte, v TimeOfDay) []byte { return jsonwire.AppendTimeOfDay(b, v) }

// AppendDuration appends a duration.
func AppendDuration(b []byte, v Duration) []byte { return jsonwire.AppendDuration(b, v) }

// AppendUUID appends a UUID.
func AppendUUID(b []byte, v UUID) []byte { return jsonwire.AppendUUID(b, v) }

// AppendDecimal appends an exact number.
func AppendDecimal(b []byte, v Decimal) []byte { return jsonwire.AppendDecimal(b, v) }

// AppendDecimalString appends an exact number as a string.
func AppendDecimalString(b []byte, v Decimal) []byte { return jsonwire.AppendDecimalString(b, v) }

// AppendAddr appends an IP address.
func AppendAddr(b []byte, v netip.Addr) []byte { return jsonwire.AppendAddr(b, v) }

// AppendBase64 appends a string in base64 (RFC 4648 section 4).
func AppendBase64(b, data []byte) []byte { return jsonwire.AppendBase64(b, data) }

// AppendBase64URL appends a string in the alphabet for URLs (RFC 4648 section 5).
func AppendBase64URL(b, data []byte) []byte { return jsonwire.AppendBase64URL(b, data) }

// AppendFile appends a file as a data URL (RFC 2397).
func AppendFile(b []byte, v File) []byte { return jsonwire.AppendFile(b, v) }

// AppendJSON appends the value itself, null when v is empty.
func AppendJSON(b []byte, v JSON) []byte { return jsonwire.AppendJSON(b, v) }
