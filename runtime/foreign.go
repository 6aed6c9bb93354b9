package tornado

import (
	"encoding/json"
	"fmt"
)

// DecodeAs consumes a value of a type that was not generated for this document: by its method DecodeJSON, as generated types of another
// package have it, else as encoding/json reads it. What its UnmarshalJSON or UnmarshalText refuses is a violation of the format.
// The type owns nothing of the text that it is given.
func DecodeAs[T any](d *Decoder) T {
	var v T
	if own, ok := any(&v).(interface{ DecodeJSON(d *Decoder) }); ok {
		own.DecodeJSON(d)
	} else {
		d.Foreign(&v)
	}
	return v
}

// AppendAs appends a value of a type that was not generated for this document: by its method AppendJSON, else as encoding/json writes
// it. A value that cannot be written is a fault of the program, and panics.
func AppendAs[T any](b []byte, v T) []byte { return appendForeign(b, &v) }

//go:noinline
func appendForeign(b []byte, v any) []byte {
	if own, ok := v.(interface{ AppendJSON(b []byte) []byte }); ok {
		return own.AppendJSON(b)
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("tornado: %T cannot be written as JSON: %v", v, err))
	}
	return append(b, text...)
}
